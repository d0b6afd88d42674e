"""The board, lists of changes, explanations of a line."""

from __future__ import annotations

from slack_sdk.models.blocks import Block

from bot.domain.changes import Change, State
from bot.domain.drafts import Drafts
from bot.domain.drift import Baseline, Source, edited_in_place
from bot.domain.facts import Allowed, Answer, Denied, NeedsApproval
from bot.domain.names import Config
from bot.domain.outcomes import Explanation, Harmless, Permission
from bot.domain.times import Due
from bot.domain.views import Board, BoardCell, BoardRow, ChangeList
from handlers.ids import Action
from handlers.messages import phrases, refusals, words
from handlers.messages.blocks import (
    Message,
    button,
    code,
    compose,
    context,
    mention,
    moment,
    section,
    stack,
)
from handlers.messages.errors import missing, reasons
from handlers.messages.lists import page_suggestions, pages
from handlers.messages.rendering import renders

MAX_CELLS = 12
MAX_SCHEDULED = 2
"""Scheduled changes that are named for one environment."""


@renders(Board, buttons=page_suggestions)
def board(board: Board, drafts: Drafts) -> Message:
    """What is live where."""
    unread = " ".join(words.unread(each) for each in board.unread)
    if not board.rows:
        text = "There are no projects to show."
        return compose(f"{text} {unread}".rstrip(), section(text), *missing(board.unread))
    count = words.counted(len(board.rows), "project")
    lines = [f"{code(row.project.name)}: {_in_short(row)}" for row in board.rows]
    return compose(
        f"What is live, {count} on page {board.page} of {board.pages}. {'. '.join(lines)}. {unread}".rstrip(),
        section("*What is live*"),
        *missing(board.unread),
        *(project(row) for row in board.rows),
        *pages(board, drafts),
    )


def _in_short(row: BoardRow) -> str:
    if row.problem is not None:
        return "I couldn't read it"
    return ", ".join(cell_in_short(cell) for cell in row.cells[:MAX_CELLS])


def cell_in_short(cell: BoardCell) -> str:
    """One environment in a few words."""
    moved = " (changed outside configbot)" if cell.drifted else ""
    return f"{code(cell.environment.name)} {phrases.served(cell.served)}{moved}"


def project(row: BoardRow) -> Block:
    """One project over its environments."""
    head = f"*{code(row.project.name)}* · {phrases.at(row.project.provider, row.noun)}"
    if row.problem is not None:
        return section(f"{head}\n{words.fault(row.problem)} {words.remedy_of(row.problem)}")
    lines = [cell_line(cell) for cell in row.cells[:MAX_CELLS]] or ["It has no environments."]
    rest = len(row.cells) - MAX_CELLS
    if rest > 0:
        lines.append(f"and {words.counted(rest, 'more environment')}")
    return stack([head, *lines])


def cell_line(cell: BoardCell) -> str:
    """One environment in a line: what is live, since when and by whom, pending and scheduled changes."""
    last, pending = cell.last, cell.pending
    line = f"{code(cell.environment.name, 40)}: {phrases.served(cell.served)}"
    if last is not None and last.applied_at is not None:
        line += f", since {moment(last.applied_at)} by {mention(last.requester)} ({code(last.label)})"
    if cell.known is not None:
        line += _outside(cell, cell.known)
    if pending is not None:
        line += f" · {code(pending.label)} would make it {phrases.target(pending)}: {_state(pending)}{_at(pending)}"
    for change in cell.scheduled[:MAX_SCHEDULED]:
        line += f" · {code(change.label)} will make it {phrases.target(change)}{_at(change)}"
    if len(cell.scheduled) > MAX_SCHEDULED:
        line += f" · and {len(cell.scheduled) - MAX_SCHEDULED} more scheduled"
    return line


def _outside(cell: BoardCell, baseline: Baseline) -> str:
    """A note that somebody changed it outside the bot, or adopted such a change; else empty."""
    if cell.drifted and cell.served is not None and edited_in_place(baseline.served, cell.served):
        return " · ⚠️ its content was edited outside configbot"
    if cell.drifted:
        return f" · ⚠️ changed outside configbot: it was {phrases.served(baseline.served)}"
    if baseline.source is Source.ADOPTED and cell.served is not None and cell.served.same_as(baseline.served):
        return f", adopted {moment(baseline.at)} by {mention(baseline.by)}"
    return ""


def _at(change: Change) -> str:
    return f", due {moment(change.due.at)}" if change.due else ""


