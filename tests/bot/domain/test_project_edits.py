from __future__ import annotations

import pytest

from bot.domain.actors import Actor, Standing
from bot.domain.errors import Code
from bot.domain.facts import Allowed, Denied, ProjectEdit
from bot.domain.policies import decide
from bot.domain.project_edits import Sought
from bot.domain.project_fields import Maintainer

ADA = Actor("T0", "T0", "U0ADA", "Ada", Standing.MEMBER)


def reasons(**facts: object) -> list[Code]:
    answer = decide(ProjectEdit(**{"actor": ADA, "provider": "main", "able": True, **facts}))  # type: ignore[arg-type]  # whatever a test names
    return [reason.code for reason in answer.reasons] if isinstance(answer, Denied) else []


def test_a_full_member_makes_and_changes_projects() -> None:
    assert isinstance(decide(ProjectEdit(ADA, "main", able=True, name="Returns", directory="dir_1a-2b")), Allowed)


@pytest.mark.parametrize("standing", [each for each in Standing if each is not Standing.MEMBER])
def test_nobody_else_does(standing: Standing) -> None:
    assert len(reasons(actor=Actor("T0", "T0", "U0X", standing=standing), name="Returns")) == 1


@pytest.mark.parametrize("name", ["", " \t ", "two\nlines", "gnp\u202eexe", "half \ud83d", "bell\x07"])
def test_a_name_that_does_not_read_as_it_is_is_none(name: str) -> None:
    assert reasons(name=name) == [Code.NAME_INVALID]


@pytest.mark.parametrize("name", ["Returns", "退款 / EU", "👩‍👩‍👧", "x" * 300])
def test_any_other_name_is_the_service_s_to_judge(name: str) -> None:
    assert reasons(name=name) == []


@pytest.mark.parametrize("directory", ["", "dir_", "Shop", "dir_a b", "dir_../x", "pr_1"])
def test_a_directory_is_an_id(directory: str) -> None:
    assert reasons(directory=directory) == [Code.DIRECTORY_INVALID]


def test_every_reason_is_named_at_once() -> None:
    assert reasons(able=False, foreign=("tags", "team"), name=" ", directory="Shop", taken=True, idle=True) == [
        Code.PROVIDER_CANNOT,
        Code.FIELD_MISSING,
        Code.FIELD_MISSING,
        Code.NAME_INVALID,
        Code.DIRECTORY_INVALID,
        Code.NAME_TAKEN,
        Code.NOTHING_TO_CHANGE,
    ]


ANA = Maintainer("member", "m1", "Ana", "ana@acorn.example")
ANN = Maintainer("member", "m2", "Ann")


def test_tags_are_words_and_typed_one_way() -> None:
    assert reasons(tags=("a", "two words", "")) == [Code.TAG_INVALID, Code.TAG_INVALID]
    assert reasons(tags=("two words",), mixed_tags=True) == [Code.TAGS_MIXED]
    assert reasons(tags=()) == []


@pytest.mark.parametrize("metric", ["", " ", "two words"])
def test_a_metric_is_a_key(metric: str) -> None:
    assert reasons(metric=metric) == [Code.METRIC_INVALID]


@pytest.mark.parametrize(
    ("sought", "expected"),
    [
        ((Sought("ana", "member", found=(ANA,)),), []),
        ((Sought("an", "member", found=(ANA, ANN)),), [Code.MAINTAINER_UNCLEAR]),
        ((Sought("ana", "member"),), [Code.MEMBER_UNKNOWN]),
        ((Sought("core", "team"),), [Code.TEAM_UNKNOWN]),
        ((Sought("<@U0ADA>", "member", "U0ADA", nameless=True),), [Code.ADDRESS_UNREADABLE]),
        ((Sought("ana", "member", found=(ANA,)), Sought("core", "team")), [Code.MAINTAINER_TWICE, Code.TEAM_UNKNOWN]),
    ],
)
def test_a_maintainer_is_one_whom_the_provider_knows(sought: tuple[Sought, ...], expected: list[Code]) -> None:
    assert reasons(sought=sought) == expected
