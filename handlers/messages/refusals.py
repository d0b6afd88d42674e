"""Why something is refused, and what would lift it: the words of `reasons` with the facts of the case."""

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

LIFTERS: dict[ResolvableBy, str] = {
    ResolvableBy.REQUESTER: "",  # the advice before it speaks to the reader
    ResolvableBy.APPROVER: "Who can help: another full member.",
    ResolvableBy.WORKSPACE_ADMIN: "Who can help: a workspace admin.",
    ResolvableBy.OPERATOR: "Who can help: the person who runs configbot.",
    ResolvableBy.NOBODY: "Nobody here can override this.",
}

_NEUTRAL: Mapping[str, str] = {
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
"""The same about the person who asked for a change, as others read it on its card and in its channel."""


def why(reason: Reason, *, of: Change | None = None) -> str:
    """The words of a reason, in mrkdwn. `of` is the change that it ended, where others read about its requester."""
    return _filled_in(_template(reason, of)[0], reason, of)


def remedy(reason: Reason, *, of: Change | None = None) -> str:
    """What would lift it, and who can, in mrkdwn. `of` as in `why`."""
    return f"{_filled_in(_template(reason, of)[1], reason, of)} {LIFTERS[reason.resolvable_by]}".rstrip()


def _template(reason: Reason, of: Change | None) -> tuple[str, str]:
    addressed = REASONS[reason.code]
    return addressed if of is None else ABOUT_REQUESTER.get(reason.code, addressed)


def _filled_in(template: str, reason: Reason, of: Change | None) -> str:
    filled = _filled(reason.facts)
    if reason.code is Code.RULE_CHANGED:
        filled |= {name: words.rule(str(reason.facts[name])) for name in ("was", "is") if name in reason.facts}
    if of is not None:
        filled |= {"whose": mention(of.requester), "asked": "scheduled" if of.due else "asked for"}
    said = template.format_map(filled)
    return said[:1].upper() + said[1:]


def _filled(facts: Mapping[str, Any]) -> dict[str, str]:
    filled = {**_NEUTRAL, **{name: code(str(value)) for name, value in facts.items() if name != "change"}}
    if "due" in facts:
        filled["due"] = words.clock(datetime.fromisoformat(str(facts["due"])), str(facts.get("zone", "UTC")))
    filled |= {name: str(facts[name]) for name in ("count", "days", "minutes") if name in facts}
    if {"have", "need"} <= set(facts):
        filled["left"] = f": {facts['have']} of {facts['need']}"
    if "state" in facts:
        filled["state"] = words.state(str(facts["state"]))
    if "by" in facts:
        filled["by"] = f" (by {mention(str(facts['by']))})"
    if "now" in facts:
        filled["now"] = f": it is now {code(str(facts['now']))}"
    if "drift" in facts:
        filled["drift"] = " Somebody changed it outside configbot: my message about that says what and how."
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
        said["nouns"] = f"{facts['noun']}s"
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
    Ending.GONE: ": the project or the environment no longer exists",
}


def _whom(identifier: str) -> str:
    """A person or a change."""
    return mention(identifier) if identifier else "somebody"