def _state(change: Change) -> str:
    return words.STATES[change.state].title.lower()


EMPTY_LISTS = {"approvals": "Nothing is waiting for you.", "changes": "There are no changes here yet."}


@renders(ChangeList, buttons=page_suggestions)
def change_list(changes: ChangeList, drafts: Drafts) -> Message:
    """Changes, newest first; each with a button that opens it."""
    if not changes.changes:
        text = EMPTY_LISTS.get(changes.title, "There is nothing to show.")
        return compose(text, section(text))
    count = words.counted(len(changes.changes), "change")
    title = f"{count} waiting for approval" if changes.title == "approvals" else f"{count}, newest first"
    short = ", ".join(f"{code(change.label)} {_state(change)}" for change in changes.changes)
    return compose(
        f"{title}: {short}.",
        section(f"*{title}*"),
        *(listed(change) for change in changes.changes),
        *pages(changes, drafts),
    )


def listed(change: Change, button_text: str | None = None) -> Block:
    """One change of a list, with a button that opens it; without `button_text` its text depends on the state."""
    state = words.STATES[change.state]
    is_waiting = change.state is State.WAITING
    button_text = button_text or ("Review" if is_waiting else "Show")
    expiry = f" · expires {moment(change.expires_at)}" if is_waiting and change.expires_at else ""
    return section(
        f"{state.glyph} {code(change.label)} {state.title.lower()}: {phrases.change_request(change)}\n"
        f"{mention(change.requester)}, {moment(change.created_at)}{_due(change)}{expiry}",
        accessory=button(button_text, Action.REVIEW, change.id),
    )


def _due(change: Change) -> str:
    """The due time in a list, only while it is still to come."""
    return _at(change) if change.state in (State.WAITING, State.SCHEDULED) else ""


@renders(Explanation)
def explanation(explanation: Explanation) -> Message:
    """What a line would do, and why. Nothing was changed."""
    decision = answer(explanation.answer, explanation.due)
    place = f"{code(explanation.environment.name)} of {code(explanation.project.name)}"
    target = (
        f" Your line would make it {code(explanation.target.name)}." if isinstance(explanation.target, Config) else ""
    )
    denied = reasons(explanation.answer.reasons) if isinstance(explanation.answer, Denied) else None
    return compose(
        f"{code(explanation.line, 200)}: {decision}{_because(explanation.answer)} Nothing was changed.",
        section(f"*If you typed* {code(explanation.line, 200)}: {decision}"),
        denied,
        section(f"🕘 *When:* {phrases.when(explanation.due)}") if explanation.due else None,
        section(f"Now live in {place}: {phrases.served(explanation.served)}.{target}"),
        context("I only explained it. Nothing was changed."),
    )


def answer(decision: Answer, due: Due | None = None) -> str:
    """A decision in words, in mrkdwn; `due` is the time of a scheduled change."""
    time = words.clock(due.at, due.zone) if due else ""
    match decision:
        case Allowed(mark):
            action = f"I would schedule it for {time}" if due else "I would do it right away"
            return f"{action}. Decided by {words.rule(mark.id)}."
        case NeedsApproval(mark, have, need):
            return (
                f"it would wait for {words.counted(need - have, 'approval')}"
                f"{', and I would apply it ' + time if due else ''}. "
                f"Decided by {words.rule(mark.id)}. {phrases.who_approves(mark)}"
            )
        case denied:
            return f"I would refuse it, for {words.counted(len(denied.reasons), 'reason')}."


@renders(Permission)
def permission(permission: Permission) -> Message:
    """Whether a line would be allowed, and why. Nothing was changed."""
    denied = permission.answer if isinstance(permission.answer, Denied) else None
    decision = answer(permission.answer)
    return compose(
        f"{code(permission.line, 200)}: {decision}{_because(permission.answer)} Nothing was changed.",
        section(f"*If you typed* {code(permission.line, 200)}: {decision}"),
        reasons(denied.reasons) if denied else None,
        context("I only explained it. Nothing was changed."),
    )


def _because(decision: Answer) -> str:
    """Every reason of a refusal, behind a space; empty if it is none."""
    return "".join(f" {refusals.why(each)}" for each in decision.reasons) if isinstance(decision, Denied) else ""


@renders(Harmless)
def harmless(result: Harmless) -> Message:
    """The explanation of a line that changes nothing."""
    text = f"{code(result.line, 200)} changes nothing, so anyone can type it."
    return compose(text, section(text))
