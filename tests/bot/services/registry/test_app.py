"""What holds for every request: keys, sizes, error bodies, documents, and a database that is away."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from sqlalchemy import text
from starlette.types import Message

from bot.services.registry.app import close, create_app
from bot.services.registry.database import Database, migrate
from bot.services.registry.unsupported import OPERATIONS
from tests.bot.services.registry.conftest import KEY, Api
from tests.waiting import started

JSON = {"content-type": "application/json"}


@pytest.mark.parametrize("key", [None, "", "hl_sk_wrong", KEY + "x", KEY[:-1], "ключ"])
@pytest.mark.parametrize(("method", "path"), [("GET", "/projects"), ("POST", "/projects"), ("GET", "/nowhere")])
async def test_without_a_valid_key_nothing_else_is_looked_at(
    lite: Api, key: str | None, method: str, path: str
) -> None:
    del lite.client.headers["x-api-key"]
    headers = {b"content-type": b"application/json"} | ({} if key is None else {b"x-api-key": key.encode()})
    response = await lite.client.request(method, path, content="{broken", headers=headers)
    assert response.status_code == 401
    assert isinstance(response.json()["detail"], str)
    assert KEY not in response.text


async def test_every_key_that_was_given_is_valid(lite: Api) -> None:
    await lite.get("/projects", headers={"X-API-KEY": "another key"})


@pytest.mark.parametrize("keys", [[""], ["good", "  "]])
def test_refuses_to_start_with_empty_keys(keys: list[str], tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="must not be empty"):
        create_app(f"sqlite:///{tmp_path}/x.db", api_keys=keys)


async def test_fields_are_checked_before_existence_and_existence_before_rules(lite: Api) -> None:
    await lite.patch("/projects/pr_1", {"name": ""}, 422)
    await lite.patch("/projects/pr_1", {"name": "x"}, 404)
    await lite.project("x")
    await lite.patch("/projects/pr_1", {"name": "x"}, 404)


async def test_a_body_that_is_no_json_says_where(lite: Api) -> None:
    refused = await lite.call("POST", "/projects", 422, content='{"name": ', headers=JSON)
    assert refused["detail"] == [{"loc": ["body", 9], "msg": "Expecting value", "type": "value_error.jsondecode"}]
    for content in (b"", b"[]", b'"x"', b"null"):
        assert (await lite.call("POST", "/projects", 422, content=content, headers=JSON))["detail"][0]["loc"] == [
            "body"
        ]
    assert isinstance((await lite.call("POST", "/projects", 400, content=b"\xff{", headers=JSON))["detail"], str)


@pytest.mark.parametrize(
    "name", [r'"a\u0000b"', r'"\ud800"', "1e999", '{"x": NaN}', "[" * 70 + "]" * 70, '{"\\u0000": 1}']
)
async def test_what_no_database_can_keep_is_refused(api: Api, name: str) -> None:
    content = f'{{"name": "n", "other": {name}}}'
    refused = await api.call("POST", "/projects", 422, content=content, headers=JSON)
    assert [(entry["loc"], entry["type"]) for entry in refused["detail"]] == [(["body"], "value_error")]


async def test_null_characters_in_the_address_are_refused(api: Api) -> None:
    assert (await api.get("/projects?filter=a%00", 422))["detail"][0]["loc"] == ["query"]
    assert (await api.get("/projects/pr_%00", 422))["detail"][0]["loc"] == ["path"]
    await api.get("/projects/pr_%F0%9F", 404)


async def test_a_body_that_is_too_large_is_refused(lite: Api) -> None:
    content = json.dumps({"name": "a" * 1_000_000})
    refused = await lite.call("POST", "/projects", 413, content=content, headers=JSON)
    assert refused == {"detail": "The body is larger than 1,000,000 bytes."}

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(11):
            yield b" " * 100_000

    await lite.call("POST", "/projects", 413, content=pieces(), headers=JSON)


async def test_a_body_in_pieces_is_put_together(lite: Api) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for piece in (b'{"na', b'me": "In pie', b'ces"}'):
            yield piece

    assert (await lite.call("POST", "/projects", 201, content=pieces(), headers=JSON))["name"] == "In pieces"


async def test_a_caller_that_goes_away_leaves_nothing_behind(lite: Api) -> None:
    """The client hangs up inside the body."""
    coming: list[Message] = [
        {"type": "http.request", "body": b'{"name": "x"}', "more_body": True},
        {"type": "http.disconnect"},
    ]
    sent: list[Message] = []

    async def receive() -> Message:
        return coming.pop(0) if coming else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    transport = lite.client._transport
    assert isinstance(transport, httpx.ASGITransport)
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/v4/projects",
        "query_string": b"",
        "headers": [(b"x-api-key", KEY.encode()), (b"content-type", b"application/json")],
    }
    await transport.app(scope, receive, send)
    assert (await lite.get("/projects"))["total"] == 0


@pytest.mark.parametrize("operation", OPERATIONS)
async def test_what_it_does_not_do_it_says_so(lite: Api, operation: str) -> None:
    method, path = operation.split()
    path = path.replace("{id}", "x_1")
    assert await lite.call(method, path, 501) == {"detail": f"This registry does not support {method} /v4{path}."}


async def test_other_addresses_and_methods_are_refused(lite: Api) -> None:
    assert await lite.get("/nowhere", 404) == {"detail": "Not Found"}
    assert await lite.get("/projects/", 404) == {"detail": "Not Found"}
    response = await lite.client.put("/projects")
    assert (response.status_code, response.json()) == (405, {"detail": "Method Not Allowed"})
    assert response.headers["allow"]


async def test_the_documents_need_no_key_and_no_other_host(lite: Api) -> None:
    lite.client.headers.pop("x-api-key")
    document = await lite.get("/openapi.json")
    assert document["openapi"].startswith("3.")
    assert "delete" in document["paths"]["/v4/projects/{id}/active-config"]
    assert document["components"]["securitySchemes"]["APIKeyHeader"]["name"] == "X-API-KEY"
    page = await lite.client.get("/docs")
    assert page.headers["content-type"].startswith("text/html")
    assert "PATCH /v4/projects/{project_id}/deploy-config" in page.text
    assert "http" not in page.text.replace("html", "")


async def test_every_answer_fits_the_document(lite: Api) -> None:
    """Fields that the document requires are those that are answered."""
    document = await lite.get("/openapi.json")
    project_id = await lite.project()
    run = await lite.evaluation(project_id, await lite.config(project_id), "human")
    schemas = document["components"]["schemas"]
    assert set(schemas["Project"]["properties"]) == set(await lite.get(f"/projects/{project_id}"))
    assert set(schemas["Evaluation"]["properties"]) == set(run)
    assert set(schemas["Dataset"]["properties"]) == set(run["dataset"])
    assert set(schemas["Evaluator"]["properties"]) == set(run["evaluators"][0])


# The database is away


async def call_without_database(url: str, statement: str) -> tuple[httpx.Response, httpx.Response]:
    """What a read and a write answer after `statement` hit the database."""
    await migrate(url)
    database = Database(url)
    async with database.write() as connection:
        await connection.execute(text(statement))
    await database.close()
    app = create_app(url, api_keys=[KEY])
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://x/v4", headers={"X-API-KEY": KEY}) as client:
        answers = await client.get("/projects"), await client.post("/projects", json={"name": "secret prompt"})
    await close(app)
    return answers


async def test_a_database_that_fails_is_said_without_its_insides(
    database_url: str, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    answers = await call_without_database(database_url, "DROP TABLE project_users")
    assert answers[0].status_code == 503
    assert answers[0].json() == {"detail": "The database is not available. Try again later."}
    assert "secret prompt" not in capsys.readouterr().out + caplog.text


async def test_a_database_that_is_not_there_is_said(tmp_path: Path) -> None:
    for url in (f"sqlite:///{tmp_path}/nowhere/x.db", "postgresql://me:hunter2@127.0.0.1:1/none"):
        app = create_app(url, api_keys=[KEY])
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://x/v4") as client:
            response = await client.get("/projects", headers={"X-API-KEY": KEY})
        assert (response.status_code, "hunter2" in response.text) == (503, False)
        await close(app)


async def test_a_bug_of_ours_is_a_500_without_its_insides(sqlite_url: str) -> None:
    await migrate(sqlite_url)

    def broken_clock() -> Any:
        raise RuntimeError("the insides")

    app = create_app(sqlite_url, api_keys=[KEY], now=broken_clock)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://x/v4") as client:
        response = await client.post("/projects", json={"name": "x"}, headers={"X-API-KEY": KEY})
        assert (response.status_code, response.json()) == (500, {"detail": "Something went wrong on our side."})
        listed = await client.get("/projects", headers={"X-API-KEY": KEY})
        assert listed.json()["total"] == 0
    await close(app)


# Over a real socket


async def test_serves_over_a_port_and_closes_its_database(sqlite_url: str) -> None:
    await migrate(sqlite_url)
    app = create_app(sqlite_url, api_keys=[KEY])
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=5))
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        await started(server, serving)
        base = f"http://127.0.0.1:{listener.getsockname()[1]}/v4"
        async with httpx.AsyncClient(base_url=base, headers={"X-API-KEY": KEY}, trust_env=False) as client:
            made = await client.post("/projects", json={"name": "Refund triage"})
            assert made.status_code == 201
            gone = await client.delete(f"/projects/{made.json()['id']}")
            assert (gone.status_code, gone.content, "content-type" in gone.headers) == (204, b"", False)
            empty = await client.get("/projects")
            assert empty.json() == {"records": [], "page": 0, "size": 10, "total": 0}
            assert (await client.get("/projects", headers={"X-API-KEY": "no"})).status_code == 401
        server.should_exit = True
        await serving
    assert app.state.service.database._engine is None


# Queries


async def test_lists_take_the_same_number_of_queries_whatever_their_length(lite: Api, sqlite_url: str) -> None:
    from sqlalchemy import event

    from bot.services.registry.demo import seed_demo
    from tests.bot.services.registry.conftest import START

    transport = lite.client._transport
    assert isinstance(transport, httpx.ASGITransport)
    seen: list[str] = []
    await seed_demo(sqlite_url, START)
    project_id = (await lite.get("/projects", params={"filter": "support"}))["records"][0]["id"]
    engine = lite_engine(transport)
    event.listen(engine.sync_engine, "before_cursor_execute", lambda _c, _k, statement, *_: seen.append(statement))
    for path, size_of_one, most in (
        ("/projects", "/projects?size=1", 4),
        (f"/evaluations?project_id={project_id}", f"/evaluations?project_id={project_id}&size=1", 5),
        (f"/projects/{project_id}/evaluations?evaluator_aggregates=true", f"/projects/{project_id}/evaluations", 5),
        (f"/projects/{project_id}/configs?evaluation_aggregates=true", f"/projects/{project_id}/configs", 4),
        (f"/projects/{project_id}/deployed-configs", f"/projects/{project_id}/deployed-configs", 3),
    ):
        counts = []
        for each in (path, size_of_one):
            seen.clear()
            await lite.get(each)
            counts.append(len(seen))
        assert max(counts) <= most, seen
        if "size=1" in size_of_one:
            assert counts[0] == counts[1]


def lite_engine(transport: httpx.ASGITransport) -> Any:
    app: Any = transport.app
    return app.state.service.database._engine
