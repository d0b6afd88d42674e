"""The registry against its own OpenAPI document: requests that fit it and requests that do not, many of each."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from bot.services.registry.app import create_app
from bot.services.registry.database import migrate
from bot.services.registry.demo import demo_id, seed_demo
from bot.services.registry.demo_organisation import DATASETS, EVALUATORS, PROJECTS, RUNS
from bot.services.registry.identifiers import PRODUCTION_ID, Prefix
from bot.services.registry.unsupported import OPERATIONS as NOT_BUILT
from tests.bot.services.registry.conftest import KEY, START, served

EXAMPLES = 12
"""Of each operation, each with ids of something and of nothing. The same in every run."""

DOCUMENT = create_app("sqlite:///never.db", api_keys=[KEY]).openapi()
OPERATIONS: dict[str, Any] = {
    operation.ok().label: operation.ok()  # type: ignore[union-attr]  # the document is valid
    for operation in schemathesis.openapi.from_dict(DOCUMENT).get_all_operations()
}
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]

_PROJECT, _RUN = PROJECTS[0], RUNS[0]
IDS = {
    "/projects/": demo_id(Prefix.PROJECT, _PROJECT.name),
    "/model-configs/": demo_id(Prefix.CONFIG, _PROJECT.name, _PROJECT.configs[0].name),
    "/evaluations/": demo_id(Prefix.EVALUATION, _RUN.project, _RUN.config),
    "/evaluators/": demo_id(Prefix.EVALUATOR, EVALUATORS[0].name),
    "/datasets/": demo_id(Prefix.DATASET, DATASETS[0].name),
    "/datapoints/": demo_id(Prefix.DATAPOINT, DATASETS[0].name, "0"),
}
"""Ids of the demo, by the word before them in a path."""


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    url = f"sqlite:///{tmp_path_factory.mktemp('openapi') / 'registry.db'}"

    async def prepare() -> None:
        await migrate(url)
        await seed_demo(url, START)

    asyncio.run(prepare())
    with served(url) as base:
        yield base.removesuffix("/v4")


def with_real_ids(case: Any) -> None:
    for name in case.path_parameters or {}:
        before = case.path.partition(f"{{{name}}}")[0].removeprefix("/v4")
        case.path_parameters[name] = (
            PRODUCTION_ID if name == "environment_id" else IDS["/" + before.split("/")[-2] + "/"]
        )


@pytest.mark.parametrize("label", [label for label in OPERATIONS if not label.startswith("DELETE")])
def test_answers_are_those_of_the_document(base: str, label: str) -> None:
    check(base, label)


@pytest.mark.parametrize("label", [label for label in OPERATIONS if label.startswith("DELETE")])
def test_removing_answers_as_the_document_says(base: str, label: str) -> None:
    check(base, label)


def check(base: str, label: str) -> None:
    operation: Any = OPERATIONS[label]

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(
        case=st.one_of(
            operation.as_strategy(generation_mode=GenerationMode.POSITIVE),
            operation.as_strategy(generation_mode=GenerationMode.NEGATIVE),
        ),
        real=st.booleans(),
    )
    def calls(case: Any, *, real: bool) -> None:
        if real:
            with_real_ids(case)
        case.headers["X-API-KEY"] = KEY  # wrong keys have tests of their own
        case.call_and_validate(base_url=base, checks=CHECKS, timeout=30)

    calls()


def test_the_document_holds_all_of_v4_that_is_built() -> None:
    assert len(OPERATIONS) == 39
    assert not {operation.replace(" ", " /v4") for operation in NOT_BUILT} & OPERATIONS.keys()


@pytest.mark.parametrize("label", OPERATIONS)
def test_every_operation_says_its_refusals(label: str) -> None:
    method, path = label.split()
    operation = DOCUMENT["paths"][path][method.lower()]
    assert {"401", "422", "503"} <= operation["responses"].keys()
    assert ("404" in operation["responses"]) or "{" not in path
    assert operation["summary"]
    assert operation["description"]
