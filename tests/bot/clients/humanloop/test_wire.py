from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from bot.clients.humanloop import wire
from tests.contracts import humanloop

MODEL = TypeAdapter(wire.Model)


def read(answer: TypeAdapter[Any], value: Any) -> Any:
    return answer.validate_json(json.dumps(value))


@pytest.mark.parametrize("text", ["2024-06-03T09:00:00", "2024-06-03T09:00:00Z", "2024-06-03T11:00:00+02:00"])
def test_a_time_without_an_offset_is_utc_and_every_time_becomes_utc(text: str) -> None:
    moment = read(wire.EVALUATION, humanloop.EVALUATION | {"created_at": text}).created_at
    assert moment == datetime(2024, 6, 3, 9, tzinfo=UTC)
    assert moment.utcoffset().total_seconds() == 0


def test_keeps_fields_and_enum_values_that_it_does_not_know() -> None:
    run = read(wire.EVALUATION, humanloop.EVALUATION | {"status": "paused", "cost": 3})
    assert run.status == "paused"
    assert run.cost == 3


def test_does_not_check_how_ids_begin() -> None:
    assert read(MODEL, {"id": "prv_1"}).id == "prv_1"


@pytest.mark.parametrize("field", ["evaluator_aggregates", "dataset_snapshot"])
def test_what_is_optional_may_be_missing_or_null(field: str) -> None:
    without = {name: value for name, value in humanloop.EVALUATION.items() if name != field}
    assert read(wire.EVALUATION, without) == read(wire.EVALUATION, without | {field: None})


@pytest.mark.parametrize("kind", ["tool", "evaluator", "agent", "generic", "something new", None])
def test_reads_every_kind_of_config(kind: str | None) -> None:
    document = {"id": "config_1", "type": kind, "name": "lookup", "status": "committed", "source_code": "1 + 1"}
    model = read(MODEL, document)
    assert (model.type, model.name, model.source_code) == (kind, "lookup", "1 + 1")


@pytest.mark.parametrize("missing", ["environment_id", "environment_name", "environment_tag"])
def test_refuses_a_deployment_that_does_not_say_where(missing: str) -> None:
    row = {name: value for name, value in humanloop.DEPLOYMENTS[0].items() if name != missing}
    with pytest.raises(ValidationError):
        read(wire.DEPLOYMENTS, [row])


def test_what_was_read_is_not_shown_when_it_does_not_fit() -> None:
    with pytest.raises(ValidationError) as caught:
        read(MODEL, {"id": 1, "prompt_template": {"marmalade": 1}})
    assert "marmalade" not in str(caught.value)
