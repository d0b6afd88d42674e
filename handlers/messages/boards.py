"""Look-ups: the board, lists of changes, a config, an explanation."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from slack_sdk.models.blocks import ActionsBlock, Block

from bot.domain.changes import Change, State
from bot.domain.outcomes import Board, BoardCell, BoardRow, ChangeList, ConfigDetail, Explanation, Harmless, Suggestion
from bot.domain.policies import Allowed, Answer, Denied, NeedsApproval
from handlers.ids import Action
from handlers.messages import diffs, phrases, words
from handlers.messages.blocks import (
    Message,
    button,
    code,
    compose,
    context,
    mention,
    moment,
    rich_list,
    run_buttons,
    section,
    stack,
)
from handlers.messages.errors import reasons

MAX_CELLS = 12

_PAGE = re.compile(r"(?P<line>.*) page (?P<page>[1-9]\d{0,5})")


def page_line(line: str, page: int) -> str:
    """The draft behind a page button: a line and the page of its answer."""
    return f"{line} page {page}"


def read_page_line(draft: str) -> tuple[str, int]:
    """The inverse of `page_line`; the first page for any other line."""
    found = _PAGE.fullmatch(draft)
    return (found["line"], int(found["page"])) if found else (draft, 1)


def page_suggestions(shown: Board | ChangeList) -> tuple[Suggestion, ...]:
    """The pages before and after the one that is shown."""
    near = (("Previous page", shown.page - 1), ("Next page", shown.page + 1))
    return tuple(Suggestion(name, page_line(shown.line, page)) for name, page in near if 1 <= page <= shown.pages)


def _pages(shown: Board | ChangeList, drafts: Mapping[str, str]) -> Iterator[Block | ActionsBlock | None]:
    if shown.pages > 1:
        yield run_buttons(page_suggestions(shown), drafts)
        yield context(f"Page {shown.page} of {shown.pages}")


def board(shown: Board, drafts: Mapping[str, str]) -> Message:
    """What is live where."""
    if not shown.rows:
        text = "There is no project to show."
        return compose(text, section(text))
    count = words.counted(len(shown.rows), "project")
    lines = [f"{code(row.project.name)}: {_in_short(row)}" for row in shown.rows]
    return compose(
        f"What is live, {count} on page {shown.page} of {shown.pages}. {'. '.join(lines)}.",
        section("*What is live*"),
        *(_project(row) for row in shown.rows),
        *_pages(shown, drafts),
    )


def _in_short(row: BoardRow) -> str:
    if row.problem is not None:
        return "could not be read"
    return ", ".join(f"{code(cell.environment.name)} {phrases.served(cell.served)}" for cell in row.cells[:MAX_CELLS])


def _project(row: BoardRow) -> Block:
    head = f"*{code(row.project.name)}* · {code(row.project.provider, 40)}"
    if row.problem is not None:
        return section(f"{head}\n{words.fault(row.problem)} {words.remedy_of(row.problem)}")
    lines = [_cell(cell) for cell in row.cells[:MAX_CELLS]] or ["It has no environments."]
    rest = len(row.cells) - MAX_CELLS
    if rest > 0:
        lines.append(f"and {words.counted(rest, 'more environment')}")
    return stack([head, *lines])


def _cell(cell: BoardCell) -> str:
    last, pending = cell.last, cell.pending
    line = f"{code(cell.environment.name, 40)}: {phrases.served(cell.served)}"
    if last is not None and last.applied_at is not None:
        line += f", since {moment(last.applied_at)} by {mention(last.requester)} ({code(last.label)})"
    if pending is not None:
        line += f" · {code(pending.label)} would make it {phrases.target(pending)}: {_state(pending)}"
    return line


def _state(change: Change) -> str:
    return words.STATES[change.state].title.lower()


EMPTY_LISTS = {"approvals": "Nothing waits for you.", "changes": "There are no changes here yet."}


def change_list(shown: ChangeList, drafts: Mapping[str, str]) -> Message:
    """Changes, newest first; each with a button that opens it."""
    if not shown.changes:
        text = EMPTY_LISTS.get(shown.title, "There is nothing to show.")
        return compose(text, section(text))
    count = words.counted(len(shown.changes), "change")
    title = f"{count} waiting for approval" if shown.title == "approvals" else f"{count}, the newest first"
    short = ", ".join(f"{code(change.label)} {_state(change)}" for change in shown.changes)
    return compose(
        f"{title}: {short}.",
        section(f"*{title}*"),
        *(_listed(change) for change in shown.changes),
        *_pages(shown, drafts),
    )


def _listed(change: Change) -> Block:
    state = words.STATES[change.state]
    word = "Review" if change.state is State.WAITING else "Show"
    return section(
        f"{state.glyph} {code(change.label)} {state.title.lower()}: {phrases.wish(change)}\n"
        f"{mention(change.requester)}, {moment(change.created_at)}",
        accessory=button(word, Action.REVIEW, change.id),
    )


def explanation(shown: Explanation) -> Message:
    """What would happen to a line, and why. Nothing was changed."""
    said = answer(shown.answer)
    place = f"{code(shown.environment.name)} of {code(shown.project.name)}"
    target = f" The line would make it {code(shown.target.name)}." if shown.target else ""
    denied = reasons(shown.answer.reasons) if isinstance(shown.answer, Denied) else None
    return compose(
        f"{code(shown.line, 200)}: {said} Nothing was changed.",
        section(f"*If you typed* {code(shown.line, 200)}: {said}"),
        denied,
        section(f"Live in {place} now: {phrases.served(shown.served)}.{target}"),
        context("This only explains. Nothing was changed."),
    )


def answer(given: Answer) -> str:
    """A decision in words, in mrkdwn."""
    match given:
        case Allowed(mark):
            return f"it would be applied at once. Decided by {words.rule(mark.id)}."
        case NeedsApproval(mark, have, need):
            return (
                f"it would wait for {words.counted(need - have, 'approval')}. "
                f"Decided by {words.rule(mark.id)}. {phrases.who_approves(mark)}"
            )
        case denied:
            return f"it would be refused, for {words.counted(len(denied.reasons), 'reason')}."


def harmless(shown: Harmless) -> Message:
    """A line that was asked about changes nothing."""
    text = f"{code(shown.line, 200)} changes nothing, so anybody may type it."
    return compose(text, section(text))


def config_detail(shown: ConfigDetail) -> Message:
    """A config with its content."""
    name = code(shown.config.name)
    model = f" on model {code(shown.content.model)}" if shown.content.model else ""
    return compose(
        f"{name}: {words.counted(len(shown.content.messages), 'message')}{model}.",
        section(f"*{name}* · {code(shown.config.id)}"),
        rich_list(diffs.summary(shown.content)),
        *diffs.prompt(shown.content),
    )
