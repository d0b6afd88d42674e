"""Why something is refused, and what would lift it: words for every reason.

Templates are filled with facts that went through `code`; a fact that is missing has a neutral phrase.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.domain.drift import Ending
from bot.domain.errors import Code, Reason, ResolvableBy
from bot.domain.names import change_label
from handlers.messages import words
from handlers.messages.blocks import code, mention

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
    Code.TARGET_UNFIT: (
        "I can't tell what this change should make live, so I didn't do anything.",
        "Type the line again. It has to say what to make live.",
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
    Code.DRAFT_UNREADABLE: (
        "That button is from another version of me, so I didn't do anything.",
        "Type the line again.",
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

LIFTERS: dict[ResolvableBy, str] = {
    ResolvableBy.REQUESTER: "",  # the advice before it speaks to the reader
    ResolvableBy.APPROVER: "Who can: another full member.",
    ResolvableBy.WORKSPACE_ADMIN: "Who can: a workspace admin.",
    ResolvableBy.OPERATOR: "Who can: whoever runs configbot.",
    ResolvableBy.NOBODY: "Nobody can lift this as it stands.",
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
    return f"{REASONS[reason.code][1].format_map(_filled(reason.facts))} {LIFTERS[reason.resolvable_by]}".rstrip()


def _filled(facts: Mapping[str, Any]) -> dict[str, str]:
    filled = {**_NEUTRAL, **{name: code(str(value)) for name, value in facts.items() if name != "change"}}
    if "due" in facts:
        filled["due"] = words.clock(datetime.fromisoformat(str(facts["due"])), str(facts.get("zone", "UTC")))
    filled |= {name: str(facts[name]) for name in ("days", "minutes") if name in facts}
    if "state" in facts:
        filled["state"] = words.state(str(facts["state"]))
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
        filled["rule"] = words.rule(str(facts["rule"]))
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
        said["fields"] = words.some([f"`{field}=`" for field in facts["fields"]], 10)
    if facts.get("wrote"):
        said["wrote"] = f": {code(str(facts['wrote']), 300)}."
    if "names" in facts:
        said["names"] = words.some([code(str(name)) for name in facts["names"]], 5)
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
