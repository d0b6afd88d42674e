"""Changes of what is live that were made outside the bot: the message about one, its adoption, silent providers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from slack_sdk.models.blocks import Block, ButtonElement

from bot.domain.contents import diff
from bot.domain.drift import Drift, Ending, Silence, Source, edited_in_place, restorable
from bot.domain.errors import Fault
from bot.domain.live_state import Nothing, One
from bot.domain.notices import DriftView
from bot.domain.outcomes import Adopted
from bot.domain.views import DriftDetail
from handlers import ids
from handlers.ids import Action
from handlers.messages import diffs, phrases, words
from handlers.messages.blocks import (
    Message,
    actions,
    button,
    code,
    compose,
    confirm,
    context,
    mention,
    moment,
    quote,
    section,
)
from handlers.messages.configs import differences
from handlers.messages.rendering import renders
from handlers.messages.reviews import modal


def place(drift: Drift) -> str:
    """Which project, and where."""
    return f"{code(drift.project.name)} in {code(drift.environment.name)}"


def old_and_new(drift: Drift) -> str:
    """What was live before → what is live now; for an edit in place, what was edited."""
    if edited_in_place(drift.was.served, drift.now):
        return f"{phrases.served(drift.now)} was edited in place"
    return f"{phrases.served(drift.was.served)} → {phrases.served(drift.now)}"


def drift_card(view: DriftView) -> Message:
    """The one message about a drift, in its current state; it is edited when the drift ends."""
    drift = view.drift
    return _open(view) if drift.ended_as is None else _ended(drift, drift.ended_as)


def _open(view: DriftView) -> Message:
    drift = view.drift
    head = f"{place(drift)} was changed outside configbot"
    return compose(
        f"{head}: {old_and_new(drift)}. Who: {_who(drift)}",
        section(f"⚠️ *Changed outside configbot* · {place(drift)}"),
        section(
            f"{old_and_new(drift)} in {code(drift.environment.name)}. {_remark(drift)}{_also_live_in(view)}".rstrip()
        ),
        section(f"*Before:* {_before(view)}\n*Who:* {_who(drift)}"),
        quote(drift.moved.comment) if drift.moved is not None and drift.moved.comment.strip() else None,
        *_short(drift),
        section(_options(drift)),
        actions(_buttons(drift)),
        context(f"{code(drift.project.provider, 40)} · seen {moment(drift.found_at)}{_again(drift)}"),
    )


def _also_live_in(view: DriftView) -> str:
    """Other environments where the same edit is live; *Adopt* applies to all of them."""
    names = words.some([code(each.name, 40) for each in view.beside], 6)
    return f" It is also live in {names}." if names else ""


def _again(drift: Drift) -> str:
    return " · it has changed again since" if drift.version > 1 else ""


def _remark(drift: Drift) -> str:
    """A remark that neither the arrow nor the diff shows; empty when there is none."""
    if edited_in_place(drift.was.served, drift.now):
        return "The same config is live, but its content has changed."
    if drift.late:
        return f"It is what {code(drift.late)} asked for. That change counts as failed, but it may have arrived late."
    old, new = drift.was.served, drift.now
    if old.winning_rules != new.winning_rules:
        return f"Rules that override it: {old.winning_rules} before, {new.winning_rules} now."
    return ""


def _before(view: DriftView) -> str:
    was, change = view.drift.was, view.change
    match was.source:
        case Source.APPLIED if change is not None:
            return f"live since {moment(was.at)}, requested by {mention(change.requester)} ({code(change.label)})."
        case Source.ADOPTED:
            return f"adopted by {mention(was.by)} {moment(was.at)}."
        case Source.SEEN:
            return f"I never changed anything there. This is what was live when I first looked, {moment(was.at)}."
        case _:
            return f"live since {moment(was.at)}."


def _who(drift: Drift) -> str:
    moved = drift.moved
    if moved is None:
        return f"{code(drift.project.provider, 40)} doesn't say. I first saw it {moment(drift.found_at)}."
    return f"{code(moved.by) if moved.by else 'somebody'}, {moment(moved.at)}."


def _short(drift: Drift) -> Iterator[Block]:
    if isinstance(drift.now.live, One):
        yield from diffs.between(drift.was_content, drift.now_content, rest="*Look*")


def _options(drift: Drift) -> str:
    adopt = "*Adopt* accepts what is live now. Nothing is deployed."
    if restorable(drift.was.served, drift.now):
        return f"{adopt} *Restore* asks to deploy what was live before, under the usual rules of this environment."
    return f"{adopt} I can't restore what was live before. You can do that in the service itself."


def _buttons(drift: Drift) -> Iterator[ButtonElement]:
    value = f"{drift.id}@{drift.version}"
    question = confirm(
        "Adopt what is live?",
        "I'll accept what is live now and close this message. Nothing is deployed.",
        "Adopt it",
        "Leave it",
    )
    yield button("Adopt", Action.DRIFT_ADOPT, value, confirm=question)
    if restorable(drift.was.served, drift.now):
        yield button("Restore", Action.DRIFT_RESTORE, value)
    yield button("Look", Action.DRIFT_LOOK, value)


def _ended(drift: Drift, how: Ending) -> Message:
    """The message of a drift that has ended; its only button is *Look*."""
    glyph, template = _ENDINGS[how]
    when = f" {moment(drift.ended_at)}" if drift.ended_at else ""
    by = mention(drift.ended_by) if how is Ending.ADOPTED else code(drift.ended_by or "another change")
    text = f"{place(drift)} was changed outside configbot: {old_and_new(drift)}. {template.format(by=by)}"
    return compose(
        text,
        section(f"{glyph} {text}"),
        actions([button("Look", Action.DRIFT_LOOK, f"{drift.id}@{drift.version}")]),
        context(f"{code(drift.project.provider, 40)} · seen {moment(drift.found_at)} · closed{when}"),
    )


_ENDINGS: dict[Ending, tuple[str, str]] = {
    Ending.BACK: ("✅", "What was live before is live again: somebody put it back."),
    Ending.CHANGED: ("✅", "{by} was applied after that."),
    Ending.ADOPTED: ("☑️", "{by} adopted it, so I accept what is live."),
    Ending.GONE: ("⏹️", "The project or the environment no longer exists."),
}
"""Glyph and text by how a drift ended; a test compares the keys with the enum."""


@renders(DriftDetail)
def drift_detail(detail: DriftDetail) -> Message:
    """The full diff of a drift, for one person."""
    drift = detail.drift
    changes = diff(drift.was_content, drift.now_content)
    return compose(
        f"{place(drift)}: {old_and_new(drift)}.",
        section(f"*{place(drift)}:* {old_and_new(drift)}. {_remark(drift)}".rstrip()),
        *(differences(changes) if _comparable(drift) else [section(_why_no_diff(drift))]),
    )


def drift_modal(detail: DriftDetail) -> dict[str, Any]:
    """The same as a modal, with the whole diff."""
    drift = detail.drift
    blocks: list[Block] = [section(f"*{place(drift)}:* {old_and_new(drift)}. {_remark(drift)}".rstrip())]
    if _comparable(drift):
        blocks += diffs.full(diff(drift.was_content, drift.now_content))
    else:
        blocks.append(section(_why_no_diff(drift)))
    return modal(ids.View.REVIEW, "What was changed", blocks, private=drift.id, close="Close")


def _comparable(drift: Drift) -> bool:
    return drift.now_content is not None and (
        drift.was_content is not None or isinstance(drift.was.served.live, Nothing)
    )


def _why_no_diff(drift: Drift) -> str:
    if not isinstance(drift.now.live, One):
        return "*What differs:* no single config is live now, so there's nothing to compare with."
    return "I couldn't read one of the two contents, so I can't show a diff."


@renders(Adopted)
def adopted(result: Adopted) -> Message:
    """The drift was adopted."""
    drift = result.drift
    text = f"From now on I accept what is live for {place(drift)}: {phrases.served(drift.now)}. Nothing was deployed."
    return compose(text, section(f"☑️ {text}"))


def silence(silence: Silence) -> Message:
    """A provider that does not answer, so that changes made outside the bot would go unnoticed."""
    name, fault = code(silence.provider, 40), words.FAULTS[Fault(silence.fault)][0]
    if silence.ended_at is not None:
        text = f"{name} answers again. I compared what is live with what I last knew."
        return compose(text, section(f"✅ {text}"), context(f"It had been silent since {moment(silence.since)}."))
    text = (
        f"I haven't been able to read {name} since {moment(silence.since)}: it {fault}. Until it answers, I can't see "
        "changes made outside configbot, or evaluations left running. I'll keep trying."
    )
    return compose(text, section(f"⚠️ {text}"))
