"""Explaining lines that change something else than what is live."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from bot.domain.base import Outcome
from bot.domain.errors import Code
from bot.domain.evaluations import RUNNING
from bot.domain.facts import Allowed, Denied
from bot.domain.outcomes import NotFound, Permission
from bot.features.registration import Call, Effect, Line
from bot.grammar import registered
from bot.grammar.commands import Command
from tests.bot.features.configs.test_config_queries import typed
from tests.bot.features.steps import asked, the
from tests.builders import World


async def test_setting_a_status_is_explained_and_sets_none(world: World) -> None:
    one = world.provider.evaluated("support", "config_x", 0.9, status=RUNNING)

    may = the(Permission, await typed(world, f"explain evaluation complete {one.id}"))
    may_not = the(Permission, await typed(world, f"explain evaluation reopen {one.id}"))

    assert isinstance(may.answer, Allowed)
    assert may.line == f"evaluation complete {one.id}"
    assert isinstance(may_not.answer, Denied)
    assert [reason.code for reason in may_not.answer.reasons] == [Code.STATUS_FORBIDS]
    assert "set_evaluation_status" not in world.provider.calls


async def test_taking_a_change_back_is_explained_and_takes_none_back(world: World) -> None:
    await asked(world)

    assert isinstance(the(Permission, await typed(world, "explain withdraw ch-1")).answer, Allowed)
    assert isinstance(the(Permission, await typed(world, "explain withdraw ch-1")).answer, Allowed)


@pytest.mark.parametrize(
    ("line", "noun"), [("explain withdraw ch-9", "change"), ("explain evaluation reopen ev_none", "evaluation")]
)
async def test_what_nobody_has_is_not_found(world: World, line: str, noun: str) -> None:
    assert the(NotFound, await typed(world, line)).noun == noun


@dataclass(frozen=True, slots=True)
class Sing(Command):
    """A line that changes something, and that everybody may type."""


async def sing(call: Call) -> Outcome:
    pytest.fail(f"it was done: {call}")


async def test_a_line_that_changes_something_is_never_explained_as_one_that_changes_nothing(world: World) -> None:
    line = Line(
        key="sing", usage="sing", does="Sing.", example="sing", command=Sing, group="More",
        effect=Effect.CHANGES, run=sing,
    )  # fmt: skip
    with registered(line):
        explained = the(Permission, await typed(world, "explain sing"))
    assert isinstance(explained.answer, Allowed)
