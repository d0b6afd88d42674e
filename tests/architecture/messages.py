"""``python -m tests.architecture.messages``: everything that people read, as text, on one page to be read aloud.

The list is made from what is registered: reason codes, faults, states, events, outcomes, and the functions that
`handlers.messages` offers. A new one appears by itself. Lines that were printed before under the same heading are
left out. At the end stands a conversation with the bot on a stage.
"""

from __future__ import annotations

import ast
import asyncio
import logging
import re
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from inspect import isfunction
from pathlib import Path
from typing import Any

from bot.domain.changes import Event, State
from bot.domain.drift import Ending
from bot.domain.errors import Code, Fault, Reason, ResolvableBy
from bot.domain.home import Home
from bot.domain.notices import ChangeView, HistoryView, TroubleView
from bot.domain.outcomes import Failed, Refused
from bot.features.forms import FieldProblem
from bot.features.projects.forms import FieldNow
from bot.grammar import language
from bot.grammar.commands import Misunderstood
from handlers import messages
from handlers.ids import Form
from handlers.messages import Message, errors, home, outages, refusals, rendering, words
from tests.architecture.documentation import ROOT
from tests.architecture.specimens import DUE, LIFE, calls, specimens, timed
from tests.handlers.messages import samples
from tests.handlers.messages.reading import read_blocks, read_view
from tests.handlers.messages.samples import NOW, RAVI, decision, entry, in_state
from tests.scenarios.chat import ADA as ADA_ID
from tests.scenarios.chat import MIRA as MIRA_ID
from tests.scenarios.chat import RAVI as RAVI_ID
from tests.scenarios.chat import Chat
from tests.scenarios.stage import Stage, staged

NOT_SAID = {"options", "outcome", "lines_of", "plain_text"}
"""What `handlers.messages` offers and what is no message of its own."""

FACTS: dict[str, Any] = {
    "by": RAVI.user_id,
    "config": "config_x",
    "count": 5,
    "days": 90,
    "directory": "refunds",
    "done": "created",
    "due": DUE.at.isoformat(),
    "ended": Ending.ADOPTED,
    "field": "tags",
    "fields": ("name", "directory"),
    "have": 1,
    "is": "two approvals",
    "metric": "how fast",
    "minutes": 15,
    "name": "Refund triage",
    "names": ("config_v", "config_w"),
    "need": 2,
    "noun": "project",
    "now": "config_y",
    "number": 142,
    "member": "ana@example.com",
    "project": "Refund triage",
    "provider": "humanloop",
    "reviewer": "Reva",
    "rule": "built-in/one-approval",
    "state": "applied",
    "status": "cancelled",
    "tag": "two words",
    "team": "support-ai",
    "wanted": "completed",
    "was": "one approval",
    "whom": RAVI.user_id,
    "wrote": "not before the launch",
    "zone": DUE.zone,
}
"""Facts of all reasons at once."""


@dataclass
class Page:
    """What is printed, in order; `known` are the lines that stand under the present heading already."""

    lines: list[str] = field(default_factory=list)
    known: set[str] = field(default_factory=set)

    def subject(self, title: str) -> None:
        """Begin a group."""
        self.lines += ["", "", title.upper(), "=" * len(title)]
        self.known = set()

    def show(self, title: str, said: Iterable[str]) -> None:
        """Print a heading and those lines that are new."""
        self.lines += ["", f"[{title}]"]
        for line in chain_lines(said):
            if line not in self.known:
                self.known.add(line)
                self.lines.append(line)

    def text(self) -> str:
        """The whole page."""
        return "\n".join(self.lines).strip() + "\n"


def chain_lines(said: Iterable[str]) -> Iterator[str]:
    """Every line of several texts, without Slack's markup of names and times."""
    for each in said:
        yield from (legible(line) for line in each.splitlines() if line.strip())


PEOPLE = {"<@U0ADA>": "@Ada", "<@U0RAVI>": "@Ravi", "<@U0MIRA>": "@Mira", "<@U0BOT>": "@configbot"}


def legible(text: str) -> str:
    """A line with mentions, channels and times as their readers see them."""
    for mention, name in PEOPLE.items():
        text = text.replace(mention, name)
    text = re.sub(r"<!date\^\d+\^[^|>]*\|([^>]*)>", r"\1", text)
    return re.sub(r"<#C0([A-Z]+)>", lambda found: f"#{found[1].lower()}", text)


