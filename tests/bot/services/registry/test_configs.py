from __future__ import annotations

import re
from typing import Any

import pytest

from tests.bot.services.registry.conftest import Api

FULL = {
    "model": "gpt-4o",
    "name": "triage v3",
    "description": "Shorter system text",
    "provider": "openai",
    "endpoint": "chat",
    "chat_template": [{"role": "system", "content": "Sort the request of {{customer}}."}],
    "max_tokens": 400,
    "temperature": 0.2,
    "top_p": 0.9,
    "presence_penalty": -2,
    "frequency_penalty": 2,
    "stop": ["END"],
    "seed": 7,
    "response_format": {"type": "json_schema", "json_schema": {"type": "object"}},
    "tools": [{"name": "find", "description": "Find", "parameters": {"type": "object"}, "unknown": 1}],
    "other": {"a": [1, {"b": None}]},
}


async def test_registering_answers_the_whole_config(api: Api) -> None:
    project_id = await api.project()
    answer = await api.post("/model-configs", FULL | {"project_id": project_id}, 200)
    config = answer.pop("config")
    times = dict.fromkeys(("created_at", "updated_at", "last_used"), "2026-03-02T09:00:00Z")
    assert answer == times | {
        "project_id": project_id,
        "project_name": "Refund triage",
        "num_datapoints": 0,
        "evaluation_aggregates": None,
    }
    assert await api.get(f"/model-configs/{config['id']}") == config
    assert re.fullmatch(r"config_[0-9A-Za-z]{21}", config["id"])
    (tool,) = config.pop("tools")
    assert re.fullmatch(r"oc_[0-9A-Za-z]{21}", tool.pop("id"))
    assert tool == {"name": "find", "description": "Find", "parameters": {"type": "object"}, "source": None}
    (message,) = config.pop("chat_template")
    empty = dict.fromkeys(("name", "tool_call_id", "tool_calls", "tool_call"))
    assert message == {"role": "system", "content": "Sort the request of {{customer}}."} | empty
    rest = {name: value for name, value in FULL.items() if name not in {"tools", "chat_template"}}
    assert config == rest | {"id": config["id"], "type": "model", "prompt_template": None, "tool_configs": None}


async def test_a_bare_model_gets_the_defaults_and_a_name(api: Api) -> None:
    config = (await api.post("/model-configs", {"project": "Refund triage", "model": "gpt-4o"}, 200))["config"]
    assert re.fullmatch(r"config-[0-9a-f]{6}", config.pop("name"))
    del config["id"]
    assert config == {
        "type": "model",
        "description": None,
        "model": "gpt-4o",
        "provider": "openai",
        "endpoint": "complete",
        "prompt_template": None,
        "chat_template": None,
        "max_tokens": -1,
        "temperature": 1,
        "top_p": 1,
        "presence_penalty": 0,
        "frequency_penalty": 0,
        "stop": None,
        "seed": None,
        "response_format": None,
        "tools": [],
        "tool_configs": None,
        "other": {},
    }


async def test_a_project_that_is_named_is_made_once(api: Api) -> None:
    first = await api.post("/model-configs", {"project": "New one", "model": "a"}, 200)
    second = await api.post("/model-configs", {"project": " New one ", "model": "b"}, 200)
    assert first["project_id"] == second["project_id"]
    assert (await api.get("/projects"))["total"] == 1


async def test_equal_parameters_are_the_same_config_under_its_first_name(api: Api) -> None:
    project_id = await api.project()
    first = await api.post("/model-configs", FULL | {"project_id": project_id}, 200)
    turned = dict(reversed(FULL.items())) | {"name": "another name", "description": None, "presence_penalty": -2.0}
    assert await api.post("/model-configs", turned | {"project_id": project_id}, 200) == first
    explicit = {"project_id": project_id, "model": "m", "temperature": 1, "stop": None, "other": {}}
    bare = await api.config(project_id, "m", model="m")
    assert (await api.post("/model-configs", explicit, 200))["config"]["id"] == bare
    elsewhere = await api.post("/model-configs", FULL | {"project": "Another"}, 200)
    assert elsewhere["config"]["id"] != first["config"]["id"]


async def test_the_first_config_becomes_active_and_later_ones_do_not(api: Api) -> None:
    project_id = await api.project()
    first = await api.config(project_id, "first")
    await api.config(project_id, "second")
    project = await api.get(f"/projects/{project_id}")
    assert project["active_config"]["config"]["id"] == first
    assert project["config_type"] == "model"
    await api.delete(f"/projects/{project_id}/active-config")
    await api.config(project_id, "first", model="first")
    await api.config(project_id, "third")
    assert (await api.get(f"/projects/{project_id}"))["active_config"] is None


