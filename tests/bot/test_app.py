"""The bot as operators start it: processes, databases, ports and signals."""

from __future__ import annotations

import asyncio
import gc
import signal
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from bot.app import NotAlone, Parts, build_bot, slash_commands
from bot.exclusive import exclusive_lock
from bot.slack.bolt import TokenProblem
from bot.slack.health import serving
from bot.store import StoreUnavailable
from tests.bot.commands import as_in_an_empty_shell, call
from tests.bot.processes import Process, bot, environment, started
from tests.bot.slack_here import (
    BOT_TOKEN,
    KEY,
    OWN_REGISTRY,
    Slack,
    SlowWrites,
    demo_registry,
    free_port,
    slack_here,
    slack_in_a_thread,
)
from tests.faulty import FaultyServer, answer
from tests.scenarios.chat import ADA, RAVI

SECRETS = (KEY, "xoxb-playground", "xapp-playground", "0123456789abcdef", "s3cr3t")


def no_secret_in(output: str) -> None:
    assert [secret for secret in SECRETS if secret in output] == []


async def port_of(process: Process) -> int:
    return int((await process.says(r"serving .*(?:port=|health=127\.0\.0\.1:)(\d+)"))[1])


# Serving


@pytest.mark.parametrize("http", [False, True], ids=["socket mode", "http"])
async def test_a_bot_serves_health_and_the_registry_answers_a_command_and_ends_when_told(
    http: bool, tmp_path: Path
) -> None:
    await demo_registry(tmp_path)
    async with slack_here(http=http) as slack:
        settings = {**slack.settings(http=http), **OWN_REGISTRY}
        async with started(tmp_path, "run", **settings) as process:
            slack.to_the_bot.port = port = await port_of(process)
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as web:
                assert (await web.get("/healthz")).json() == {"ok": True}
                ready = (await web.get("/readyz")).json()
                assert ready == {"ok": True, "checks": {"database": "ok"} | ({} if http else {"slack": "ok"})}
                assert "configbot_" in (await web.get("/metrics")).text
                assert (await web.get("/v4/projects")).status_code == 401
                projects = await web.get("/v4/projects", headers={"X-API-KEY": KEY})
                assert projects.json()["total"] > 0
            await slack.chat.say(ADA, "/deploy config_x to production")
            card = await slack.chat.hears(ADA, "config_x", "waiting for approval", private=False)
            await slack.chat.press(RAVI, card, "Approve")
            await slack.chat.hears(RAVI, "config_x", "live")
            began = time.monotonic()
            assert await process.stop() == 0
            assert time.monotonic() - began < 5
        assert "Traceback" not in process.output
        no_secret_in(process.output)


async def test_without_the_switch_no_registry_is_served(tmp_path: Path) -> None:
    async with FaultyServer(always=answer({"records": [], "page": 1, "size": 10, "total": 0})) as service:
        provider = {
            "CONFIGBOT_PROVIDERS__MAIN__URL": f"{service.url}/v4",
            "CONFIGBOT_PROVIDERS__MAIN__KEY": KEY,
        }
        async with slack_here() as slack, started(tmp_path, "run", **slack.settings(), **provider) as process:
            port = await port_of(process)
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as web:
                assert (await web.get("/v4/projects", headers={"X-API-KEY": KEY})).status_code == 404
            assert await process.stop() == 0
        assert not (tmp_path / "registry.db").exists()
        no_secret_in(process.output)


async def test_told_to_stop_in_the_middle_of_a_deploy_the_deploy_is_finished(tmp_path: Path) -> None:
    registry = SlowWrites(await demo_registry(tmp_path))
    async with serving(registry, host="127.0.0.1", port=0) as port, slack_here() as slack:
        url = f"http://127.0.0.1:{port}/v4"
        provider = {"CONFIGBOT_PROVIDERS__MAIN__URL": url, "CONFIGBOT_PROVIDERS__MAIN__KEY": KEY}
        async with started(tmp_path, "run", **slack.settings(), **provider) as process:
            await port_of(process)
            await slack.chat.say(ADA, "/deploy config_x to production")
            card = await slack.chat.hears(ADA, "config_x", "waiting for approval", private=False)
            registry.seconds = 2.0
            await slack.chat.press(RAVI, card, "Approve")
            async with asyncio.timeout(20):
                await registry.writing.wait()
            assert await process.stop() == 0
            assert "stopping" in process.output
            assert "task.cancelled" not in process.output
        # nothing of the bot runs any more: what stands there was said before it ended
        said = [message for message in await slack.chat.messages(RAVI) if message.by_bot and not message.private]
        assert len(said) == 1
        assert "live" in said[0].text
        async with httpx.AsyncClient(base_url=url, headers={"X-API-KEY": KEY}) as web:
            project = (await web.get("/projects", params={"filter": "Support reply"})).json()["records"][0]["id"]
            rows = (await web.get(f"/projects/{project}/deployed-configs")).json()
        assert {row["environment_name"]: row["model_config_name"] for row in rows}["production"] == "config_x"


