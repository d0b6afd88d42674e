"""What people do about a drift: adopt it, ask to restore what was live before, look at the full diff."""

from __future__ import annotations

from dataclasses import replace

from bot.clients.base import ProviderError, ServedNow
from bot.context import Context, entry
from bot.domain.actors import Actor, Place
from bot.domain.base import Outcome
from bot.domain.change_requests import ChangeRequest
from bot.domain.changes import Change, Event, Kind
from bot.domain.drift import Baseline, Drift, Ending, Source, made_live
from bot.domain.errors import Code, Reason, ResolvableBy
from bot.domain.facts import Adoption, Denied, Lookup, OpenChange, Restoration
from bot.domain.live_state import Live, Nothing, Off, One
from bot.domain.names import Config
from bot.domain.notices import NoticeKind
from bot.domain.outcomes import Adopted, Failed, Refused
from bot.domain.policies import decide
from bot.domain.targets import Target
from bot.domain.views import DriftDetail
from bot.features.changes import deploys
from bot.features.changes.baselines import end, subject_of
from bot.features.drift.watch import Watched, compare
from bot.logs import current_request_id, get_logger
from bot.outbox.delivery import deliver_about

log = get_logger(__name__)


_OVER = Refused((Reason(Code.DRIFT_OVER, ResolvableBy.NOBODY),))
"""For a button whose drift ended so long ago that it is no longer stored."""


def read_button(value: str) -> tuple[str, int]:
    """The id and version of the drift in a button's value ``id@version``; version 0 when it is invalid."""
    identifier, _, version = value.partition("@")
    return identifier, int(version) if version.isdecimal() and len(version) < 10 else 0


async def look(ctx: Context, value: str, actor: Actor) -> DriftDetail | Refused:
    """What was live before and what is live now, in full; also for a drift that has ended."""
    answer = decide(Lookup(actor))
    if isinstance(answer, Denied):
        return Refused(answer.reasons)
    drift = await _drift(ctx, value)
    return DriftDetail(drift) if drift is not None else _OVER


async def adopt(ctx: Context, value: str, actor: Actor) -> Outcome:
    """Accept what is live as the new baseline, if it still is what the message showed."""
    drift = await _drift(ctx, value)
    if drift is None:
        return _OVER
    answer = decide(Adoption(actor, drift, drift.version != read_button(value)[1]))
    if isinstance(answer, Denied):
        return Refused(answer.reasons)
    current = await _look_again(ctx, drift)
    if not isinstance(current, ServedNow):
        return current
    if not await _save_baselines(ctx, drift, actor):
        return await _refuse_overtaken(ctx, value, actor)
    log.info("drift.adopted", drift=drift.id, project=drift.project.id, environment=drift.environment.id)
    await deliver_about(ctx, NoticeKind.DRIFT, drift.id)
    return Adopted(drift)


async def _save_baselines(ctx: Context, drift: Drift, actor: Actor) -> bool:
    """Store what is live as the baseline, and who adopted it. Returns False when another process was faster."""
    now = ctx.clock.now()
    async with ctx.store.write() as tx:
        drifts = (drift, *await tx.led_by(drift))
        adopted = [each for each in drifts if await end(tx, each, Ending.ADOPTED, now, actor.user_id)]
        for each in adopted:
            baseline = Baseline(
                *each.was.place, each.now, now, Source.ADOPTED, by=actor.user_id, content=each.now_content
            )
            await tx.save_baseline(baseline)
            facts = {"environment": each.environment.id, "drift": each.id}
            await tx.record(entry(Event.DRIFT_ADOPTED, subject_of(each), now, actor, **facts))
    return drift in adopted


async def restore(ctx: Context, value: str, actor: Actor, place: Place) -> Outcome:
    """Request what was live before: a normal change, under the same policy, with its own card."""
    drift = await _drift(ctx, value)
    if drift is None:
        return _OVER
    facts = Restoration(
        actor, drift, drift.version != read_button(value)[1], open_change=await _open_restoration(ctx, drift)
    )
    answer = decide(facts)
    if isinstance(answer, Denied):
        return Refused(answer.reasons)
    current = await _look_again(ctx, drift)
    if not isinstance(current, ServedNow):
        return current
    answer = decide(replace(facts, lost=_edited_since(current, drift.was.served.live)))
    if isinstance(answer, Denied):
        return Refused(answer.reasons)
    return await deploys.request(ctx, _restoring_request(drift, current), actor, place)


def _restoring_request(drift: Drift, current: ServedNow) -> ChangeRequest:
    """The change request for what was live before. Its requester has seen what it replaces, also rollout weights."""
    live = drift.was.served.live
    environment = next(each for each in current.environments if each.id == drift.environment.id)
    assert not isinstance(live, Off)  # noqa: S101 - narrows the type: `decide` has refused to restore that
    target: Target
    if isinstance(live, One):
        target = Config(*drift.project.key, live.config_id, live.name, live.content_version)
    else:
        target = live
    kind = Kind.DEACTIVATE if isinstance(target, Nothing) else Kind.ROLLBACK
    return ChangeRequest(kind, drift.project, environment, target, drops=drift.now.fingerprint())


def _edited_since(current: ServedNow, live: Live) -> bool:
    """Whether the config was edited since it was live, at providers where contents can change under an id."""
    if current.versions is None or not isinstance(live, One):
        return False
    return current.versions.get(live.config_id) != live.content_version


async def _drift(ctx: Context, value: str) -> Drift | None:
    async with ctx.store.read() as tx:
        return await tx.drift(read_button(value)[0])


async def _look_again(ctx: Context, drift: Drift) -> ServedNow | Refused | Failed:
    """Read what is live; refuse, and update the message, if it no longer is what the drift says."""
    looked_at = ctx.clock.now()
    try:
        current = await ctx.provider(drift.project.provider).served(drift.project)
    except ProviderError as error:
        return Failed(replace(error.problem, reference=current_request_id()))
    served = current.served.get(drift.environment.id)
    if served is not None and served.same_as(drift.now):
        return current
    await compare(ctx, drift.project, current, looked_at, Watched())
    return Refused((Reason(Code.DRIFT_MOVED_ON),))


async def _open_restoration(ctx: Context, drift: Drift) -> OpenChange | None:
    """The open change that would make live again what was live before."""
    async with ctx.store.read() as tx:
        change = await tx.open_change(*drift.was.place)
    return _as_open(change) if change is not None and _restores(change, drift) else None


def _restores(change: Change, drift: Drift) -> bool:
    return replace(made_live(change), winning_rules=drift.was.served.winning_rules).same_as(drift.was.served)


def _as_open(change: Change) -> OpenChange:
    return OpenChange(change.id, change.number, change.kind, change.state)


async def _refuse_overtaken(ctx: Context, value: str, actor: Actor) -> Refused:
    """The refusal when another process was faster, with what happened to the drift."""
    drift = await _drift(ctx, value)
    answer = decide(Adoption(actor, drift, moved_on=True)) if drift is not None else None
    reasons = answer.reasons if isinstance(answer, Denied) else (Reason(Code.STATE_MOVED, ResolvableBy.NOBODY),)
    return Refused(reasons)
