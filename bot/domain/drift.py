"""Drift: what is live differs from the last known good state. Pure functions: facts in, finding out.

The last known good state is a `Baseline`: what the last change made live, what somebody adopted, or, if neither ever
happened, what was live when configbot first looked.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.changes import Change, State
from bot.domain.contents import Content
from bot.domain.live_state import LiveState, Nothing, Off, One, Split
from bot.domain.names import Config, Environment, Project
from bot.domain.provider_approvals import Moved

SETTLING = timedelta(seconds=30)
"""For this long after our own change a difference is ignored: a provider's reads can lag behind its writes."""


class Source(StrEnum):
    """Where a baseline comes from."""

    APPLIED = "applied"
    """A change made here."""
    SEEN = "seen"
    """It was live when configbot first looked."""
    ADOPTED = "adopted"
    """It was changed outside configbot, and somebody adopted it."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """The last known good state of one environment of one project."""

    provider: str
    project_id: str
    environment_id: str
    served: LiveState
    at: datetime
    source: Source
    change_id: str | None = None
    """The change that made it live."""
    by: str = ""
    """User id of the person who adopted it."""
    content: Content | None = None
    """Its content, if contents can change under an id and no change has stored it."""

    @property
    def place(self) -> tuple[str, str, str]:
        """Provider, project id and environment id."""
        return (self.provider, self.project_id, self.environment_id)


class Ending(StrEnum):
    """How a drift ended."""

    BACK = "back"
    """The good state was restored, outside configbot as well."""
    CHANGED = "changed"
    """A later change made here was applied."""
    ADOPTED = "adopted"
    GONE = "gone"
    """The project or the environment no longer exists."""


@dataclass(frozen=True, slots=True)
class Drift:
    """A change of what is live that was not made by configbot. `version` grows with each further outside change."""

    id: str
    project: Project
    environment: Environment
    was: Baseline
    now: LiveState
    found_at: datetime
    version: int = 1
    moved: Moved | None = None
    """Who did it and when, if the provider records it."""
    was_content: Content | None = None
    now_content: Content | None = None
    late: str = ""
    """Label of a failed change with exactly this target: its write may have arrived late."""
    lead: str = ""
    """Id of the drift whose message covers this one, too: one edit of a config that is live in several environments."""
    ended_at: datetime | None = None
    ended_as: Ending | None = None
    ended_by: str = ""
    """User id of the person who adopted it, or the label of the change."""


@dataclass(frozen=True, slots=True)
class Silence:
    """A period in which a provider does not answer the drift watch, so drift would go unnoticed."""

    id: str
    provider: str
    since: datetime
    fault: str
    """A member of `errors.Fault`."""
    ended_at: datetime | None = None


class Finding(StrEnum):
    """The result of checking one environment."""

    FIRST = "first"
    """There is no baseline yet: what is live becomes the baseline."""
    CALM = "calm"
    WAIT = "wait"
    """It differs, but our own change may be the reason: wait for the next check."""
    DRIFTED = "drifted"
    MOVED_ON = "moved on"
    """There is an open drift, and what is live changed again."""
    BACK = "back"
    """There is an open drift, and the baseline is live again."""


def judge(
    baseline: Baseline | None, served: LiveState, *, looked_at: datetime, under_way: Change | None, told: Drift | None
) -> Finding:
    """Compare what is served with the baseline.

    `looked_at` is the time just before the provider was read; `under_way` is the open change there and `told` the open
    drift, both read from the store afterwards, so that a change applied in between is taken into account.
    """
    if baseline is None:
        return Finding.FIRST
    if served.same_as(baseline.served):
        return Finding.CALM if told is None else Finding.BACK
    if _ours(baseline, served, looked_at, under_way):
        return Finding.WAIT
    if told is None:
        return Finding.DRIFTED
    return Finding.CALM if served.same_as(told.now) else Finding.MOVED_ON


def _ours(baseline: Baseline, served: LiveState, looked_at: datetime, under_way: Change | None) -> bool:
    """Whether one of our own changes can be the reason for the difference."""
    if under_way is not None and under_way.state is State.APPLYING:
        return True
    if under_way is not None and under_way.state in (State.AT_PROVIDER, State.UNKNOWN) and is_live(under_way, served):
        return True
    return baseline.source is not Source.SEEN and looked_at < baseline.at + SETTLING


def made_live(change: Change) -> LiveState:
    """What is served once a change has taken effect; rules that take precedence stay as they are."""
    target = change.target
    live = One(target.id, target.content_version, target.name) if isinstance(target, Config) else target
    return LiveState(live, change.seen.base.winning_rules)


def is_live(change: Change, served: LiveState | None) -> bool:
    """Whether the target of a change is live, ignoring rules that take precedence."""
    return served is not None and replace(served, winning_rules=0).same_as(replace(made_live(change), winning_rules=0))


def baseline_of(applied: Change) -> Baseline:
    """The baseline that an applied change sets."""
    return Baseline(
        *applied.project.key,
        applied.environment.id,
        made_live(applied),
        applied.applied_at or applied.updated_at,
        Source.APPLIED,
        applied.id,
    )


def restorable(was: LiveState, now: LiveState) -> bool:
    """Whether a change can make live again what was live before.

    Not after an edit in place, because the earlier content is gone, and not if only the overriding rules changed.
    """
    there = now.live
    match was.live:
        case One(config_id):
            return not (isinstance(there, One) and there.config_id == config_id)
        case Nothing():
            return not isinstance(there, Nothing | Off)
        case Split():
            return there != was.live
        case _:
            return False


def edited_in_place(was: LiveState, now: LiveState) -> bool:
    """Whether the same config is live with other content."""
    old, new = was.live, now.live
    return (
        isinstance(old, One)
        and isinstance(new, One)
        and old.config_id == new.config_id
        and old.content_version != new.content_version
    )


def tells(lead: Drift, other: Drift) -> bool:
    """Whether the message about one drift covers another one too: the same edit, and the same live state."""
    return other.lead == lead.id and lead.ended_as is None and lead.now.live == other.now.live


def explains(moved: Moved | None, baseline: Baseline) -> Moved | None:
    """The provider's record of who did it, or None if that is older than the baseline and so about something else."""
    return moved if moved is not None and moved.at >= baseline.at else None
