"""The page of figures, `.github/docs/benchmarks.md`: written by the command, read by a test."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from tests.benchmarks.rows import Figure, Row, Size
from tests.waiting import PATIENCE

ROOT = Path(__file__).parents[2]
PAGE = ROOT / ".github" / "docs" / "benchmarks.md"

HEAD = ("figure", "measured", "baseline", "measured", "ratio", "bound", "")

INTRODUCTION = """\
# Benchmarks

`python -m tests.benchmarks all --write .github/docs/benchmarks.md` wrote this page; no figure here is made by hand.
Each figure was measured beside its baseline, in the same run. While they were measured no process logged an error: one
that does makes the run fail. `--list` names the benchmarks, and what each does is said at the top of its file in
[tests/benchmarks](../../tests/benchmarks).
"""


def text(rows: Sequence[Row], size: Size) -> str:
    """The whole page."""
    ran = [
        f"- date: {datetime.now(UTC):%Y-%m-%d}",
        f"- commit: {_commit()}",
        f"- cores: {os.cpu_count()}",
        f"- size: {size.value}",
    ]
    table = [_line(HEAD), "|---" * len(HEAD) + "|", *(_line(cells(row)) for row in rows)]
    return "\n".join([INTRODUCTION, *ran, "", *table]) + "\n"


def declared(figure: Figure) -> tuple[str, str, str]:
    """What stands on the page of a figure before anything is measured: its name, its baseline and its bound."""
    return figure.name, figure.baseline, figure.bound_text


def cells(row: Row) -> tuple[str, ...]:
    """The cells of one row."""
    name, baseline, bound = declared(row.figure)
    unit = row.figure.unit
    reached = "reached" if row.reached else "NOT REACHED"
    measured, beside = f"{_number(row.measured)} {unit}", f"{_number(row.baseline)} {unit}"
    return name, measured, baseline, beside, f"{row.ratio:.2f} ×", bound, reached


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"


def _line(values: Sequence[str]) -> str:
    return f"| {' | '.join(values)} |"


def _commit() -> str:
    """The commit that was measured, marked when something in it was changed."""
    described = subprocess.run(
        ["git", "describe", "--always", "--dirty", "--exclude=*"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE,
    )
    return described.stdout.strip()
