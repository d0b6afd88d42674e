"""Texts for all members of enums: states, faults, verdicts, events. Those of reasons are in `refusals`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import humanize

from bot.domain.changes import Change, Event, Kind, State
from bot.domain.errors import Fault, Problem
from bot.domain.evaluations import Doubt, Trend, Verdict
from bot.domain.live_state import Nothing
from bot.domain.views import Unread
from handlers.messages.blocks import code, moment


@dataclass(frozen=True, slots=True)
class StateWords:
    """How a state is shown: a glyph, which is never used alone, and its name."""

    glyph: str
    title: str


STATES: dict[State, StateWords] = {
    State.REQUESTED: StateWords("⏳", "Requested"),
    State.REFUSED: StateWords("⛔", "Refused"),
    State.WAITING: StateWords("⏳", "Waiting for approval"),
    State.REJECTED: StateWords("⛔", "Rejected"),
    State.WITHDRAWN: StateWords("↩️", "Withdrawn"),
    State.EXPIRED: StateWords("⌛", "Expired"),
    State.SUPERSEDED: StateWords("↩️", "Superseded"),
    State.VOID: StateWords("⚠️", "Void"),
    State.APPROVED: StateWords("⏳", "Approved, to be applied next"),
    State.SCHEDULED: StateWords("🕘", "Scheduled"),
    State.AT_PROVIDER: StateWords("⏳", "Waiting for approval at the provider"),
    State.APPLYING: StateWords("⏳", "Being applied"),
    State.APPLIED: StateWords("✅", "Live"),
    State.FAILED: StateWords("❌", "Failed"),
    State.UNKNOWN: StateWords("❓", "Outcome unknown"),
}

DEACTIVATED = StateWords("✅", "Deactivated")
"""An applied change after which nothing is live."""


def state_of(change: Change) -> StateWords:
    """Glyph and title for the state of a change."""
    return DEACTIVATED if change.state is State.APPLIED and isinstance(change.target, Nothing) else STATES[change.state]


def clock(at: datetime, zone: str) -> str:
    """A time in a zone, with the zone: ``Tuesday 1 December 2026, 09:00 (Europe/Madrid)``."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{local:%A} {local.day} {local:%B} {local.year}, {local:%H:%M} ({zone})"


FAULTS: dict[Fault, tuple[str, str]] = {
    Fault.UNREACHABLE: ("could not be reached", "Try again in a minute. `deployments` shows when it answers again."),
    Fault.TIMED_OUT: ("did not answer in time", "Try again in a minute. `deployments` shows when it answers again."),
    Fault.CUT_AFTER_WRITE: (
        "may have got my request, but the connection broke before it answered",
        "Check what is live before you do anything else: `deployments`.",
    ),
    Fault.UNAUTHORIZED: ("did not accept my key", "The person who runs configbot has to set a valid key."),
    Fault.FORBIDDEN: (
        "does not allow my key to do this",
        "The person who runs configbot has to give the key this permission, or set another key.",
    ),
    Fault.NOT_FOUND: (
        "does not have this, or no longer has it",
        "Check the names with `deployments`, then ask again.",
    ),
    Fault.CONFLICT: ("says that something else is in the way", "Look at it in the service, then ask again."),
    Fault.INVALID: ("did not accept my request", "Read its answer, then change the line or the config."),
    Fault.RATE_LIMITED: ("asked me to slow down", "Try again in a minute."),
    Fault.GATED: (
        "requires its own approval for this",
        "Ask again: the card will then wait for that approval.",
    ),
    Fault.UNAVAILABLE: ("is having problems", "Try again in a few minutes."),
    Fault.UNINTELLIGIBLE: (
        "gave an answer that I can't read",
        "Check what is live before you ask again: `deployments`.",
    ),
    Fault.NO_EFFECT: (
        "said yes, but what is live did not change",
        "Look at it in the service, then ask again. I haven't tried it again by myself.",
    ),
    Fault.NEVER_KNOWN: (
        "got my request, and somebody closed the change before I knew the result",
        "Check what is live before you do anything else: `deployments`.",
    ),
    Fault.OWN_DATABASE: (
        "I couldn't save that: my database is locked or unavailable",
        "Try again in a minute. If this keeps happening, the person who runs configbot has to look at the database.",
    ),
    Fault.OTHER_MOVED: (
        "changed something else as well",
        "Check the other environments now: `deployments`. Put back what should not have changed.",
    ),
}
"""What the provider did, to follow its name, and what to do; for our own database a whole sentence."""


