"""Values to show messages with, made from types: one of each, and one more for everything that may be different in it.

What a type does not say (which states fit an outcome, what a name looks like) stands in the tables below.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import Enum
from inspect import Parameter, signature
from itertools import chain, islice
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from bot.domain.actors import Actor, Place
from bot.domain.change_requests import ChangeRequest
from bot.domain.changes import Change, Event, Kind, State
from bot.domain.contents import Content, ContentDiff, diff
from bot.domain.errors import Code, Problem, Reason
from bot.domain.evaluations import Evaluation, Evidence
from bot.domain.facts import NeedsApproval
from bot.domain.live_state import NOTHING, LiveState, Nothing, Off, One, Split
from bot.domain.names import Config, Environment, Project
from bot.domain.notices import HistoryView
from bot.domain.outcomes import (
    Applied,
    AtProvider,
    AwaitingApproval,
    ConfirmReplacesRollout,
    Failed,
    NotWithdrawn,
    ProjectEditable,
    Refused,
    Rejected,
    RemindersSwitched,
    Rescheduled,
    Scheduled,
    Unknown,
    Void,
    Withdrawn,
)
from bot.domain.project_fields import ProjectFields
from bot.domain.provider_approvals import Gate
from bot.domain.times import Due
from bot.domain.views import ChangeList, Suggestion
from bot.domain.workhours import WorkHours
from bot.grammar.commands import Misunderstood
from handlers.ids import Form
from handlers.messages import Message
from tests.handlers.messages import samples
from tests.handlers.messages.samples import ADA, NOW, RAVI, change, entry, evaluation, in_state

DUE = Due(datetime(2026, 12, 1, 8, 0, tzinfo=UTC), "at 2026-12-01 9:00", "Europe/Madrid")
WEIGHTS = Split((("config_w", 60_000), ("config_x", 40_000)))
LINE = "deploy config_x to production"

GIVEN: dict[type, tuple[Any, ...]] = {
    Actor: (ADA,),
    Place: (samples.PLACE,),
    Project: (samples.PROJECT,),
    Environment: (samples.PRODUCTION,),
    Config: (samples.NEW,),
    Content: (samples.NEW_CONTENT,),
    ContentDiff: (diff(samples.OLD_CONTENT, samples.NEW_CONTENT), diff(samples.NEW_CONTENT, samples.NEW_CONTENT)),
    Evidence: (samples.PASS, samples.FAIL, samples.NOT_PROVEN, samples.NOT_AVAILABLE),
    Evaluation: (evaluation(),),
    LiveState: (
        samples.SEEN.base,
        NOTHING,
        LiveState(Off()),
        LiveState(WEIGHTS),
        LiveState(One("config_1", "", "config_w"), 2),
    ),
    Problem: (samples.PROBLEM, replace(samples.PROBLEM, said=True)),
    Reason: (Reason(Code.RULE_UNREADABLE),),
    Due: (DUE,),
    Change: (change(),),
    Gate: (Gate("apr_1", "https://example.com/approvals/apr_1"),),
    Suggestion: (Suggestion("config_x", LINE),),
    WorkHours: (WorkHours(),),
    Form: (Form("deploy", "C0DEPLOYS"),),
    datetime: (NOW,),
    timedelta: (samples.HOUR,),
    int: (1, 2),
    float: (0.5,),
    bool: (False, True),
}
"""What is taken for a type, the usual first."""

NAMED: dict[str, tuple[Any, ...]] = {
    "channel": ("C0DEPLOYS",),
    "because": ("the old one loops",),
    "cause": ("not_in_channel",),
    "comes_iso": (NOW.isoformat(), (NOW + 5 * samples.HOUR).isoformat()),
    "until_iso": (NOW.isoformat(),),
    "operation": (f"/{LINE}",),
    "ended_as": ("completed", "cancelled", "gone"),
    "fault": ("unreachable",),
    "field": ("name", "description", "tags", "maintainer", "team", "metric", "inverted", "active", "directory"),
    "fields": ("name", "tags"),
    "kept": (LINE,),
    "last_error": ("not_in_channel", "internal_error"),
    "line": (LINE,),
    "mode": ("",),
    "noun": ("project", "AI Config"),
    "page": (1,),
    "pages": (2,),
    "reference": ("r-7f3k2q",),
    "user_id": ("U0BOT",),
    "owner": (RAVI.user_id,),
    "by": (RAVI.user_id,),
    "ended_by": (RAVI.user_id, ""),
    "stopped_by": ("", RAVI.user_id),
    "provider": ("humanloop",),
    "project_name": ("Refund triage",),
    "evaluation_id": ("ev_7",),
    "title": ("changes", "approvals"),
    "word": ("config_xx",),
}
"""What is taken for a field or a parameter of this name, the usual first."""


def timed(state: State) -> Change:
    """A change in this state that has a time of its own."""
    return replace(in_state(state), due=DUE)


LIFE: tuple[Change, ...] = (
    *(in_state(state) for state in State),
    timed(State.WAITING),
    timed(State.VOID),
    change(kind=Kind.DEACTIVATE, target=Nothing()),
    replace(in_state(State.APPLIED), kind=Kind.DEACTIVATE, target=Nothing()),
    change(kind=Kind.PROMOTE, source=samples.STAGING),
    change(kind=Kind.ROLLBACK),
    change(kind=Kind.UNDO, target=WEIGHTS),
    change(seen=replace(samples.SEEN, evidence=samples.FAIL)),
    change(seen=replace(samples.SEEN, evidence=samples.NOT_PROVEN)),
    change(seen=replace(samples.SEEN, evidence=samples.NOT_AVAILABLE, base_content=None)),
    change(seen=replace(samples.SEEN, target_content=None, base_content=None)),
    change(expires_at=NOW - samples.HOUR),
    replace(in_state(State.AT_PROVIDER), gate=GIVEN[Gate][0]),
)
"""A change in every state, and with everything else that its card shows."""

ASKED = ChangeRequest(Kind.DEPLOY, samples.PROJECT, samples.PRODUCTION, samples.NEW)

_STATES: Mapping[type, State] = {
    AtProvider: State.AT_PROVIDER,
    NotWithdrawn: State.AT_PROVIDER,
    Void: State.VOID,
    Unknown: State.UNKNOWN,
    Rejected: State.REJECTED,
    Withdrawn: State.WITHDRAWN,
    Scheduled: State.SCHEDULED,
    Rescheduled: State.SCHEDULED,
    Failed: State.FAILED,
}

WHOLE: dict[type, tuple[Any, ...]] = {
    Refused: (
        Refused((Reason(Code.RULE_UNREADABLE),)),
        Refused((Reason(Code.GUEST), Reason(Code.OWN_CHANGE)), change()),
    ),
    Applied: (
        Applied(in_state(State.APPLIED)),
        Applied(replace(in_state(State.APPLIED), kind=Kind.DEACTIVATE, target=Nothing())),
    ),
    RemindersSwitched: tuple(
        RemindersSwitched(event, word, count, already, line if not already else None)
        for event, word, line in (
            (Event.REMINDER_STOPPED, "ev_7", None),
            (Event.REMINDER_RESUMED, "ev_7", None),
            (Event.REMINDER_MUTED, "Refund triage", "reminders unmute Refund triage"),
            (Event.REMINDER_UNMUTED, "Refund triage", "reminders mute Refund triage"),
        )
        for count, already in ((1, False), (3, True))
    ),
    HistoryView: tuple(HistoryView(entry(event, RAVI), change()) for event in Event),
    AwaitingApproval: (
        AwaitingApproval(change(), 0, 1, posted=True),
        AwaitingApproval(timed(State.WAITING), 1, 2, posted=False),
    ),
    NeedsApproval: (NeedsApproval(samples.SEEN.rule, 0, 1), NeedsApproval(samples.SEEN.rule, 1, 3)),
    ConfirmReplacesRollout: (
        ConfirmReplacesRollout(Kind.DEPLOY, samples.PROJECT, samples.PRODUCTION, LiveState(WEIGHTS), ASKED),
    ),
    ChangeList: tuple(
        ChangeList(title, changes, 1, 2, title)
        for title in ("approvals", "changes")
        for changes in ((change(), in_state(State.APPLIED)), ())
    ),
    Misunderstood: (Misunderstood("deply config_x", "unknown_verb", "deply", "deploy CONFIG to ENV", LINE, (LINE,)),),
    Nothing: (Nothing(),),
    Message: (Message("A message.", ({"type": "divider"},)),),
    ProjectEditable: (
        ProjectEditable(samples.PROJECT, ProjectFields(name="Refund triage"), ("name", "directory"), LINE),
        ProjectEditable(samples.PROJECT, ProjectFields(tags=("a",)), ("name", "tags", "metric"), LINE, "AI Config"),
    ),
}
"""Types whose parts do not go together in every way."""


def specimens(kind: Any, name: str = "") -> Iterator[Any]:
    """Values of a type, the usual first, then one for each thing that may be otherwise."""
    if isinstance(kind, type) and isinstance(NAMED.get(name, (None,))[0], kind):
        yield from NAMED[name]
    elif kind in WHOLE:
        yield from WHOLE[kind]
    elif kind in GIVEN:
        yield from GIVEN[kind]
    elif kind is str:
        yield name.replace("_", " ")
    elif get_origin(kind) is Literal or (isinstance(kind, type) and issubclass(kind, Enum)):
        yield from get_args(kind) or kind
    elif get_origin(kind) in (Union, types.UnionType):
        yield from chain.from_iterable(specimens(each, name) for each in get_args(kind) if each is not type(None))
        if type(None) in get_args(kind):
            yield None
    elif get_origin(kind) in (tuple, Sequence, list):
        yield from _several(kind, name)
    elif is_dataclass(kind) and isinstance(kind, type):
        yield from _by_field(kind)
    else:
        yield {}


def _several(kind: Any, name: str) -> Iterator[Any]:
    each, *rest = get_args(kind)
    if rest and rest != [Ellipsis]:
        yield tuple(next(specimens(part, name)) for part in (each, *rest))
        return
    every = [*specimens(each, name)]
    yield tuple(every[:1])
    yield from ((one,) for one in every[1:])
    yield ()


def _by_field(kind: type) -> Iterator[Any]:
    hints = get_type_hints(kind)
    choices = {each.name: [*specimens(hints[each.name], each.name)] for each in fields(kind)}
    if kind in _STATES:
        choices["change"] = [timed(_STATES[kind]), in_state(_STATES[kind])]
        if kind is Failed:
            choices["change"].append(None)
    usual = {name: values[0] for name, values in choices.items()}
    yield kind(**usual)
    for name, values in choices.items():
        for value in values[1:]:
            yield kind(**{**usual, name: value})


def calls(function: Callable[..., Any], **fixed: Iterable[Any]) -> Iterator[Any]:
    """What a function answers to specimens of its parameters, one thing different at a time."""
    hints = get_type_hints(function)
    choices: dict[str, list[Any]] = {}
    for parameter in signature(function).parameters.values():
        if parameter.name in fixed:
            choices[parameter.name] = [*fixed[parameter.name]]
        elif parameter.default is Parameter.empty:
            choices[parameter.name] = [*specimens(hints[parameter.name], parameter.name)]
    usual = {name: values[0] for name, values in choices.items()}
    for values in chain([usual], *(_otherwise(usual, name, choices[name]) for name in choices)):
        yield function(**values)


def _otherwise(usual: dict[str, Any], name: str, values: list[Any]) -> Iterator[dict[str, Any]]:
    return ({**usual, name: value} for value in islice(values, 1, None))
