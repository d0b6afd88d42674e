"""Phrases about changes, what is live, and scores, for use inside sentences, in mrkdwn."""

from __future__ import annotations

import math

from bot.domain.changes import Change, Kind, RuleMark
from bot.domain.evaluations import Comparison, Evidence, Trend, Verdict
from bot.domain.live_state import LiveState, Nothing, Off, One
from bot.domain.names import Config
from bot.domain.times import Due, Oddity
from bot.grammar import say
from bot.grammar.commands import Command, Deactivate, Deploy, Name, Promote, Rollback
from handlers.messages import words
from handlers.messages.blocks import code, moment


def verdict(evidence: Evidence, provider: str) -> str:
    """The verdict of the evaluations in a line, in mrkdwn."""
    head = f"*Evaluations: {words.VERDICTS[evidence.verdict]}.*"
    match evidence.verdict:
        case Verdict.PASS:
            return f"{head} No evaluator scores it worse than what is live."
        case Verdict.FAIL:
            worse = [code(row.evaluator_name, 40) for row in evidence.rows if row.trend is Trend.WORSE]
            return f"{head} It scores worse on {words.some(worse, 5)} than what is live."
        case Verdict.NOT_PROVEN:
            because = "; ".join(words.DOUBTS[doubt] for doubt in evidence.doubts) or "no evaluator could be compared"
            return f"{head} Why: {because}."
        case _:
            return f"{head} {code(provider, 40)} keeps no evaluations."


def at(provider: str, noun: str) -> str:
    """The provider in mrkdwn, with its own noun if it does not call them projects."""
    return code(provider, 40) + (f" · {noun}" if noun != "project" else "")


def change_request(change: Change) -> str:
    """What was asked for, as a verb phrase after *wants to*, in mrkdwn."""
    return words.REQUESTS[change.kind].format(
        target=target(change),
        project=code(change.project.name),
        environment=code(change.environment.name),
        source=code(change.source.name) if change.source else "another environment",
    )


def when(due: Due) -> str:
    """When something is due, in the time zones of the requester and of the reader, in mrkdwn."""
    remarks = {
        Oddity.SKIPPED: " The clocks go forward over that time there, so I do it that much later.",
        Oddity.TWICE: " The clocks go back over that time there, so it comes twice: I mean this one.",
    }
    return f"{words.clock(due.at, due.zone)}, for you {moment(due.at)}." + (remarks[due.oddity] if due.oddity else "")


def target(change: Change) -> str:
    """What the change makes live, in mrkdwn."""
    target = change.target
    return code(target.name) if isinstance(target, Config) else served(LiveState(target))


def base(change: Change) -> str:
    """What was live when the change was requested, in mrkdwn."""
    if change.seen.base_config is not None:
        return code(change.seen.base_config.name) + rules_that_win(change.seen.base)
    return served(change.seen.base)


def served(state: LiveState | None) -> str:
    """What is live, in mrkdwn; None means that it could not be read."""
    if state is None:
        return "unreadable"
    match state.live:
        case Nothing():
            name = "nothing"
        case Off():
            name = "switched off"
        case One(config_id, _, config_name):
            name = code(config_name or config_id)
        case split:
            name = "split: " + words.some(
                [f"{code(config) if config else 'nothing'} {share / 1000:g} %" for config, share in split.weights], 4
            )
    return name + rules_that_win(state)


def rules_that_win(state: LiveState) -> str:
    """A warning that targeting rules override it for part of the traffic; else empty."""
    count = state.winning_rules
    return f" ({words.counted(count, 'rule')} {'overrides' if count == 1 else 'override'} it)" if count else ""


def who_approves(mark: RuleMark) -> str:
    """Who may approve."""
    if mark.requester_may_approve:
        return "Any full member can approve, including the person who asked."
    return "Any full member can approve, except the person who asked."


def score(value: float | None) -> str:
    """A score in short form; a dash when there is none."""
    if value is None or not math.isfinite(value):
        return "–"
    return f"{value:,.3f}".rstrip("0").rstrip(".") if abs(value) < 1_000_000 else f"{value:.3g}"


def difference(live: float | None, candidate: float | None) -> str:
    """The new score minus the live one, with its sign; a dash when one is missing."""
    if live is None or candidate is None or not math.isfinite(candidate - live):
        return "–"
    gap = candidate - live
    if math.isclose(gap, 0, abs_tol=1e-9):
        return "0"
    sign, size = ("+" if gap > 0 else "−"), abs(gap)
    return sign + (score(size) if size >= 0.001 else f"{size:.1g}")


def comparison(row: Comparison) -> str:
    """Better, same or worse, or why there is no comparison."""
    return words.DOUBTS[row.doubt] if row.doubt is not None else words.TRENDS[row.trend]


def again(change: Change) -> str:
    """The line that asks for the same change again, as it can be typed."""
    project, environment = Name(change.project.name), Name(change.environment.name)
    config = Name(change.target.name) if isinstance(change.target, Config) else None
    command: Command
    match change.kind:
        case Kind.DEPLOY if config is not None:
            command = Deploy(config, project, environment)
        case Kind.PROMOTE if change.source is not None:
            command = Promote(project, Name(change.source.name), environment)
        case _ if isinstance(change.target, Nothing):
            command = Deactivate(project, environment)
        case _:
            command = Rollback(project, environment, config)
    return say(command)
