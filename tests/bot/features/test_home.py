"""The App Home: what one person needs to see, with few and bounded reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.clients.base import NotDone
from bot.domain.actors import Standing
from bot.domain.changes import Change, State
from bot.domain.errors import Code, Fault
from bot.domain.home import Home
from bot.domain.notices import Reminder
from bot.domain.outcomes import Refused
from bot.features.changes import approvals
from bot.features.home import EVALUATIONS, MINE, PROJECTS, home
from tests.bot.features.steps import asked, codes, deploy, needs, the
from tests.builders import ADA, NOON, RAVI, MemoryProvider, World, actor, make_world, problem


async def seen(world: World, who: str = "ravi", standing: Standing = Standing.MEMBER) -> Home:
    return the(Home, await home(world.ctx, actor(who, standing)))


async def several(world: World, count: int) -> list[str]:
    """Ada's changes that wait, newest last, each in a project of its own."""
    made = []
    for number in range(count):
        project = world.provider.add(f"project {number}", "v1")
        change_request = replace(deploy(world), project=project, target=world.provider.config(project.name, "v1"))
        made.append(await asked(world, change_request))
    return made


async def remembered(world: World, count: int, provider: str = "main", ended: bool = False) -> None:
    async with world.store.write() as tx:
        for number in range(count):
            since = NOON - timedelta(hours=number)
            name = f"{'ended' if ended else 'ev'}_{number}"
            await tx.save_reminder(
                Reminder(provider, "pr_support", "support", name, since, ended_at=NOON if ended else None)
            )


def ids(found: Sequence[Change]) -> list[str]:
    return [change.id for change in found]


async def test_a_home_has_what_waits_for_me_and_what_i_asked_for(world: World) -> None:
    world = world.again(rule_for=needs(2))
    first, second = await several(world, 2)
    await approvals.approve(world.ctx, first, RAVI)

    ravi, mira, ada = await seen(world), await seen(world, "mira"), await seen(world, "ada")

    assert (ids(ravi.waiting.changes), ravi.mine) == ([second], ())
    assert ids(mira.waiting.changes) == [second, first]
    assert (ada.waiting.changes, ids(ada.mine), ada.mine_total) == ((), [second, first], 2)
    assert ada.at == NOON


async def test_what_is_over_is_nobodys_any_more(world: World) -> None:
    change = await asked(world)
    await approvals.approve(world.ctx, change, RAVI)

    assert (await seen(world, "mira")).waiting.changes == ()
    assert (await seen(world, "ada")).mine == ()


async def test_what_i_asked_for_is_mine_until_it_is_over(world: World) -> None:
    change = await asked(world)
    async with world.store.write() as tx:
        found = await tx.change(change)
        assert found is not None
        assert await tx.save(replace(found, state=State.UNKNOWN), State.WAITING, [])

    assert ids((await seen(world, "ada")).mine) == [change]
    assert (await seen(world)).waiting.changes == ()


async def test_lists_are_short_and_say_how_many_there_are(world: World) -> None:
    await several(world, 12)
    await remembered(world, 7)

    ada, ravi = await seen(world, "ada"), await seen(world)

    assert (len(ada.mine), ada.mine_total) == (MINE, 12)
    assert (len(ravi.waiting.changes), ravi.waiting.pages) == (10, 2)
    assert (len(ravi.running), ravi.running_total) == (EVALUATIONS, 7)


async def test_the_board_reads_each_of_a_few_projects_once_and_nothing_else(world: World) -> None:
    for number in range(9):
        world.provider.add(f"project {number}", "v1")
    await world.ctx.index.refresh()
    await remembered(world, 7)
    world.provider.calls.clear()

    shown = await seen(world)

    assert len(shown.board.rows) == PROJECTS
    assert (shown.board.page, shown.board.pages, shown.board.line) == (1, 3, "deployments")
    assert world.provider.calls == ["served"] * PROJECTS


async def test_the_projects_of_my_changes_come_first_then_the_others_by_name(world: World) -> None:
    for number in range(9):
        world.provider.add(f"project {number}", "v1")
    await world.ctx.index.refresh()
    await asked(world)

    for who in ("ada", "ravi"):
        names = [row.project.name for row in (await seen(world, who)).board.rows]
        assert names == ["support", "project 0", "project 1", "project 2", "project 3"]


async def test_a_project_that_cannot_be_read_hides_no_other(world: World) -> None:
    world.provider.fail("served", NotDone(problem(Fault.UNAVAILABLE)))

    rows = (await seen(world)).board.rows

    assert [row.problem.fault for row in rows if row.problem] == [Fault.UNAVAILABLE]
    assert [len(row.cells) for row in rows if row.problem is None] == [3]


async def test_a_provider_that_is_slow_is_not_waited_for(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.features.home.PATIENCE", 0.01)
    world.provider.pause = 30

    rows = (await seen(world)).board.rows

    assert [(row.problem.fault, row.problem.provider) for row in rows if row.problem] == [(Fault.TIMED_OUT, "main")] * 2


async def test_why_projects_may_be_missing_is_told(world: World) -> None:
    world.provider.fail("projects", NotDone(problem(Fault.UNAUTHORIZED)))
    await world.ctx.index.refresh()

    shown = await seen(world)

    assert [each.problem.fault for each in shown.board.unread] == [Fault.UNAUTHORIZED]


async def test_evaluations_that_run_come_from_what_we_remember_the_longest_first(world: World) -> None:
    await remembered(world, 2)
    await remembered(world, 1, ended=True)
    await remembered(world, 1, provider="a former one")

    shown = await seen(world)

    assert [(each.reminder.evaluation_id, each.line) for each in shown.running] == [
        ("ev_1", "evaluation show ev_1"),
        ("ev_0", "evaluation show ev_0"),
    ]
    assert (shown.running_total, shown.running_line) == (2, "evaluations list running")


async def test_with_several_providers_an_evaluation_is_named_with_its_own(tmp_path: Path) -> None:
    world = await make_world(tmp_path, None, MemoryProvider("other"))
    await remembered(world, 1, provider="other")

    assert [each.line for each in (await seen(world)).running] == ["evaluation show other:ev_0"]
    await world.store.close()


async def test_guests_may_look(world: World) -> None:
    assert (await seen(world, "gus", Standing.GUEST)).board.rows


@pytest.mark.parametrize(
    ("standing", "why"),
    [
        (Standing.STRANGER, Code.STRANGER),
        (Standing.UNKNOWN, Code.PERSON_UNREADABLE),
        (Standing.DEACTIVATED, Code.DEACTIVATED),
        (Standing.BOT, Code.BOT),
    ],
)
async def test_who_may_not_look_is_refused_and_nothing_is_read(world: World, standing: Standing, why: Code) -> None:
    assert codes(the(Refused, await home(world.ctx, actor("sam", standing)))) == [why]
    assert world.provider.calls == []


async def test_people_are_told_apart_by_organisation(world: World) -> None:
    await asked(world)

    assert (await seen(world, "mira")).waiting.changes
    assert (await seen(world, "ada")).mine
    assert the(Home, await home(world.ctx, replace(ADA, org="T0OTHER"))).mine == ()
