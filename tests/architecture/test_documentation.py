"""Documentation that fails when it is behind."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest
from prometheus_client import REGISTRY
from typer.core import TyperGroup
from typer.main import get_command

import bot.app  # noqa: F401 - registers every metric
from bot import __version__
from bot.cli import app
from bot.domain.changes import MOVES, State
from bot.settings import env_example, settings_table
from bot.slack.manifest import SCOPES
from tests.architecture.documentation import PAGES, README, ROOT, with_parts
from tests.waiting import PATIENCE

LONGEST_README = 1500
"""Words."""

FIGURES = "benchmarks.md"
"""The one page with figures of speed: a command writes it."""

LINK = re.compile(r"\]\(([^)\s]+)\)")
FENCE = re.compile(r"^( *)```.*?^\1```$", re.MULTILINE | re.DOTALL)


def pages() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"],
        cwd=ROOT, capture_output=True, text=True, check=True, timeout=PATIENCE,
    )  # fmt: skip
    return [ROOT / line for line in listed.stdout.splitlines() if (ROOT / line).exists()]


def each_page() -> pytest.MarkDecorator:
    return pytest.mark.parametrize("page", [pytest.param(page, id=str(page.relative_to(ROOT))) for page in pages()])


@cache
def anchors(page: Path) -> frozenset[str]:
    """What can stand behind the # of a link to this page: its headings, as GitHub writes them in links."""
    titles = re.findall(r"^#+ (.+)$", FENCE.sub("", page.read_text()), re.MULTILINE)
    return frozenset(re.sub(r"[^\w\- ]", "", title.strip().lower()).replace(" ", "-") for title in titles)


def dead_links(page: Path, text: str) -> Iterator[str]:
    for link in LINK.findall(FENCE.sub("", text)):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        exists = target.exists() and ROOT in (target, *target.parents)
        if not exists or (anchor and (target.is_dir() or anchor not in anchors(target))):
            yield link


@pytest.mark.parametrize("page", [pytest.param(page, id=str(page.relative_to(ROOT))) for page in PAGES])
def test_generated_parts_are_those_of_the_code(page: Path) -> None:
    assert page.read_text() == with_parts(page), "run python -m tests.architecture.documentation"


def test_the_example_of_settings_is_that_of_the_code() -> None:
    assert (ROOT / ".env.example").read_text() == env_example()


def test_the_readme_is_short_enough_to_be_read() -> None:
    assert len(README.read_text().split()) <= LONGEST_README


@each_page()
def test_every_link_leads_to_a_file_or_a_heading_that_exists(page: Path) -> None:
    assert list(dead_links(page, page.read_text())) == []


def test_a_link_to_nothing_is_noticed() -> None:
    text = "[a](nowhere.md) [b](#nothing) [c](CHANGELOG.md#nothing) [d](../outside.md) [e](bot#x) [f](README.md)"
    assert list(dead_links(README, text)) == [
        "nowhere.md", "#nothing", "CHANGELOG.md#nothing", "../outside.md", "bot#x",
    ]  # fmt: skip
    assert list(dead_links(README, "[a](#test-it) [b](https://example.com) [c](bot)\n```\n[d](no)\n```\n")) == []


@each_page()
def test_every_command_that_a_page_names_is_one(page: Path) -> None:
    assert list(unknown_commands(page.read_text())) == []


def test_a_command_that_is_none_is_noticed() -> None:
    text = "`python -m bot settings`, python -m bot db downgrade, python -m bot registry --port 8000 key lose NAME"
    assert list(unknown_commands(text)) == ["settings", "db downgrade", "registry key lose"]
    fine = "python -m bot run --port 1, `python -m bot db upgrade`: python -m bot registry deploy NAME v production"
    assert list(unknown_commands(fine)) == []


