"""Words for every member of every closed list: states, reasons, faults, verdicts, events.

Templates are filled with facts that went through `code`; a fact that is missing has a neutral phrase.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import humanize

from bot.domain.changes import Change, Event, Kind, State
from bot.domain.drift import Ending
from bot.domain.errors import Code, Fault, Lifter, Problem, Reason
from bot.domain.evaluations import Doubt, Trend, Verdict
from bot.domain.names import change_label
from bot.domain.notices import NoticeKind
from bot.domain.views import Unread
from handlers.messages.blocks import code, mention, moment


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
    return DEACTIVATED if change.state is State.APPLIED and change.wanted is None else STATES[change.state]


REASONS: dict[Code, tuple[str, str]] = {
    Code.PERSON_UNREADABLE: (
        "Slack did not tell who this person is, and who cannot be read has no say.",
        "Try again in a minute. If it stays so, the app lacks the scope `users:read`.",
    ),
    Code.STRANGER: (
        "This account belongs to another organisation.",
        "A full member of this workspace has to do it.",
    ),
    Code.GUEST: (
        "This is a guest account, and only full members have a say.",
        "Ask a full member to do it, or a workspace admin to change the account.",
    ),
    Code.BOT: ("This is a bot account, and only people have a say.", "A person has to do it."),
    Code.DEACTIVATED: ("This account is deactivated.", "A workspace admin can activate it again."),
    Code.OWN_CHANGE: (
        "Whoever asked for a change does not decide on it.",
        "Another full member presses *Approve* or *Reject* on its card. *Withdraw* takes it back.",
    ),
    Code.NOT_REQUESTER: (
        "Only the person who asked for a change takes it back.",
        "Ask them, or press *Reject* on its card.",
    ),
    Code.ALREADY_VOTED: (
        "This person has decided on the change already, and one person is one vote.",
        "Another full member presses *Approve* or *Reject* on its card.",
    ),
    Code.ALREADY_LIVE: (
        "Exactly this config is live there already.",
        "There is nothing to do. `deployments` shows what is live.",
    ),
    Code.NOTHING_LIVE: (
        "Nothing is live there, so there is nothing to take away or to pass on.",
        "`deployments` shows what is live.",
    ),
    Code.OTHER_PROJECT: (
        "{config} does not belong to {project}.",
        "Name a config of this project, or the project that it belongs to.",
    ),
    Code.NO_HISTORY: (
        "What was live there before is not known.",
        "Name the config: `rollback PROJECT in ENV to CONFIG`.",
    ),
    Code.SAME_ENVIRONMENT: (
        "Both environments are the same one.",
        "Name two different ones: `promote PROJECT from ENV to ENV`.",
    ),
    Code.NOT_ONE_LIVE: (
        "There is not exactly one config live there: several share the traffic, or it is switched off.",
        "Name the config: `deploy CONFIG of PROJECT to ENV`.",
    ),
    Code.PROVIDER_CANNOT: (
        "{nouns} of {provider} cannot be {done} from here.",
        "It has to be done in the service itself. `project list` shows what there is.",
    ),
    Code.CONFIG_GONE: (
        "{config} is no longer there to be served.",
        "There is: {names}.",
    ),
    Code.GATE_DECLINED: (
        "{reviewer} declined the approval that the provider demands{wrote}",
        "Talk to whoever declined it. If it is still wanted, ask for it anew.",
    ),
    Code.GATE_GONE: (
        "The approval that was asked for at the provider was deleted there.",
        "If it is still wanted, ask for it anew.",
    ),
    Code.ARCHIVED: (
        "{config} is archived at the provider, and what is archived cannot be made live.",
        "Name another one, or restore it in the service first.",
    ),
    Code.SWITCHED_OFF: (
        "It is switched off there, so nothing that is deployed would be served.",
        "Switch it on in the service. That cannot be done from here.",
    ),
    Code.EXPERIMENT_RUNNING: (
        "An experiment decides what is served there.",
        "Stop the experiment in the service, and ask again.",
    ),
    Code.GUARDED_ROLLOUT: (
        "A guarded rollout is under way there.",
        "Let it end, or stop it in the service, and ask again.",
    ),
    Code.SPLIT_LIVE: (
        "Several share the traffic there by weights that somebody set, and this would give them up.",
        "Type the line again and press *Replace the split* under it.",
    ),
    Code.OPEN_CHANGE: (
        "{change} is open for the same project and environment, and there is one at a time.",
        "Decide on it, wait for it, or take it back with `withdraw {label}`.",
    ),
    Code.STATE_MOVED: (
        "Somebody was faster{by}: the change has moved on.",
        "Look at its card, and press again if it is still needed.",
    ),
    Code.TOO_LATE: (
        "This does not fit how the change stands by now: {state}{by}.",
        "If it is still wanted, ask for it anew.",
    ),
    Code.APPROVER_LOST: (
        "Of the approvals given, {have} count now, and {need} are needed: an approver has lost the right to approve.",
        "Ask anew, and let full members approve.",
    ),
    Code.NOT_LAST: (
        "Something else was deployed on top of it, so it cannot be undone.",
        "Use `rollback PROJECT in ENV to CONFIG`.",
    ),
    Code.EXPIRED: ("The time to approve it has run out.", "If it is still wanted, ask for it anew."),
    Code.TARGET_CHANGED: (
        "What is live there is no longer what was seen{now}.{drift}",
        "Ask anew: the new card compares with what is live now.",
    ),
    Code.CONTENT_CHANGED: (
        "The content of the config was edited after it was seen.",
        "Ask anew: the new card shows the content of now.",
    ),
    Code.ENVIRONMENT_CHANGED: (
        "The environment is no longer what it was at the provider.",
        "`deployments` shows the environments of now. Ask anew.",
    ),
    Code.RULE_CHANGED: (
        "The rule that decides was changed: it was {was} and is {is} now.",
        "Ask anew: the new card follows the rule of now.",
    ),
    Code.VERDICT_CHANGED: (
        "The evaluations changed. The verdict seen was: {was}. The verdict now is: {is}.",
        "Ask anew: the new card shows the evaluations of now.",
    ),
    Code.TIME_PASSED: (
        "{due} is over already.",
        "Name a time that is still to come, such as `at 9:00 tomorrow` or `in 2h`.",
    ),
    Code.TIME_TOO_FAR: (
        "{due} is more than {days} days away, and nothing is scheduled for so far ahead.",
        "Name an earlier time, or ask again when it is nearer.",
    ),
    Code.NOT_SCHEDULED: (
        "The change has no time that could be moved.",
        "Only changes that were asked for with `at TIME` or `in DURATION` have one.",
    ),
    Code.NOT_INVOLVED: (
        "Only the person who asked for a scheduled change, and those who approved it, move it or take it back.",
        "Ask one of them. Its card names them.",
    ),
    Code.DUE_UNAPPROVED: (
        "Its time came while it still waited for approval.",
        "If it is still wanted, ask for it anew with a later time.",
    ),
    Code.DUE_MISSED: (
        "Its time came while nothing could be applied, and is over for more than {minutes} minutes: too late to do it.",
        "If it is still wanted, ask for it anew.",
    ),
    Code.QUORUM_INVALID: (
        "The number of approvals in {rule} makes no sense, so nothing passes it.",
        "Set `approvals` to 1 or more in the policy file, or mark the environment as open there.",
    ),
    Code.RULE_UNREADABLE: (
        "The policy could not be read, and without it nothing is allowed.",
        "Repair the policy file. The log says where it is wrong.",
    ),
    Code.SERVED_UNREADABLE: (
        "What is live there could not be read, so nothing can be compared.",
        "Try again in a minute. `deployments` shows when the provider answers again.",
    ),
    Code.TOO_MANY_REFUSED: (
        "This person was refused {count} times within a minute, and nothing more is taken for now.",
        "Wait a minute, and look with `explain` before asking again.",
    ),
    Code.REASON_REQUIRED: ("This environment wants a reason.", "Add it at the end of the line: `because …`."),
    Code.NO_CALLER_EVALUATOR: (
        "None of its evaluators waits for people, so the provider sets the status by itself.",
        "Wait until it ends.",
    ),
    Code.EVALUATION_OVER: (
        "The evaluation runs no longer, so there is nothing to be reminded of.",
        "`evaluations` shows how it ended.",
    ),
    Code.STATUS_FORBIDS: (
        "An evaluation that is {status} cannot become {wanted}.",
        "Only running ones can be completed, and only completed ones can be reopened.",
    ),
    Code.KEEPS_NO_EVALUATIONS: (
        "{provider} keeps no evaluations.",
        "`evaluations` lists those of the providers that keep some.",
    ),
    Code.NAME_TAKEN: (
        "Another project is called {name} already.",
        "Choose another name. `project list` shows those that are taken.",
    ),
    Code.NAME_INVALID: (
        "A name needs letters that can be seen, all on one line.",
        'Write it in quotes: `project create "NAME"`.',
    ),
    Code.DIRECTORY_INVALID: (
        "{directory} is no directory: a directory is given by its id.",
        "Copy the id from the service, where it begins with `dir_`.",
    ),
    Code.FIELD_MISSING: (
        "{nouns} of {provider} have no field {field}.",
        "They have {fields}.",
    ),
    Code.TAG_INVALID: (
        "{tag} is no tag: a tag is one word.",
        "Put commas between tags: `tags=a,b`, or `tags=+a,-b` to add one and remove another.",
    ),
    Code.TAGS_MIXED: (
        "Some tags have a sign and some have none, so it is not clear which stay.",
        "Name all of them, `tags=a,b`, or what comes and what goes, `tags=+a,-b`.",
    ),
    Code.METRIC_INVALID: (
        "{metric} is no metric: a metric is given by its key, which is one word.",
        "Copy the key from the metric's page in the service: `metric=KEY`.",
    ),
    Code.MEMBER_UNKNOWN: (
        "{provider} knows nobody as {who}.",
        "Type the address they have there, `maintainer=ana@example.com`, or a team's key, `team=KEY`.",
    ),
    Code.TEAM_UNKNOWN: (
        "{provider} knows no team {team}.",
        "Copy the key from the team's page in the service: `team=KEY`.",
    ),
    Code.MAINTAINER_UNCLEAR: (
        "More than one there is called {who}: {names}.",
        "Type the address of the one who is meant: `maintainer=ana@example.com`.",
    ),
    Code.MAINTAINER_TWICE: (
        "It has one maintainer, a person or a team, and the line names more.",
        "Leave `maintainer=` or `team=` out.",
    ),
    Code.ADDRESS_UNREADABLE: (
        "Slack does not tell the e-mail address of {who}, and {provider} knows people by theirs.",
        "Type the address, `maintainer=ana@example.com`. Mentions work once the app has the scope `users:read.email`.",
    ),
    Code.NOTHING_TO_CHANGE: (
        "Everything is like that already.",
        "There is nothing to do. `project show` shows how it is.",
    ),
    Code.PROJECT_CHANGED: (
        "Somebody else changed the project after this was shown.",
        "Type the line again: it shows the project of now.",
    ),
    Code.BUTTON_USED: (
        "This button is used up: it was pressed before, or is too old.",
        "Look what came of it with `project list`, or type the line again.",
    ),
    Code.DRIFT_OVER: ("This is over{how}.", "`deployments` shows what is live now."),
    Code.DRIFT_MOVED_ON: (
        "What is live moved again after this was shown.",
        "The message says by now what is live. Look at it, and press again.",
    ),
    Code.CANNOT_RESTORE: (
        "What was live before cannot be made live again from here.",
        "Put it back in the service itself, deploy another config, or press *Adopt* if what is live is right.",
    ),
    Code.CANNOT_POST: (
        "The card has nowhere to stand: configbot cannot post here, and there is no default channel.",
        "Type `/invite @configbot` in a channel, and ask again there.",
    ),
}
"""Why, and what would lift it."""

LIFTERS: dict[Lifter, str] = {
    Lifter.REQUESTER: "",  # the advice before it speaks to the reader
    Lifter.APPROVER: "Who can: another full member.",
    Lifter.WORKSPACE_ADMIN: "Who can: a workspace admin.",
    Lifter.OPERATOR: "Who can: whoever runs configbot.",
    Lifter.NOBODY: "Nobody can lift this as it stands.",
}

_NEUTRAL: Mapping[str, str] = {
    "change": "Another change",
    "label": "ID",
    "state": "decided",
    "by": "",
    "now": "",
    "drift": "",
    "how": "",
    "have": "fewer",
    "count": "many",
    "need": "more",
    "due": "That time",
    "days": "so many",
    "minutes": "a few",
    "config": "This config",
    "reviewer": "Somebody",
    "wrote": ".",
    "project": "this project",
    "provider": "The provider",
    "name": "like this",
    "directory": "This",
    "nouns": "Projects",
    "done": "changed",
    "field": "of this kind",
    "fields": "others",
    "tag": "This",
    "metric": "This",
    "who": "this",
    "team": "of this key",
    "names": "several people",
    "rule": "the rule",
    "was": "another one",
    "is": "another one",
    "status": "in this state",
    "wanted": "that",
}


def why(reason: Reason) -> str:
    """The words of a reason, in mrkdwn."""
    return REASONS[reason.code][0].format_map(_filled(reason.facts))


def remedy(reason: Reason) -> str:
    """What would lift it, and who can, in mrkdwn."""
    return f"{REASONS[reason.code][1].format_map(_filled(reason.facts))} {LIFTERS[reason.lifter]}".rstrip()


def _filled(facts: Mapping[str, Any]) -> dict[str, str]:
    filled = {**_NEUTRAL, **{name: code(str(value)) for name, value in facts.items() if name != "change"}}
    if "due" in facts:
        filled["due"] = clock(datetime.fromisoformat(str(facts["due"])), str(facts.get("zone", "UTC")))
    filled |= {name: str(facts[name]) for name in ("days", "minutes") if name in facts}
    if "state" in facts:
        filled["state"] = state(str(facts["state"]))
    if "by" in facts:
        filled["by"] = f" (by {mention(str(facts['by']))})"
    if "now" in facts:
        filled["now"] = f": it is {code(str(facts['now']))} now"
    if "drift" in facts:
        filled["drift"] = " It was changed outside configbot, and the message about that shows what and how."
    if "ended" in facts:
        filled["how"] = _DRIFT_ENDINGS.get(str(facts["ended"]), "").format(whom=_whom(str(facts.get("whom", ""))))
    if "number" in facts:
        filled["change"] = code(change_label(facts["number"]))
        filled["label"] = filled["change"].strip("`")
    if "rule" in facts:
        filled["rule"] = rule(str(facts["rule"]))
    return filled | _about_projects(facts)


def _about_projects(facts: Mapping[str, Any]) -> dict[str, str]:
    """Of the facts those that are said differently than as they stand."""
    said: dict[str, str] = {}
    if "noun" in facts:
        said["nouns"] = f"{facts['noun'][:1].upper()}{facts['noun'][1:]}s"
    if "done" in facts:
        said["done"] = str(facts["done"])
    if "person" in facts:
        said["who"] = mention(str(facts["person"]))
    elif who := facts.get("member") or facts.get("team"):
        said["who"] = code(str(who))
    if "fields" in facts:
        said["fields"] = some([f"`{field}=`" for field in facts["fields"]], 10)
    if facts.get("wrote"):
        said["wrote"] = f": {code(str(facts['wrote']), 300)}."
    if "names" in facts:
        said["names"] = some([code(str(name)) for name in facts["names"]], 5)
    return said


_DRIFT_ENDINGS: dict[str, str] = {
    Ending.BACK: ": what was live before is live again",
    Ending.CHANGED: ": {whom} was applied after it",
    Ending.ADOPTED: ": {whom} adopted it",
    Ending.GONE: ": the project or the environment is no longer there",
}


def _whom(identifier: str) -> str:
    """A person or a change."""
    return mention(identifier) if identifier else "somebody"


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
