from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from pydantic import SecretStr

from bot.clients.base import Capabilities, NotDone
from bot.clients.humanloop import HumanloopClient
from bot.domain.errors import Fault
from bot.domain.evaluations import Progress
from bot.domain.live_state import NOTHING, LiveState, Nothing, One, Split
from bot.domain.names import Config, Environment, Project
from tests.contracts.humanloop import DEPLOYMENTS, EVALUATION, PROJECT, PROJECT_CONFIG
from tests.faulty import FaultyServer, answer

TRIAGE = Project("acorn", "pr_8QmVb2Zk0sTnYc4LxHdE7", "Refund triage")
PRODUCTION = Environment("acorn", "env_9LkJh3GfDs6AqWeRtY1Zx", "production", is_default=True)
STAGING = Environment("acorn", "env_2MnBv7CxZa4SdFgHjK8Ql", "staging")
CONFIG_ID = "config_Zx3CvBn6Mq9WeRt2YuIoP"


@pytest.fixture
async def client(server: FaultyServer) -> AsyncIterator[HumanloopClient]:
    client = HumanloopClient("acorn", f"{server.url}/v4", SecretStr("marmalade"))
    yield client
    await client.close()


def test_says_who_it_is_and_what_it_can() -> None:
    client = HumanloopClient("acorn", "https://config.example.com/v4", SecretStr("marmalade"))
    assert client.name == "acorn"
    assert client.capabilities == Capabilities()
    assert repr(client) == "<HumanloopClient acorn https://config.example.com/v4>"


async def test_says_what_is_live_in_every_environment(client: HumanloopClient, server: FaultyServer) -> None:
    server.always = answer(DEPLOYMENTS)
    now = await client.served(TRIAGE)
    assert now.environments == (PRODUCTION, STAGING)
    assert now.served == {PRODUCTION.id: LiveState(One(CONFIG_ID, CONFIG_ID, "triage v3")), STAGING.id: NOTHING}


async def test_does_not_choose_between_two_rows_for_one_environment(
    client: HumanloopClient, server: FaultyServer
) -> None:
    server.always = answer([DEPLOYMENTS[0], DEPLOYMENTS[0] | {"model_config_id": "config_y"}])
    with pytest.raises(NotDone) as caught:
        await client.served(TRIAGE)
    assert caught.value.problem.fault is Fault.UNINTELLIGIBLE


@pytest.mark.parametrize(("words", "names"), [(None, ["Refund triage", "Tone"]), ("TRI", ["Refund triage"])])
async def test_finds_projects_by_words_also_where_the_service_does_not_filter(
    words: str | None, names: list[str], client: HumanloopClient, server: FaultyServer
) -> None:
    server.always = answer({"records": [PROJECT, PROJECT | {"id": "pr_2", "name": "Tone"}], "total": 2})
    assert [project.name for project in await client.projects(words)] == names


async def test_a_config_comes_with_its_content(client: HumanloopClient, server: FaultyServer) -> None:
    server.always = answer([PROJECT_CONFIG])
    (found,) = await client.configs(TRIAGE)
    assert found.config == Config("acorn", TRIAGE.id, CONFIG_ID, "triage v3", CONFIG_ID)
    assert found.content.variables() == {"customer"}


async def test_names_the_environment_by_its_id_when_it_deploys_and_when_it_clears(
    client: HumanloopClient, server: FaultyServer
) -> None:
    server.reply(answer(DEPLOYMENTS), answer(None))
    await client.serve(TRIAGE, STAGING, Config("acorn", TRIAGE.id, "config_x", "x", "config_x"))
    await client.clear(TRIAGE, STAGING)
    deploy, clear = server.requests
    assert deploy.json() == {"config_id": "config_x", "environments": [{"id": STAGING.id}]}
    assert (clear.method, clear.path) == ("DELETE", f"/v4/projects/{TRIAGE.id}/deployed-config/{STAGING.id}")


async def test_asks_for_scores_with_one_evaluation_and_with_all(client: HumanloopClient, server: FaultyServer) -> None:
    server.reply(answer([EVALUATION]), answer(EVALUATION))
    (one,) = await client.evaluations(TRIAGE)
    assert await client.evaluation(TRIAGE, one.id) == one
    assert one.scores
    assert [request.query for request in server.requests] == ["evaluator_aggregates=true"] * 2


async def test_answers_the_evaluation_as_it_is_after_its_status_was_set(
    client: HumanloopClient, server: FaultyServer
) -> None:
    server.always = answer(EVALUATION | {"status": "completed", "evaluator_aggregates": None})
    evaluation = await client.set_evaluation_status(TRIAGE, EVALUATION["id"], "completed")
    assert (evaluation.status, evaluation.scores) == ("completed", ())


CANNOT: dict[str, Callable[[HumanloopClient], Awaitable[object]]] = {
    "splitting traffic": lambda client: client.serve(TRIAGE, STAGING, Split((("config_x", 100_000),))),
    "asking for an approval": lambda client: client.ask_approval(TRIAGE, STAGING, Nothing(), description="deploy"),
    "reading an approval": lambda client: client.approval("apr_1"),
    "applying an approval": lambda client: client.apply_approval("apr_1"),
    "taking an approval back": lambda client: client.drop_approval("apr_1"),
}


@pytest.mark.parametrize("what", CANNOT)
async def test_what_v4_does_not_have_is_refused_without_asking_it(
    what: str, client: HumanloopClient, server: FaultyServer
) -> None:
    with pytest.raises(NotDone) as caught:
        await CANNOT[what](client)
    assert caught.value.problem.fault is Fault.INVALID
    assert server.requests == []


async def test_nobody_looks_after_a_project_and_nobody_is_known_to_have_moved_it(client: HumanloopClient) -> None:
    assert await client.maintainers("ada@example.com") == ()
    assert await client.last_moved(TRIAGE, STAGING) is None


MADE = "2026-11-01T09:00:00Z"


async def test_a_result_that_is_an_error_is_no_result(client: HumanloopClient, server: FaultyServer) -> None:
    server.always = answer(EVALUATION)
    run = await client.evaluation(TRIAGE, "ev_1")
    (judge,) = run.evaluators
    about = {"evaluator_version_id": "evv_1", "log_id": "data_1", "created_at": MADE, "updated_at": MADE}
    result = {"id": "evr_1", "evaluator_id": judge.id, "value": True, "error": None, **about}
    rows = [
        [result],
        [result | {"value": None, "error": "no answer"}],
        [],
        [result | {"evaluator_id": "evfn_other"}],
        None,
    ]
    records = [{"datapoint": {"id": f"evtc_{number}"}, "evaluation_results": row} for number, row in enumerate(rows)]
    server.always = answer({"records": records, "page": 1, "size": 500, "total": 40})
    assert await client.progress(TRIAGE, run) == Progress(total=40, looked_at=5, done=1, judged={judge.id: 1})
