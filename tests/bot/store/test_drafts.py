"""What stands behind buttons is read as it was written, or not at all."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.change_requests import ChangeRequest
from bot.domain.changes import Kind
from bot.domain.drafts import Draft, ListPage, UnreadableDraft
from bot.domain.live_state import Nothing, Split
from bot.domain.names import Config
from bot.domain.project_edits import PlannedEdit
from bot.domain.project_fields import Maintainer, ProjectFields
from bot.domain.targets import LiveIn, PreviouslyLive
from bot.domain.times import At, In, LocalTime
from bot.store.drafts import decode, encode
from tests.bot.store.builders import PRODUCTION, STAGING, TRIAGE

CONFIG = Config("humanloop", "pr_triage", "config_x", "triage v3", "v1", is_archived=True)
SPLIT = Split((("a", 90_000), ("b", 10_000)), "user", "key")
DEPLOY = ChangeRequest(
    Kind.DEPLOY, TRIAGE, PRODUCTION, CONFIG, "because", drops="abcd", when=In(timedelta(hours=2), "2 h")
)
LOCAL = LocalTime(9, 0, None, (None, 3, 1), "Europe/Madrid")
FIELDS = ProjectFields("Returns", "dir_1", "", ("a", "b"), Maintainer("member", "m1", "Ana", "a@b"), "m", False)
EDIT = PlannedEdit("humanloop", TRIAGE, ProjectFields("Refund triage"), FIELDS)
DRAFTS: dict[str, Draft] = {
    "line": 'deploy "x" to production',
    "page": ListPage("deployments triage", 3),
    "line that ends like a page": "deployments of page 3",
    "odd line": '{"v": 2}',
    "deploy": DEPLOY,
    "rollback to a split": ChangeRequest(Kind.ROLLBACK, TRIAGE, PRODUCTION, SPLIT, when=At(LOCAL, "1 march 9:00")),
    "rollback": ChangeRequest(Kind.ROLLBACK, TRIAGE, PRODUCTION, PreviouslyLive(), when=At(LocalTime(9, 0), "9:00")),
    "promote": ChangeRequest(
        Kind.PROMOTE, TRIAGE, PRODUCTION, LiveIn(STAGING), when=datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    ),
    "deactivate": ChangeRequest(Kind.DEACTIVATE, TRIAGE, PRODUCTION, Nothing(), undoes="ch-a"),
    "edit": EDIT,
    "new project": PlannedEdit("humanloop", None, ProjectFields(), ProjectFields("Returns")),
}


@pytest.mark.parametrize("name", DRAFTS)
def test_every_draft_is_read_as_it_was_written(name: str) -> None:
    assert decode(encode(DRAFTS[name])) == DRAFTS[name]


@given(st.from_type(ChangeRequest) | st.from_type(PlannedEdit) | st.text())
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_any_draft_is_read_as_it_was_written(draft: Draft) -> None:
    assert decode(encode(draft)) == draft


@pytest.mark.parametrize("name", DRAFTS)
@pytest.mark.parametrize("version", [1, 3, "2", None])
def test_a_draft_of_another_version_is_unreadable(name: str, version: object) -> None:
    document = json.loads(encode(DRAFTS[name])) | {"v": version}
    assert decode(json.dumps(document)) == UnreadableDraft(f"it is written in version {version!r}, known is 2")


def _places(document: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every field of a document, however deep."""
    for name, value in document.items() if isinstance(document, dict) else ():
        yield (*path, name)
        yield from _places(value, (*path, name))


def _fields() -> list[tuple[str, tuple[Any, ...]]]:
    return [(name, place) for name, draft in DRAFTS.items() for place in _places(json.loads(encode(draft)))]


def _without(name: str, place: tuple[Any, ...]) -> tuple[Any, Any, Any]:
    """The document, the part that had the field, and the field's value; the field is taken out."""
    document = part = json.loads(encode(DRAFTS[name]))
    for step in place[:-1]:
        part = part[step]
    return document, part, part.pop(place[-1])


@pytest.mark.parametrize(("name", "place"), _fields())
def test_a_draft_in_which_a_field_is_missing_or_has_another_name_is_unreadable(
    name: str, place: tuple[Any, ...]
) -> None:
    document, part, value = _without(name, place)
    assert isinstance(decode(json.dumps(document)), UnreadableDraft)
    part[f"{place[-1]}_"] = value
    assert isinstance(decode(json.dumps(document)), UnreadableDraft)


@pytest.mark.parametrize("name", DRAFTS)
def test_a_draft_with_a_field_that_is_not_known_is_unreadable(name: str) -> None:
    document = json.loads(encode(DRAFTS[name])) | {"more": None}
    assert decode(json.dumps(document)) == UnreadableDraft("it has fields that are not known, or lacks some")


@pytest.mark.parametrize(
    ("name", "different"),
    [
        ("line", {"kind": "poem"}),
        ("line", {"kind": ["line"]}),
        ("line", {"line": 7}),
        ("deploy", {"change": "destroy"}),
        ("deploy", {"target": None}),
        ("deploy", {"target": {"kind": "everything"}}),
        ("deploy", {"when": {"in_microseconds": "soon", "text": "soon"}}),
        ("deploy", {"when": {"in_microseconds": 10**30, "text": "never"}}),
        ("edit", {"new": {**json.loads(encode(EDIT))["new"], "maintainer": {"kind": "ghost"}}}),
        ("edit", {"old": []}),
    ],
)
def test_a_draft_with_a_value_that_is_not_known_is_unreadable(name: str, different: dict[str, Any]) -> None:
    document = json.loads(encode(DRAFTS[name])) | different
    assert isinstance(decode(json.dumps(document)), UnreadableDraft)


