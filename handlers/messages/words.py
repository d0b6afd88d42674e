"""Words for every member of every closed list: states, faults, verdicts, events; those of reasons are `refusals`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import humanize

from bot.domain.changes import Change, Event, Kind, State
from bot.domain.errors import Fault, Problem
from bot.domain.evaluations import Doubt, Trend, Verdict
from bot.domain.live_state import Nothing
from bot.domain.notices import NoticeKind
from bot.domain.views import Unread
from handlers.messages.blocks import code, moment


@dataclass(frozen=True, slots=True)
class StateWords:
    """How a state is shown: a glyph, which never stands alone, and its name."""

    glyph: str
    title: str


STATES: dict[State, StateWords] = {
    State.REQUESTED: StateWords("⏳", "Asked for"),
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
"""A change that took something away: nothing is live afterwards."""


def state_of(change: Change) -> StateWords:
    """How a change stands, in its own words."""
    return DEACTIVATED if change.state is State.APPLIED and isinstance(change.target, Nothing) else STATES[change.state]


def clock(at: datetime, zone: str) -> str:
    """An instant as clocks in a zone show it, with the zone: ``Tuesday 1 December 2026, 09:00 (Europe/Madrid)``."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{local:%A} {local.day} {local:%B} {local.year}, {local:%H:%M} ({zone})"


FAULTS: dict[Fault, tuple[str, str]] = {
    Fault.UNREACHABLE: ("could not be reached", "Try again in a minute. `deployments` shows when it answers again."),
    Fault.TIMED_OUT: ("did not answer in time", "Try again in a minute. `deployments` shows when it answers again."),
    Fault.CUT_AFTER_WRITE: (
        "was sent the request, and the connection broke before its answer came",
        "Look what is live before doing anything else: `deployments`.",
    ),
    Fault.UNAUTHORIZED: ("did not accept our key", "Whoever runs configbot has to set a valid key."),
    Fault.FORBIDDEN: (
        "does not let our key do this",
        "Whoever runs configbot has to give the key this right, or another key.",
    ),
    Fault.NOT_FOUND: (
        "does not have this (any more)",
        "Look with `deployments`, and ask again with a name that is there.",
    ),
    Fault.CONFLICT: ("says that something else is in the way", "Look at it in the service, and ask again."),
    Fault.INVALID: ("did not accept the request", "Read what it said, and change the line or the config."),
    Fault.RATE_LIMITED: ("asked us to slow down", "Try again in a minute."),
    Fault.GATED: (
        "demands an approval of its own for this",
        "Ask anew: what environments demand is read again, and the card then waits for that approval.",
    ),
    Fault.UNAVAILABLE: ("has trouble of its own", "Try again in a few minutes."),
    Fault.UNINTELLIGIBLE: (
        "gave an answer that makes no sense to us",
        "Look what is live before asking again: `deployments`.",
    ),
    Fault.NO_EFFECT: (
        "said yes, and what is live did not change",
        "Look at it in the service, and ask again. It has not been repeated by itself.",
    ),
    Fault.NEVER_KNOWN: (
        "was sent the request, and a person closed the change before it was known what came of it",
        "Look what is live before doing anything else: `deployments`.",
    ),
    Fault.OWN_DATABASE: (
        "did not take it",
        "Try again in a minute. If it stays so, whoever runs configbot has to look at its database.",
    ),
    Fault.OTHER_MOVED: (
        "moved something else as well",
        "Look at the other environments now: `deployments`. Put right what should not have moved.",
    ),
}
"""What the provider did, after its name, and what to do."""


def fault(problem: Problem) -> str:
    """What the provider did, in mrkdwn."""
    own = problem.fault is Fault.OWN_DATABASE
    who = "The database of configbot" if own else code(problem.provider, 40) if problem.provider else "The provider"
    status = f" (HTTP {problem.status})" if problem.status else ""
    return f"{who} {FAULTS[problem.fault][0]}{status}."


def unread(found: Unread) -> str:
    """That a provider cannot be read, since when and why, in mrkdwn."""
    problem = found.problem
    status = f" (HTTP {problem.status})" if problem.status else ""
    head = f"{code(problem.provider, 40)} cannot be read since {moment(found.since)}"
    return f"{head}: it {FAULTS[problem.fault][0]}{status}. {remedy_of(problem)}"


def effect(problem: Problem) -> str:
    """What a change that failed left behind."""
    if problem.fault is Fault.OTHER_MOVED:
        return "Something is live that was not asked for."
    if problem.fault is Fault.NEVER_KNOWN:
        return "Whether it took effect is not known."
    return "As far as configbot saw, nothing is live that was not live before."


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
    Doubt.NOT_LIVE_AS_ONE: "several configs are live, so there is no one score to compare with",
    Doubt.UNREADABLE: "the evaluations could not be read",
}

TRENDS: dict[Trend, str] = {
    Trend.BETTER: "better",
    Trend.SAME: "same",
    Trend.WORSE: "worse",
    Trend.UNCOMPARED: "not compared",
}


