"""What was last right: written down with every change that takes effect, and what that ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.context import entry
from bot.domain.changes import Change, Event
from bot.domain.drift import Baseline, Drift, Ending, baseline_of
from bot.domain.notices import NoticeKind
from bot.store import ReadTransaction, WriteTransaction


async def known_there(tx: ReadTransaction, provider: str, project_id: str, environment_id: str) -> Baseline | None:
    """What was last right in one environment; from the last change where nothing was written down yet."""
    known = await tx.baseline(provider, project_id, environment_id)
    if known is None:
        last = await tx.last_applied(provider, project_id, environment_id)
        known = baseline_of(last) if last is not None else None
    return known


async def now_right(tx: WriteTransaction, applied: Change) -> str | None:
    """A change took effect: what it made live is right from now on. Answers the id of the drift which that ends."""
    baseline = baseline_of(applied)
    await tx.save_baseline(baseline)
    drift = await tx.open_drift(*baseline.place)
    if drift is None or not await end(tx, drift, Ending.CHANGED, baseline.at, applied.label):
        return None
    return drift.id


async def end(tx: WriteTransaction, drift: Drift, how: Ending, at: datetime, by: str = "") -> bool:
    """A drift is over, and its message says so. False: somebody was faster."""
    ended = replace(drift, ended_at=at, ended_as=how, ended_by=by, version=drift.version + 1)
    if not await tx.save_drift(ended, drift.version):
        return False
    if how is not Ending.ADOPTED:  # which is written down with whoever did it
        facts = {"environment": drift.environment.id, "drift": drift.id, "as": how.value, "by": by}
        await tx.record(entry(Event.DRIFT_ENDED, subject_of(drift), at, None, **facts))
    await tx.touch_notice(NoticeKind.DRIFT, drift.id)
    return True


def subject_of(drift: Drift) -> str:
    """Under what its history stands: the project, as for everything that is no change."""
    return f"{drift.project.provider}:{drift.project.id}"
