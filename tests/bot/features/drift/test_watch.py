"""The drift watch: what moved behind our back is told once, and what came from here never."""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.clients.base import NotDone, Unsure
from bot.context import Context
from bot.domain.actors import Place
from bot.domain.changes import Event, State
from bot.domain.contents import Content, Message
from bot.domain.drift import Ending, Source
from bot.domain.errors import Fault
from bot.domain.live_state import NOTHING, LiveState, One
from bot.domain.names import Environment, Project
from bot.domain.outcomes import Failed, Unknown
from bot.domain.provider_approvals import Moved
from bot.features.changes import approvals, deploys
from bot.features.drift.silences import PATIENCE
from bot.features.drift.watch import CONCURRENCY, ENOUGH, MANY, Watched, compare, watch
from bot.ports import NotDelivered
from bot.store.write import WriteTransaction
from tests.bot.features.steps import applied, asked, deploy, killed, state, stored, the
from tests.builders import ADA, NOON, PRODUCTION, RAVI, MemoryProvider, World, make_world, problem

MINUTE = timedelta(minutes=1)


async def looks(world: World, minutes: float = 5) -> Watched:
    """Time passes, and the watch looks."""
    world.clock.move(timedelta(minutes=minutes))
    return await watch(world.ctx)


def one(name: str) -> One:
    """A config of `support`, live as one."""
    return One(f"config_support_{name}", f"config_support_{name}", name)


def told(world: World) -> list[tuple[str, str, str | None]]:
    """Every state of every message about a drift: project, environment, how it ended."""
    return [(each.project.name, each.environment.name, each.ended_as) for each in world.memo.drifts()]


@pytest.fixture
def world(world: World) -> World:
    return world.again(default_channel="C0DEPLOYS")


# What was there before


async def test_what_was_there_before_we_came_is_remembered_and_nothing_is_said(world: World) -> None:
    seen = await looks(world)
    assert (seen.projects, seen.first, seen.found) == (2, 6, 0)
    assert told(world) == []
    async with world.store.read() as tx:
        (known,) = [each for each in await tx.baselines("main", "pr_support") if each.environment_id == PRODUCTION.id]
    assert (known.served, known.source) == (world.provider.live["pr_support", PRODUCTION.id], Source.SEEN)
    assert (await looks(world)).first == 0