def said(made: Any) -> str:
    """A message, a modal or a sentence as text."""
    match made:
        case Message():
            return f"“{made.text}”\n{read_blocks(made.blocks)}{asked(made.blocks)}"
        case {"type": "modal"}:
            return read_view(made) + asked(made["blocks"])
        case {"blocks": blocks}:
            return read_blocks(blocks)
        case _:
            return str(made or "")


def asked(part: Any) -> str:
    """The questions that buttons ask before they act, and the hints and placeholders of inputs."""
    if isinstance(part, dict):
        found = ""
        confirm = part.get("confirm") or {}
        if "deny" in confirm:
            parts = (confirm[name]["text"] for name in ("title", "text", "confirm", "deny"))
            found += f"\n  asks first: {' / '.join(parts)}"
        for name in ("hint", "placeholder"):
            if name in part:
                found += f"\n  {name}: {part[name]['text']}"
        return found + "".join(asked(each) for each in part.values())
    return "".join(asked(each) for each in part) if isinstance(part, list | tuple) else ""


@cache
def lifters() -> dict[Code, set[ResolvableBy]]:
    """Who can lift a refusal of each code, read from where the reasons are made."""
    found: dict[Code, set[ResolvableBy]] = {code: set() for code in Code}
    for path in (ROOT / "bot").rglob("*.py"):
        tree = ast.parse(path.read_text())
        for node in ast.walk(tree):
            match node:
                case ast.Call(func=ast.Name("Reason"), args=[code, *more]):
                    who = {ResolvableBy[name] for each in more for name in _members(each, "ResolvableBy")}
                    for name in {*_members(code, "Code"), *_members_of_names(code, tree)}:
                        found[Code[name]] |= who or {ResolvableBy.REQUESTER}
    return found


def _members(node: ast.AST, enum: str) -> Iterator[str]:
    """The names of an enum's members that stand in a part of the code."""
    for each in ast.walk(node):
        match each:
            case ast.Attribute(ast.Name(owner), name) if owner == enum and name.isupper():
                yield name


def _members_of_names(node: ast.AST, tree: ast.AST) -> Iterator[str]:
    """The codes that the file gives to the names that stand in a part of it: one of several, or a table of them."""
    names = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
    for each in ast.walk(tree):
        match each:
            case ast.Assign([ast.Name(target)], value) if target in names:
                yield from _members(value, "Code")


def refused(page: Page) -> None:
    """Every reason: what the person who asked reads, and what others read about that person."""
    page.subject("Refusals")
    for code, who_lifts in lifters().items():
        lines = []
        for resolvable_by in sorted(who_lifts or {ResolvableBy.REQUESTER}):
            whole, bare = Reason(code, resolvable_by, FACTS), Reason(code, resolvable_by)
            lines += [f"{refusals.why(each)} {refusals.remedy(each)}" for each in (whole, bare)]
            if code in refusals.ABOUT_REQUESTER:
                others = (samples.change(), timed(State.VOID))
                lines += [f"{refusals.why(bare, of=each)} {refusals.remedy(bare, of=each)}" for each in others]
        page.show(code.value, lines)
    page.show(
        "how a drift ended", (refusals.why(Reason(Code.DRIFT_OVER, facts={**FACTS, "ended": each})) for each in Ending)
    )


def faults(page: Page) -> None:
    """Every fault, as an answer to a line and as what a change came to."""
    page.subject("What did not work")
    for fault in Fault:
        provider = "" if fault is Fault.OWN_DATABASE else "humanloop"
        problem = replace(samples.PROBLEM, fault=fault, provider=provider, status=None)
        unsure = Failed(problem, look="project show support")
        came = (Failed(problem), unsure, Failed(problem, replace(in_state(State.FAILED), problem=problem)))
        page.show(fault.value, (said(errors.failed(each)) for each in came))
    page.show("asked us to wait", [words.remedy_of(replace(samples.PROBLEM, fault=Fault.RATE_LIMITED, retry_after=30))])
    page.subject("Lines that are not understood")
    for what in errors.MISUNDERSTANDINGS:
        helped = Misunderstood("x", what, "prodction", "deploy CONFIG to ENV", "deploy config_x to production")
        page.show(what, (said(errors.misunderstood(each, {})) for each in (helped, Misunderstood("x", what))))
    page.show(
        "fields of forms", (errors.field_problem(FieldProblem("x", problem)) for problem in errors.FIELD_PROBLEMS)
    )


