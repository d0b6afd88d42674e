"""Baselines: what should be live, stored with every change that takes effect; and the drifts that this ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from bot.context import entry
from bot.domain.changes import Change, Event
from bot.domain.drift import Baseline, Drift, Ending, baseline_of
from bot.domain.notices import NoticeKind

if TYPE_CHECKING:
    from bot.store import ReadTransaction, WriteTransaction


async def baseline_in(tx: ReadTransaction, provider: str, project_id: str, environment_id: str) -> Baseline | None:
    """The baseline of one environment, or one made from the last applied change. Returns None when there is neither."""
    baseline = await tx.baseline(provider, project_id, environment_id)
    if baseline is None:
        last = await tx.last_applied(provider, project_id, environment_id)
        baseline = baseline_of(last) if last is not None else None
    return baseline


async def save_baseline(tx: WriteTransaction, applied: Change) -> str | None:
    """Store what an applied change made live as the baseline. Returns the id of the drift that this ends, if any."""
    baseline = baseline_of(applied)
    await tx.save_baseline(baseline)
    drift = await tx.open_drift(*baseline.place)
    if drift is None or not await end(tx, drift, Ending.CHANGED, baseline.at, applied.label):
        return None
    return drift.id


async def end(tx: WriteTransaction, drift: Drift, how: Ending, at: datetime, by: str = "") -> bool:
    """End a drift and have its message updated. Returns False when another process was faster."""
    ended = replace(drift, ended_at=at, ended_as=how, ended_by=by, version=drift.version + 1)
    if not await tx.save_drift(ended, drift.version):
        return False
    if how is not Ending.ADOPTED:  # an adoption is recorded with the person who did it
        facts = {"environment": drift.environment.id, "drift": drift.id, "as": how.value, "by": by}
        await tx.record(entry(Event.DRIFT_ENDED, subject_of(drift), at, None, **facts))
    await tx.touch_notice(NoticeKind.DRIFT, drift.id)
    return True


def subject_of(drift: Drift) -> str:
    """The subject of its audit entries: the project, as for everything that is not a change."""
    return f"{drift.project.provider}:{drift.project.id}"
