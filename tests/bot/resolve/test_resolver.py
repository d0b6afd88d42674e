"""The names of any command, by its fields alone: what resolves, what is asked, and which miss is the answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest

from bot.clients.base import NotDone
from bot.domain.errors import Fault
from bot.domain.outcomes import Ambiguous, EnvironmentMissing, Failed, NotFound
from bot.grammar import parse
from bot.grammar.commands import (
    Command,
    DiffConfigs,
    ListChanges,
    ListConfigs,
    ListEvaluations,
    Lock,
    Name,
    ShowBoard,
    ShowConfig,
    ShowProject,
    Understood,
    Unlock,
)
from bot.resolve.index import Index
from bot.resolve.labels import exact
from bot.resolve.resolver import Question, Resolved, answer, candidates, resolve
from tests.bot.features.steps import the
from tests.builders import PRODUCTION, STAGING, MemoryProvider, MovedClock, demo_provider, problem

KINDS = (ShowConfig, ListConfigs, DiffConfigs, ShowProject, ListEvaluations, ListChanges, ShowBoard, Lock, Unlock)


@dataclass(frozen=True, slots=True)
class Compare(Command):
    """A command that nothing here knows: a config in two environments; it has no field for the config's project."""

    config: Name
    environment: Name | None = None
    source: Name | None = None


async def filled(*providers: MemoryProvider) -> Index:
    index = Index({provider.name: provider for provider in providers or [demo_provider()]}, MovedClock())
    await index.refresh()
    return index


async def meant(index: Index, line: str) -> Resolved[Command] | Question | Failed:
    kinds: tuple[type[Command], ...] = KINDS
    return await resolve(index, the(Understood, parse(line)).readings, *kinds)


@pytest.fixture
async def index() -> Index:
    return await filled()


@pytest.fixture
async def two() -> Index:
    """Two providers that have a project, a config and all environments of the same names."""
    other = MemoryProvider("other")
    other.add("support", "config_x")
    return await filled(demo_provider(), other)


@pytest.fixture
async def silent() -> Index:
    """Names that were read once, of a provider that does not answer any more."""
    provider, clock = demo_provider(), MovedClock()
    index = Index({"main": provider}, clock)
    await index.refresh()
    clock.move(timedelta(minutes=1))
    provider.fail("projects", NotDone(problem(Fault.TIMED_OUT)))
    return index


# Fields


@pytest.mark.parametrize("line", ["lock prod of support because x", "unlock production of support"])
async def test_a_line_that_has_the_fields_resolves_without_anything_made_for_it(index: Index, line: str) -> None:
    resolved = the(Resolved, await meant(index, line))
    assert resolved.project is not None
    assert (resolved.project.name, resolved.environment()) == ("support", PRODUCTION)


async def test_a_new_command_resolves_by_the_names_of_its_fields(index: Index) -> None:
    command = Compare(Name("config_x"), Name("prod"), Name("staging"))
    resolved = the(Resolved, await resolve(index, [command], Compare))
    assert resolved.command == command
    assert resolved.config is not None
    assert (resolved.config.name, resolved.environment(), resolved.environment("source")) == (
        "config_x",
        PRODUCTION,
        STAGING,
    )


async def test_a_command_without_a_field_for_the_project_names_its_config_among_those_of_all(two: Index) -> None:
    resolved = the(Resolved, await resolve(two, [Compare(Name("main:config_x"))], Compare))
    assert exact(two, resolved.command, resolved.things) == Compare(Name("main:config_x"))


async def test_a_field_that_is_empty_narrows_nothing(index: Index) -> None:
    resolved = the(Resolved, await meant(index, "changes"))
    assert (resolved.project, resolved.config, resolved.environment(), resolved.line(index)) == (
        None,
        None,
        None,
        "changes list",
    )


async def test_commands_of_other_kinds_are_left_out(index: Index) -> None:
    both = the(Understood, parse("config baseline")).readings
    assert the(NotFound, await resolve(index, both, ListConfigs)).noun == "project"