def lists(page: Page) -> None:
    """Every member of every closed list of words."""
    page.subject("Words")
    for name, table in vars(words).items():
        if isinstance(table, dict) and name.isupper() and name != "FAULTS":
            page.show(name.lower().strip("_"), (f"{key}: {_flat(value)}" for key, value in table.items()))
    page.show("causes", (f"{key}: {_flat(value)}" for key, value in outages.CAUSES.items()))
    page.show("rules", (words.rule(f"{each}/undo-grace") for each in ["built-in/one-approval", "team-rule"]))


def _flat(value: Any) -> str:
    parts = (
        value
        if isinstance(value, tuple)
        else (getattr(value, "title", ""),)
        if not isinstance(value, str)
        else (value,)
    )
    return " ".join(map(str, parts))


def outcomes(page: Page) -> None:
    """Every outcome, as whoever asked reads it."""
    page.subject("Answers")
    for kind in sorted(rendering.rendered(), key=lambda kind: kind.__name__):
        page.show(kind.__name__, (said(answer(each)) for each in specimens(kind)))


def answer(came: Any) -> Message:
    """An outcome in words, with all its buttons."""
    return messages.outcome(came, drafts=dict.fromkeys(messages.lines_of(came), "draft"))


def changes(page: Page) -> None:
    """The card in every state, its thread, and what is said in the channel about scheduled ones."""
    page.subject("Cards")
    for one in LIFE:
        views = (ChangeView(one), ChangeView(one, (decision(RAVI),), undoable=True))
        page.show(f"card: {one.kind}, {one.state}", (said(messages.card(view, now=NOW)) for view in views))
    for state in State:
        page.show(f"missed: {state}", [said(messages.missed(timed(state)))])
    gone = replace(timed(State.VOID), reasons=(Reason(Code.DEACTIVATED, ResolvableBy.WORKSPACE_ADMIN),))
    page.show("missed: whose account", [said(messages.missed(gone)), said(messages.card(ChangeView(gone), now=NOW))])
    page.subject("Threads of cards")
    for event in Event:
        entries = [entry(event, RAVI, **facts) for facts in ({}, *TOLD.get(event, ()))]
        page.show(event.value, (messages.history(HistoryView(each, in_state(State.FAILED))).text for each in entries))
    page.show(
        "by itself", (messages.history(HistoryView(entry(event), in_state(State.FAILED))).text for event in Event)
    )


_TIME = {"due": DUE.at.isoformat(), "zone": DUE.zone}

TOLD: dict[Event, tuple[dict[str, str], ...]] = {
    Event.APPROVED: ({"comment": "fine by me"},),
    Event.REJECTED: ({"comment": "not on a Friday"},),
    Event.SUPERSEDED: ({"by": "ch-143"},),
    Event.SCHEDULED: (_TIME,),
    Event.RESCHEDULED: (_TIME,),
    Event.REMINDED: ({"have": "1", "need": "2"}, {"stage": "last"}),
    Event.SETTLED: ({"state": "applied"},),
}
"""Facts that an entry of the history can have."""


def offered() -> dict[str, Callable[..., Any]]:
    """Every function of `handlers.messages` that makes a message, by name."""
    return {
        name: made for name in messages.__all__ if isfunction(made := getattr(messages, name)) and name not in NOT_SAID
    }


def everything_else(page: Page) -> None:
    """What `handlers.messages` offers beside outcomes: notices, modals, forms, small answers."""
    page.subject("Notices, forms and small answers")
    fixed = parameters()
    for name, function in offered().items():
        page.show(name.replace("_", " "), (said(each) for each in calls(function, **fixed.get(name, {}))))
    causes = (TroubleView("C0DEPLOYS", cause, NOW) for cause in (*outages.CAUSES, "internal_error"))
    page.show("trouble, by cause", (said(messages.trouble(each)) for each in causes))
    page.subject("Home")
    tabs = (home.home_tab(each, dict.fromkeys(home.home_lines(each), "d")) for each in specimens(Home))
    page.show("home", map(said, tabs))
    page.show("nobody we know", [said(home.home_refused(Refused((Reason(Code.STRANGER, ResolvableBy.NOBODY),))))])


