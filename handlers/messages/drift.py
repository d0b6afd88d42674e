"""What moved behind our back: the message about it, what is right from then on, and a provider that is silent."""

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
    """What was right → what is live; of an edit, what was edited."""
    if edited_in_place(drift.was.served, drift.now):
        return f"{phrases.served(drift.now)} was edited in place"
    return f"{phrases.served(drift.was.served)} → {phrases.served(drift.now)}"


def drift_card(view: DriftView) -> Message:
    """The one message about a drift, in its present state; it ends by itself."""
    drift = view.drift
    return _open(view) if drift.ended_as is None else _ended(drift, drift.ended_as)


def _open(view: DriftView) -> Message:
    drift = view.drift
    head = f"{place(drift)} was changed outside configbot"
    return compose(
        f"{head}: {old_and_new(drift)}. Who: {_who(drift)}",
        section(f"⚠️ *Changed outside configbot* · {place(drift)}"),
        section(f"{old_and_new(drift)} in {code(drift.environment.name)}. {_remark(drift)}{_beside(view)}".rstrip()),
        section(f"*Before:* {_before(view)}\n*Who:* {_who(drift)}"),
        quote(drift.moved.comment) if drift.moved is not None and drift.moved.comment.strip() else None,
        *_short(drift),
        section(_ways(drift)),
        actions(_buttons(drift)),
        context(f"{code(drift.project.provider, 40)} · seen {moment(drift.found_at)}{_again(drift)}"),
    )


def _beside(view: DriftView) -> str:
    """Where else the same edit is live: *Adopt* is about all of them."""
    names = words.some([code(each.name, 40) for each in view.beside], 6)
    return f" It is live in {names} as well." if names else ""


def _again(drift: Drift) -> str:
    return " · it has moved again since" if drift.version > 1 else ""


def _remark(drift: Drift) -> str:
    """What stands neither in the arrow nor in the diff."""
    if edited_in_place(drift.was.served, drift.now):
        return "The same config is live, and it holds other content."
    if drift.late:
        return f"It is what {code(drift.late)} asked for, which counts as failed: it may have arrived late."
    old, new = drift.was.served, drift.now
    if old.winning_rules != new.winning_rules:
        return f"Rules that win over it: {old.winning_rules} before, {new.winning_rules} now."
    return ""


def _before(view: DriftView) -> str:
    was, change = view.drift.was, view.change
    match was.source:
        case Source.APPLIED if change is not None:
            return f"live since {moment(was.at)}, asked for by {mention(change.requester)} ({code(change.label)})."
        case Source.ADOPTED:
            return f"adopted by {mention(was.by)} {moment(was.at)}."
        case Source.SEEN:
            return f"nothing was ever applied there from here. So it was when configbot first looked, {moment(was.at)}."
        case _:
            return f"live since {moment(was.at)}."


def _who(drift: Drift) -> str:
    moved = drift.moved
    if moved is None:
        return f"{code(drift.project.provider, 40)} does not tell. configbot saw it first {moment(drift.found_at)}."
    return f"{code(moved.by) if moved.by else 'somebody'}, {moment(moved.at)}."


def _short(drift: Drift) -> Iterator[Block]:
    if isinstance(drift.now.live, One):
        yield from diffs.between(drift.was_content, drift.now_content, rest="*Look*")


def _ways(drift: Drift) -> str:
    said = "*Adopt* takes what is live now as right; nothing is deployed."
    if restorable(drift.was.served, drift.now):
        return f"{said} *Restore* asks for what was live before, under the rules of this environment."
    return f"{said} What was live before cannot be restored from here, only in the service itself."


def _buttons(drift: Drift) -> Iterator[ButtonElement]:
    shown = f"{drift.id}@{drift.version}"
    question = confirm(
        "Adopt what is live?",
        "From now on it counts as right, and this message ends. Nothing is deployed.",
        "Adopt it",
        "Leave it",
    )
    yield button("Adopt", Action.DRIFT_ADOPT, shown, confirm=question)
    if restorable(drift.was.served, drift.now):
        yield button("Restore", Action.DRIFT_RESTORE, shown)
    yield button("ProviderSnapshot", Action.DRIFT_LOOK, shown)


def _ended(drift: Drift, how: Ending) -> Message:
    """How it ended, without the buttons that do something."""
    glyph, said = _ENDINGS[how]
    ended = f" {moment(drift.ended_at)}" if drift.ended_at else ""
    by = mention(drift.ended_by) if how is Ending.ADOPTED else code(drift.ended_by or "another change")
    text = f"{place(drift)} was changed outside configbot: {old_and_new(drift)}. {said.format(by=by)}"
    return compose(
        text,
        section(f"{glyph} {text}"),
        actions([button("ProviderSnapshot", Action.DRIFT_LOOK, f"{drift.id}@{drift.version}")]),
        context(f"{code(drift.project.provider, 40)} · seen {moment(drift.found_at)} · over{ended}"),
    )


_ENDINGS: dict[Ending, tuple[str, str]] = {
    Ending.BACK: ("✅", "What was live before is live again: somebody put it back."),
    Ending.CHANGED: ("✅", "{by} was applied after it."),
    Ending.ADOPTED: ("☑️", "{by} adopted it: it counts as right."),
    Ending.GONE: ("⏹️", "The project or the environment is no longer there."),
}
"""By how a drift is over; a test compares this with the enum."""


@renders(DriftDetail)
def drift_detail(shown: DriftDetail) -> Message:
    """Everything that differs, for one person."""
    drift = shown.drift
    found = diff(drift.was_content, drift.now_content)
    return compose(
        f"{place(drift)}: {old_and_new(drift)}.",
        section(f"*{place(drift)}:* {old_and_new(drift)}. {_remark(drift)}".rstrip()),
        *(differences(found) if _comparable(drift) else [section(_why_no_diff(drift))]),
    )


def drift_modal(shown: DriftDetail) -> dict[str, Any]:
    """The same as a modal, with the whole diff."""
    drift = shown.drift
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
        return "*What differs:* there is no one config live now to compare with."
    return "One of the two contents could not be read, so there is no diff."


@renders(Adopted)
def adopted(outcome: Adopted) -> Message:
    """It is right from now on."""
    drift = outcome.drift
    text = f"{phrases.served(drift.now)} counts as right for {place(drift)} from now on. Nothing was deployed."
    return compose(text, section(f"☑️ {text}"))


def silence(shown: Silence) -> Message:
    """A provider that does not answer: nobody would see a change made outside."""
    name, fault = code(shown.provider, 40), words.FAULTS[Fault(shown.fault)][0]
    if shown.ended_at is not None:
        text = f"{name} answers again. What is live was compared with what was last right."
        return compose(text, section(f"✅ {text}"), context(f"It was silent from {moment(shown.since)}."))
    text = (
        f"{name} {fault}, since {moment(shown.since)}. Until it answers, a change made outside configbot "
        "would not be seen, nor an evaluation left running. It is tried again by itself."
    )
    return compose(text, section(f"⚠️ {text}"))