def _values() -> list[tuple[str, tuple[Any, ...]]]:
    """Every field that holds a value of its own, such as a name or an id, and no document."""
    fields = [(name, place, _without(name, place)[2]) for name, place in _fields()]
    return [(name, place) for name, place, value in fields if not isinstance(value, dict)]


@pytest.mark.parametrize("value", [5.5, {"kind": "nothing"}, [[]]])
@pytest.mark.parametrize(("name", "place"), _values())
def test_a_draft_with_a_value_of_another_type_is_unreadable(name: str, place: tuple[Any, ...], value: Any) -> None:
    document, part, _ = _without(name, place)
    part[place[-1]] = value
    assert isinstance(decode(json.dumps(document)), UnreadableDraft)


@pytest.mark.parametrize(
    "place",
    [
        ("project", "id"),
        ("project", "name"),
        ("environment", "id"),
        ("environment", "critical"),
        ("target", "id"),
        ("target", "archived"),
        ("when", "text"),
    ],
)
def test_a_draft_with_none_where_something_has_to_be_is_unreadable(place: tuple[Any, ...]) -> None:
    document, part, _ = _without("deploy", place)
    part[place[-1]] = None
    assert isinstance(decode(json.dumps(document)), UnreadableDraft)


@pytest.mark.parametrize("text", ["{", "{}", '{"v": ' + "[" * 100_000, '{"line": "help"}', "{not json}", '{"v": 2}'])
def test_what_is_no_draft_is_unreadable(text: str) -> None:
    assert isinstance(decode(text), UnreadableDraft)


# version 1, which said neither version nor kind

ENVIRONMENT = '{"provider":"humanloop","id":"env_%s","name":"%s","is_default":%s,"is_critical":false}'
PROD, STAGE = ENVIRONMENT % ("prod", "production", "true"), ENVIRONMENT % ("staging", "staging", "false")
PROJECT = '{"provider":"humanloop","id":"pr_triage","name":"Refund triage"}'
FIRST_CONFIG = (
    '{"provider":"humanloop","project_id":"pr_triage","id":"config_x","name":"triage v3","content_version":"v1",'
    '"is_archived":true}'
)
FIRST_SPLIT = '{"weights":[["a",90000],["b",10000]],"context_kind":"user","bucket_by":"key"}'
FIRST_EDIT = (
    f'{{"provider":"humanloop","project":{PROJECT},'
    '"old":{"name":"Refund triage","directory":null,"description":null,"tags":null,"maintainer":null,'
    '"metric":null,"inverted":null},'
    '"new":{"name":"Returns","directory":"dir_1","description":"","tags":["a","b"],'
    '"maintainer":{"kind":"member","id":"m1","name":"Ana","email":"a@b"},"metric":"m","inverted":false}}'
)


def first(kind: str, **fields: str) -> str:
    """A wish as version 1 wrote it."""
    values = dict.fromkeys(("config", "source", "because", "undoes", "split", "drops", "when"), "null") | fields
    rest = ",".join(f'"{name}":{value}' for name, value in values.items())
    return f'{{"kind":"{kind}","project":{PROJECT},"environment":{PROD},{rest}}}'


@pytest.mark.parametrize(
    ("text", "draft"),
    [
        (
            first(
                "deploy",
                config=FIRST_CONFIG,
                because='"because"',
                drops='"abcd"',
                when='{"duration":"PT2H","text":"2 h"}',
            ),
            DEPLOY,
        ),
        (
            first(
                "rollback",
                split=FIRST_SPLIT,
                when='{"time":{"hour":9,"minute":0,"day":null,"date":[null,3,1],"zone":"Europe/Madrid"},'
                '"text":"1 march 9:00"}',
            ),
            DRAFTS["rollback to a split"],
        ),
        (first("promote", config=FIRST_CONFIG, source=STAGE, when='"2026-03-02T09:00:00Z"'), DRAFTS["promote"]),
        (first("deactivate", undoes='"ch-a"'), DRAFTS["deactivate"]),
        (
            FIRST_EDIT,
            EDIT,
        ),
        ("deployments triage page 3", ListPage("deployments triage", 3)),
        ("changes in production page 12", ListPage("changes in production", 12)),
        ("changes page 0", "changes page 0"),
        ("deploy a to b because wrong intro on page 2", "deploy a to b because wrong intro on page 2"),
    ],
)
def test_a_draft_of_the_first_version_is_read(text: str, draft: Draft) -> None:
    assert decode(text) == draft


@pytest.mark.parametrize("kind", ["deploy", "promote", "rollback", "undo"])
def test_a_draft_of_the_first_version_that_names_nothing_is_unreadable(kind: str) -> None:
    assert decode(first(kind)) == UnreadableDraft("it does not state what to make live")


@pytest.mark.parametrize(
    "fields",
    [
        {"config": FIRST_CONFIG, "split": FIRST_SPLIT},
        {"config": FIRST_CONFIG, "source": STAGE},
        {"source": STAGE, "split": FIRST_SPLIT},
    ],
)
def test_a_draft_of_the_first_version_that_names_two_things_is_unreadable(fields: dict[str, str]) -> None:
    assert isinstance(decode(first("deploy", **fields)), UnreadableDraft)


@pytest.mark.parametrize("name", ["kind", "config", "drops", "content_version", "is_archived"])
def test_a_draft_of_the_first_version_whose_field_has_another_name_is_unreadable(name: str) -> None:
    text = first("deploy", config=FIRST_CONFIG)
    assert isinstance(decode(text), ChangeRequest)
    assert isinstance(decode(text.replace(f'"{name}"', f'"{name}_"')), UnreadableDraft)


def test_an_archived_config_stays_one() -> None:
    assert decode(encode(replace(DEPLOY, target=replace(CONFIG, is_archived=False)))) != DEPLOY