def parameters() -> dict[str, dict[str, Iterable[Any]]]:
    """By function: what its parameters are given, where a type does not say it."""
    forms = [Form(verb, "C0DEPLOYS") for verb in language().forms if verb != "config update"]
    evaluations = [form for form in forms if form.verb.startswith("evaluation")]
    updates = [form for form in forms if form.verb == "project update"]
    return {
        "evaluation_form": {"form": evaluations},
        "filled_form": {"form": updates, "loaded": [[FieldNow("name", "Refund triage")]]},
        "form_for": {"form": forms},
        "help_message": {"word": [None, *dict.fromkeys(line.head for line in language().lines), "nonsense"]},
        "line_form": {"form": [form for form in forms if form.verb == "promote"]},
        "open_form": {"verb": ["deploy"]},
        "reading_form": {"form": updates},
        "unread_form": {"form": updates},
        "update_form": {"form": updates},
    }


def everything() -> str:
    """The page without the conversation."""
    page = Page()
    for part in (refused, faults, lists, outcomes, changes, everything_else):
        part(page)
    return page.text()


SCRIPT: tuple[tuple[str, str], ...] = (
    (ADA_ID, "/configbot help deploy"),
    (ADA_ID, "/deploy config_xx to production"),
    (ADA_ID, "/deploy config_x"),
    (ADA_ID, "/deploy config_x to production because it no longer loops"),
    (ADA_ID, "[Approve]"),
    (RAVI_ID, "[Approve]"),
    (MIRA_ID, "[Undo]"),
    (ADA_ID, "/deploy config_x to production"),
    (ADA_ID, "/promote Support reply from staging to production"),
    (ADA_ID, "/deploy config_v to production in 2h"),
    (ADA_ID, "/configbot explain rollback Support reply in production"),
    (ADA_ID, "/project list"),
    (ADA_ID, "/project show Support reply"),
    (ADA_ID, "/config diff config_w with config_x"),
    (ADA_ID, "/evaluations running"),
    (ADA_ID, "/configbot reminders"),
    (ADA_ID, "/approvals"),
    (ADA_ID, "/deployments"),
    (ADA_ID, "/configbot withdraw ch-1"),
    (ADA_ID, "/configbot doctor"),
    (ADA_ID, "/configbot frobnicate"),
)
"""Who types what, or presses which button of the newest card that has it."""

NAMES = {ADA_ID: "Ada", RAVI_ID: "Ravi", MIRA_ID: "Mira"}


async def conversation(data: Path, script: Iterable[tuple[str, str]] = SCRIPT) -> str:
    """What people read who type these lines one after the other: every message that is new, or says something else."""
    page, seen = Page(), dict[str, str]()
    page.subject("A conversation")
    async with staged(data) as stage:
        for who, line in script:
            await _acts(stage, who, line)
            page.known = set()
            page.show(f"{NAMES[who]}: {line}", [text async for text in _news(stage.chat, who, seen)])
    return page.text()


async def _acts(stage: Stage, who: str, line: str) -> None:
    if line.startswith("["):
        button = line.strip("[]")
        shown = await stage.chat.messages(who)
        await stage.chat.press(who, next(each for each in reversed(shown) if button in each.buttons()), button)
    else:
        await stage.chat.say(who, line)
    await asyncio.sleep(0.3)  # the bot has heard of it by then; what it says late stands under the next line
    await stage.rests()


async def _news(chat: Chat, who: str, seen: dict[str, str]) -> AsyncIterator[str]:
    for line in await chat.messages(who):
        if not line.by_bot:
            continue
        name, text = line.raw.get("ephemeral_id") or line.raw["ts"], read_blocks(line.raw["blocks"])
        if seen.get(name) != text:
            seen[name] = text
            yield f"{'(only you see this) ' if line.private else ''}{text}"


def main() -> None:
    """Print everything."""
    logging.disable()
    sys.stdout.write(everything())
    with tempfile.TemporaryDirectory() as data:
        sys.stdout.write("\n\n" + asyncio.run(conversation(Path(data))))


if __name__ == "__main__":
    main()
