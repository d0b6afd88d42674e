"""Drift: what is live is not what was last right here. Facts in, finding out; nothing awaited.

What was last right is a `Baseline`: what the last change made live, what somebody adopted, or, where nothing was ever
done here, what was there when configbot first looked.
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
"""For this long after a change of ours a difference says nothing: reads of a provider can lag behind its writes."""


class Source(StrEnum):
    """Why something counts as right."""

    APPLIED = "applied"
    """A change made here."""
    SEEN = "seen"
    """It was there when configbot first looked."""
    ADOPTED = "adopted"
    """It came from outside, and somebody said that it is right."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """What was last right in one environment of one project."""

    provider: str
    project_id: str
    environment_id: str
    served: LiveState
    at: datetime
    source: Source
    change_id: str | None = None
    """The change that made it live."""
    by: str = ""
    """User id of whoever adopted it."""
    content: Content | None = None
    """What stood in it, where contents can change under an id and no change remembers it."""

    @property
    def place(self) -> tuple[str, str, str]:
        """Provider, project id and environment id."""
        return (self.provider, self.project_id, self.environment_id)


class Ending(StrEnum):
    """How a drift is over."""

    BACK = "back"
    """Somebody put back what was right, outside as well."""
    CHANGED = "changed"
    """A later change made here was applied."""
    ADOPTED = "adopted"
    GONE = "gone"
    """The project or the environment is no longer there."""


@dataclass(frozen=True, slots=True)
class Drift:
    """One move of what is live that did not come from here. `version` grows when it moves on."""

    id: str
    project: Project
    environment: Environment
    was: Baseline
    now: LiveState
    found_at: datetime
    version: int = 1
    moved: Moved | None = None
    """Who did it and when, where the provider tells."""
    was_content: Content | None = None
    now_content: Content | None = None
    late: str = ""
    """Label of a change that asked for exactly this and counts as failed: its write may have arrived late."""
    lead: str = ""
    """Id of the drift whose message tells this one, too: one edit of what is live in several environments."""
    ended_at: datetime | None = None
    ended_as: Ending | None = None
    ended_by: str = ""
    """User id of whoever adopted it, or the label of the change."""


@dataclass(frozen=True, slots=True)
class Silence:
    """A provider that does not answer the watch: while it lasts, nobody would see a drift."""

    id: str
    provider: str
    since: datetime
    fault: str
    """A member of `errors.Fault`."""
    ended_at: datetime | None = None


class Finding(StrEnum):
    """What a look at one environment comes to."""

    FIRST = "first"
    """Nothing is known of it: what is there is remembered."""
    CALM = "calm"
    WAIT = "wait"
    """It differs, and a change of ours may be the reason: the next look tells."""
    DRIFTED = "drifted"
    MOVED_ON = "moved on"
    """A drift that is told already went on to something else."""
    BACK = "back"
    """A drift that is told is over: what was right is live again."""


def judge(
    baseline: Baseline | None, served: LiveState, *, looked_at: datetime, under_way: Change | None, told: Drift | None
) -> Finding:
    """Compare what is served with what was last right.

    `looked_at` is the instant before the provider was asked; `under_way` is the open change there and `told` the open
    drift, both read after it, so that a change that was applied in between is known here.
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
    """Whether a change of ours can be why it differs."""
    if under_way is not None and under_way.state is State.APPLYING:
        return True
    if under_way is not None and under_way.state in (State.AT_PROVIDER, State.UNKNOWN) and is_live(under_way, served):
        return True
    return baseline.source is not Source.SEEN and looked_at < baseline.at + SETTLING


def made_live(change: Change) -> LiveState:
    """What is served once a change has taken effect: rules that win over it are left as they are."""
    target = change.target
    live = One(target.id, target.content_version, target.name) if isinstance(target, Config) else target
    return LiveState(live, change.seen.base.winning_rules)


def is_live(change: Change, served: LiveState | None) -> bool:
    """Whether what a change wanted is what is live, whatever rules win over it."""
    return served is not None and replace(served, winning_rules=0).same_as(replace(made_live(change), winning_rules=0))


def baseline_of(applied: Change) -> Baseline:
    """What an applied change made right."""
    return Baseline(
        *applied.project.key,
        applied.environment.id,
        made_live(applied),
        applied.applied_at or applied.updated_at,
        Source.APPLIED,
        applied.id,
    )


def restorable(was: LiveState, now: LiveState) -> bool:
    """Whether making live again what was live before is something that a change can do.

    Not what was edited in place: the content that was live before is no more. Nor a mere rule that wins over it.
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
    """Whether the message about one drift tells another one, too: the same edit, as long as both are still that."""
    return other.lead == lead.id and lead.ended_as is None and lead.now.live == other.now.live


def explains(moved: Moved | None, baseline: Baseline) -> Moved | None:
    """What the provider tells about the move, if it is about this one: a move before that is none of it."""
    return moved if moved is not None and moved.at >= baseline.at else None
