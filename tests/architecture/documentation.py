"""The generated parts of the documentation: ``python -m tests.architecture.documentation`` writes them anew.

A part stands between ``<!-- name -->`` and ``<!-- /name -->``. `PAGES` says which parts each page has.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import timedelta
from pathlib import Path

from pydantic import SecretStr

import bot.features  # noqa: F401 - registers the lines of the language
from bot.clients import catalog
from bot.clients.base import Capabilities
from bot.domain.changes import MOVES, State
from bot.domain.facts import OPEN_BY_NATURE
from bot.grammar import Syntax, language
from bot.jobs.scheduler import table
from bot.settings import env_example, settings_table

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
DOCS = ROOT / ".github" / "docs"


def cell(text: str) -> str:
    """A text as it stands in a cell of a table."""
    return text.replace("|", "\\|").replace("\n", " ")


def rows(head: tuple[str, ...], *body: tuple[str, ...]) -> str:
    """A table in Markdown."""
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ("---",) * len(head), *body))


def headings() -> dict[str, list[Syntax]]:
    """The lines that work, by their heading in help."""
    found: dict[str, list[Syntax]] = {}
    for line in language().lines:
        if line.ready:
            found.setdefault(line.heading, []).append(line)
    return found


def lines() -> str:
    """Every line that works, without what may be left out, with its first phrase."""
    body = []
    for heading, every in headings().items():
        body.append((f"**{heading}**", ""))
        body += [(f"`{_short(line.usage)}`", cell(_first_phrase(line.does))) for line in every]
    return rows(("line", "does"), *body)


def _short(usage: str) -> str:
    return cell(" ".join(re.sub(r"\[[^\]]*\]", "", usage).split()))


def _first_phrase(text: str) -> str:
    return re.split(r"[;:.]", text, maxsplit=1)[0] + "."


def commands() -> str:
    """Every line whole, by group, with an example; and the slash commands."""
    parts = []
    for heading, every in headings().items():
        body = [(f"`{cell(line.usage)}`", cell(line.does), f"`{cell(line.example)}`") for line in every]
        parts.append(f"### {heading}\n\n{rows(('line', 'does', 'for example'), *body)}")
    later = ", ".join(f"`{line.key}`" for line in language().lines if not line.ready)
    if later:
        parts.append(f"configbot understands these as well, and answers that it can't do them yet: {later}.")
    known = [(f"`/{each.name}`", cell(each.description)) for each in language().slash_commands]
    parts.append(f"### Slash commands\n\n{rows(('command', 'does'), *known)}")
    return "\n\n".join(parts)


def spellings() -> str:
    """Other first words that are understood."""
    heads: dict[str, list[str]] = {}
    for words, head in language().spellings.items():
        heads.setdefault(head, []).append(" ".join(words))
    return rows(
        ("word", "also typed as"),
        *((f"`{head}`", ", ".join(f"`{word}`" for word in also)) for head, also in heads.items()),
    )


def settings() -> str:
    """Every setting."""
    body = []
    for row in settings_table():
        also = f" Also read as `{row.also}`." if row.also else ""
        default = f"`{row.default}`" if row.default else ""
        body.append((f"`{row.name}`", cell(default), f"{cell(row.description)}{also}"))
    return rows(("setting", "default", "what it is"), *body)


def jobs() -> str:
    """Every job of the scheduler."""
    body = []
    for job in table():
        runs = "in every process" if job.each else "once for all processes"
        body.append((job.name, job.does, span(job.every), span(job.limit), runs))
    return rows(("job", "what", "how often", "ended after", "runs"), *body)


def span(time: timedelta) -> str:
    """A time as people write it."""
    seconds = int(time.total_seconds())
    return f"{seconds} s" if seconds < 60 else f"{seconds // 60} min"


CAN = {
    "evaluations": "keeps evaluations",
    "fields": "fields that `project update` changes",
    "create": "projects can be made from Slack",
    "unique_names": "no two projects have the same name",
    "default_environment": "one environment is the default",
    "immutable_configs": "a config never changes under its id",
    "answers_state": "a write answers what is live afterwards",
    "approvals": "can demand an approval of its own",
    "audit": "says who changed what is live",
    "splits": "several configs can share the traffic",
    "noun": "what it calls a project",
    "config_noun": "what it calls a config",
}
"""Field of `Capabilities` → what it means for people."""


def providers() -> str:
    """What each kind of provider can do."""
    able = {kind: _capabilities(kind) for kind in catalog.KINDS}
    body = [
        (CAN[field.name], *(_ability(getattr(each, field.name)) for each in able.values()))
        for field in fields(Capabilities)
    ]
    return rows(("", *(f"`{kind}`" for kind in able)), *body)


def _capabilities(kind: str) -> Capabilities:
    project = "shop" if kind in catalog.WITH_PROJECT else None
    return catalog.build(kind, "main", "https://configs.example.com", SecretStr("key"), project=project).capabilities


def _ability(value: bool | str | frozenset[str]) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else ", ".join(f"`{each}`" for each in sorted(value))


def states() -> str:
    """Every state of a change, and what can happen to it there."""
    body = []
    for state in State:
        ways = [f"{move.value} → {after.value}" for (before, move), after in MOVES.items() if before is state]
        body.append((state.value, "<br>".join(ways) or "nothing: it has ended"))
    return rows(("state", "what can happen"), *body)


def open_environments() -> str:
    """The names of environments that need no approval."""
    return ", ".join(f"*{name}*" for name in sorted(OPEN_BY_NATURE))


PAGES: Mapping[Path, Mapping[str, Callable[[], str]]] = {
    README: {"lines": lines},
    DOCS / "commands.md": {"commands": commands, "spellings": spellings},
    DOCS / "settings.md": {"settings": settings},
    DOCS / "operations.md": {"jobs": jobs},
    DOCS / "policy.md": {"open environments": open_environments, "states": states},
    ROOT / "bot" / "clients" / "README.md": {"providers": providers},
}
"""Page → the parts that it has, each with what writes it."""


def with_parts(page: Path) -> str:
    """The text of a page with its generated parts as the code has them now."""
    text = page.read_text()
    for name, make in PAGES[page].items():
        before, begin, rest = text.partition(f"<!-- {name} -->\n")
        _, end, after = rest.partition(f"<!-- /{name} -->")
        assert begin, f"{page.relative_to(ROOT)} has no place for {name}"
        assert end, f"{page.relative_to(ROOT)} has no end of {name}"
        text = f"{before}{begin}{make()}\n{end}{after}"
    return text


if __name__ == "__main__":
    for each in PAGES:
        each.write_text(with_parts(each))
    (ROOT / ".env.example").write_text(env_example())
