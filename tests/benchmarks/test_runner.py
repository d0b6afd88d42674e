"""Every benchmark runs, what it declares is what it measures, and an error that is logged meanwhile is no figure."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import structlog
import typer
from typer.testing import CliRunner

from handlers.commands import Commands
from tests.benchmarks.__main__ import main, measured, table
from tests.benchmarks.app import Ear, app_here, demo_registry, registry_at
from tests.benchmarks.catalog import BENCHMARKS
from tests.benchmarks.errors import ErrorLogged, error_in, no_errors
from tests.benchmarks.page import PAGE, ROOT, declared, text
from tests.benchmarks.processes import bot_process, served
from tests.benchmarks.rows import Benchmark, Figure, Measured, Row, Size
from tests.scenarios.chat import ADA

TEA = Figure("brewing", "min", "coffee", 1)


def command() -> typer.Typer:
    app = typer.Typer()
    app.command()(main)
    return app


def one(figure: Figure, *values: float, logs: str = "") -> Benchmark:
    """A benchmark of one figure."""

    def measure(_size: Size) -> Sequence[Measured]:
        if logs:
            structlog.get_logger().error(logs)
        return [values]  # type: ignore[list-item]  # the tests give two

    return Benchmark(lambda _size: [figure], measure)


def test_lists_what_there_is() -> None:
    result = CliRunner().invoke(command(), ["--list"])
    assert result.stdout.split() == list(BENCHMARKS)


def test_names_what_there_is_when_asked_for_something_else() -> None:
    result = CliRunner().invoke(command(), ["speed"])
    assert result.exit_code == 2
    assert "clients" in result.output


@pytest.mark.parametrize("name", BENCHMARKS)
def test_every_benchmark_measures_what_it_declares(name: str) -> None:
    rows = measured(BENCHMARKS[name], Size.TINY)
    assert [row.figure for row in rows] == list(BENCHMARKS[name].figures(Size.TINY))
    assert rows


def test_no_figure_is_declared_twice() -> None:
    figures = [declared(figure) for each in BENCHMARKS.values() for figure in each.figures(Size.FULL)]
    assert len(figures) == len(set(figures))


# An error that is logged while something is measured


def test_a_listener_of_the_bot_that_breaks_makes_the_measurement_invalid(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def breaks(*_: Any) -> None:
        raise RuntimeError("the index is gone")

    async def one_answer() -> Measured:
        url = await demo_registry(tmp_path)
        async with registry_at(url) as client, app_here(tmp_path, [client]) as app:
            ear = Ear(app.workspace)
            await app.chat.say(ADA, "/approvals")
            await ear.answer()  # an apology is one: who only times it sees nothing
            return 1, 1

    monkeypatch.setattr(Commands, "run", breaks)
    with pytest.raises(ErrorLogged, match="the index is gone"):
        measured(Benchmark(lambda _: [TEA], lambda _: [asyncio.run(one_answer())]), Size.TINY)


@asynccontextmanager
async def complains(how: str) -> AsyncIterator[str]:
    """A service that logs an error in one way or another."""
    if how == "library":
        logging.getLogger("uvicorn.error").error("exception in the application")
    elif how == "ours":
        structlog.get_logger().error("reply.not_delivered")
    else:
        asyncio.get_running_loop().call_soon(lambda: 1 / 0)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    yield "here"


@pytest.mark.parametrize(
    ("how", "line"),
    [
        ("library", "uvicorn.error: exception in the application"),
        ("ours", "event=reply.not_delivered"),
        ("callback", "ZeroDivisionError"),
    ],
)
async def test_an_error_in_a_process_beside_the_bot_makes_the_measurement_invalid(how: str, line: str) -> None:
    with pytest.raises(ErrorLogged, match=rf"complains logged an error[^¤]*{line}"):
        async with served(complains, how):
            pass


async def test_the_error_of_a_process_is_said_and_not_what_it_led_to() -> None:
    with pytest.raises(ErrorLogged, match=r"reply\.not_delivered"):
        async with served(complains, "ours"):
            raise TimeoutError


async def test_a_bot_that_does_not_start_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ErrorLogged, match=r"(?s)the bot logged an error.*SLACK_BOT_TOKEN"):
        async with bot_process(tmp_path):
            raise AssertionError("it runs")


@pytest.mark.parametrize(
    ("line", "is_one"),
    [
        ('{"event": "change.step", "level": "info"}', False),
        ('{"event": "reply.not_taken", "level": "warning"}', False),
        ('{"event": "listener.failed", "level": "error", "exception": "Traceback …"}', True),
        ("Traceback (most recent call last):", True),
        ("", False),
    ],
)
def test_what_counts_as_an_error_in_the_output_of_a_bot(line: str, is_one: bool) -> None:
    assert error_in(line) is is_one


def test_an_error_is_said_when_the_measurement_fails_of_it() -> None:
    def fails() -> Sequence[Measured]:
        structlog.get_logger().error("no.answer")
        raise TimeoutError

    with pytest.raises(ErrorLogged, match=r"no\.answer"):
        measured(Benchmark(lambda _: [TEA], lambda _: fails()), Size.TINY)


def test_a_warning_is_no_error_and_the_log_is_left_as_it_was() -> None:
    before = structlog.get_config()
    with no_errors():
        structlog.get_logger().warning("slack.waits")
        logging.getLogger("slack_sdk").warning("waits")
    assert structlog.get_config() == before


# The command


@pytest.fixture(autouse=True)
def in_their_order() -> Iterator[None]:
    """What a test takes out and puts back would come last from then on."""
    before = dict(BENCHMARKS)
    yield
    BENCHMARKS.clear()
    BENCHMARKS.update(before)


def run(monkeypatch: pytest.MonkeyPatch, benchmark: Benchmark, *arguments: str) -> Any:
    for name in list(BENCHMARKS):
        monkeypatch.delitem(BENCHMARKS, name)
    monkeypatch.setitem(BENCHMARKS, "tea", benchmark)
    return CliRunner().invoke(command(), ["all", *arguments])


def test_a_bound_that_is_not_reached_is_a_result(monkeypatch: pytest.MonkeyPatch) -> None:
    result = run(monkeypatch, one(TEA, 3, 2))
    assert result.exit_code == 0, result.output
    assert "NOT REACHED" in result.output


def test_a_logged_error_fails_the_run_and_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    result = run(monkeypatch, one(TEA, 1, 2, logs="kettle.broke"), "--write", str(page))
    assert result.exit_code == 1
    assert "tea: INVALID" in result.output
    assert "event=kettle.broke" in result.output
    assert "coffee" not in result.output, "an invalid figure is not printed"
    assert not page.exists()


@pytest.mark.parametrize("values", [(0, 2), (2, 0), (float("nan"), 2), (1,), (-1, 2)])
def test_a_row_that_cannot_be_computed_fails_the_run(
    monkeypatch: pytest.MonkeyPatch, values: tuple[float, ...]
) -> None:
    result = run(monkeypatch, one(TEA, *values))
    assert result.exit_code == 1
    assert "tea: INVALID" in result.output


def test_what_is_invalid_does_not_keep_the_others_from_being_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(BENCHMARKS, "water", one(TEA, 0, 0))
    monkeypatch.setitem(BENCHMARKS, "tea", one(TEA, 1, 2))
    result = CliRunner().invoke(command(), ["water", "tea"])
    assert result.exit_code == 1
    assert "water: INVALID" in result.output
    assert "0.50 ×" in result.output


def test_writes_the_page_of_all_benchmarks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    page = tmp_path / "docs" / "page.md"
    result = run(monkeypatch, one(TEA, 3, 4), "--write", str(page))
    assert result.exit_code == 0, result.output
    assert "| brewing | 3 min | coffee | 4 min | 0.75 × | ≤ 1 × | reached |" in page.read_text()


@pytest.mark.parametrize("arguments", [["ack", "--write", "page.md"], ["--size", "tiny", "--write", "page.md"]])
def test_the_page_is_of_all_benchmarks_and_of_figures_that_mean_something(arguments: list[str]) -> None:
    result = CliRunner().invoke(command(), arguments)
    assert result.exit_code == 2
    assert "--write" in result.output


def test_a_row_says_whether_the_figure_is_where_it_should_be() -> None:
    slower = Row(Figure("a", "ms", "b", 1.3), 3, 2)
    faster = Row(Figure("a", "ms", "b", 5, more_is_better=True), 12, 2)
    assert (slower.ratio, slower.reached, faster.reached) == (1.5, False, True)
    assert "NOT REACHED" in table([slower])
    assert "≥ 5 ×" in table([faster])


# The documents


def test_the_page_has_the_rows_that_the_benchmarks_declare_and_no_others() -> None:
    page = PAGE.read_text()
    size = Size(re.findall(r"^- size: (\w+)$", page, re.MULTILINE)[0])
    lines = [line.strip("|").split("|") for line in page.splitlines() if line.startswith("|")][2:]
    rows = [tuple(cell.strip() for cell in line) for line in lines]
    figures = [figure for each in BENCHMARKS.values() for figure in each.figures(size)]
    assert [(row[0], row[2], row[5]) for row in rows] == [declared(figure) for figure in figures]


def test_the_page_says_nothing_that_the_command_does_not_write() -> None:
    page = PAGE.read_text()
    head = text([], Size.FULL).splitlines()
    outside = [line for line in page.splitlines() if not line.startswith("|")]
    stamps = r"^- (date: \d{4}-\d\d-\d\d|commit: [0-9a-f]{7,40}(-dirty)?|cores: \d+|size: (short|full))$"
    assert [line for line in outside if not re.match(stamps, line) and line not in head] == []


def test_the_readme_holds_no_figure_of_its_own() -> None:
    readme = (ROOT / "README.md").read_text()
    assert re.findall(r"\d ×|\d ms\b", readme) == []
    assert ".github/docs/benchmarks.md" in readme