EVENTS: dict[Event, str] = {
    Event.REQUESTED: "asked for this",
    Event.REFUSED: "It is refused. Nothing was deployed.",
    Event.APPROVED: "approved",
    Event.REJECTED: "rejected it",
    Event.WITHDRAWN: "took it back",
    Event.EXPIRED: "Nobody decided in time. Nothing was deployed.",
    Event.SUPERSEDED: "A later change takes its place. Nothing was deployed.",
    Event.VOIDED: "What was seen has moved, so the approvals no longer hold. Nothing was deployed.",
    Event.AT_PROVIDER: "The provider demands an approval of its own, and was asked for it.",
    Event.DECLINED: "The approval was declined at the provider. Nothing was deployed.",
    Event.SCHEDULED: "It is scheduled.",
    Event.RESCHEDULED: "moved it to another time",
    Event.CAME_DUE: "Its time has come.",
    Event.APPLYING: "Looking again before it is applied.",
    Event.SENDING: "Sending it to the provider.",
    Event.APPLIED: "Live. Read back and found true.",
    Event.FAILED: "The provider did not do it.",
    Event.LOST: "It was sent, and whether it took effect is not known.",
    Event.SETTLED: "It was interrupted, and what came of it is known now.",
    Event.EVALUATION_COMPLETED: "marked the evaluation as completed",
    Event.EVALUATION_REOPENED: "reopened the evaluation",
    Event.REMINDER_SNOOZED: "asked for quiet about the evaluation",
    Event.REMINDER_STOPPED: "stopped the reminders of the evaluation",
    Event.REMINDER_RESUMED: "wants to be reminded of the evaluation again",
    Event.REMINDER_MUTED: "muted reminders about the project",
    Event.REMINDER_UNMUTED: "wants reminders about the project again",
    Event.REMINDER_TESTED: "had a sample of a reminder sent",
    Event.REMINDED: "It still waits for approval.",
    Event.PROJECT_CREATED: "made the project",
    Event.PROJECT_UPDATED: "changed the project",
    Event.DRIFT_FOUND: "What is live was changed outside configbot.",
    Event.DRIFT_ADOPTED: "adopted what was changed outside configbot",
    Event.DRIFT_ENDED: "What was changed outside configbot is over.",
}
"""Said after a person's name when they begin with a small letter, else on their own."""

NOTICES: dict[NoticeKind, str] = {
    NoticeKind.CARD: "the card of a change",
    NoticeKind.HISTORY: "a line of a change's history",
    NoticeKind.MISSED: "a scheduled change that did not take effect",
    NoticeKind.EVALUATION: "a report about an evaluation left running",
    NoticeKind.DRIFT: "a message about something that was changed outside configbot",
    NoticeKind.SILENCE: "a message about a provider that does not answer",
    NoticeKind.TROUBLE: "a message about a channel that takes none",
    NoticeKind.EVALUATION_LIST: "a report about several evaluations left running",
    NoticeKind.OWNER_EVALUATION: "a report about an evaluation left running, to its owner",
    NoticeKind.OWNER_LIST: "a report about several evaluations left running, to their owner",
    NoticeKind.SAMPLE: "a sample of a reminder",
}

WISHES: dict[Kind, str] = {
    Kind.DEPLOY: "deploy {target} of {project} to {environment}",
    Kind.PROMOTE: "promote {target} of {project} from {source} to {environment}",
    Kind.ROLLBACK: "roll {project} in {environment} back to {target}",
    Kind.UNDO: "undo the last change of {project} in {environment}, back to {target}",
    Kind.DEACTIVATE: "deactivate {project} in {environment}",
}

_RULES: dict[str, str] = {
    "built-in/open-environment": "the built-in rule for open environments: no approval needed",
    "built-in/one-approval": "the built-in rule: one approval by another full member",
    "requester-withdraws": "the rule that only whoever asked takes a change back",
    "insider-reschedules": "the rule that whoever asked for a change or approved it moves it",
    "member-edits-projects": "the rule that every full member makes and changes projects",
    "member-answers-drift": "the rule that every full member answers what was changed outside",
    "member-reminds": "the rule that every full member decides on reminders",
    "update-status": "the rule that the provider's contract sets for a status",
}
_GRACE = "/undo-grace"


def rule(identifier: str) -> str:
    """A policy rule in words, in mrkdwn."""
    if identifier.endswith(_GRACE):
        return f"the right to undo for a short while without a new approval ({rule(identifier.removesuffix(_GRACE))})"
    return _RULES.get(identifier) or f"the rule {code(identifier, 80)} of the policy file"


def state(value: str) -> str:
    """A state by its value, in the middle of a sentence."""
    return STATES[State(value)].title.lower() if value in set(State) else code(value, 40)


def some(items: list[str], limit: int) -> str:
    """A list in a sentence, with a count of what is left out."""
    rest = len(items) - limit
    return ", ".join(items[:limit]) + (f" and {rest} more" if rest > 0 else "")


def counted(count: int, noun: str) -> str:
    """``1 approval``, ``2 approvals``."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def span(duration: timedelta) -> str:
    """A length of time in rough words: ``3 days``."""
    return humanize.naturaldelta(max(duration, timedelta(0)))


ENDINGS: dict[State, str] = {
    State.REQUESTED: "It is being looked at.",
    State.REFUSED: "Nothing was deployed.",
    State.REJECTED: "Nothing was deployed.",
    State.WITHDRAWN: "It was taken back. Nothing was deployed.",
    State.EXPIRED: "Nobody decided in time. Nothing was deployed. Ask for it anew if it is still wanted.",
    State.SUPERSEDED: "A later change takes its place. Nothing was deployed.",
    State.VOID: "What was seen has moved, so the approvals no longer hold. Nothing was deployed.",
    State.APPROVED: "It is applied next.",
    State.SCHEDULED: "It is applied when its time has come, after looking again.",
    State.AT_PROVIDER: "The provider wants an approval of its own first. It goes on by itself afterwards.",
    State.APPLYING: "It is being sent and read back.",
    State.APPLIED: "Read back and found true.",
    State.FAILED: "It did not take effect.",
    State.UNKNOWN: "Whether it took effect is not known.",
    State.WAITING: "It waits for approval.",
}
"""How a change stands, in a sentence."""
