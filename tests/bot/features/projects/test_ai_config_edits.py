"""Fields that only some providers' projects have: tags, maintainer, metric; and what is said where they are missing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.clients.base import Capabilities, NotDone
from bot.domain.base import Outcome
from bot.domain.changes import Event
from bot.domain.errors import Code, Fault
from bot.domain.outcomes import Failed, ProjectEditable, ProjectPreview, ProjectSaved, Refused
from bot.domain.project_fields import Maintainer, ProjectFields
from bot.features.projects.edits import confirm
from tests.bot.features.configs.test_config_queries import typed
from tests.bot.features.projects.test_edits import CUT, button, pressed
from tests.bot.features.steps import codes, the
from tests.builders import ADA, MemoryProvider, World, make_world, problem

FIELDS = frozenset({"name", "description", "tags", "maintainer", "metric", "inverted"})
ABLE = Capabilities(
    evaluations=False,
    fields=FIELDS,
    create=False,
    unique_names=False,
    default_environment=False,
    noun="AI Config",
    config_noun="variation",
)
ADA_THERE = Maintainer("member", "m_ada", "Ada Ibarra", "ada@acorn.example")
RAVI_THERE = Maintainer("member", "m_ravi", "Ravi", "ravi@acorn.example")
OTHER_RAVI = Maintainer("member", "m_other", "Ravi Menon", "menon@acorn.example")
CORE = Maintainer("team", "core", "Core")


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[World]:
    """A provider whose projects are AI Configs, beside one whose are not."""
    provider = MemoryProvider("shop", ABLE, people=[ADA_THERE, RAVI_THERE, OTHER_RAVI, CORE])
    project = provider.add("support-reply", "warm", "terse")
    provider.fields[project.id] = ProjectFields(None, None, "Answers", ("beta", "old"), ADA_THERE, "resolved", False)
    plain = MemoryProvider("main")
    plain.add("triage", "v1")
    world = await make_world(tmp_path, provider, plain)
    world.people.emails = {"U0RAVI": "ravi@acorn.example", "U0MIRA": "mira@acorn.example"}
    yield world
    await world.store.close()


def kept(world: World) -> ProjectFields:
    return world.provider.fields["pr_support-reply"]


async def reasons(world: World, line: str) -> list[tuple[Code, dict[str, Any]]]:
    return [(each.code, dict(each.facts)) for each in the(Refused, await typed(world, line)).reasons]


async def test_only_the_named_fields_change_and_old_and_new_are_shown(shop: World) -> None:
    line = "config update support-reply tags=+checked,-old metric=solved inverted=yes"
    shown = the(ProjectPreview, await typed(shop, line))

    assert (shown.provider, shown.noun) == ("shop", "AI Config")
    assert shown.old == ProjectFields(tags=("beta", "old"), metric="resolved", inverted=False)
    assert shown.new == ProjectFields(tags=("beta", "checked"), metric="solved", inverted=True)
    assert "update_project" not in shop.provider.calls, "nothing is done before it is confirmed"

    saved = the(ProjectSaved, await pressed(shop, shown))

    assert (saved.noun, saved.line) == ("AI Config", "project show support-reply")
    assert kept(shop) == ProjectFields(None, None, "Answers", ("beta", "checked"), ADA_THERE, "solved", True)
    async with shop.store.read() as tx:
        (entry,) = await tx.audit("shop:pr_support-reply")
    assert (entry.event, entry.actor) == (Event.PROJECT_UPDATED, ADA)
    assert entry.facts == {
        "tags": "beta, old → beta, checked",
        "metric": "resolved → solved",
        "inverted": "no → yes",
    }


@pytest.mark.parametrize(
    ("typed_as", "who"),
    [
        ("maintainer=<@U0RAVI|ravi>", RAVI_THERE),
        ("maintainer=<mailto:ravi@acorn.example|ravi@acorn.example>", RAVI_THERE),
        ("maintainer=@m_ravi", RAVI_THERE),
        ('maintainer="Ravi"', RAVI_THERE),
        ("team=core", CORE),
    ],
)
async def test_a_maintainer_is_found_at_the_provider(shop: World, typed_as: str, who: Maintainer) -> None:
    shown = the(ProjectPreview, await typed(shop, f"ai config update support-reply {typed_as}"))
    assert (shown.old.maintainer, shown.new.maintainer) == (ADA_THERE, who)

    await pressed(shop, shown)
    assert kept(shop).maintainer == who


@pytest.mark.parametrize(
    ("typed_as", "expected"),
    [
        ("maintainer=<@U0MIRA>", (Code.MEMBER_UNKNOWN, {"provider": "shop", "person": "U0MIRA"})),
        ("maintainer=<@U0ADA>", (Code.ADDRESS_UNREADABLE, {"provider": "shop", "person": "U0ADA"})),
        ("maintainer=nobody", (Code.MEMBER_UNKNOWN, {"provider": "shop", "member": "nobody"})),
        ('maintainer=""', (Code.MEMBER_UNKNOWN, {"provider": "shop", "member": ""})),
        ("maintainer=core", (Code.MEMBER_UNKNOWN, {"provider": "shop", "member": "core"})),
        ("team=m_ravi", (Code.TEAM_UNKNOWN, {"provider": "shop", "team": "m_ravi"})),
        ('tags="two words"', (Code.TAG_INVALID, {"tag": "two words"})),
        ("tags=a,+b", (Code.TAGS_MIXED, {})),
        ('metric=""', (Code.METRIC_INVALID, {"metric": ""})),
        ('name=""', (Code.NAME_INVALID, {})),
        ("tags=old,beta maintainer=m_ada", (Code.NOTHING_TO_CHANGE, {})),
        (
            "directory=dir_1",
            (
                Code.FIELD_MISSING,
                {
                    "provider": "shop",
                    "noun": "AI Config",
                    "field": "directory",
                    "fields": ["name", "description", "tags", "maintainer", "team", "metric", "inverted"],
                },
            ),
        ),
    ],
)
async def test_what_cannot_be_is_said_and_not_offered(
    shop: World, typed_as: str, expected: tuple[Code, dict[str, Any]]
) -> None:
    assert await reasons(shop, f"project update support-reply {typed_as}") == [expected]
    assert "update_project" not in shop.provider.calls


async def test_several_of_a_name_are_asked_for_the_address(shop: World) -> None:
    shop.provider.people.append(Maintainer("member", "m3", "Ravi", "third@acorn.example"))

    ((code, facts),) = await reasons(shop, "project update support-reply maintainer=Ravi")

    assert (code, facts["names"]) == (Code.MAINTAINER_UNCLEAR, ["ravi@acorn.example", "third@acorn.example"])


async def test_two_maintainers_are_too_many(shop: World) -> None:
    found = await reasons(shop, "project update support-reply maintainer=<@U0RAVI> team=core")
    assert [code for code, _ in found] == [Code.MAINTAINER_TWICE]


async def test_an_ai_config_is_in_no_default_environment(shop: World) -> None:
    ((code, facts),) = await reasons(shop, "project update support-reply active=warm")
    assert (code, facts["field"]) == (Code.FIELD_MISSING, "active")


async def test_what_other_projects_have_not_is_refused_there(shop: World) -> None:
    ((code, facts),) = await reasons(shop, "project update triage tags=a")
    assert (code, facts["noun"], facts["fields"]) == (Code.FIELD_MISSING, "project", ["name", "directory", "active"])


async def test_two_ai_configs_may_have_one_name(shop: World) -> None:
    shop.provider.add("other", "x")
    await shop.ctx.index.refresh()
    shown = the(ProjectPreview, await typed(shop, "project update other name=support-reply"))
    assert shown.new.name == "support-reply"


async def test_without_a_field_the_line_shows_them_all(shop: World) -> None:
    shown = the(ProjectEditable, await typed(shop, "config update support-reply"))

    assert shown.now.tags == ("beta", "old")
    assert shown.fields == ("name", "description", "tags", "maintainer", "team", "metric", "inverted")
    assert (shown.line, shown.noun) == ("project update support-reply", "AI Config")


async def test_a_provider_without_fields_has_none_to_show(shop: World) -> None:
    shop.provider.capabilities = Capabilities(fields=frozenset(), create=False)
    assert codes(await typed(shop, "config update support-reply")) == [Code.PROVIDER_CANNOT]
    assert codes(await typed(shop, "config update support-reply team=core")) == [Code.PROVIDER_CANNOT]


async def test_a_new_project_is_made_where_one_can_be(shop: World) -> None:
    assert the(ProjectPreview, await typed(shop, "project create Returns")).provider == "main"
    ((code, facts),) = await reasons(shop, "project create shop:Returns")
    assert (code, facts["done"], facts["noun"]) == (Code.PROVIDER_CANNOT, "made", "AI Config")


async def test_tags_that_somebody_else_changed_meanwhile_stay(shop: World) -> None:
    shown = await typed(shop, "config update support-reply tags=+checked description=New")
    shop.provider.fields["pr_support-reply"] = ProjectFields(description="Answers", tags=("beta", "old", "new"))

    assert codes(await pressed(shop, shown)) == [Code.PROJECT_CHANGED]
    assert kept(shop).tags == ("beta", "old", "new")


async def test_a_lost_answer_is_looked_for(shop: World) -> None:
    shown = await typed(shop, "config update support-reply tags=x")
    shop.provider.fail("update_project", CUT)

    assert the(ProjectSaved, await pressed(shop, shown)).new.tags == ("x",)


@pytest.mark.parametrize("method", ["project", "maintainers"])
async def test_a_provider_that_does_not_answer_is_said(shop: World, method: str) -> None:
    shop.provider.fail(method, NotDone(problem(Fault.TIMED_OUT)))
    came: Outcome = await typed(shop, "config update support-reply team=core")
    assert the(Failed, came).problem.fault is Fault.TIMED_OUT


async def test_a_button_of_a_lost_provider_is_used_up(shop: World) -> None:
    shown = the(ProjectPreview, await typed(shop, "config update support-reply tags=x"))
    gone = await button(shop, shown)
    ctx = shop.again(providers={}).ctx
    assert codes(await confirm(ctx, gone, ADA)) == [Code.BUTTON_USED]
    assert "update_project" not in shop.provider.calls