def unknown_commands(text: str) -> Iterator[str]:
    """What stands behind ``python -m bot`` and is no command or sub-command that is registered."""
    for line in re.findall(r"python -m bot((?: +[^\s`,;:]+)+)", text):
        command, path, words = get_command(app), list[str](), iter(line.split())
        for word in words:
            if not isinstance(command, TyperGroup):
                break  # what follows are its arguments
            if option := next((each for each in command.params if word in each.opts), None):
                if not getattr(option, "is_flag", False):
                    next(words, None)
            elif re.fullmatch(r"[a-z][a-z-]*", name := word.rstrip(".)")):
                path.append(name)
                if name not in command.commands:
                    yield " ".join(path)
                    break
                command = command.commands[name]
            else:
                break


@each_page()
def test_every_module_that_a_page_runs_exists(page: Path) -> None:
    named = set(re.findall(r"python -m ((?:bot|tests)(?:\.\w+)*)", page.read_text()))
    assert {module for module in named if find_spec(module) is None} == set()


@each_page()
def test_every_setting_that_a_page_names_is_one(page: Path) -> None:
    known = {row.name for row in settings_table()}
    named = set(re.findall(r"\bCONFIGBOT_[A-Z0-9_]+", page.read_text()))
    assert {re.sub(r"PROVIDERS__[A-Z]+__", "PROVIDERS__MAIN__", name) for name in named} <= known


@each_page()
def test_every_metric_that_a_page_names_is_measured(page: Path) -> None:
    known = {name for metric in REGISTRY.collect() for name in (metric.name, f"{metric.name}_total")}
    assert set(re.findall(r"\bconfigbot_[a-z_]+", page.read_text())) <= known


@each_page()
def test_every_scope_that_a_page_names_is_in_the_manifest(page: Path) -> None:
    named = set(re.findall(r"`((?:channels|groups|users|chat|im|app_mentions):[a-z.]+)`", page.read_text()))
    assert named <= set(SCOPES)


@each_page()
def test_no_figure_of_speed_stands_outside_the_page_that_a_command_writes(page: Path) -> None:
    if page.name != FIGURES:
        assert re.findall(r"\d ?(?:ms|µs|MB|MiB)\b|\d ?×", page.read_text()) == []


def test_the_picture_of_a_change_shows_moves_that_there_are() -> None:
    (picture,) = re.findall(r"```mermaid\n(.*?)```", README.read_text(), re.DOTALL)
    names = {alias: name for name, alias in re.findall(r'state "(.+?)" as (\w+)', picture)}
    arrows = re.findall(r"^ *(\w+) --> (\w+):", picture, re.MULTILINE)
    drawn = {(State(names.get(start, start)), State(names.get(end, end))) for start, end in arrows}
    assert len(arrows) == picture.count("-->") - 1, "one arrow leads from the beginning, without words"
    assert drawn <= {(start, end) for (start, _), end in MOVES.items()}


def test_every_decision_says_when_against_what_and_until_when() -> None:
    decisions = sorted((ROOT / ".github" / "decisions").glob("*.md"))
    assert [each.name[:4] for each in decisions] == [f"{number:04}" for number in range(1, len(decisions) + 1)]
    for each in decisions:
        text = each.read_text()
        assert re.match(rf"# {int(each.name[:4])}\. .+\n\n\d{{4}}-\d\d-\d\d\n\n", text), each.name
        for title in ("## What else was considered", "## What would change it"):
            assert text.count(f"\n{title}\n") == 1, (each.name, title)


def test_the_processes_of_the_procfile_are_commands() -> None:
    for line in (ROOT / "Procfile").read_text().splitlines():
        name, _, command = line.partition(": ")
        words = command.partition("python -m bot ")[2].split()
        helped = subprocess.run(
            [sys.executable, "-m", "bot", *[word for word in words if not word.startswith("-")], "--help"],
            cwd=ROOT, capture_output=True, text=True, check=False, timeout=PATIENCE,
        )  # fmt: skip
        assert helped.returncode == 0, name
        assert all(word in helped.stdout for word in words if word.startswith("-")), name


def test_the_version_is_said_the_same_everywhere() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert __version__ == project["version"]
