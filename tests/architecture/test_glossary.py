"""The tree holds to the glossary of CONTRIBUTING: its terms are used, and the words that they replaced are gone."""

from __future__ import annotations

import re
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.architecture.documentation import ROOT

LONGEST = 40
"""Lines of the glossary."""

REPLACED = {
    "Wish": "ChangeRequest",
    "Reading": "Command, ReadTransaction",
    "Writing": "WriteTransaction",
    "Desk": "ListenerContext",
    "Served": "LiveState",
    "Seen": "ApprovalSnapshot",
    "hindrances": "blockers",
    "DropsSplit": "ConfirmReplacesRollout",
    "turns_away": "reject_unauthorized",
    "MENDABLE": "OPERATOR_ERRORS",
    "Lifter": "ResolvableBy",
    "Lane": "RateLimitBucket",
    "Shelf": "ProviderCache",
    "put_together": "build_bot",
    "SomebodyElse": "ExternalActor",
    "doing": "operation",
}
"""Name that nobody uses any more → the name of the field's own."""

APART = {"Served": "bot/services/"}
"""A name that services that we play may have for something of their own."""


def modules() -> list[Path]:
    return sorted(path for part in ("bot", "handlers") for path in (ROOT / part).rglob("*.py"))


@cache
def identifiers(path: Path) -> frozenset[str]:
    with path.open("rb") as file:
        return frozenset(each.string for each in tokenize.tokenize(file.readline) if each.type == tokenize.NAME)


def glossary() -> str:
    text = (ROOT / ".github" / "CONTRIBUTING.md").read_text()
    return re.split(r"^## ", text.partition("\n## Glossary\n")[2], maxsplit=1, flags=re.MULTILINE)[0].strip()


def terms() -> Iterator[str]:
    for row in glossary().splitlines()[2:]:
        yield from row.split("|")[1].strip().split(", ")


def test_the_glossary_is_short() -> None:
    assert len(glossary().splitlines()) <= LONGEST
    every = list(terms())
    assert len(every) == len(set(every)), "each term has one meaning"


def test_every_term_of_the_glossary_is_used() -> None:
    names = frozenset().union(*map(identifiers, modules()))
    text = "\n".join(path.read_text() for path in modules())
    for term in terms():
        if term.startswith("`"):
            assert term.strip("`") in names, term
        else:
            assert re.search(rf"\b{term}\b", text, re.IGNORECASE), term


def test_every_name_that_replaced_another_is_in_the_tree() -> None:
    names = frozenset().union(*map(identifiers, modules()))
    assert {name for rather in REPLACED.values() for name in rather.split(", ")} <= names


def test_the_words_that_the_glossary_replaced_are_gone() -> None:
    left = {
        (name, path.relative_to(ROOT).as_posix())
        for path in modules()
        for name in REPLACED.keys() & identifiers(path)
        if not path.relative_to(ROOT).as_posix().startswith(APART.get(name, "-"))
    }
    assert left == set()