async def test_a_config_service_that_hangs_holds_up_neither_health_nor_the_end(tmp_path: Path) -> None:
    async with FaultyServer(always=answer({}, delay=8.0)) as service:
        provider = {"CONFIGBOT_PROVIDERS__MAIN__URL": service.url, "CONFIGBOT_PROVIDERS__MAIN__KEY": KEY}
        async with slack_here() as slack, started(tmp_path, "run", **slack.settings(), **provider) as process:
            port = await port_of(process)
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as web:
                assert (await web.get("/readyz")).status_code == 200
            await slack.chat.say(ADA, "/approvals")
            await slack.chat.hears(ADA, "Nothing is waiting for you.")
            process.running.send_signal(signal.SIGINT)
            await process.says("stopping")
            assert await process.stop(signal.SIGINT) == 0  # pressed again: without waiting for the service


async def test_a_process_that_is_still_starting_can_be_stopped(tmp_path: Path) -> None:
    async with FaultyServer(always=answer({"ok": True}, delay=30.0)) as silent:
        settings = {
            "SLACK_BOT_TOKEN": BOT_TOKEN,
            "SLACK_APP_TOKEN": "xapp-playground",
            "CONFIGBOT_SLACK_API_URL": f"{silent.url}/api/",
            **OWN_REGISTRY,
        }
        async with started(tmp_path, "run", **settings) as process:
            async with asyncio.timeout(30):
                while not silent.requests:
                    await asyncio.sleep(0.02)
            assert await process.stop() == 0
        assert "Traceback" not in process.output


# The clock

REPORTS_AT_ANY_HOUR = {
    "CONFIGBOT_EVALUATIONS_CHANNEL": "C0EVALS",
    "CONFIGBOT_EVALUATIONS_OWNER": ADA,
    "CONFIGBOT_REMINDER_DAYS": "mon-sun",
    "CONFIGBOT_REMINDER_HOURS": "0-24",
}


async def test_the_clock_alone_runs_the_jobs_also_for_our_own_service(postgres_url: str, tmp_path: Path) -> None:
    await demo_registry(tmp_path)
    databases = {"CONFIGBOT_DATABASE_URL": postgres_url}
    assert (await asyncio.to_thread(bot, tmp_path, "db", "upgrade", **databases)).returncode == 0
    async with slack_here() as slack:
        settings = {**slack.settings(), **OWN_REGISTRY, **databases, **REPORTS_AT_ANY_HOUR}
        async with started(tmp_path, "run", "--no-clock", **settings) as worker:
            await port_of(worker)
            async with started(tmp_path, "clock", **settings) as clock:
                port = await port_of(clock)
                async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as web:
                    assert (await web.get("/readyz")).json() == {"ok": True, "checks": {"database": "ok"}}
                    assert (await web.get("/v4/projects")).status_code == 404
                await slack.chat.hears(ADA, "Evaluation", "running for at least", channel="C0EVALS")
                await slack.chat.say(ADA, "/deploy config_x to production")
                await slack.chat.hears(ADA, "config_x", "waiting for approval", private=False)
                assert await clock.stop() == 0
            assert await worker.stop() == 0
        assert "no jobs run" not in worker.output
        no_secret_in(clock.output + worker.output)


async def test_on_sqlite_a_bot_without_clock_says_that_no_jobs_run(tmp_path: Path) -> None:
    async with (
        slack_here() as slack,
        started(tmp_path, "run", "--no-clock", **slack.settings(), **OWN_REGISTRY) as process,
    ):
        await process.says("no jobs run: on SQLite there is no second process")


# What keeps it from starting


@pytest.fixture
def refused_start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[..., str]]:
    """Tries to start a command with what a Slack in a thread needs, and gives the one line that says why not."""
    monkeypatch.chdir(tmp_path)
    with as_in_an_empty_shell(), slack_in_a_thread() as settings:

        def start(*arguments: str, **more: str) -> str:
            ended = call(*(arguments or ("run",)), **{**settings, **more})
            assert ended.exit_code == 1, ended.output
            assert "Traceback" not in ended.output
            no_secret_in(ended.output)
            return ended.stderr.strip().splitlines()[-1]

        yield start


@pytest.mark.parametrize("command", ["run", "clock"])
def test_a_second_process_on_the_same_sqlite_file_is_told_of_postgresql(
    command: str, refused_start: Callable[..., str], tmp_path: Path
) -> None:
    with exclusive_lock(tmp_path / "configbot.db.lock"):
        said = refused_start(command)
    assert "configbot.db is in use by another configbot" in said
    assert "set CONFIGBOT_DATABASE_URL=postgresql+asyncpg://" in said


def test_postgresql_without_the_schema_names_the_command(refused_start: Callable[..., str], postgres_url: str) -> None:
    said = refused_start(CONFIGBOT_DATABASE_URL=postgres_url)
    assert said.startswith("configbot stopped: checking the database: its schema is empty")
    assert said.endswith("run `python -m bot db upgrade`")