def fault(problem: Problem) -> str:
    """What the provider did, in mrkdwn."""
    if problem.fault is Fault.OWN_DATABASE:
        return f"{FAULTS[problem.fault][0]}."
    who = code(problem.provider, 40) if problem.provider else "The provider"
    status = f" (HTTP {problem.status})" if problem.status else ""
    return f"{who} {FAULTS[problem.fault][0]}{status}."


def unread(unread: Unread) -> str:
    """A provider that cannot be read: since when and why, in mrkdwn."""
    problem = unread.problem
    status = f" (HTTP {problem.status})" if problem.status else ""
    head = f"I haven't been able to read {code(problem.provider, 40)} since {moment(unread.since)}"
    return f"{head}: it {FAULTS[problem.fault][0]}{status}. {remedy_of(problem)}"


def effect(problem: Problem) -> str:
    """The effect of a failed change on what is live."""
    if problem.fault is Fault.OTHER_MOVED:
        return "Something is live that nobody asked for."
    if problem.fault is Fault.NEVER_KNOWN:
        return "I don't know whether it took effect."
    return "As far as I can tell, what is live did not change."


def remedy_of(problem: Problem) -> str:
    """What to do about a fault."""
    if problem.fault is Fault.RATE_LIMITED and problem.retry_after:
        return f"Try again in {humanize.precisedelta(timedelta(seconds=max(1, round(problem.retry_after))))}."
    return FAULTS[problem.fault][1]


VERDICTS: dict[Verdict, str] = {
    Verdict.PASS: "pass",
    Verdict.FAIL: "fail",
    Verdict.NOT_PROVEN: "not proven",
    Verdict.NOT_AVAILABLE: "not available",
}

DOUBTS: dict[Doubt, str] = {
    Doubt.NOTHING_LIVE: "nothing is live to compare with",
    Doubt.NEVER_RUN: "the new config was never evaluated",
    Doubt.NOT_JUDGED: "an evaluator of the live config never judged the new one",
    Doubt.STILL_RUNNING: "an evaluation of the new config is still running",
    Doubt.LIVE_NEVER_RUN: "the live config has no score to compare with",
    Doubt.OTHER_DATASET: "measured on different datasets",
    Doubt.OTHER_EVALUATOR_VERSION: "measured with different versions of the evaluator",
    Doubt.NO_SCORE: "the new config has no score",
    Doubt.TOO_FEW_DATAPOINTS: "too few datapoints",
    Doubt.NOT_LIVE_AS_ONE: "several configs are live, so there is no single score to compare with",
    Doubt.UNREADABLE: "I couldn't read the evaluations",
}

TRENDS: dict[Trend, str] = {
    Trend.BETTER: "better",
    Trend.SAME: "same",
    Trend.WORSE: "worse",
    Trend.UNCOMPARED: "not compared",
}


EVENTS: dict[Event, str] = {
    Event.REQUESTED: "asked for this",
    Event.REFUSED: "I refused it. Nothing was deployed.",
    Event.APPROVED: "approved",
    Event.REJECTED: "rejected it",
    Event.WITHDRAWN: "withdrew it",
    Event.EXPIRED: "Nobody decided in time. Nothing was deployed.",
    Event.SUPERSEDED: "A later change replaced it. Nothing was deployed.",
    Event.VOIDED: "Something it depends on has changed, so I didn't apply it. Nothing was deployed.",
    Event.AT_PROVIDER: "The provider requires its own approval. I asked for it there.",
    Event.DECLINED: "The approval was declined at the provider. Nothing was deployed.",
    Event.SCHEDULED: "It is scheduled.",
    Event.RESCHEDULED: "moved it to another time",
    Event.CAME_DUE: "It is due now.",
    Event.APPLYING: "Checking everything again before applying it.",
    Event.SENDING: "Sending it to the provider.",
    Event.APPLIED: "Live. I read it back, and it took effect.",
    Event.FAILED: "It failed.",
    Event.LOST: "I sent it, but I don't know whether it took effect.",
    Event.SETTLED: "It was interrupted, and now I know the result.",
    Event.EVALUATION_COMPLETED: "marked the evaluation as completed",
    Event.EVALUATION_REOPENED: "reopened the evaluation",
    Event.REMINDER_SNOOZED: "snoozed reminders about the evaluation",
    Event.REMINDER_STOPPED: "stopped reminders about the evaluation",
    Event.REMINDER_RESUMED: "turned reminders about the evaluation back on",
    Event.REMINDER_MUTED: "muted reminders about the project",
    Event.REMINDER_UNMUTED: "unmuted reminders about the project",
    Event.REMINDER_TESTED: "asked for a sample reminder",
    Event.REMINDED: "It is still waiting for approval.",
    Event.PROJECT_CREATED: "created the project",
    Event.PROJECT_UPDATED: "changed the project",
    Event.DRIFT_FOUND: "What is live was changed outside configbot.",
    Event.DRIFT_ADOPTED: "adopted what was changed outside configbot",
    Event.DRIFT_ENDED: "The change made outside configbot is settled.",
}
"""Texts that begin with a small letter follow a person's name; others are whole sentences."""

