"""``bot`` decides, ``handlers`` speaks: no sentence for people stands in what decides, stores, asks or schedules.

A sentence is a text of several words that begins with a capital letter or ends as a sentence does. Docstrings are none,
and texts for developers are lower case without a full stop, so nothing needs an exception by line.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.documentation import ROOT

SILENT = ("domain", "features", "resolve", "outbox", "store", "clients", "jobs", "slack")
"""Parts that say nothing to people in Slack, but for the registrations of lines: help is made from them."""

FOR_OPERATORS = {
    "bot/jobs/scheduler.py": "the words beside a metric",
    "bot/slack/bolt.py": "what an operator reads when a token is wrong, and the one sentence that Bolt itself says",
    "bot/slack/health.py": "the words beside a metric",
    "bot/slack/manifest.py": "what Slack shows in its list of apps",
}
"""Files that hold sentences, and for whom. A file that no longer holds any must leave the list."""

SENTENCE = re.compile(r"^(?=\S+ \S+).*(?:(?<!\.\.)[.?!…]$)|^[A-Z][a-z]+ [a-z].* ", re.DOTALL)


def texts(tree: ast.Module) -> Iterator[str]:
    """Texts of a module without its docstrings; of an f-string, its fixed parts joined."""
    said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            parts = [part.value if isinstance(part, ast.Constant) else "x" for part in node.values]
            yield "".join(str(part) for part in parts)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said | inside:
            yield node.value


def sentences(path: Path) -> list[str]:
    return [text for text in texts(ast.parse(path.read_text())) if SENTENCE.search(text.strip())]


def modules() -> list[Path]:
    return sorted(path for part in SILENT for path in (ROOT / "bot" / part).rglob("*.py") if path.name != "lines.py")


def test_no_sentence_for_people_stands_where_things_are_decided() -> None:
    found = {str(path.relative_to(ROOT)): said for path in modules() if (said := sentences(path))}
    assert {path: said for path, said in found.items() if path not in FOR_OPERATORS} == {}
    assert set(FOR_OPERATORS) - set(found) == set(), "these hold no sentence any more"


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("Nothing was changed.", True),
        ("Which environment was meant?", True),
        ("Something broke inside", True),
        ("reading what is live in production", False),
        ("main: reading projects", False),
        ("production", False),
        ("BEGIN IMMEDIATE", False),
        ("ch-", False),
    ],
)
def test_what_counts_as_a_sentence(text: str, is_one: bool) -> None:
    assert bool(SENTENCE.search(text)) is is_one


def test_only_what_speaks_makes_blocks() -> None:
    """Blocks of Slack are built by the messages alone, and read by the playground, which plays Slack."""
    for path in sorted([*(ROOT / "bot").rglob("*.py"), *(ROOT / "handlers").rglob("*.py")]):
        where = path.relative_to(ROOT).as_posix()
        if where.startswith(("handlers/messages/", "bot/services/slack/")):
            continue
        assert "slack_sdk.models" not in path.read_text(), where


def test_what_is_deployed_is_called_a_config() -> None:
    """One word for one thing in everything that people read: never a *prompt config*, never a *model version*."""
    other = re.compile(r"\b(prompt config|model config|config version)s?\b", re.IGNORECASE)
    speaking = [*(ROOT / "handlers").rglob("*.py"), *(ROOT / "bot" / "grammar").rglob("*.py")]
    for path in speaking:
        said = [text for text in texts(ast.parse(path.read_text())) if other.search(text)]
        assert said == [], path
