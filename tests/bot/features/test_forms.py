"""Forms: what they show first, and the line that a filled one stands for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.clients.base import Capabilities, NotDone
from bot.domain.actors import Actor, Standing
from bot.domain.change_requests import ChangeRequest
from bot.domain.errors import Code, Fault
from bot.domain.evaluations import RUNNING, Evaluator
from bot.domain.names import Project
from bot.domain.outcomes import Failed, Refused
from bot.domain.project_fields import Maintainer, ProjectFields
from bot.features.forms import FieldProblem, Filled, makers
from bot.features.projects.forms import FieldNow, fields_now
from bot.features.registration import form_of
from bot.grammar import say
from bot.grammar.commands import Command
from tests.bot.features.steps import the
from tests.builders import ADA, NOON, PRODUCTION, MemoryProvider, World, actor, make_world, problem

SUPPORT = {"project": "main:pr_support"}


def filled_in(world: World, verb: str, filled: Filled) -> Command | ChangeRequest | FieldProblem:
    form = form_of(verb)
    assert form is not None
    return form.fill(world.ctx, filled)


async def load(world: World, verb: str, project: Project, who: Actor) -> Sequence[Any] | Refused | Failed:
    form = form_of(verb)
    assert form is not None
    assert form.load is not None
    return await form.load(world.ctx, project, who)


def line(world: World, verb: str, **filled: str) -> str:
    reading = filled_in(world, verb, filled)
    assert isinstance(reading, Command), reading
    return say(reading)


def wrong(world: World, verb: str, **filled: str) -> tuple[str, str, Code | None]:
    found = the(FieldProblem, filled_in(world, verb, filled))
    return found.field, found.problem, found.reason.code if found.reason else None


@pytest.mark.parametrize(
    ("verb", "filled", "said"),
    [
        ("project", SUPPORT, "project show support"),
        ("project show", SUPPORT, "project show support"),
        ("config", SUPPORT, "config list support"),
        ("config list", SUPPORT, "config list support"),
        ("project create", {"name": " Refund triage "}, 'project create "Refund triage"'),
        ("project create", {"name": "triage", "directory": "dir_1a2b"}, 'project create "triage" in dir_1a2b'),
        ("project update", {**SUPPORT, "name": "help"}, "project update support name=help"),
        ("project update", {**SUPPORT, "directory": "dir_1"}, "project update support directory=dir_1"),
        (
            "project update",
            {**SUPPORT, "active": "main:pr_support:config_support_config_x"},
            "project update support active=config_support_config_x",
        ),
        (
            "config show",
            {"config": "main:pr_support:config_support_config_x"},
            "config show config_support_config_x of support",
        ),
        (
            "config diff",
            {"config": "main:pr_support:config_support_config_w", "other": "main:pr_support:config_support_config_x"},
            "config diff config_support_config_w of support with config_support_config_x of support",
        ),
        ("evaluation complete", {**SUPPORT, "evaluation": "main:ev_0"}, "evaluation complete main:ev_0"),
        ("evaluation reopen", {**SUPPORT, "evaluation": "main:ev_0"}, "evaluation reopen main:ev_0"),
        ("evaluation show", {**SUPPORT, "evaluation": "main:ev_0"}, "evaluation show main:ev_0"),
    ],
)
def test_a_filled_form_stands_for_a_line(world: World, verb: str, filled: dict[str, str], said: str) -> None:
    assert line(world, verb, **filled).replace('"', "") == said.replace('"', "")


@pytest.mark.parametrize(
    ("verb", "filled", "found"),
    [
        ("project", {}, ("project", "missing", None)),
        ("config", {"project": ""}, ("project", "gone", None)),
        ("config", {"project": "main:pr_gone"}, ("project", "gone", None)),
        ("config show", {}, ("config", "missing", None)),
        ("config diff", {"config": "main:x", "other": "main:x"}, ("config", "gone", None)),
        ("config diff", {"config": "main:pr_support:config_support_config_x"}, ("other", "missing", None)),
        (
            "config diff",
            {"config": "main:pr_support:config_support_config_x", "other": "main:pr_support:config_support_config_x"},
            ("other", "same_config", None),
        ),
        ("evaluation show", {}, ("project", "missing", None)),
        ("evaluation show", SUPPORT, ("project", "unread", None)),
        ("project create", {"name": "  "}, ("name", "refused", Code.NAME_INVALID)),
        ("project create", {"name": "support"}, ("name", "refused", Code.NAME_TAKEN)),
        ("project create", {"name": "x", "directory": "root"}, ("directory", "refused", Code.DIRECTORY_INVALID)),
        ("project create", {"name": "x", "provider": "gone"}, ("provider", "gone", None)),
        ("project update", {"name": "x"}, ("project", "missing", None)),
        ("project update", SUPPORT, ("project", "unchanged", None)),
        ("project update", {**SUPPORT, "name": ""}, ("name", "refused", Code.NAME_INVALID)),
        ("project update", {**SUPPORT, "name": "search"}, ("name", "refused", Code.NAME_TAKEN)),
        ("project update", {**SUPPORT, "directory": ""}, ("directory", "refused", Code.DIRECTORY_INVALID)),
        (
            "project update",
            {**SUPPORT, "name": "x", "active": "main:pr_support:config_support_config_x"},
            ("active", "alone", None),
        ),
        ("project update", {**SUPPORT, "active": "main:config_gone"}, ("active", "gone", None)),
    ],
)
def test_what_is_wrong_with_a_form_is_of_one_field(
    world: World, verb: str, filled: dict[str, str], found: tuple[str, str, Code | None]
) -> None:
    assert wrong(world, verb, **filled) == found
    assert world.provider.calls == [], "from memory"


async def test_where_several_providers_can_make_projects_one_is_picked(tmp_path: Path) -> None:
    tidy, fixed = MemoryProvider("tidy"), MemoryProvider("fixed", capabilities=Capabilities(create=False))
    world = await make_world(tmp_path, None, tidy, fixed)

    assert makers(world.ctx) == ["main", "tidy"]
    assert wrong(world, "project create", name="x") == ("provider", "missing", None)
    assert wrong(world, "project create", name="x", provider="fixed") == ("provider", "gone", None)
    assert line(world, "project create", name="support", provider="tidy") == "project create tidy:support"

    await world.store.close()


async def test_the_fields_of_a_project_are_shown_as_they_are_now(world: World) -> None:
    project = world.provider.projects_["pr_support"]
    world.provider.fields["pr_support"] = ProjectFields(directory="dir_1a2b")

    assert await fields_now(world.ctx, project, ADA) == [
        FieldNow("name", "support"),
        FieldNow("directory", "dir_1a2b"),
        FieldNow("active", "main:pr_support:config_support_config_w", "config_w"),
    ]
    assert sorted(world.provider.calls) == ["project", "served"]


async def test_a_project_with_nothing_live_has_no_active_config(world: World) -> None:
    world.provider.put("support", PRODUCTION, None)

    found = await fields_now(world.ctx, world.provider.projects_["pr_support"], ADA)

    assert found == [FieldNow("name", "support"), FieldNow("directory"), FieldNow("active")]


async def test_without_a_default_environment_no_config_is_the_active_one(world: World) -> None:
    world.provider.environments = world.provider.environments[:1]

    found = await fields_now(world.ctx, world.provider.projects_["pr_support"], ADA)

    assert found == [FieldNow("name", "support"), FieldNow("directory")]


AI_CONFIG = Capabilities(
    fields=frozenset({"name", "description", "tags", "maintainer", "metric", "inverted"}),
    default_environment=False,
    unique_names=False,
)


async def test_the_fields_of_an_ai_config_are_those_that_its_provider_has(world: World) -> None:
    world.provider.capabilities = AI_CONFIG
    owner = Maintainer("team", "core", "Core")
    world.provider.fields["pr_support"] = ProjectFields(
        tags=("a", "b"), maintainer=owner, metric="solved", inverted=True
    )

    assert await fields_now(world.ctx, world.provider.projects_["pr_support"], ADA) == [
        FieldNow("name", "support"),
        FieldNow("description"),
        FieldNow("tags", "a, b"),
        FieldNow("maintainer", label="team core"),
        FieldNow("team", label="team core"),
        FieldNow("metric", "solved"),
        FieldNow("inverted", "yes"),
    ]
    assert world.provider.calls == ["project"], "no environment is the default one"

    del world.provider.fields["pr_support"]
    found = await fields_now(world.ctx, world.provider.projects_["pr_support"], ADA)
    assert not isinstance(found, Refused | Failed)
    assert FieldNow("maintainer", label="nobody") in found


def test_the_fields_of_an_ai_config_make_a_line(world: World) -> None:
    world.provider.capabilities = AI_CONFIG
    filled = {"tags": "a, b", "maintainer": "U0RAVI", "metric": "solved", "inverted": "no", "description": ""}
    assert line(world, "project update", project="main:pr_support", **filled) == (
        'project update support tags="a, b" maintainer=<@U0RAVI> metric=solved inverted=no description=""'
    )
    assert line(world, "project update", project="main:pr_support", tags="", name="search") == (
        'project update support tags="" name=search'
    )
    mistakes = (
        ("tags", "two words", Code.TAG_INVALID),
        ("tags", "a,+b", Code.TAGS_MIXED),
        ("metric", "", Code.METRIC_INVALID),
    )
    for field, text, code in mistakes:
        assert wrong(world, "project update", project="main:pr_support", **{field: text}) == (field, "refused", code)


async def test_who_may_not_change_a_project_is_not_shown_its_fields(world: World) -> None:
    guest = actor("gus", Standing.GUEST)

    came = the(Refused, await fields_now(world.ctx, world.provider.projects_["pr_support"], guest))

    assert [reason.code for reason in came.reasons] == [Code.GUEST]
    assert world.provider.calls == []


async def test_fields_that_cannot_be_read_are_a_failure(world: World) -> None:
    world.provider.fail("served", NotDone(problem(Fault.TIMED_OUT)))

    assert isinstance(await fields_now(world.ctx, world.provider.projects_["pr_support"], ADA), Failed)


async def ids(world: World, verb: str) -> Sequence[str]:
    found = await load(world, verb, world.provider.projects_["pr_support"], ADA)
    assert not isinstance(found, Refused | Failed)
    return [one.id for one in found]


async def test_only_such_evaluations_are_offered_as_the_line_can_be_said_of(world: World) -> None:
    provider = world.provider
    provider.evaluated("support", "config_w", 0.5)
    provider.evaluated("support", "config_x", 0.5, status=RUNNING, created_at=NOON)
    judged = (Evaluator("evfn_code", "Code", "python", "boolean"),)
    provider.evaluated("support", "baseline", 0.5, evaluators=judged, created_at=NOON - timedelta(days=9))

    assert await ids(world, "evaluation show") == ["ev_1_config_x", "ev_0_config_w", "ev_2_baseline"]
    assert await ids(world, "evaluation complete") == ["ev_1_config_x"]
    assert await ids(world, "evaluation reopen") == ["ev_0_config_w"]


async def test_a_provider_without_evaluations_is_not_asked_for_them(world: World) -> None:
    world.provider.capabilities = Capabilities(evaluations=False)

    came = await load(world, "evaluation show", world.provider.projects_["pr_support"], ADA)

    assert [reason.code for reason in the(Refused, came).reasons] == [Code.KEEPS_NO_EVALUATIONS]
    assert world.provider.calls == []


async def test_evaluations_that_cannot_be_read_are_a_failure(world: World) -> None:
    world.provider.fail("evaluations", NotDone(problem(Fault.TIMED_OUT)))

    came = await load(world, "evaluation show", world.provider.projects_["pr_support"], ADA)

    assert the(Failed, came).problem.fault is Fault.TIMED_OUT