async def test_lists_the_configs_of_a_project_the_oldest_first(api: Api) -> None:
    project_id = await api.project()
    ids = {await api.config(project_id, name) for name in ("a", "b", "c")}
    await api.config(await api.project("Other"))
    rows = await api.get(f"/projects/{project_id}/configs")
    assert {row["config"]["id"] for row in rows} == ids
    assert [row["evaluation_aggregates"] for row in rows] == [None] * 3


@pytest.mark.parametrize(
    ("change", "loc", "kind"),
    [
        ({"model": None}, ["model"], "type_error.none.not_allowed"),
        ({"model": " "}, ["model"], "value_error.any_str.min_length"),
        ({"colour": "red"}, ["colour"], "value_error.extra"),
        ({"provider": "deepseek"}, ["provider"], "type_error.enum"),
        ({"max_tokens": 1.5}, ["max_tokens"], "type_error.integer"),
        ({"max_tokens": "many"}, ["max_tokens"], "type_error.integer"),
        ({"temperature": "hot"}, ["temperature"], "type_error.float"),
        ({"temperature": [1]}, ["temperature"], "type_error.float"),
        ({"presence_penalty": 2.1}, ["presence_penalty"], "value_error.number.not_le"),
        ({"frequency_penalty": -2.1}, ["frequency_penalty"], "value_error.number.not_ge"),
        ({"other": []}, ["other"], "type_error.dict"),
        ({"tools": {}}, ["tools"], "type_error.list"),
        ({"tools": [{}]}, ["tools", 0, "name"], "value_error.missing"),
        ({"tools": [{"id": "oc_1", "source": "organization"}]}, ["tools", 0], "value_error"),
        ({"tools": ["find"]}, ["tools", 0], "type_error.dict"),
        ({"response_format": {"type": "xml"}}, ["response_format", "type"], "type_error.enum"),
        ({"chat_template": [{"role": "king"}]}, ["chat_template", 0, "role"], "type_error.enum"),
        ({"project": "Both"}, [], "value_error"),
        ({"project_id": None}, [], "value_error"),
    ],
)
async def test_refuses_what_does_not_fit(lite: Api, change: dict[str, Any], loc: list[Any], kind: str) -> None:
    project_id = await lite.project()
    body = {"project_id": project_id, "model": "gpt-4o"} | change
    (entry,) = (await lite.post("/model-configs", body, 422))["detail"]
    assert (entry["loc"], entry["type"]) == (["body", *loc], kind)
    assert entry.keys() == {"loc", "msg", "type", "ctx"} if kind == "type_error.enum" else {"loc", "msg", "type"}


async def test_a_union_names_the_field_and_not_its_branches(lite: Api) -> None:
    project_id = await lite.project()
    body = {"project_id": project_id, "model": "gpt-4o", "stop": 5}
    body["chat_template"] = [{"role": "user", "content": [{"type": "text"}]}]
    detail = (await lite.post("/model-configs", body, 422))["detail"]
    assert {tuple(entry["loc"]) for entry in detail} == {
        ("body", "stop"),
        ("body", "chat_template", 0, "content"),
        ("body", "chat_template", 0, "content", 0),
    }


async def test_fields_of_2025_are_answered_when_they_are_set(lite: Api) -> None:
    project_id = await lite.project()
    later = {"reasoning_effort": "low", "template_language": "jinja"}
    body = {"project_id": project_id, "model": "o1"}
    assert later.items() <= (await lite.post("/model-configs", body | later, 200))["config"].items()
    number = (await lite.post("/model-configs", body | {"reasoning_effort": 512}, 200))["config"]
    assert number["reasoning_effort"] == 512
    assert not (await lite.post("/model-configs", body, 200))["config"].keys() & later.keys()


async def test_keeps_images_and_tool_calls(lite: Api) -> None:
    parts = [
        {"type": "text", "text": "What is it?"},
        {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}},
    ]
    call = {"id": "call_1", "type": "function", "function": {"name": "look", "arguments": "{}"}}
    template = [{"role": "user", "content": parts}, {"role": "assistant", "tool_calls": [call]}]
    config_id = await lite.config(await lite.project(), endpoint="chat", chat_template=template)
    user, assistant = (await lite.get(f"/model-configs/{config_id}"))["chat_template"]
    assert (user["content"], assistant["content"], assistant["tool_calls"]) == (parts, None, [call])


async def test_says_what_was_not_found(lite: Api) -> None:
    await lite.get("/model-configs/config_1", 404)
    await lite.post("/model-configs", {"project_id": "pr_1", "model": "m"}, 404)
