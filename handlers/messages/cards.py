"""The card of a change, and the messages about a change to its requester."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from slack_sdk.models.blocks import Block, ButtonElement

from bot.domain.changes import FINAL, RESTORES, Change, Decision, Say, State
from bot.domain.evaluations import Comparison, Trend
from bot.domain.live_state import Nothing
from bot.domain.names import Config
from bot.domain.notices import ChangeView
from bot.domain.outcomes import Applied, AwaitingApproval, Rejected, Unknown, Void, Withdrawn
from handlers.ids import Action
from handlers.messages import diffs, phrases, provider_approvals, refusals, words
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
    table,
)
from handlers.messages.errors import problem_blocks, reasons
from handlers.messages.rendering import renders

TABLE_ROWS = 5
_WORST_FIRST = (Trend.WORSE, Trend.UNCOMPARED, Trend.BETTER, Trend.SAME)


def card(view: ChangeView, *, now: datetime) -> Message:
    """The one message of a change, in its present state; edited in place for its whole life."""
    change = view.change
    state = words.state_of(change)
    has_config = isinstance(change.target, Config)
    return compose(
        f"{code(change.label)}: {state.title.lower()}. {headline(change)}{_at(change)}{_progress_or_reasons(view)}",
        section(f"{state.glyph} *{state.title}* · {code(change.label)}"),
        section(f"{request_line(change)}.\n{old_and_new(change)}"),
        when_line(change),
        quote(change.because) if change.because else None,
        section(verdict(change)) if has_config else None,
        *(evidence_table(change) if change.state not in FINAL else ()),
        *(diffs.short(change) if change.state not in FINAL else ()),
        *_status(view, now),
        actions(_buttons(view, now)),
        context(_small_print(view)),
        *again(change),
    )


def when_line(change: Change) -> Block | None:
    """When a scheduled change is, or was, due. Returns None when it has no time."""
    if change.due is None:
        return None
    typed = f" As typed: {code(change.due.words)}." if change.due.words else ""
    return section(f"🕘 *When:* {phrases.when(change.due)}{typed}")


def _at(change: Change) -> str:
    return f" When: {phrases.when(change.due)}" if change.due else ""


def again(change: Change) -> Iterator[Block]:
    """How to ask for the same change again; a retry is a new change."""
    if change.is_fit and change.state in FINAL and change.state is not State.APPLIED:
        timed = ", with a new `at TIME` at the end" if change.due else ""
        yield context(f"To ask again{timed}: {code(phrases.again(change), 600)}")


def request_line(change: Change) -> str:
    """``@ada wants to deploy …``, or ``asked to deploy …`` once the change has ended."""
    verb = "asked" if change.state in FINAL else "wants"
    return f"{mention(change.requester)} {verb} to {phrases.change_request(change)}"


def headline(change: Change) -> str:
    """Who asked for what, and what it replaces, in a sentence."""
    verb = "removes" if isinstance(change.target, Nothing) else "replaces"
    return f"{request_line(change)}. It {verb}: {phrases.base(change)}."


def verdict(change: Change) -> str:
    """The verdict of the evaluations; for a rollback, that it does not need a pass."""
    free = " Rolling back doesn't need a pass." if change.kind in RESTORES else ""
    return phrases.verdict(change.seen.evidence, change.project.provider) + free


def old_and_new(change: Change) -> str:
    """``old → new in environment``."""
    return f"{phrases.base(change)} → {phrases.target(change)} in {code(change.environment.name)}"


def _progress_or_reasons(view: ChangeView) -> str:
    change = view.change
    if change.state is State.WAITING:
        return f" Approvals: {approvals(view)}"
    if change.reasons:
        return " " + " ".join(refusals.why(each, of=change) for each in change.reasons)
    if change.problem is not None:
        return f" {words.fault(change.problem)}"
    return ""


def evidence_table(change: Change) -> Iterator[Block]:
    """A table of the live and the new score per evaluator, the worst first."""
    rows = sorted(change.seen.evidence.rows, key=lambda row: _WORST_FIRST.index(row.trend))
    if not rows:
        return
    head = ("Evaluator", "Live", "New", "Difference", "In words", "Datapoints", "Age when asked")
    yield table([head, *(_cells(row, change.created_at) for row in rows[:TABLE_ROWS])])
    if len(rows) > TABLE_ROWS:
        yield context(f"And {words.counted(len(rows) - TABLE_ROWS, 'more evaluator')}: see *Review*.")


def _cells(row: Comparison, asked_at: datetime) -> tuple[str, ...]:
    return (
        row.evaluator_name,
        phrases.score(row.live),
        phrases.score(row.candidate),
        phrases.difference(row.live, row.candidate) if row.trend is not Trend.UNCOMPARED else "–",
        phrases.comparison(row),
        f"{row.datapoints:,}",
        words.span(asked_at - row.measured_at) if row.measured_at else "unknown",
    )


def approvals(view: ChangeView) -> str:
    """``1 of 2 (@ravi), waiting for 1 more person``; once the change has ended, who approved."""
    approvers = [mention(each.actor) for each in view.decisions if each.say is Say.APPROVE]
    names = words.some(approvers, 8)
    if view.change.state is not State.WAITING:
        return f"Approved by {names}." if approvers else "Nobody approved it."
    need = view.change.seen.rule.approvals
    given = f"{len(approvers)} of {need}" + (f" ({names})" if approvers else "")
    missing = need - len(approvers)
    if missing < 1:
        return f"{given}."
    return f"{given}, waiting for {missing} {'more ' if approvers else ''}{'person' if missing == 1 else 'people'}."


def _status(view: ChangeView, now: datetime) -> Iterator[Block]:
    """The status of a change: its approvals, or why it ended and what to do next."""
    change = view.change
    match change.state:
        case State.WAITING:
            yield section(f"*Approvals:* {approvals(view)} {phrases.who_approves(change.seen.rule)}")
            if _has_expired(change, now):
                yield section("The time to approve it has run out. If you still want it, ask for it again.")
        case State.AT_PROVIDER:
            yield from provider_approvals.standing(change)
        case State.REJECTED if not change.reasons:
            yield from _rejections(view.decisions)
        case State.REFUSED | State.VOID | State.REJECTED | State.EXPIRED:
            why = " Why:" if change.reasons else ""
            yield section(f"{words.ENDINGS[change.state]}{_approved_by(view)}{why}")
            if block := reasons(change.reasons, of=change):
                yield block
        case State.FAILED:
            yield from _failure(change)
        case State.UNKNOWN:
            yield section(_unknown_result(change))
            if change.problem is not None:
                yield from problem_blocks(change.problem, advise=False)
        case _:
            yield section(f"{words.ENDINGS[change.state]}{_approved_by(view)}{_since(change)}")


def _failure(change: Change) -> Iterator[Block]:
    if change.problem is not None:
        yield section(words.effect(change.problem))
        yield from problem_blocks(change.problem)
    if block := reasons(change.reasons, of=change):
        yield block


def _approved_by(view: ChangeView) -> str:
    return f" {approvals(view)}" if any(each.say is Say.APPROVE for each in view.decisions) else ""


def _since(change: Change) -> str:
    return f" Since {moment(change.applied_at)}." if change.applied_at and change.state is State.APPLIED else ""


def _rejections(decisions: tuple[Decision, ...]) -> Iterator[Block]:
    rejections = [each for each in decisions if each.say is Say.REJECT]
    who = words.some([mention(each.actor) for each in rejections], 3) or "A reviewer"
    yield section(f"{who} rejected it. {words.ENDINGS[State.REJECTED]}")
    for each in rejections[:1]:
        if each.comment.strip():
            yield quote(each.comment)


def _unknown_result(change: Change) -> str:
    return (
        f"I sent it to {code(change.project.provider, 40)}, but I can't tell whether it took effect. What is live now "
        f"is either {phrases.base(change)} or {phrases.target(change)}. I won't send anything again by myself. "
        "*Look again* reads what is live and settles it. *Close as failed* ends it here without sending anything."
    )


def _has_expired(change: Change, now: datetime) -> bool:
    return change.expires_at is not None and now >= change.expires_at


def _buttons(view: ChangeView, now: datetime) -> Iterator[ButtonElement]:
    change = view.change
    if change.state is State.WAITING:
        yield button("Review", Action.REVIEW, change.id)
        if not _has_expired(change, now):
            yield button("Approve", Action.APPROVE, change.id, style="primary")
            yield button("Reject", Action.REJECT, change.id)
    if isinstance(change.target, Config):
        yield button("Full diff", Action.FULL_DIFF, change.id)
    if change.state is State.AT_PROVIDER:
        yield from provider_approvals.buttons(change)
    yield from own_buttons(change)
    if change.state is State.APPLIED and view.undoable:
        yield button("Undo", Action.UNDO, change.id)
    if change.state is State.UNKNOWN:
        yield from unknown_buttons(change)


def own_buttons(change: Change) -> Iterator[ButtonElement]:
    """Buttons of the requester for a change that is not applied yet."""
    if change.due is not None and change.state in (State.WAITING, State.SCHEDULED):
        yield button("Move", Action.MOVE, change.id)
    if change.state in (State.WAITING, State.APPROVED, State.SCHEDULED, State.AT_PROVIDER):
        yield button("Withdraw", Action.WITHDRAW, change.id)


def unknown_buttons(change: Change) -> Iterator[ButtonElement]:
    """Buttons for a change whose outcome is unknown."""
    yield button("Look again", Action.LOOK_AGAIN, change.id, style="primary")
    question = confirm(
        "Close as failed?",
        "This ends the change here. I send nothing to the provider, and what is live stays as it is.",
        "Close as failed",
        "Keep it open",
    )
    yield button("Close as failed", Action.CLOSE_AS_FAILED, change.id, confirm=question)


def _small_print(view: ChangeView) -> str:
    change = view.change
    parts = [code(change.label), phrases.at(change.project.provider, view.noun)]
    if change.state is State.WAITING and change.expires_at is not None:
        parts.append(f"expires {moment(change.expires_at)}")
    else:
        parts.append(f"asked {moment(change.created_at)}")
    return " · ".join(parts)


@renders(Applied)
def applied(result: Applied) -> Message:
    """The change is live."""
    change = result.change
    project, environment = code(change.project.name), code(change.environment.name)
    if isinstance(change.target, Nothing):
        now_live = f"Nothing of {project} is live in {environment} any more."
    else:
        now_live = f"{phrases.target(change)} of {project} is live in {environment}."
    text = f"{now_live} I read it back to make sure ({code(change.label)})."
    return compose(text, section(f"✅ {text}"), _look_at(change))


@renders(AwaitingApproval)
def awaiting(result: AwaitingApproval) -> Message:
    """The change waits for approval."""
    change = result.change
    given = f" ({result.have} of {result.need} given)" if result.have else ""
    missing = words.counted(result.need - result.have, "more approval" if result.have else "approval")
    then = f" If it's approved in time, I'll apply it at: {phrases.when(change.due)}" if change.due else ""
    where = "Its card has the buttons." if result.posted else "I'll post its card as soon as Slack lets me."
    text = f"{code(change.label)} is waiting for {missing}{given}: {phrases.change_request(change)}.{then} {where}"
    return compose(text, section(f"⏳ {text}"), _look_at(change))


@renders(Void)
def void(result: Void) -> Message:
    """The change is void: something that its approvals are bound to has changed."""
    change = result.change
    head = f"{code(change.label)} is void: something it depends on has changed. Nothing was deployed."
    because = " ".join(refusals.why(each, of=change) for each in change.reasons)
    return compose(
        f"{head} {because}".strip(),
        section(f"⚠️ *{head}*"),
        reasons(change.reasons, of=change),
        _look_at(change),
        context(f"To ask again: {code(phrases.again(change), 600)}"),
    )


@renders(Unknown)
def unknown(result: Unknown) -> Message:
    """The outcome is unknown; a person has to look."""
    change = result.change
    head = f"I don't know whether {code(change.label)} took effect ({old_and_new(change)})."
    return compose(
        f"{head} I won't send anything again by myself, so a person has to look.",
        section(f"❓ *Outcome unknown.* {head}"),
        section(_unknown_result(change)),
        actions(unknown_buttons(change)),
    )


@renders(Rejected)
def rejected(result: Rejected) -> Message:
    """A reviewer rejected the change."""
    return _ended(result.change, "rejected")


@renders(Withdrawn)
def withdrawn(result: Withdrawn) -> Message:
    """The change was withdrawn."""
    return _ended(result.change, "withdrawn", provider_approvals.left(result.change) if result.request_left else "")


def _ended(change: Change, how: str, more: str = "") -> Message:
    text = f"{code(change.label)} was {how}: {phrases.change_request(change)}. Nothing was deployed.{more}"
    return compose(text, section(f"{words.STATES[change.state].glyph} {text}"))


def _look_at(change: Change) -> Block | None:
    return actions([button("Show", Action.REVIEW, change.id)])