def test_a_database_that_is_not_there_is_named_without_its_password(refused_start: Callable[..., str]) -> None:
    said = refused_start(CONFIGBOT_DATABASE_URL=f"postgresql://user:s3cr3t@127.0.0.1:{free_port()}/bot")
    assert said == "configbot stopped: reading 127.0.0.1/bot: the connection was lost"
    assert "opening /proc/bot.db" in refused_start(CONFIGBOT_DATABASE_URL="sqlite:////proc/bot.db")
    said = refused_start(CONFIGBOT_REGISTRY__DATABASE_URL="sqlite:///nowhere/registry.db")
    assert "registry's database is not available" in said


def test_tokens_that_slack_refuses_are_named_and_not_shown(refused_start: Callable[..., str]) -> None:
    said = refused_start(SLACK_BOT_TOKEN="xoxb-s3cr3t")
    assert "SLACK_BOT_TOKEN: slack refused it in auth.test: invalid_auth" in said
    assert "Install the app" in said
    said = refused_start(SLACK_APP_TOKEN="xapp-s3cr3t")
    assert "SLACK_APP_TOKEN: slack refused it in apps.connections.open: invalid_auth" in said


def test_a_slack_that_is_not_reached_is_said(refused_start: Callable[..., str]) -> None:
    said = refused_start(CONFIGBOT_SLACK_API_URL=f"http://127.0.0.1:{free_port()}/api/")
    assert "slack was not reached for auth.test" in said


@pytest.mark.parametrize("command", ["run", "clock"])
@pytest.mark.parametrize("app_token", ["xapp-playground", ""], ids=["socket mode", "http"])
def test_a_port_that_is_taken_is_said(app_token: str, command: str, refused_start: Callable[..., str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        how = {"SLACK_APP_TOKEN": app_token, "SLACK_SIGNING_SECRET": "0123456789abcdef"}
        said = refused_start(command, CONFIGBOT_HTTP_PORT=port, **how)
    assert said == f"configbot stopped: cannot listen on 127.0.0.1:{port}: Address already in use"


def test_a_key_that_no_header_can_carry_is_said(refused_start: Callable[..., str]) -> None:
    provider = {
        "CONFIGBOT_PROVIDERS__MAIN__URL": "https://configs.example.com/v4",
        "CONFIGBOT_PROVIDERS__MAIN__KEY": "hl_sk_s3cr3t-ключ",
    }
    said = refused_start(**provider)
    assert said == "configbot stopped: the key of main is empty, or holds characters that no key has"


# Put together


def parts(slack: Slack, folder: Path) -> Parts:
    return Parts(
        database_url=f"sqlite+aiosqlite:///{folder / 'bot.db'}",
        providers=(),
        bot_token=BOT_TOKEN,
        slack_api_url=f"{slack.address}/api/",
        signing_secret="s3cr3t",
    )


def test_the_parts_show_no_secret() -> None:
    shown = repr(Parts("sqlite:///x.db", (), "xoxb-playground", "xapp-playground", "s3cr3t"))
    no_secret_in(shown)


async def test_the_file_is_free_again_when_a_bot_was_taken_apart(tmp_path: Path) -> None:
    gc.disable()  # a lock that is only collected would be free by luck
    try:
        async with slack_here() as slack:
            for _ in range(2):
                async with build_bot(parts(slack, tmp_path)):
                    with pytest.raises(NotAlone):
                        async with build_bot(parts(slack, tmp_path)):
                            pass
    finally:
        gc.enable()


async def test_what_was_opened_is_closed_when_slack_refuses(tmp_path: Path) -> None:
    async with slack_here() as slack:
        wrong = Parts(parts(slack, tmp_path).database_url, (), "xoxb-wrong", slack_api_url=f"{slack.address}/api/")
        for _ in range(2):
            with pytest.raises(TokenProblem):
                async with build_bot(wrong):
                    pass


async def test_readiness_says_what_the_database_lacks(tmp_path: Path) -> None:
    async with slack_here() as slack, build_bot(parts(slack, tmp_path)) as it:
        assert await it.checks["database"]() is None
        for file in tmp_path.glob("bot.db*"):
            file.write_bytes(b"this is no database" * 500)
        assert "full or damaged" in str(await it.checks["database"]())


async def test_a_folder_that_cannot_be_written_to_is_the_database_s_problem(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    async with slack_here() as slack:
        with pytest.raises(StoreUnavailable, match="does not let us in"):
            async with build_bot(parts(slack, tmp_path / "file")):
                pass


def test_commands_have_the_prefix_and_stand_for_their_verbs() -> None:
    assert slash_commands(["configbot", "deploy"], "acorn-") == {"/acorn-configbot": "", "/acorn-deploy": "deploy"}


def test_processes_of_tests_find_no_setting_of_the_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONFIGBOT_DATABASE_URL", "sqlite:///of-the-shell.db")
    assert not [name for name in environment({}) if name.startswith(("CONFIGBOT_", "SLACK_"))]
