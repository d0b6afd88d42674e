"""A change under review: the lines of its thread, the review modal, the form for a rejection."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from slack_sdk.models.blocks import Block, DividerBlock, InputBlock, PlainTextInputElement
from slack_sdk.models.views import View as SlackView

from bot.domain.changes import AuditEntry, Change, Event, State
from bot.domain.drift import Drift
from bot.domain.errors import Problem
from bot.domain.live_state import Nothing
from bot.domain.names import Config
from bot.domain.notices import ChangeView, HistoryView
from bot.domain.reminder_hours import Stage
from bot.domain.views import ChangeDetail
from handlers import ids
from handlers.messages import diffs, phrases, words
from handlers.messages.blocks import (
    Message,
    actions,
    bullets,
    button,
    code,
    compose,
    label,
    mention,
    moment,
    prose,
    quote,
    section,
)
from handlers.messages.cards import approvals, headline, old_and_new, own_buttons, request_line, verdict, when_line
from handlers.messages.errors import problem_blocks, reasons
from handlers.messages.rendering import renders

COMMENT_LIMIT = 1_000

FOR_REQUESTER = frozenset({Event.AT_PROVIDER, Event.DECLINED})
"""Events that mention the requester in the thread: they happen elsewhere, and somebody has to act on them."""

HAS_REASONS = frozenset({Event.REFUSED, Event.VOIDED, Event.DECLINED})
"""Events whose line in the thread is followed by the reasons of the change."""


def history(view: HistoryView) -> Message:
    """One line in the thread of a card."""
    text = sentence(view.entry, view.change)
    comment = view.entry.facts.get("comment", "").strip()
    return compose(
        f"{code(view.change.label)}: {text}" + (f" “{prose(comment, 200)}”" if comment else ""),
        section(text),
        quote(comment) if comment else None,
        *_why(view),
    )


def _why(view: HistoryView) -> Iterator[Block]:
    """Reasons and problem, if this entry is the one that caused them."""
    change = view.change
    if view.entry.event in HAS_REASONS and (block := reasons(change.reasons, of=change)):
        yield block
    if view.entry.event in (Event.FAILED, Event.LOST) and change.problem is not None:
        yield from problem_blocks(change.problem)


def sentence(entry: AuditEntry, change: Change | None = None) -> str:
    """An audit entry in words, in mrkdwn."""
    text = words.EVENTS[entry.event]
    facts = entry.facts
    if text[0].islower():
        subject = mention(entry.actor) if entry.actor else "I"
        text = f"{subject} {text}"
    elif entry.event is Event.SETTLED and entry.actor is not None:
        text = f"{mention(entry.actor)} settled it."
    elif entry.event in FOR_REQUESTER and change is not None:
        text = f"{mention(change.requester)}, {text[0].lower()}{text[1:]}"
    if entry.event is Event.REQUESTED and change is not None:
        text = headline(change)
    if "due" in facts:
        time = words.clock(datetime.fromisoformat(facts["due"]), facts.get("zone", "UTC"))
        text = f"{text.removesuffix('.')}: {time}"
    if entry.event is Event.REMINDED and change is not None and change.expires_at is not None:
        text = _reminded(facts, change.expires_at)
    if entry.event is Event.SUPERSEDED and "by" in facts:
        text = f"{code(facts['by'])} replaced it. Nothing was deployed."
    if entry.event is Event.SETTLED and "state" in facts:
        text = f"{text} The change is: {words.state(facts['state'])}."
    return text if text.endswith(".") else f"{text}."


def _reminded(facts: Mapping[str, str], expires_at: datetime) -> str:
    """A reminder that a change waits for approval: until when, and how many approvals it has."""
    progress = (
        f" ({facts['have']} of {words.counted(int(facts['need']), 'approval')})"
        if {"have", "need"} <= set(facts)
        else ""
    )
    if facts.get("stage") == Stage.LAST:
        return f"It expires {moment(expires_at)}, and is still waiting for approval{progress}."
    return f"It is still waiting for approval{progress}. It expires {moment(expires_at)}."


@renders(ChangeDetail)
def change_detail(detail: ChangeDetail) -> Message:
    """One change in a message: its state, its history, the short diff."""
    change = detail.change
    state = words.state_of(change)
    given = approvals(ChangeView(change, detail.decisions))
    return compose(
        f"{code(change.label)}: {state.title.lower()}. {headline(change)} {given}",
        section(f"{state.glyph} *{state.title}* · {code(change.label)}"),
        section(f"{request_line(change)}.\n{old_and_new(change)}"),
        when_line(change),
        quote(change.because) if change.because else None,
        section(verdict(change)) if isinstance(change.target, Config) else None,
        section(f"*Approvals:* {given}"),
        section(f"*Rule:* {words.rule(change.seen.rule.id)}."),
        reasons(change.reasons, of=change),
        *_problem(change.problem),
        section(_moved_away(detail.drift)) if detail.drift is not None else None,
        *diffs.short(change),
        *_history(detail),
        actions(
            [
                button("Review", ids.Action.REVIEW, change.id),
                *(own_buttons(change) if change.state is State.SCHEDULED else ()),
                button("Undo", ids.Action.UNDO, change.id) if detail.undoable else None,
            ]
        ),
    )


def _moved_away(drift: Drift) -> str:
    return (
        f"⚠️ *Changed outside configbot* since then: {phrases.served(drift.now)} is live, seen {moment(drift.found_at)}."
    )


def _problem(problem: Problem | None) -> list[Block]:
    return problem_blocks(problem) if problem else []


def _history(detail: ChangeDetail) -> Iterator[Block]:
    if detail.history:
        yield section("*History*")
        yield bullets((f"{moment(each.at)}: {sentence(each)}" for each in detail.history), 2_000)


def review_modal(detail: ChangeDetail) -> dict[str, Any]:
    """Everything that a reviewer needs, with the full diff. Approving and rejecting happens on the card."""
    change = detail.change
    state = words.state_of(change)
    blocks: list[Block | None] = [
        section(f"{state.glyph} *{state.title}*\n{request_line(change)}.\n{old_and_new(change)}"),
        when_line(change),
        quote(change.because, 2_000) if change.because else None,
        *(_evidence(change) if isinstance(change.target, Config) else ()),
        section(f"*Approvals:* {approvals(ChangeView(change, detail.decisions))}{_who_may(change)}"),
        section(f"*Rule:* {words.rule(change.seen.rule.id)}."),
        reasons(change.reasons, of=change),
        *_problem(change.problem),
        section(_moved_away(detail.drift)) if detail.drift is not None else None,
        DividerBlock(),
        *_diff(detail),
        *_history(detail),
    ]
    present = [block for block in blocks if block is not None]
    return modal(ids.View.REVIEW, f"Review {change.label}", present, private=change.id, close="Close")


def _who_may(change: Change) -> str:
    return f" {phrases.who_approves(change.seen.rule)}" if change.state is State.WAITING else ""


def diff_modal(detail: ChangeDetail) -> dict[str, Any]:
    """The full diff of a change."""
    change = detail.change
    blocks = [section(old_and_new(change)), *_diff(detail)]
    return modal(ids.View.REVIEW, f"Full diff {change.label}", blocks, private=change.id, close="Close")


def _diff(detail: ChangeDetail) -> list[Block]:
    change = detail.change
    if not isinstance(change.target, Config):
        nothing = isinstance(change.target, Nothing)
        live = "nothing is live afterwards" if nothing else f"live afterwards: {phrases.target(change)}"
        return [section(f"*What differs:* {live}.")]
    if change.seen.target_content is None:
        return [section("I couldn't read the content of the new config, so there is no diff.")]
    return diffs.full(detail.diff)


def _evidence(change: Change) -> Iterator[Block]:
    yield section(verdict(change))
    lines = [
        f"{code(row.evaluator_name)}: {phrases.score(row.live)} → {phrases.score(row.candidate)}, "
        f"{phrases.comparison(row)} ({words.counted(row.datapoints, 'datapoint')}"
        + (f", {moment(row.measured_at)})" if row.measured_at else ")")
        for row in change.seen.evidence.rows
    ]
    if lines:
        yield bullets(lines)


def reject_modal(change: Change) -> dict[str, Any]:
    """Asks for a comment, which may stay empty."""
    comment = InputBlock(
        label=label("Why?", 100),
        element=PlainTextInputElement(action_id=ids.Field.COMMENT, multiline=True, max_length=COMMENT_LIMIT),
        block_id=ids.Field.COMMENT,
        hint=label("I post this in the thread of the change. You can leave it empty.", 150),
        optional=True,
    )
    blocks: list[Block] = [section(f"{headline(change)}\nIf you reject it, nothing is deployed."), comment]
    title = f"Reject {change.label}"
    return modal(ids.View.REJECT_COMMENT, title, blocks, private=change.id, close="Keep it open", submit="Reject")


def modal(
    callback_id: str, title: str, blocks: list[Block], *, private: str, close: str, submit: str | None = None
) -> dict[str, Any]:
    """A modal; `private` is an id that is returned with its submission."""
    view = SlackView(
        type="modal",
        callback_id=callback_id,
        title=label(title, 24),
        blocks=blocks,
        close=label(close, 24),
        submit=label(submit, 24) if submit else None,
        private_metadata=ids.value(private),
    )
    return view.to_dict()