async def test_two_readings_of_the_same_meaning_are_no_question(index: Index) -> None:
    commands = [ShowConfig(Name("config_x")), ShowConfig(Name("config_x"), Name("support"))]
    assert the(Resolved, await resolve(index, commands, ShowConfig)).command == commands[0]


# Questions


async def test_an_environment_of_two_providers_is_asked_with_the_word_that_was_typed(two: Index) -> None:
    question = the(Ambiguous, await meant(two, "changes in production"))
    assert question.word == "production"
    assert [choice.label for choice in question.choices] == ["production · main", "production · other"]
    for choice in question.choices:
        environment = the(Resolved, await meant(two, choice.line)).environment()
        assert environment is not None
        assert environment.provider in choice.label


async def test_the_word_that_is_asked_about_is_the_one_that_can_mean_several_things(two: Index) -> None:
    question = the(Ambiguous, await meant(two, "config diff rewrite of search with config_x of support"))
    assert question.word == "config_x"


async def test_a_question_about_different_lines_for_the_same_thing_has_its_name(index: Index) -> None:
    commands = [ShowProject(Name("support")), ListConfigs(Name("support"))]
    question = the(Ambiguous, await resolve(index, commands, *KINDS))
    assert question.word == "support"
    assert [choice.line for choice in question.choices] == ["project show support", "config list support"]


async def test_what_names_nothing_has_its_line_on_its_button(index: Index) -> None:
    question = the(Ambiguous, await resolve(index, [ListEvaluations(), ShowBoard()], *KINDS))
    assert question.word == ""
    assert [choice.label for choice in question.choices] == [choice.line for choice in question.choices]


async def test_an_environment_that_a_line_needs_is_asked_for(index: Index) -> None:
    commands = [ListChanges(Name("support"))]
    question = the(EnvironmentMissing, answer(index, candidates(index, commands, needs_environment=True)))
    assert [choice.label for choice in question.choices] == ["development", "staging", "production"]
    staging = the(Resolved, await meant(index, question.choices[1].line))
    assert (staging.projects, staging.environment()) == (tuple(index.projects(Name("support"))), STAGING)


# Names that nothing has


async def test_an_environment_that_is_like_nothing_offers_those_that_there_are(index: Index) -> None:
    missing = the(NotFound, await meant(index, "changes support in zzz"))
    assert (missing.noun, missing.word) == ("environment", "zzz")
    assert [choice.label for choice in missing.near] == ["development", "staging", "production"]
    for choice in missing.near:
        the(Resolved, await meant(index, choice.line))


async def test_of_two_readings_that_got_equally_far_the_one_with_a_name_like_it_is_told(index: Index) -> None:
    missing = the(NotFound, await meant(index, "config serch"))
    assert (missing.noun, [choice.line for choice in missing.near]) == ("project", ["config list search"])


async def test_a_name_is_offered_before_an_id_and_an_id_before_nothing(index: Index) -> None:
    missing = the(NotFound, await meant(index, "config show config_search_rewrit"))
    assert missing.noun == "config"
    assert "config_search_rewrite" in [choice.label for choice in missing.near]
    names = the(NotFound, await meant(index, "config show rewrit"))
    assert [choice.label for choice in names.near] == ["rewrite"]


@pytest.mark.parametrize("text", ["@config_x", "suport@zzz", "suport@config_x"])
def test_a_command_without_a_project_offers_none_for_what_stands_before_an_at_sign(index: Index, text: str) -> None:
    misses = candidates(index, [Compare(Name(text))]).misses
    assert [(miss.noun, miss.name.text) for miss in misses] == [("config", text)]


@pytest.mark.parametrize("line", ["changes zzzzzz", "deployments zzzzzz", "config show zzzzzz", "unlock staging of zz"])
async def test_no_provider_that_answers_is_told_where_nothing_is_like_the_name(silent: Index, line: str) -> None:
    assert the(Failed, await meant(silent, line)).problem.fault is Fault.TIMED_OUT


@pytest.mark.parametrize("line", ["changes suport", "deployments suport", "config show confg_x", "unlock stagng"])
async def test_what_is_like_the_name_is_offered_whether_a_provider_answers_or_not(silent: Index, line: str) -> None:
    assert the(NotFound, await meant(silent, line)).near
