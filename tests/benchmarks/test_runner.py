from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from tests.benchmarks import BENCHMARKS
from tests.benchmarks.__main__ import main, table
from tests.benchmarks.rows import Row


def command() -> typer.Typer:
    app = typer.Typer()
    app.command()(main)
    return app


def test_lists_what_there_is() -> None:
    result = CliRunner().invoke(command(), ["--list"])
    assert result.stdout.split() == list(BENCHMARKS)


def test_names_what_there_is_when_asked_for_something_else() -> None:
    result = CliRunner().invoke(command(), ["speed"])
    assert result.exit_code == 2
    assert "clients" in result.output


@pytest.mark.parametrize("name", BENCHMARKS)
def test_every_benchmark_runs(name: str) -> None:
    rows = BENCHMARKS[name](True)
    assert rows
    assert all(row.measured > 0 and row.against_measured > 0 for row in rows)


def test_prints_the_rows_and_writes_them_to_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(BENCHMARKS, "tea", lambda tiny: [Row("brewing", 3, "min", "the limit", 4, reach=1)])
    file = tmp_path / "rows.json"
    result = CliRunner().invoke(command(), ["tea", "--json", str(file)])
    assert result.exit_code == 0, result.output
    assert "brewing" in result.output
    (row,) = json.loads(file.read_text())
    assert (row["figure"], row["ratio"], row["reached"]) == ("brewing", 0.75, True)


def test_a_row_says_whether_the_figure_is_where_it_should_be() -> None:
    slower = Row("a", 3, "ms", "b", 2, reach=1.3)
    faster = Row("a", 12, "ms", "b", 2, reach=5, more_is_better=True)
    assert (slower.ratio, slower.reached, faster.reached) == (1.5, False, True)
    assert "NOT REACHED" in table([slower])
    assert "≥ 5 ×" in table([faster])
