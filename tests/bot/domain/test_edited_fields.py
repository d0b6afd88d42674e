"""What a line means for the fields of a project as they are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.project_edits import Sought, differing, is_same, meant, mixed, only, tags_after, text_of
from bot.domain.project_fields import Maintainer, ProjectFields

ANA = Maintainer("member", "m1", "Ana", "ana@acorn.example")
CORE = Maintainer("team", "core", "Core team")

tags = st.lists(st.text("abcdef", min_size=1, max_size=3), max_size=6).map(lambda found: tuple(dict.fromkeys(found)))


@pytest.mark.parametrize(
    ("now", "typed", "then"),
    [
        (("a", "b"), "c,d", ("c", "d")),
        (("a", "b"), "+c,-a", ("b", "c")),
        (("a", "b"), " + c , - a ", ("b", "c")),
        (("a",), "+a", ("a",)),
        (("a",), "-x", ("a",)),
        (("a",), "+b,-b", ("a",)),
        (("a",), "", ()),
        (("a",), ",", ()),
        ((), "b,b,,a", ("b", "a")),
        ((), "two words", ("two words",)),
        ((), "+", ("",)),
    ],
)
def test_tags_take_each_others_place_or_come_and_go(now: tuple[str, ...], typed: str, then: tuple[str, ...]) -> None:
    assert tags_after(now, typed) == then


@given(tags, tags, tags)
def test_signed_tags_touch_no_other(now: tuple[str, ...], come: tuple[str, ...], go: tuple[str, ...]) -> None:
    typed = ",".join([*(f"+{tag}" for tag in come), *(f"-{tag}" for tag in go)])
    then = tags_after(now, typed) if typed else now

    assert set(then) == (set(now) | set(come)) - set(go)
    assert [tag for tag in then if tag in now] == [tag for tag in now if tag in then], "the order stays"
    assert not mixed(typed)


@pytest.mark.parametrize(
    ("typed", "both"), [("a,+b", True), ("-a,b", True), ("a,b", False), ("+a,-b", False), ("", False)]
)
def test_signs_on_some_tags_only_are_both_ways(typed: str, both: bool) -> None:
    assert mixed(typed) is both


def test_only_what_is_typed_is_meant() -> None:
    now = ProjectFields("support", tags=("a",), maintainer=ANA)

    assert meant({}, now, None) == ProjectFields()
    assert meant({"tags": "+b", "inverted": "YES"}, now, None) == ProjectFields(tags=("a", "b"), inverted=True)
    typed = {"name": "n", "directory": "dir_1", "description": "", "metric": "m", "inverted": "no", "team": "core"}
    assert meant(typed, now, Sought("core", "team", found=(CORE,))) == ProjectFields(
        "n", "dir_1", "", None, CORE, "m", False
    )


@pytest.mark.parametrize("found", [(), (ANA, CORE)])
def test_nobody_and_several_are_not_one(found: tuple[Maintainer, ...]) -> None:
    assert meant({"maintainer": "x"}, ProjectFields(), Sought("x", "member", found=found)) == ProjectFields()


def test_what_is_so_already_is_no_change() -> None:
    now = ProjectFields("support", tags=("b", "a"), maintainer=ANA, inverted=False)
    wanted = ProjectFields("support", None, "", ("a", "b"), Maintainer("member", "m1", "Ana Ibarra"), None, False)

    assert differing(now, wanted) == ProjectFields()
    assert differing(ProjectFields(), wanted) == ProjectFields("support", tags=("a", "b"), maintainer=wanted.maintainer)


def test_a_team_and_a_person_of_one_id_are_two() -> None:
    other = Maintainer("team", "m1", "Ana")
    assert not is_same(ProjectFields(maintainer=ANA), ProjectFields(maintainer=other), "maintainer")


def test_keeps_of_the_old_what_changes() -> None:
    now = ProjectFields("support", "dir_1", "d", ("a",))
    assert only(now, ProjectFields(name="n", metric="m")) == ProjectFields("support")


@pytest.mark.parametrize(
    ("fields", "field", "text"),
    [
        (ProjectFields(tags=("a", "b")), "tags", "a, b"),
        (ProjectFields(tags=()), "tags", None),
        (ProjectFields(description=""), "description", None),
        (ProjectFields(description="d"), "description", "d"),
        (ProjectFields(inverted=True), "inverted", "yes"),
        (ProjectFields(inverted=False), "inverted", "no"),
        (ProjectFields(), "metric", None),
        (ProjectFields(maintainer=CORE), "maintainer", "team core"),
        (ProjectFields(maintainer=ANA), "maintainer", "ana@acorn.example"),
        (ProjectFields(maintainer=Maintainer("member", "m1", "Ana")), "maintainer", "Ana"),
        (ProjectFields(maintainer=Maintainer("member", "m1", "")), "maintainer", "m1"),
    ],
)
def test_every_value_can_be_written(fields: ProjectFields, field: str, text: str | None) -> None:
    assert text_of(fields, field) == text