async def test_only_so_many_projects_are_compared_at_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each comparison uses our database and calls the provider, and at the first look every project is compared."""
    for number in range(3 * CONCURRENCY):
        world.provider.add(f"project-{number}", "baseline")
    await world.ctx.index.refresh()
    under_way: list[str] = []
    most = 0

    async def counted(ctx: Context, project: Project, *rest: Any) -> None:
        nonlocal most
        under_way.append(project.id)
        most = max(most, len(under_way))
        await asyncio.sleep(0.01)
        await compare(ctx, project, *rest)
        under_way.remove(project.id)

    monkeypatch.setattr("bot.features.drift.watch.compare", counted)
    assert (await looks(world)).projects == 3 * CONCURRENCY + 2
    assert 1 < most <= CONCURRENCY


async def test_a_foreign_change_is_told_where_nothing_was_ever_applied(world: World) -> None:
    await looks(world)
    world.provider.put("support", PRODUCTION, "baseline")
    assert (await looks(world)).found == 1
    (drift,) = world.memo.drifts()
    assert (drift.was.source, drift.was.served.live) == (Source.SEEN, one("config_w"))
    assert drift.now.live == one("baseline")


async def test_a_new_environment_is_remembered_before_it_counts(world: World) -> None:
    await looks(world)
    canary = Environment("main", "env_canary", "canary")
    world.provider.environments.append(canary)
    assert (await looks(world)).first == 2
    world.provider.put("support", canary, "config_x")
    await looks(world)
    assert told(world) == [("support", "canary", None)]


async def test_a_change_from_before_the_watch_is_what_was_last_right(world: World) -> None:
    await applied(world)
    async with world.store.write() as tx:
        await tx._connection.exec_driver_sql("delete from baselines")
    await looks(world)
    async with world.store.read() as tx:
        assert len(await tx.fingerprints()) == 6, "it is written down, so that the next round asks for it no more"
    world.provider.put("support", PRODUCTION, "baseline")
    await looks(world)
    (drift,) = world.memo.drifts()
    assert drift.was.source is Source.APPLIED


# What moved


async def test_a_change_behind_our_back_is_told_once_with_what_was_and_what_is(world: World) -> None:
    change = await applied(world)
    world.provider.put("support", PRODUCTION, "baseline")
    for _ in range(3):
        await looks(world)
    (drift,) = world.memo.drifts()
    assert (drift.was.change_id, drift.was.source) == (change.id, Source.APPLIED)
    assert drift.was_content == change.seen.target_content
    assert drift.now_content == Content(
        (Message("system", "You are baseline."),), model="model-baseline", parameters={"temperature": 0}
    )
    assert drift.moved is None
    async with world.store.read() as tx:
        events = [each.event for each in await tx.audit("main:pr_support")]
    assert events == [Event.DRIFT_FOUND]


async def test_it_is_told_where_the_last_card_stands(world: World) -> None:
    await deploys.request(world.ctx, deploy(world), ADA, Place(ADA.org, ADA.team, "C0PROMPTS"))
    await looks(world)
    world.provider.put("support", PRODUCTION, "baseline")
    await looks(world)
    assert world.memo.said[-1].at.channel == "C0PROMPTS"


async def test_it_is_told_in_the_default_channel_where_that_channel_is_closed(world: World) -> None:
    await deploys.request(world.ctx, deploy(world), ADA, Place(ADA.org, ADA.team, "C0PROMPTS"))
    world.people.closed.add("C0PROMPTS")
    await looks(world)
    world.provider.put("support", PRODUCTION, "baseline")
    await looks(world)
    assert world.memo.said[-1].at.channel == "C0DEPLOYS"


async def test_without_any_channel_it_is_told_as_soon_as_there_is_one(
    world: World, logged: list[MutableMapping[str, Any]]
) -> None:
    await looks(world)
    world.people.closed.add("C0DEPLOYS")
    world.provider.put("support", PRODUCTION, "baseline")
    await looks(world)
    await looks(world)
    assert told(world) == []
    assert [each["event"] for each in logged if each["event"] == "drift.not_told"] == ["drift.not_told"]
    world.people.closed.clear()
    await looks(world)
    await looks(world)
    assert told(world) == [("support", "production", None)]


async def test_without_a_default_channel_it_is_only_kept(world: World) -> None:
    alone = world.again(default_channel=None)
    await looks(alone)
    world.provider.put("support", PRODUCTION, "baseline")
    assert (await looks(alone)).found == 1
    assert told(world) == []


async def test_a_drift_that_goes_on_changes_its_one_message(world: World) -> None:
    await looks(world)
    world.provider.put("support", PRODUCTION, "baseline")
    await looks(world)
    world.provider.put("support", PRODUCTION, "config_x")
    assert (await looks(world)).found == 1
    first, second = world.memo.drifts()
    assert (first.id, first.found_at) == (second.id, second.found_at)
    assert (first.version, second.version) == (1, 2)
    assert [said.edited for said in world.memo.said] == [False, True]


async def test_what_is_put_back_ends_it(world: World) -> None:
    await looks(world)
    world.provider.put("support", PRODUCTION, "baseline")
    await looks(world)
    world.provider.put("support", PRODUCTION, "config_w")
    assert (await looks(world)).ended == 1
    assert told(world) == [("support", "production", None), ("support", "production", Ending.BACK)]
    assert (await looks(world)).ended == 0
    world.provider.put("support", PRODUCTION, "baseline")
    await looks(world)
    assert len({drift.id for drift in world.memo.drifts()}) == 2, "the next one has a message of its own"


async def test_who_did_it_is_told_where_the_provider_tells(world: World) -> None:
    await looks(world)
    world.provider.put("support", PRODUCTION, "baseline")
    world.provider.moves["pr_support", PRODUCTION.id] = moved = Moved(NOON + 7 * MINUTE, "ravi@acorn.example", "hotfix")
    await looks(world)
    assert world.memo.drifts()[0].moved == moved


async def test_a_provider_that_does_not_answer_who_did_it_stops_nothing(world: World) -> None:
    await looks(world)
    world.provider.put("support", PRODUCTION, "baseline")
    world.provider.fail("last_moved", NotDone(problem(Fault.FORBIDDEN, 403)))
    world.provider.fail("configs", NotDone(problem(Fault.UNAVAILABLE, 503)))
    await looks(world)
    (drift,) = world.memo.drifts()
    assert (drift.moved, drift.now_content, drift.was_content) == (None, None, None)


async def test_an_edit_in_place_is_drift_and_keeps_what_stood_there_before(world: World) -> None:
    world.provider.capabilities = replace(world.provider.capabilities, immutable_configs=False)
    await looks(world)
    (before,) = [each for each in world.provider.configs_["pr_support"] if each.config.name == "config_w"]
    after = replace(
        before,
        config=replace(before.config, content_version="2"),
        content=replace(before.content, model="another"),
    )
    world.provider.configs_["pr_support"][0] = after
    world.provider.live["pr_support", PRODUCTION.id] = LiveState(One(before.config.id, "2", "config_w"))
    await looks(world)
    (drift,) = world.memo.drifts()
    assert drift.was_content is not None
    assert drift.now_content is not None
    assert (drift.was_content.model, drift.now_content.model) == ("model-config_w", "another")


async def test_nothing_live_has_no_content(world: World) -> None:
    await looks(world)
    world.provider.put("support", PRODUCTION, None)
    await looks(world)
    (drift,) = world.memo.drifts()
    assert (drift.now, drift.now_content) == (NOTHING, None)
    assert drift.was_content is not None


async def test_what_is_deleted_at_the_provider_is_compared_as_the_change_had_it(world: World) -> None:
    change = await applied(world)
    world.provider.put("support", PRODUCTION, "baseline")
    del world.provider.configs_["pr_support"][1]
    await looks(world)
    assert world.memo.drifts()[0].was_content == change.seen.target_content


async def test_who_comes_second_in_the_last_moment_tells_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def too_late(*_: object) -> bool:
        return False

    await looks(world)
    world.provider.put("support", PRODUCTION, "baseline")
    monkeypatch.setattr(WriteTransaction, "add_drift", too_late)
    assert (await looks(world)).found == 0
    assert world.memo.said == []


# What came from here


async def test_a_change_of_ours_is_no_drift(world: World) -> None:
    await looks(world)
    await applied(world)
    await looks(world)
    await looks(world)
    assert told(world) == []


async def test_a_change_that_is_applied_between_the_two_looks_is_no_drift(world: World) -> None:
    await looks(world)

    async def meanwhile() -> None:
        await applied(world)

    world.provider.then["served"] = meanwhile
    await looks(world)
    await looks(world)
    assert told(world) == []


async def test_a_change_that_is_applied_while_the_details_are_read_is_no_drift(world: World) -> None:
    await looks(world)
    change = await asked(world)
    world.provider.put("support", PRODUCTION, "baseline")

    async def meanwhile() -> None:
        world.provider.put("support", PRODUCTION, "config_w")
        await approvals.approve(world.ctx, change, RAVI)

    world.provider.first["last_moved"] = meanwhile
    assert (await looks(world)).found == 0
    await looks(world)
    assert told(world) == []


async def test_right_after_a_change_a_read_that_lags_behind_says_nothing(world: World) -> None:
    await looks(world)
    await applied(world)
    world.provider.put("support", PRODUCTION, "config_w")
    assert (await looks(world, 0.25)).found == 0
    assert (await looks(world, 1)).found == 1, "a minute later it is no lag any more"


@pytest.mark.parametrize("where", ["served", "serve"])
async def test_what_a_crash_left_behind_is_no_drift(world: World, where: str) -> None:
    await looks(world)
    change = await asked(world)
    await killed(world, change, where)
    assert (await looks(world)).found == 0
    assert await state(world, change) is State.APPLYING


async def test_a_change_whose_outcome_is_unknown_explains_what_it_wanted(world: World) -> None:
    await looks(world)
    change = await asked(world)
    world.provider.fail("serve", Unsure(problem(Fault.CUT_AFTER_WRITE)))
    world.provider.first["serve"] = _fails_to_be_read(world)
    the(Unknown, await approvals.approve(world.ctx, change, RAVI))
    world.provider.failing.clear()
    await looks(world)
    assert told(world) == []
    world.provider.put("support", PRODUCTION, "baseline")
    await looks(world)
    assert told(world) == [("support", "production", None)]


def _fails_to_be_read(world: World) -> Any:
    async def now() -> None:
        world.provider.fail("served", NotDone(problem(Fault.UNREACHABLE)), 3)

    return now


async def test_a_write_that_arrives_after_its_change_counts_as_failed_is_told_as_that(world: World) -> None:
    await looks(world)
    first = await asked(world)
    world.provider.fail("serve", NotDone(problem(Fault.INVALID, 422)))
    world.provider.lands = False
    the(Failed, await approvals.approve(world.ctx, first, RAVI))
    world.provider.put("support", PRODUCTION, "config_x")
    await looks(world)
    (drift,) = world.memo.drifts()
    assert drift.late == (await stored(world, first)).label
    world.provider.put("support", PRODUCTION, "baseline")
    await looks(world)
    assert world.memo.drifts()[-1].late == ""


async def test_a_later_change_of_ours_ends_it(world: World) -> None:
    await looks(world)
    world.provider.put("support", PRODUCTION, "baseline")
    await looks(world)
    change = await applied(world)
    assert told(world)[-1] == ("support", "production", Ending.CHANGED)
    assert world.memo.drifts()[-1].ended_by == change.label
    await looks(world)
    assert len(told(world)) == 2
    async with world.store.read() as tx:
        (known,) = [each for each in await tx.baselines("main", "pr_support") if each.environment_id == PRODUCTION.id]
    assert known.change_id == change.id


async def test_a_base_that_moved_voids_and_points_to_the_message(world: World) -> None:
    change = await asked(world)
    await looks(world)
    world.provider.put("support", PRODUCTION, "baseline")
    await looks(world)
    await approvals.approve(world.ctx, change, RAVI)
    void = await stored(world, change)
    assert void.state is State.VOID
    assert [reason.facts.get("drift") for reason in void.reasons] == [world.memo.drifts()[0].id]


# Several, gone, silent


async def test_two_processes_tell_it_once(world: World) -> None:
    await looks(world)
    world.provider.put("support", PRODUCTION, "baseline")
    other = world.again("two")
    world.clock.move(5 * MINUTE)
    seen = await asyncio.gather(watch(world.ctx), watch(other.ctx))
    assert sum(each.found for each in seen) == 1
    assert told(world) == [("support", "production", None)]
    world.provider.put("support", PRODUCTION, "config_w")
    world.clock.move(5 * MINUTE)
    seen = await asyncio.gather(watch(world.ctx), watch(other.ctx))
    assert sum(each.ended for each in seen) == 1


async def test_where_much_moved_at_once_it_is_told_a_few_at_a_time(world: World) -> None:
    for number in range(8):
        world.provider.add(f"more {number}", "one", "two")
        world.provider.put(f"more {number}", PRODUCTION, "one")
    await world.ctx.index.refresh()
    await looks(world)
    for number in range(8):
        world.provider.put(f"more {number}", PRODUCTION, "two")
    assert (await looks(world)).found == 8
    assert len(world.memo.drifts()) == MANY
    await looks(world)
    await looks(world)
    assert sorted(each.project.name for each in world.memo.drifts()) == [f"more {number}" for number in range(8)]


async def test_a_project_that_vanished_ends_it(world: World) -> None:
    await looks(world)
    world.provider.put("support", PRODUCTION, "baseline")
    await looks(world)
    world.provider.gone.add("pr_support")
    del world.provider.projects_["pr_support"]
    await world.ctx.index.refresh()
    seen = await looks(world)
    assert (seen.ended, seen.unread) == (1, 0)
    assert told(world)[-1] == ("support", "production", Ending.GONE)


async def test_an_environment_that_was_removed_ends_it(world: World) -> None:
    await looks(world)
    world.provider.put("support", PRODUCTION, "baseline")
    await looks(world)
    world.provider.environments.remove(PRODUCTION)
    await looks(world)
    assert told(world)[-1] == ("support", "production", Ending.GONE)


def down(world: World) -> None:
    world.provider.fail("served", NotDone(problem(Fault.UNREACHABLE)), 10_000)


async def test_a_provider_that_is_down_is_told_once_after_a_while_and_when_it_is_back(world: World) -> None:
    for number in range(20):
        world.provider.add(f"more {number}", "one")
    await world.ctx.index.refresh()
    await looks(world)
    down(world)
    world.provider.calls.clear()
    first = await looks(world)
    assert first.unread == 22
    assert len(world.provider.calls) < 22, "the others are left for the next time"
    assert world.memo.said == []
    await looks(world, PATIENCE.total_seconds() / 60)
    await looks(world)
    (silence,) = world.memo.silences()
    assert (silence.provider, silence.fault, silence.ended_at) == ("main", "unreachable", None)
    assert world.memo.said[-1].at.channel == "C0DEPLOYS"

    world.provider.failing.clear()
    world.provider.put("support", PRODUCTION, "baseline")
    await looks(world)
    assert [each.ended_at is None for each in world.memo.silences()] == [True, False]
    assert told(world) == [("support", "production", None)], "what happened meanwhile is told then"
    await looks(world)
    assert len(world.memo.said) == 3


async def test_a_short_silence_is_not_told(world: World) -> None:
    down(world)
    await looks(world)
    world.provider.failing.clear()
    await looks(world)
    await looks(world)
    assert world.memo.said == []
    async with world.store.read() as tx:
        assert await tx.open_silence("main") is None


async def test_a_provider_whose_names_could_never_be_read_is_silent_too(world: World) -> None:
    silent = MemoryProvider(name="main")
    silent.fail("projects", NotDone(problem(Fault.UNAUTHORIZED, 401)), 100)
    world.ctx = replace(world.ctx, providers={"main": silent})
    world.ctx.index._providers = world.ctx.providers
    world.ctx.index._caches["main"].fill([])
    world.ctx.index._ordered = None
    await world.ctx.index.refresh()
    await looks(world)
    await looks(world, 60)
    assert [each.fault for each in world.memo.silences()] == ["unauthorized"]


async def test_without_a_default_channel_a_silence_is_only_logged(world: World) -> None:
    alone = world.again(default_channel=None)
    down(world)
    await looks(alone)
    await looks(alone, 60)
    assert world.memo.said == []


async def test_two_that_hear_it_answer_again_say_it_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def too_late(*_: object) -> bool:
        return False

    down(world)
    await looks(world)
    await looks(world, 60)
    world.provider.failing.clear()
    monkeypatch.setattr(WriteTransaction, "end_silence", too_late)
    await looks(world)
    assert len(world.memo.silences()) == 1


async def test_one_project_that_cannot_be_read_is_no_silence(world: World) -> None:
    await looks(world)
    world.provider.fail("served", NotDone(problem(Fault.UNAVAILABLE, 503)))
    seen = await looks(world)
    assert seen.unread == 1
    async with world.store.read() as tx:
        assert await tx.open_silence("main") is None


async def test_a_provider_that_asks_for_fewer_calls_is_left_alone_until_the_next_time(world: World) -> None:
    for number in range(20):
        world.provider.add(f"more {number}", "one")
    await world.ctx.index.refresh()
    await looks(world)
    world.provider.calls.clear()
    world.provider.fail("served", NotDone(problem(Fault.RATE_LIMITED, 429)))
    seen = await looks(world)
    assert seen.unread > ENOUGH
    assert len(world.provider.calls) < 20


async def test_a_round_that_is_cut_short_misses_others_the_next_time(world: World) -> None:
    for number in range(20):
        world.provider.add(f"more {number}", "one")
    await world.ctx.index.refresh()
    for _ in range(60):
        world.clock.move(timedelta(seconds=301))
        world.provider.failing.clear()
        world.provider.then["served"] = _asks_for_fewer(world)
        await watch(world.ctx)
    async with world.store.read() as tx:
        assert len({place[1] for place in await tx.fingerprints()}) == 22


def _asks_for_fewer(world: World) -> Any:
    async def soon() -> None:
        world.provider.fail("served", NotDone(problem(Fault.RATE_LIMITED, 429)))

    return soon


async def test_providers_are_watched_side_by_side(tmp_path: Any) -> None:
    main, other = MemoryProvider(), MemoryProvider(name="other")
    for each in (main, other):
        each.add("support", "config_w", "config_x")
        each.put("support", replace(PRODUCTION, provider=each.name), "config_w")
    world = await make_world(tmp_path, main, other, default_channel="C0DEPLOYS")
    try:
        await looks(world)
        down(world)
        other.put("support", PRODUCTION, "config_x")
        await looks(world)
        assert [each.project.provider for each in world.memo.drifts()] == ["other"]
    finally:
        await world.store.close()


async def test_calls_of_one_provider_are_bounded(world: World) -> None:
    for number in range(30):
        world.provider.add(f"more {number}", "one")
    await world.ctx.index.refresh()
    at_once, most = 0, 0
    served = MemoryProvider.served

    async def counted(self: MemoryProvider, project: Any) -> Any:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await asyncio.sleep(0)
        try:
            return await served(self, project)
        finally:
            at_once -= 1

    class Counting(MemoryProvider):
        served = counted

    provider = Counting(**{name: getattr(world.provider, name) for name in ("environments", "projects_", "configs_")})
    ctx: Context = replace(world.ctx, providers={"main": provider})
    assert (await watch(ctx)).projects == 32
    assert 1 < most <= 8


async def test_one_call_of_each_project_is_all_that_a_quiet_round_costs(world: World) -> None:
    await looks(world)
    world.provider.calls.clear()
    await looks(world)
    assert world.provider.calls == ["served", "served"]


async def test_a_card_that_slack_did_not_take_yet_counts_by_the_place_it_is_meant_for(world: World) -> None:
    world.memo.failing = [NotDelivered("timeout")]
    await deploys.request(world.ctx, deploy(world), ADA, Place(ADA.org, ADA.team, "C0PROMPTS"))
    await looks(world)
    world.provider.put("support", PRODUCTION, "baseline")
    await looks(world)
    assert [said.at.channel for said in world.memo.said] == ["C0PROMPTS"]
