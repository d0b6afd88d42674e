"""Run benchmarks and print one table."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from tests.benchmarks import BENCHMARKS
from tests.benchmarks.rows import Row

COLUMNS = ("figure", "measured", "against", "measured", "ratio", "reach", "")


def main(
    names: Annotated[list[str] | None, typer.Argument(help="Which; all without one.")] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Also write the rows to this file.")] = None,
    list_only: Annotated[bool, typer.Option("--list", help="Only name the benchmarks.")] = False,
    tiny: Annotated[bool, typer.Option(help="Only see that everything runs; the figures mean nothing.")] = False,
) -> None:
    """Run benchmarks and print one table."""
    if list_only:
        print("\n".join(BENCHMARKS))
        return
    unknown = [name for name in names or () if name not in BENCHMARKS]
    if unknown:
        raise typer.BadParameter(f"{', '.join(unknown)}: there is {', '.join(BENCHMARKS)}")
    rows = [row for name in names or BENCHMARKS for row in BENCHMARKS[name](tiny)]
    print(table(rows))
    if json_file is not None:
        documents = [asdict(row) | {"ratio": row.ratio, "reached": row.reached} for row in rows]
        json_file.write_text(json.dumps(documents, indent=2) + "\n")


def table(rows: list[Row]) -> str:
    """The rows as aligned text."""
    cells = [COLUMNS, *(line(row) for row in rows)]
    widths = [max(len(cell[column]) for cell in cells) for column in range(len(COLUMNS))]
    return "\n".join("  ".join(map(str.ljust, cell, widths)).rstrip() for cell in cells)


def line(row: Row) -> tuple[str, ...]:
    """The cells of one row."""
    return (
        row.figure,
        f"{row.measured:,.3g} {row.unit}",
        row.against,
        f"{row.against_measured:,.3g} {row.unit}",
        f"{row.ratio:.2f} ×",
        f"{'≥' if row.more_is_better else '≤'} {row.reach:g} ×",
        "reached" if row.reached else "NOT REACHED",
    )


if __name__ == "__main__":
    typer.run(main)