REQUESTS: dict[Kind, str] = {
    Kind.DEPLOY: "deploy {target} of {project} to {environment}",
    Kind.PROMOTE: "promote {target} of {project} from {source} to {environment}",
    Kind.ROLLBACK: "roll {project} in {environment} back to {target}",
    Kind.UNDO: "undo the last change of {project} in {environment}, back to {target}",
    Kind.DEACTIVATE: "deactivate {project} in {environment}",
}

_RULES: dict[str, str] = {
    "built-in/open-environment": "the built-in rule for open environments: no approval needed",
    "built-in/one-approval": "the built-in rule: one approval by another full member",
    "requester-withdraws": "the rule that only the person who asked for a change can withdraw it",
    "insider-reschedules": "the rule that only the person who asked for a change and those who approved it can move it",
    "member-edits-projects": "the rule that every full member can create and change projects",
    "member-answers-drift": "the rule that every full member can decide on what was changed outside configbot",
    "member-reminds": "the rule that every full member can decide on reminders",
    "member-settles": "the rule that every full member can settle a change whose outcome is unknown",
    "member-inspects": "the rule that every full member can ask how I am",
    "look-up": "the rule that every member and guest can look things up",
    "update-status": "the provider's own rule for the status of an evaluation",
}
_GRACE = "/undo-grace"


def rule(identifier: str) -> str:
    """A policy rule in words, in mrkdwn."""
    if identifier.endswith(_GRACE):
        return f"the right to undo for a short while without a new approval ({rule(identifier.removesuffix(_GRACE))})"
    return _RULES.get(identifier) or f"the rule {code(identifier, 80)} of the policy file"


def state(value: str) -> str:
    """A state by its value, for the middle of a sentence."""
    return STATES[State(value)].title.lower() if value in set(State) else code(value, 40)


def some(items: list[str], limit: int) -> str:
    """The first `limit` items for a sentence, with a count of the rest."""
    rest = len(items) - limit
    return ", ".join(items[:limit]) + (f" and {rest} more" if rest > 0 else "")


def counted(count: int, noun: str) -> str:
    """``1 approval``, ``2 approvals``."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def span(duration: timedelta) -> str:
    """A rounded length of time: ``3 days``."""
    return humanize.naturaldelta(max(duration, timedelta(0)))


ENDINGS: dict[State, str] = {
    State.REQUESTED: "I'm checking it.",
    State.REFUSED: "Nothing was deployed.",
    State.REJECTED: "Nothing was deployed.",
    State.WITHDRAWN: "It was withdrawn. Nothing was deployed.",
    State.EXPIRED: "Nobody decided in time. Nothing was deployed. If you still want it, ask for it again.",
    State.SUPERSEDED: "A later change replaced it. Nothing was deployed.",
    State.VOID: "Something it depends on has changed, so I didn't apply it. Nothing was deployed.",
    State.APPROVED: "I'll apply it next.",
    State.SCHEDULED: "I'll apply it at its time, after checking everything again.",
    State.AT_PROVIDER: "The provider requires its own approval first. Then I go on by myself.",
    State.APPLYING: "I'm sending it and reading it back.",
    State.APPLIED: "I read it back, and it took effect.",
    State.FAILED: "It did not take effect.",
    State.UNKNOWN: "I don't know whether it took effect.",
    State.WAITING: "It is waiting for approval.",
}
"""The state of a change, in a sentence."""
