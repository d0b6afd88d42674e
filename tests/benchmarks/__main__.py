"""Run benchmarks and print one table."""

from __future__ import annotations

import sys
import traceback
from pathlib import Path
from typing import Annotated

import typer

from tests.benchmarks.catalog import BENCHMARKS
from tests.benchmarks.errors import ErrorLogged, no_errors
from tests.benchmarks.page import HEAD, cells, text
from tests.benchmarks.rows import Benchmark, Row, Size

ALL = "all"
INVALID = 1
"""The exit code when something could not be measured. A bound that is not reached is a result."""


def main(
    names: Annotated[list[str] | None, typer.Argument(help="Which; `all` or nothing for all of them.")] = None,
    write: Annotated[Path | None, typer.Option(help="Write the page of figures to this file; only of all.")] = None,
    list_only: Annotated[bool, typer.Option("--list", help="Only name the benchmarks.")] = False,
    size: Annotated[Size, typer.Option(help="How much is measured; the bounds are for `full`.")] = Size.FULL,
) -> None:
    """Run benchmarks and print one table. Exits with 1 when a measurement is invalid."""
    if list_only:
        print("\n".join(BENCHMARKS))
        return
    chosen = list(BENCHMARKS) if not names or names == [ALL] else names
    if unknown := [name for name in chosen if name not in BENCHMARKS]:
        raise typer.BadParameter(f"{', '.join(unknown)}: there is {ALL}, {', '.join(BENCHMARKS)}")
    if write is not None and (chosen != list(BENCHMARKS) or size is Size.TINY):
        raise typer.BadParameter("--write takes the figures of all benchmarks, and no tiny ones")
    rows: list[Row] = []
    invalid = False
    for name in chosen:
        print(f"measuring {name} …", file=sys.stderr)
        try:
            rows += measured(BENCHMARKS[name], size)
        except ErrorLogged as error:
            invalid = True
            print(f"{name}: INVALID: {error}", file=sys.stderr)
        except Exception:  # noqa: BLE001 - whatever broke one measurement, the others are still worth having
            invalid = True
            print(f"{name}: INVALID:\n{traceback.format_exc()}", file=sys.stderr)
    print(table(rows))
    if invalid:
        raise typer.Exit(INVALID)
    if write is not None:
        write.parent.mkdir(parents=True, exist_ok=True)
        write.write_text(text(rows, size))


def measured(benchmark: Benchmark, size: Size) -> list[Row]:
    """The rows of a benchmark. Raises `ErrorLogged` when an error was logged meanwhile, in whichever process."""
    with no_errors():
        return benchmark.rows(size)


def table(rows: list[Row]) -> str:
    """The rows as aligned text."""
    lines = [HEAD, *(cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEAD))]
    return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)


if __name__ == "__main__":
    typer.run(main)
