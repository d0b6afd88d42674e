"""Looking at changes and at what is live."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.clients.base import NotDone
from bot.domain.changes import Change, State
from bot.domain.errors import Fault
from bot.domain.live_state import Nothing
from bot.domain.names import Environment, Project
from bot.domain.outcomes import NotFound
from bot.domain.views import Board, ChangeDetail
from bot.features.changes import approvals, deploys, history
from tests.bot.features.steps import applied, asked, deploy, needs, the
from tests.builders import ADA, DEPLOYS, MIRA, PRODUCTION, RAVI, STAGING, World, problem


async def several(world: World, count: int) -> list[str]:
    """Changes that wait, newest last, each in a project of its own."""
    made = []
    for number in range(count):
        project = world.provider.add(f"project {number}", "v1")
        change_request = replace(deploy(world), project=project, target=world.provider.config(project.name, "v1"))
        made.append(await asked(world, change_request))
    return made


def ids(found: tuple[Change, ...]) -> list[str]:
    return [change.id for change in found]


async def test_a_change_is_found_by_its_label_its_number_and_its_id(world: World) -> None:
    change = await asked(world)
    for word in ("ch-1", "CH-1", "1", " #1 ", change, change.lower()):
        found = await history.find(world.ctx, word)
        assert found is not None, word
        assert found.id == change


@pytest.mark.parametrize("word", ["", "ch-2", "2", "ch-", "nothing", "9" * 40, "-1", "1.0"])
async def test_what_is_no_change_is_not_found(world: World, word: str) -> None:
    await asked(world)
    assert await history.find(world.ctx, word) is None
    assert the(NotFound, await history.detail(world.ctx, word)).word == word


async def test_one_change_whole_has_its_votes_its_history_and_its_diff(world: World) -> None:
    change = await applied(world)
    detail = the(ChangeDetail, await history.detail(world.ctx, change.label))
    assert [said.actor for said in detail.decisions] == [RAVI]
    assert [said.event.value for said in detail.history] == [
        "change.requested",
        "change.approved",
        "change.applying",
        "change.sending",
        "change.applied",
    ]
    assert [(value.old, value.new) for value in detail.diff.values] == [("model-config_w", "model-config_x")]
    assert detail.undoable


async def test_a_change_below_another_is_not_undoable(world: World) -> None:
    first = await applied(world)
    await applied(world, deploy(world, "baseline"))
    assert not the(ChangeDetail, await history.detail(world.ctx, first.label)).undoable


async def test_approvals_are_those_that_wait_for_this_persons_word(world: World) -> None:
    world = world.again(rule_for=needs(2))
    first, second = await several(world, 2)
    await approvals.approve(world.ctx, first, RAVI)

    assert ids((await history.approvals(world.ctx, RAVI)).changes) == [second]
    assert ids((await history.approvals(world.ctx, MIRA)).changes) == [second, first]
    assert ids((await history.approvals(world.ctx, ADA)).changes) == []


async def test_what_is_decided_waits_for_nobody(world: World) -> None:
    change = await asked(world)
    await approvals.reject(world.ctx, change, RAVI)
    assert (await history.approvals(world.ctx, MIRA)).changes == ()


async def test_approvals_come_in_pages_and_a_page_that_is_gone_is_the_last_one(world: World) -> None:
    made = await several(world, history.PAGE + 2)
    first = await history.approvals(world.ctx, MIRA)
    assert (len(first.changes), first.page, first.pages) == (history.PAGE, 1, 2)
    second = await history.approvals(world.ctx, MIRA, page=2)
    assert ids(second.changes) == made[:2][::-1]
    beyond = await history.approvals(world.ctx, MIRA, page=9)
    assert (ids(beyond.changes), beyond.page) == (made[:2][::-1], 2)
    assert (await history.approvals(world.ctx, MIRA, page=0)).page == 1


async def test_history_is_of_everything_or_of_one_project_in_one_environment_or_all(world: World) -> None:
    production = await asked(world)
    outcome = await deploys.request(world.ctx, deploy(world, environment=STAGING), ADA, DEPLOYS)
    staging = outcome.change.id  # type: ignore[attr-defined]  # another outcome fails the test
    support, search = (world.provider.projects_[key] for key in ("pr_support", "pr_search"))

    async def seen(project: Project | None, environment: Environment | None) -> list[str]:
        return ids((await history.history(world.ctx, project, environment, "changes")).changes)

    assert await seen(None, None) == [staging, production]
    assert await seen(support, None) == [staging, production]
    assert await seen(support, PRODUCTION) == [production]
    assert await seen(None, STAGING) == [staging]
    assert await seen(search, None) == []


async def test_the_history_of_an_environment_is_that_of_its_own_provider(world: World) -> None:
    await asked(world)
    twin = replace(PRODUCTION, provider="other")

    assert (await history.history(world.ctx, None, PRODUCTION, "changes")).changes
    assert (await history.history(world.ctx, None, twin, "changes")).changes == ()


async def test_history_comes_in_pages_and_a_page_that_is_gone_is_the_last_one(world: World) -> None:
    made = await several(world, history.PAGE + 1)
    assert (await history.history(world.ctx, None, None, "changes")).pages == 2
    for page in (2, 7):
        last = await history.history(world.ctx, None, None, "changes", page=page)
        assert (ids(last.changes), last.page, last.line) == (made[:1], 2, "changes")
    assert (await history.history(world.ctx, None, None, "changes", page=-3)).page == 1


async def test_an_empty_history_has_one_empty_page(world: World) -> None:
    empty = await history.history(world.ctx, None, None, "changes")
    assert (empty.changes, empty.page, empty.pages) == ((), 1, 1)


async def boarded(world: World, *, page: int = 1) -> Board:
    return await history.board(world.ctx, list(world.provider.projects_.values()), "deployments", page=page)


async def test_the_board_shows_what_is_live_where_by_which_change_and_what_is_pending(world: World) -> None:
    change = await applied(world)
    pending = await asked(world, deploy(world, "baseline"))
    board = await boarded(world)
    cells = {cell.environment.name: cell for cell in board.rows[0].cells}
    assert list(cells) == ["development", "staging", "production"]
    production = cells["production"]
    assert production.last is not None
    assert production.pending is not None
    assert (production.last.id, production.pending.id) == (change.id, pending)
    assert production.pending.state is State.WAITING
    assert (cells["staging"].last, cells["staging"].pending) == (None, None)


async def test_the_board_does_not_claim_what_was_made_live_behind_its_back(world: World) -> None:
    await applied(world)
    world.provider.put("support", PRODUCTION, "baseline")
    board = await boarded(world)
    assert [cell.last for cell in board.rows[0].cells] == [None, None, None]


async def test_a_deactivated_environment_is_claimed_while_nothing_is_live(world: World) -> None:
    await applied(world, replace(deploy(world), kind=deploy(world).kind.DEACTIVATE, target=Nothing()))
    last = (await boarded(world)).rows[0].cells[2].last
    assert last is not None
    assert last.target == Nothing()


async def test_a_project_that_cannot_be_read_says_so_beside_the_others(world: World) -> None:
    world.provider.gone.add("pr_support")
    board = await boarded(world)
    assert [row.problem and row.problem.fault for row in board.rows] == [Fault.NOT_FOUND, None]
    assert board.rows[0].cells == ()


async def test_a_provider_that_is_not_configured_any_more_says_so(world: World) -> None:
    board = await history.board(world.ctx, [Project("old", "pr_1", "old")], "deployments")
    assert board.rows[0].problem is not None
    assert board.rows[0].problem.provider == "old"


async def test_the_board_comes_in_pages_that_exist(world: World) -> None:
    for number in range(history.BOARD_PAGE):
        world.provider.add(f"project {number}")
    assert len((await boarded(world)).rows) == history.BOARD_PAGE
    for page in (2, 5):
        last = await boarded(world, page=page)
        assert (len(last.rows), last.page, last.pages) == (2, 2, 2)
    assert (await boarded(world, page=0)).page == 1


async def test_only_the_projects_of_the_page_are_read(world: World) -> None:
    for number in range(20):
        world.provider.add(f"project {number}")
    await boarded(world)
    assert world.provider.calls == ["served"] * history.BOARD_PAGE


async def test_a_service_that_does_not_answer_leaves_the_row_empty(world: World) -> None:
    world.provider.fail("served", NotDone(problem(Fault.UNAVAILABLE, 503)), times=2)
    assert all(row.problem is not None for row in (await boarded(world)).rows)
