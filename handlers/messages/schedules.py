"""Scheduled changes: confirmations, missed times, the form that moves one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from slack_sdk.models.blocks import Block, DateTimePickerElement, InputBlock, PlainTextInputElement

from bot.domain.changes import Change, State
from bot.domain.outcomes import Rescheduled, Scheduled
from handlers import ids
from handlers.messages import phrases, refusals, words
from handlers.messages.blocks import (
    Message,
    actions,
    button,
    code,
    compose,
    context,
    label,
    mention,
    section,
)
from handlers.messages.cards import again
from handlers.messages.errors import problem_blocks, reasons
from handlers.messages.rendering import renders
from handlers.messages.reviews import modal

TIME_LIMIT = 80
"""Most characters of a time typed into the form."""


@renders(Scheduled)
def scheduled(result: Scheduled) -> Message:
    """The change is scheduled and needs nothing else."""
    return _agreed(result.change, "is scheduled")


@renders(Rescheduled)
def rescheduled(result: Rescheduled) -> Message:
    """The change was moved to another time."""
    return _agreed(result.change, f"was moved from {words.clock(result.was.at, result.was.zone)}")


def _agreed(change: Change, how: str) -> Message:
    time = phrases.when(change.due) if change.due else ""
    then = "I'll apply it then, after checking everything again."
    if change.state is State.WAITING:
        then = "It is still waiting for approval, and needs it before then."
    text = f"{code(change.label)} {how}: {phrases.change_request(change)}. When: {time} {then}"
    return compose(text, section(f"🕘 {text}"), actions([button("Show", ids.Action.REVIEW, change.id)]))


def missed(change: Change) -> Message:
    """To the requester: the current state of a scheduled change that did not take effect at its time."""
    who = mention(change.requester)
    time = f" It was due {phrases.when(change.due)}" if change.due else ""
    head = f"{who}, {code(change.label)} {_result(change)}: {phrases.change_request(change)}.{time}"
    return compose(
        f"{head} {_in_short(change)}".rstrip(),
        section(f"{words.state_of(change).glyph} {head}"),
        *_why(change),
        actions([button("Show", ids.Action.REVIEW, change.id)]),
        *again(change),
    )


def _result(change: Change) -> str:
    if change.state is State.APPLIED:
        return "is live after all"
    if change.state is State.UNKNOWN:
        return "was sent, but I don't know whether it took effect"
    return "was not applied at its time"


def _in_short(change: Change) -> str:
    if change.reasons:
        return " ".join(refusals.why(each, of=change) for each in change.reasons)
    return words.fault(change.problem) if change.problem else ""


def _why(change: Change) -> Iterator[Block | None]:
    if change.state is State.APPLIED:
        return
    yield reasons(change.reasons, of=change)
    if change.state is State.EXPIRED and not change.reasons:
        yield section(words.ENDINGS[State.EXPIRED])
    if change.problem is not None:
        yield from problem_blocks(change.problem, advise=change.state is not State.UNKNOWN)
    if change.state is State.UNKNOWN:
        yield context("*Look again* and *Close as failed* are on its card.")


def move_modal(change: Change) -> dict[str, Any]:
    """Asks for another time, picked or typed."""
    now = phrases.when(change.due) if change.due else ""
    blocks: list[Block] = [
        section(
            f"{code(change.label)}: {phrases.change_request(change)}.\nNow: {now}\nIts approvals stay as they are."
        ),
        when_input("New date and time", change),
        InputBlock(
            label=label("Or in words", 100),
            element=PlainTextInputElement(
                action_id=ids.Field.TIME, placeholder=label("tomorrow 9:00, in 2h", 150), max_length=TIME_LIMIT
            ),
            block_id=ids.Field.TIME,
            hint=label("If you write something here, I use it instead of what you picked above.", 150),
            optional=True,
        ),
    ]
    title = f"Move {change.label}"
    return modal(ids.View.MOVE, title, blocks, private=change.id, close="Leave it", submit="Move")


def when_input(text: str, change: Change | None = None) -> InputBlock:
    """An input for a date and time; Slack uses the zone of the person who picks."""
    initial = int(change.due.at.timestamp()) if change is not None and change.due is not None else None
    picker = DateTimePickerElement(action_id=ids.Field.WHEN, initial_date_time=initial)
    return InputBlock(label=label(text, 100), element=picker, block_id=ids.Field.WHEN, optional=True)
