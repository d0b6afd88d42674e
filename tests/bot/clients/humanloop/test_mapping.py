from __future__ import annotations

from typing import Any

import pytest

from bot.clients.humanloop import mapping, wire
from bot.domain.contents import Content, Message, diff
from bot.domain.evaluations import Score
from bot.domain.live_state import NOTHING, One
from tests.contracts import humanloop


def model(**fields: Any) -> wire.Model:
    return wire.Model.model_validate({"id": "config_x", **fields})


def run(**fields: Any) -> wire.Evaluation:
    return wire.Evaluation.model_validate(humanloop.EVALUATION | fields)


def test_a_chat_config_is_its_messages_model_and_parameters() -> None:
    content = mapping.content(wire.Model.model_validate(humanloop.CONFIG))
    assert content == Content(
        messages=(Message("system", "Sort the request of {{customer}} into one of the queues."),),
        model="gpt-4o",
        vendor="openai",
        parameters={
            "endpoint": "chat",
            "max_tokens": 400,
            "temperature": 0.2,
            "top_p": 1,
            "presence_penalty": 0,
            "frequency_penalty": 0,
        },
        response_format={"type": "json_object"},
    )


def test_a_completion_template_is_one_message() -> None:
    assert mapping.content(model(prompt_template="Say {{word}}")).messages == (Message("prompt", "Say {{word}}"),)


def test_names_and_ids_are_no_content() -> None:
    one, other = model(name="a", description="first", type="model"), model(name="b", description="second", type=None)
    other.id = "config_y"
    assert mapping.content(one) == mapping.content(other)


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ({"role": "user", "content": "hello"}, "hello"),
        ({"role": "user", "content": None}, ""),
        ({"role": "user"}, ""),
        ({"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}, "a\nb"),
        (
            {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "https://example.com/x.png"}}]},
            '{"image_url": {"url": "https://example.com/x.png"}, "type": "image_url"}',
        ),
        ({"role": "tool", "content": "42", "tool_call_id": "c1", "name": None}, '42\ntool_call_id: "c1"'),
        ({"role": "assistant", "tool_calls": [{"id": "c1"}]}, 'tool_calls: [{"id": "c1"}]'),
    ],
)
def test_a_message_shows_everything_in_it(message: dict[str, Any], text: str) -> None:
    assert mapping.content(model(chat_template=[message])).messages == (Message(message["role"], text),)


def test_a_field_nobody_knows_yet_is_a_parameter_and_so_in_the_diff() -> None:
    old, new = mapping.content(model()), mapping.content(model(reasoning_effort="high", other={}, stop=None))
    assert [(value.name, value.new) for value in diff(old, new).values] == [("reasoning_effort", "high")]


def test_tools_are_known_by_name_and_none_is_lost() -> None:
    tools = [{"name": "look", "strict": True}, {"name": "look"}, {"id": "oc_1", "source": "organization"}, {}]
    assert mapping.content(model(tools=tools)).tools == {
        "look": {"strict": True},
        "look (2)": {},
        "oc_1": {"id": "oc_1", "source": "organization"},
        "tool": {},
    }


@pytest.mark.parametrize("tools", [None, []])
def test_the_older_field_for_tools_counts_when_the_newer_is_empty(tools: list[Any] | None) -> None:
    content = mapping.content(model(tools=tools, tool_configs=[{"name": "look"}]))
    assert content.tools == {"look": {}}


def test_an_agent_shows_the_model_config_inside_it() -> None:
    inner = {"model": "gpt-4o", "provider": "openai", "temperature": 0, "tools": [{"name": "look"}]}
    agent = model(type="agent", agent_class="one", status="committed", model_config=inner | {"prompt_template": "Hi"})
    assert mapping.content(agent) == Content(
        messages=(Message("prompt", "Hi"),),
        model="gpt-4o",
        vendor="openai",
        parameters={"temperature": 0, "agent_class": "one"},
        tools={"look": {}},
    )


def test_a_config_without_a_name_is_called_by_its_id() -> None:
    assert mapping.config("acorn", "pr_1", model(name=None)).name == "config_x"
    assert mapping.config("acorn", "pr_1", model(name="triage")).content_version == "config_x"


@pytest.mark.parametrize("nothing", [None, ""])
def test_no_config_id_is_nothing_live(nothing: str | None) -> None:
    row = wire.Deployment.model_validate(humanloop.DEPLOYMENTS[0] | {"model_config_id": nothing})
    assert mapping.served(row) == NOTHING


def test_a_config_id_is_what_is_live_even_without_a_name() -> None:
    row = wire.Deployment.model_validate(humanloop.DEPLOYMENTS[0] | {"model_config_name": None})
    assert mapping.served(row).live == One("config_Zx3CvBn6Mq9WeRt2YuIoP", "config_Zx3CvBn6Mq9WeRt2YuIoP", "")


@pytest.mark.parametrize(("tag", "is_default"), [("default", True), ("other", False), ("new", False)])
def test_only_the_tag_default_makes_an_environment_the_default(tag: str, is_default: bool) -> None:
    row = wire.Deployment.model_validate(humanloop.DEPLOYMENTS[0] | {"environment_tag": tag})
    assert mapping.environment("acorn", row).is_default is is_default


def test_an_evaluation_has_only_the_scores_of_its_own_config() -> None:
    own = humanloop.EVALUATION["evaluator_aggregates"][0]
    evaluation = mapping.evaluation(
        "acorn", "pr_1", run(evaluator_aggregates=[own | {"model_config_id": "config_y"}, own])
    )
    assert evaluation.scores == (Score("evfn_5TgBn8YhMj1UkIl4OpQaZ", "evv_2WsXc7EdRv4TfGb9YhNuJ", 0.91),)
    assert evaluation.takes_status_from_caller
    assert (evaluation.project_id, evaluation.dataset_name, evaluation.datapoints) == ("pr_1", "refund cases", 40)


def test_an_evaluation_counts_the_datapoints_it_was_run_on() -> None:
    snapshot = humanloop.DATASET | {"datapoint_count": 12}
    assert mapping.evaluation("acorn", "pr_1", run(dataset_snapshot=snapshot)).datapoints == 12


@pytest.mark.parametrize("value", [None, float("nan"), float("inf")])
def test_a_score_that_is_no_number_is_none(value: float | None) -> None:
    own = humanloop.EVALUATION["evaluator_aggregates"][0] | {"aggregate_value": value}
    assert mapping.evaluation("acorn", "pr_1", run(evaluator_aggregates=[own])).scores[0].value is None
