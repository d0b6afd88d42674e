"""Why something is refused and what to do about it: the templates of `reasons`, filled with facts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.domain.changes import Change
from bot.domain.drift import Ending
from bot.domain.errors import Code, Reason, ResolvableBy
from bot.domain.names import change_label
from handlers.messages import words
from handlers.messages.blocks import code, mention
from handlers.messages.reasons import REASONS

WHO_CAN_HELP: dict[ResolvableBy, str] = {
    ResolvableBy.REQUESTER: "",  # the remedy already addresses the reader
    ResolvableBy.APPROVER: "Who can help: another full member.",
    ResolvableBy.WORKSPACE_ADMIN: "Who can help: a workspace admin.",
    ResolvableBy.OPERATOR: "Who can help: the person who runs configbot.",
    ResolvableBy.NOBODY: "Nobody here can override this.",
}

_DEFAULTS: Mapping[str, str] = {
    "change": "another change",
    "label": "ID",
    "state": "decided",
    "by": "",
    "now": "",
    "drift": "",
    "how": "",
    "left": "",
    "count": "many",
    "due": "that time",
    "days": "so many",
    "minutes": "a few",
    "config": "this config",
    "reviewer": "somebody",
    "wrote": ".",
    "project": "this project",
    "provider": "the provider",
    "name": "like this",
    "directory": "this",
    "nouns": "projects",
    "done": "changed",
    "field": "of this kind",
    "fields": "others",
    "tag": "this",
    "metric": "this",
    "who": "this",
    "team": "with this key",
    "names": "several",
    "rule": "the rule",
    "was": "another one",
    "is": "a different one",
    "status": "in this state",
    "wanted": "that",
}


ABOUT_REQUESTER: dict[Code, tuple[str, str]] = {
    Code.PERSON_UNREADABLE: (
        "I couldn't look {whose} up in Slack to check their permissions, so the change they {asked} didn't run.",
        "Ask for it again in a minute. If this keeps happening, the app lacks the scope `users:read`.",
    ),
    Code.STRANGER: (
        "{whose}'s account belongs to another organisation, so the change they {asked} didn't run.",
        "A full member of this workspace can ask for it again.",
    ),
    Code.GUEST: (
        "{whose} has a guest account, so the change they {asked} didn't run.",
        "A full member can ask for it again.",
    ),
    Code.BOT: ("{whose} is a bot account, so the change it {asked} didn't run.", "A person can ask for it again."),
    Code.DEACTIVATED: (
        "{whose}'s account is deactivated, so the change they {asked} didn't run.",
        "If you still want it, ask for it again yourself.",
    ),
}
"""The same in the third person, for the card of a change and its channel, where others read it."""


def why(reason: Reason, *, of: Change | None = None) -> str:
    """The text of a reason, in mrkdwn. `of` is the change that it ended, for messages that others read."""
    return _fill(_template(reason, of)[0], reason, of)


def remedy(reason: Reason, *, of: Change | None = None) -> str:
    """What to do about it, and who can help, in mrkdwn. `of` as in `why`."""
    return f"{_fill(_template(reason, of)[1], reason, of)} {WHO_CAN_HELP[reason.resolvable_by]}".rstrip()


def _template(reason: Reason, of: Change | None) -> tuple[str, str]:
    addressed = REASONS[reason.code]
    return addressed if of is None else ABOUT_REQUESTER.get(reason.code, addressed)


def _fill(template: str, reason: Reason, of: Change | None) -> str:
    values = _values(reason.facts)
    if reason.code is Code.RULE_CHANGED:
        values |= {name: words.rule(str(reason.facts[name])) for name in ("was", "is") if name in reason.facts}
    if of is not None:
        values |= {"whose": mention(of.requester), "asked": "scheduled" if of.due else "asked for"}
    text = template.format_map(values)
    return text[:1].upper() + text[1:]


def _values(facts: Mapping[str, Any]) -> dict[str, str]:
    values = {**_DEFAULTS, **{name: code(str(value)) for name, value in facts.items() if name != "change"}}
    if "due" in facts:
        values["due"] = words.clock(datetime.fromisoformat(str(facts["due"])), str(facts.get("zone", "UTC")))
    values |= {name: str(facts[name]) for name in ("count", "days", "minutes") if name in facts}
    if {"have", "need"} <= set(facts):
        values["left"] = f": {facts['have']} of {facts['need']}"
    if "state" in facts:
        values["state"] = words.state(str(facts["state"]))
    if "by" in facts:
        values["by"] = f" (by {mention(str(facts['by']))})"
    if "now" in facts:
        values["now"] = f": it is now {code(str(facts['now']))}"
    if "drift" in facts:
        values["drift"] = " Somebody changed it outside configbot: my message about that says what and how."
    if "ended" in facts:
        values["how"] = _DRIFT_ENDINGS.get(str(facts["ended"]), "").format(whom=_whom(str(facts.get("whom", ""))))
    if "number" in facts:
        values["change"] = code(change_label(facts["number"]))
        values["label"] = values["change"].strip("`")
    if "rule" in facts:
        values["rule"] = words.rule(str(facts["rule"]))
    return values | _project_values(facts)


def _project_values(facts: Mapping[str, Any]) -> dict[str, str]:
    """Facts that need more than escaping, mostly about projects."""
    values: dict[str, str] = {}
    if "noun" in facts:
        values["nouns"] = f"{facts['noun']}s"
    if "done" in facts:
        values["done"] = str(facts["done"])
    if "person" in facts:
        values["who"] = mention(str(facts["person"]))
    elif who := facts.get("member") or facts.get("team"):
        values["who"] = code(str(who))
    if "fields" in facts:
        values["fields"] = words.some([f"`{field}=`" for field in facts["fields"]], 10)
    if facts.get("wrote"):
        values["wrote"] = f": {code(str(facts['wrote']), 300)}."
    if "names" in facts:
        values["names"] = words.some([code(str(name)) for name in facts["names"]], 5)
    return values


_DRIFT_ENDINGS: dict[str, str] = {
    Ending.BACK: ": what was live before is live again",
    Ending.CHANGED: ": {whom} was applied after it",
    Ending.ADOPTED: ": {whom} adopted it",
    Ending.GONE: ": the project or the environment no longer exists",
}


def _whom(identifier: str) -> str:
    """A person or a change by id, as a mention or code."""
    return mention(identifier) if identifier else "somebody"
