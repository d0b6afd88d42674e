"""Making and changing projects: shown first, done once, read back; `active=` is a deploy like any other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.clients.base import Capabilities, NotDone, Unsure
from bot.domain.actors import Actor, Standing
from bot.domain.base import Outcome
from bot.domain.changes import Event, Kind
from bot.domain.errors import Code, Fault
from bot.domain.names import Config
from bot.domain.outcomes import Ambiguous, AwaitingApproval, Explanation, Failed, NotFound, ProjectPreview, ProjectSaved
from bot.domain.project_fields import ProjectFields
from bot.features.dispatch import Speaker, run
from bot.features.drafts import keep_drafts
from bot.features.projects.edits import confirm
from bot.grammar import parse
from bot.grammar.commands import Understood
from tests.bot.features.configs.test_config_queries import typed
from tests.bot.features.steps import codes, rewritten, the
from tests.builders import ADA, DEPLOYS, DEVELOPMENT, RAVI, MemoryProvider, World, actor, make_world, problem

GUS = actor("gus", Standing.GUEST)
CUT = Unsure(problem(Fault.CUT_AFTER_WRITE))


async def pressed(world: World, shown: Outcome, who: Actor = ADA) -> Outcome:
    """Keep what the button needs for Ada, and press it."""
    return await confirm(world.ctx, await button(world, shown), who)


async def button(world: World, shown: Outcome) -> str:
    kept = the(ProjectPreview, shown).kept
    assert kept is not None
    return (await keep_drafts(world.ctx, [kept], ADA))[kept]


async def history(world: World, project_id: str) -> list[tuple[Event, Actor | None, dict[str, str]]]:
    async with world.store.read() as tx:
        return [(entry.event, entry.actor, entry.facts) for entry in await tx.audit(f"main:{project_id}")]


async def test_a_project_is_made_once_it_is_confirmed(world: World) -> None:
    shown = the(ProjectPreview, await typed(world, "project create Refund triage in dir_1a2b"))
    assert (shown.provider, shown.project) == ("main", None)
    assert (shown.old, shown.new) == (ProjectFields(), ProjectFields("Refund triage", "dir_1a2b"))
    assert world.provider.calls == []

    saved = the(ProjectSaved, await pressed(world, shown))

    assert (saved.project.name, saved.made, saved.line) == ("Refund triage", True, 'project show "Refund triage"')
    assert world.provider.fields[saved.project.id].directory == "dir_1a2b"
    assert world.provider.calls == ["create_project"]
    facts = {"name": "- → Refund triage", "directory": "- → dir_1a2b"}
    assert await history(world, saved.project.id) == [(Event.PROJECT_CREATED, ADA, facts)]
    assert world.ctx.index.project("main", saved.project.id) == saved.project, "it is found without a refresh"


@pytest.mark.parametrize("text", ['{"v": 3, "kind": "project"}', '{"provider": "main"}', "project show support"])
async def test_a_button_whose_edit_is_not_understood_does_nothing_and_says_so(world: World, text: str) -> None:
    shown = the(ProjectPreview, await typed(world, "project create Refund triage"))
    kept = await button(world, shown)
    await rewritten(world.store, lambda _: text)
    assert codes(await confirm(world.ctx, kept, ADA)) == [Code.DRAFT_UNREADABLE]
    assert world.provider.calls == []


async def test_a_project_is_renamed_and_moved(world: World) -> None:
    world.provider.fields["pr_support"] = ProjectFields(directory="dir_old")

    shown = the(ProjectPreview, await typed(world, 'project update support name="Support desk" directory=dir_new'))
    saved = the(ProjectSaved, await pressed(world, shown))

    assert shown.old == ProjectFields("support", "dir_old")
    assert shown.new == ProjectFields("Support desk", "dir_new")
    assert (saved.project.id, saved.project.name, saved.made) == ("pr_support", "Support desk", False)
    assert world.provider.fields["pr_support"].directory == "dir_new"
    ((event, who, facts),) = await history(world, "pr_support")
    assert (event, who) == (Event.PROJECT_UPDATED, ADA)
    assert facts == {"name": "support → Support desk", "directory": "dir_old → dir_new"}
    known = world.ctx.index.entry(saved.project)
    assert known is not None
    assert (known.project.name, len(known.configs)) == ("Support desk", 3)


async def test_only_what_is_named_changes(world: World) -> None:
    shown = the(ProjectPreview, await typed(world, "project update support directory=dir_new name=support"))
    assert (shown.old, shown.new) == (ProjectFields(), ProjectFields(directory="dir_new"))

    saved = the(ProjectSaved, await pressed(world, shown))
    assert saved.project.name == "support"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("project create support", [Code.NAME_TAKEN]),
        ("project update search name=support", [Code.NAME_TAKEN]),
        ('project update search name=""', [Code.NAME_INVALID]),
        ("project update search directory=folder", [Code.DIRECTORY_INVALID]),
        ('project update search directory=""', [Code.DIRECTORY_INVALID]),
        ("project update search name=search", [Code.NOTHING_TO_CHANGE]),
        ("project update search tags=a description=b", [Code.FIELD_MISSING, Code.FIELD_MISSING]),
        ('project update search name=support tags=a directory="x y"', None),
    ],
)
async def test_every_reason_is_named_and_nothing_is_offered(
    world: World, line: str, expected: list[Code] | None
) -> None:
    found = codes(await typed(world, line))
    assert found == (expected or [Code.FIELD_MISSING, Code.DIRECTORY_INVALID, Code.NAME_TAKEN])
    assert not {"create_project", "update_project"} & set(world.provider.calls)


async def test_a_guest_makes_and_changes_nothing(world: World) -> None:
    for line in ("project create x", "project update support name=y"):
        parsed = the(Understood, parse(line))
        assert codes(await run(world.ctx, parsed.readings, Speaker(GUS, DEPLOYS))) == [Code.GUEST]


async def test_who_lost_the_right_after_it_was_shown_does_nothing(world: World) -> None:
    kept = await button(world, await typed(world, "project create x"))
    demoted = actor("ada", Standing.GUEST)

    assert codes(await confirm(world.ctx, kept, demoted)) == [Code.GUEST]
    assert world.provider.calls == []


async def test_a_provider_that_cannot_says_so(world: World) -> None:
    world.provider.capabilities = Capabilities(create=False, fields=frozenset())
    assert codes(await typed(world, "project create x")) == [Code.PROVIDER_CANNOT]
    assert codes(await typed(world, "project update support name=y")) == [Code.PROVIDER_CANNOT]
    assert world.provider.calls == []


async def test_a_button_whose_provider_is_no_longer_configured_does_nothing(world: World) -> None:
    kept = await button(world, await typed(world, "project create x"))
    elsewhere = replace(world.ctx, providers={})

    assert codes(await confirm(elsewhere, kept, ADA)) == [Code.BUTTON_USED]
    assert world.provider.calls == []


async def test_a_button_does_its_work_once_and_for_one_person(world: World) -> None:
    kept = await button(world, await typed(world, "project create x"))

    assert codes(await confirm(world.ctx, kept, RAVI)) == [Code.BUTTON_USED], "it is Ada's"
    first, second = await asyncio.gather(confirm(world.ctx, kept, ADA), confirm(world.ctx, kept, ADA))

    assert {type(first).__name__, type(second).__name__} == {"ProjectSaved", "Refused"}
    assert world.provider.calls.count("create_project") == 1


@pytest.mark.parametrize(
    ("line", "fails"),
    [
        ("project update support name=fresh", "project"),
        ("project update support name=fresh", "update_project"),
        ("project create fresh", "create_project"),
    ],
)
async def test_a_button_can_be_pressed_again_while_nothing_was_changed(world: World, line: str, fails: str) -> None:
    kept = await button(world, await typed(world, line))
    world.provider.lands = False
    world.provider.fail(fails, NotDone(problem(Fault.UNREACHABLE)))

    assert the(Failed, await confirm(world.ctx, kept, ADA)).problem.fault is Fault.UNREACHABLE

    the(ProjectSaved, await confirm(world.ctx, kept, ADA))
    assert codes(await confirm(world.ctx, kept, ADA)) == [Code.BUTTON_USED]


async def test_a_write_whose_answer_was_lost_is_not_sent_again_by_its_button(world: World) -> None:
    kept = await button(world, await typed(world, "project create fresh"))
    world.provider.lands = False
    world.provider.fail("create_project", CUT)
    the(Failed, await confirm(world.ctx, kept, ADA))
    assert codes(await confirm(world.ctx, kept, ADA)) == [Code.BUTTON_USED]
    assert world.provider.calls.count("create_project") == 1


@pytest.mark.parametrize("took_effect", [True, False])
async def test_a_press_during_another_one_is_told_that_the_button_is_used(world: World, took_effect: bool) -> None:
    kept = await button(world, await typed(world, "project update support name=fresh"))
    world.provider.deaf = not took_effect

    async def other() -> None:
        the(ProjectSaved if took_effect else Failed, await confirm(world.ctx, kept, ADA))

    world.provider.first["project"] = other
    assert codes(await confirm(world.ctx, kept, ADA)) == [Code.BUTTON_USED]
    assert world.provider.calls.count("update_project") == 1


@pytest.mark.parametrize("moved", ["name", "directory"])
async def test_what_somebody_else_changed_meanwhile_is_not_overwritten(world: World, moved: str) -> None:
    shown = await typed(world, "project update support name=desk directory=dir_new")
    if moved == "name":
        await world.provider.update_project(world.provider.projects_["pr_support"], ProjectFields("other"))
    else:
        world.provider.fields["pr_support"] = ProjectFields(directory="dir_other")
    world.provider.calls.clear()

    assert codes(await pressed(world, shown)) == [Code.PROJECT_CHANGED]
    assert world.provider.calls == ["project"]


async def test_a_name_that_is_taken_at_the_service_is_believed(world: World) -> None:
    shown = await typed(world, "project create fresh")
    world.provider.add("fresh")

    failed = the(Failed, await pressed(world, shown))

    assert failed.problem.fault is Fault.CONFLICT
    assert await history(world, "pr_fresh") == []


@pytest.mark.parametrize("line", ["project create fresh", "project update support name=fresh"])
@pytest.mark.parametrize("lands", [True, False])
async def test_an_answer_that_is_lost_is_looked_for(world: World, line: str, lands: bool) -> None:
    method = "create_project" if "create" in line else "update_project"
    shown = await typed(world, line)
    world.provider.lands = lands
    world.provider.fail(method, CUT)

    came = await pressed(world, shown)

    assert isinstance(came, ProjectSaved if lands else Failed)
    assert world.provider.calls.count(method) == 1, "nothing is sent twice"


@pytest.mark.parametrize("fault", [Fault.CUT_AFTER_WRITE, Fault.TIMED_OUT, Fault.UNAVAILABLE], ids=str)
@pytest.mark.parametrize(
    ("line", "look"),
    [("project create fresh", "project list fresh"), ("project update support name=fresh", "project show support")],
)
async def test_an_answer_that_is_lost_and_cannot_be_looked_for_may_have_had_its_effect(
    world: World, line: str, look: str, fault: Fault
) -> None:
    creates = "create" in line
    shown = await typed(world, line)
    world.provider.fail("create_project" if creates else "update_project", Unsure(problem(fault)))
    down = NotDone(problem(Fault.UNREACHABLE))

    async def goes_down() -> None:
        world.provider.fail("projects" if creates else "project", down)

    world.provider.then["create_project" if creates else "update_project"] = goes_down

    failed = the(Failed, await pressed(world, shown))

    assert (failed.problem.fault, failed.look) == (fault, look)


async def test_a_write_that_was_refused_is_known_not_to_have_happened(world: World) -> None:
    shown = await typed(world, "project create fresh")
    world.provider.fail("create_project", NotDone(problem(Fault.TIMED_OUT)))
    assert the(Failed, await pressed(world, shown)).look is None


@pytest.mark.parametrize("line", ["project update support name=fresh", "project update support directory=dir_new"])
async def test_success_without_effect_is_a_failure(world: World, line: str) -> None:
    shown = await typed(world, line)
    world.provider.deaf = True

    assert the(Failed, await pressed(world, shown)).problem.fault is Fault.NO_EFFECT
    assert await history(world, "pr_support") == []


async def test_a_provider_that_does_not_answer_is_said(world: World) -> None:
    world.provider.fail("project", NotDone(problem(Fault.TIMED_OUT)))
    assert the(Failed, await typed(world, "project update support name=y")).problem.fault is Fault.TIMED_OUT


async def test_an_unknown_project_has_near_ones(world: World) -> None:
    said = the(NotFound, await typed(world, 'project update suport name="Support desk"'))
    assert [each.line for each in said.near] == ['project update support name="Support desk"']


@pytest.fixture
async def two(tmp_path: Path) -> AsyncIterator[World]:
    """Two providers."""
    world = await make_world(tmp_path, MemoryProvider(), MemoryProvider("other"))
    yield world
    await world.store.close()


async def test_among_several_providers_it_is_asked_where(two: World) -> None:
    asked = the(Ambiguous, await typed(two, "project create Refund triage"))
    assert [each.label for each in asked.choices] == ["main", "other"]

    shown = the(ProjectPreview, await typed(two, asked.choices[1].line))

    assert (shown.provider, shown.new.name) == ("other", "Refund triage")
    quoted = the(Ambiguous, await typed(two, 'project create "other:triage"'))
    assert quoted.word == "other:triage"


async def test_active_alone_is_a_deploy_to_the_default_environment_under_the_same_policy(world: World) -> None:
    came = the(AwaitingApproval, await typed(world, "project update support active=config_x"))

    change = came.change
    assert (change.kind, change.environment.name, change.environment.is_default) == (Kind.DEPLOY, "production", True)
    assert isinstance(change.target, Config)
    assert change.target.name == "config_x"
    assert not {"update_project", "serve"} & set(world.provider.calls)


async def test_active_asks_which_environment_is_the_default_now(world: World) -> None:
    world.provider.environments = [DEVELOPMENT]
    said = the(NotFound, await typed(world, "project update support active=config_x"))
    assert (said.noun, said.word, said.known) == ("environment", "default", ("development",))


async def test_active_with_an_unknown_config_has_near_ones(world: World) -> None:
    said = the(NotFound, await typed(world, "project update support active=config_z"))
    assert said.noun == "config"
    assert said.near


async def test_active_needs_an_answer_of_the_provider(world: World) -> None:
    world.provider.fail("served", NotDone(problem(Fault.TIMED_OUT)))
    assert the(Failed, await typed(world, "project update support active=config_x")).problem.fault is Fault.TIMED_OUT


@pytest.mark.parametrize("line", ["project create fresh", "project update support name=fresh"])
async def test_explaining_shows_what_it_would_do_without_a_button(world: World, line: str) -> None:
    shown = the(ProjectPreview, await typed(world, f"explain {line}"))
    assert shown.kept is None
    assert shown.new.name is not None


async def test_explaining_active_explains_the_deploy(world: World) -> None:
    shown = the(Explanation, await typed(world, "explain project update support active=config_x"))
    assert (shown.kind, shown.environment.name) == (Kind.DEPLOY, "production")
    async with world.store.read() as tx:
        assert await tx.changes(limit=1, offset=0) == ((), 0)


async def test_explaining_what_is_refused_or_unclear_names_the_reasons(world: World, two: World) -> None:
    assert codes(await typed(world, "explain project create support")) == [Code.NAME_TAKEN]
    asked = the(Ambiguous, await typed(two, "explain project create x"))
    assert [each.line for each in asked.choices] == ["explain project create main:x", "explain project create other:x"]
