from __future__ import annotations

from typing import Any

import pytest

from tests.bot.services.registry.conftest import Api

CHAT: dict[str, Any] = {
    "model": "gpt-4o",
    "endpoint": "chat",
    "chat_template": [{"role": "system", "content": "Answer {{customer}} kindly."}],
    "tools": [{"name": "refund", "parameters": {"type": "object"}}],
}
COMPLETION: dict[str, Any] = {"model": "gpt-4o", "prompt_template": "Say hello to {{name}}.", "stop": ["END"]}


@pytest.mark.parametrize("parameters", [CHAT, COMPLETION, {"model": "m"}, {"model": "m", "endpoint": "chat"}])
async def test_what_is_exported_reads_back_as_the_same_parameters(lite: Api, parameters: dict[str, Any]) -> None:
    config_id = await lite.config(await lite.project(), "v1", **parameters, description="By hand")
    text = await lite.call("POST", f"/model-configs/{config_id}/export")
    assert text.startswith("---\nmodel: ")
    back = await lite.post("/model-configs/deserialize", {"config": text}, 200)
    config = await lite.get(f"/model-configs/{config_id}")
    assert {name: back[name] for name in back.keys() - {"id", "name"}} == {
        name: config[name] for name in config.keys() - {"id", "name"}
    }
    assert await lite.post("/model-configs/deserialize", {"config": text}, 200) == back
    assert await lite.post("/model-configs/serialize", {**parameters, "description": "By hand"}, 200) == text.replace(
        "model: v1", "model: gpt-4o"
    )


async def test_callers_that_take_only_the_file_get_the_file(lite: Api) -> None:
    config_id = await lite.config(await lite.project(), **COMPLETION)
    text = await lite.call("POST", f"/model-configs/{config_id}/export")
    response = await lite.client.post(f"/model-configs/{config_id}/export", headers={"accept": "text/prompt"})
    assert response.headers["content-type"].startswith("text/prompt")
    assert response.text == text


async def test_a_chat_template_needs_no_endpoint_to_be_written(lite: Api) -> None:
    body = {name: value for name, value in CHAT.items() if name != "endpoint"}
    assert "endpoint: chat" in await lite.post("/model-configs/serialize", body, 200)


async def test_what_fits_into_no_file_is_refused_with_the_reason(lite: Api) -> None:
    body: dict[str, Any] = {"model": "m", "prompt_template": "x", "chat_template": []}
    refused = await lite.post("/model-configs/serialize", body, 422)
    assert refused["detail"].startswith("This config does not fit into a .prompt file: ")
    config_id = await lite.config(await lite.project(), **body)
    assert await lite.call("POST", f"/model-configs/{config_id}/export", 422) == refused


async def test_refuses_bodies_that_do_not_fit(lite: Api) -> None:
    (entry,) = (await lite.post("/model-configs/serialize", {"model": "m", "project": "p"}, 422))["detail"]
    assert (entry["loc"], entry["type"]) == (["body", "project"], "value_error.extra")
    (entry,) = (await lite.post("/model-configs/deserialize", {"config": "---\nmodel: m\nseed: x\n---\n"}, 422))[
        "detail"
    ]
    assert (entry["loc"], entry["msg"]) == (["body", "config"], "line 3: seed: value is not a valid integer")
    for body in ({}, {"config": 1}, {"config": None}):
        await lite.post("/model-configs/deserialize", body, 422)
    assert (await lite.call("POST", "/model-configs/config_1/export", 404))["detail"].startswith("Model config")


async def test_a_chat_config_that_named_no_endpoint_is_written_as_chat(lite: Api) -> None:
    """A config that is registered without an endpoint has the endpoint complete, whatever its template."""
    body = {"project": "p", "model": "m", "chat_template": CHAT["chat_template"]}
    made = await lite.post("/model-configs", body, 200)
    assert made["config"]["endpoint"] == "complete"

    file = await lite.call("POST", f"/model-configs/{made['config']['id']}/export", 200)

    assert "endpoint: chat" in file
    read = await lite.post("/model-configs/deserialize", {"config": file}, 200)
    assert (read["endpoint"], read["chat_template"]) == ("chat", made["config"]["chat_template"])


@pytest.mark.parametrize("endpoint", ["edit", "chat"])
async def test_a_template_that_does_not_go_with_its_endpoint_is_refused_in_a_sentence(lite: Api, endpoint: str) -> None:
    template = {"prompt_template": "x"} if endpoint == "chat" else {"chat_template": CHAT["chat_template"]}
    refused = await lite.post("/model-configs/serialize", {"model": "m", "endpoint": endpoint, **template}, 422)
    assert "a chat template goes with endpoint chat" in refused["detail"]
