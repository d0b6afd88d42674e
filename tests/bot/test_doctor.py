"""The doctor and the explanation of a line: what is wrong is said, each thing by itself, and nothing is changed."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.app import BadProvider, SystemClock
from bot.doctor import check_up, explained
from bot.domain.actors import Place
from bot.domain.jobs import JobRun
from bot.domain.notices import Notice, NoticeKind
from bot.services.registry.database import migrate as migrate_registry
from bot.settings import Settings, load
from bot.slack.bolt import TokenProblem
from bot.store import SchemaMismatch, Store, StoreUnavailable, migrate
from tests.bot.commands import as_in_an_empty_shell, call
from tests.bot.slack_here import KEY, OWN_REGISTRY, Slack, demo_registry, free_port, slack_here, slack_in_a_thread
from tests.faulty import FaultyServer, answer

PROVIDER = "CONFIGBOT_PROVIDERS__MAIN__"


@pytest.fixture(autouse=True)
def an_empty_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def shell() -> Iterator[dict[str, str]]:
    """The settings for a Slack in a thread."""
    with as_in_an_empty_shell(), slack_in_a_thread() as settings:
        yield settings


def read(patch: pytest.MonkeyPatch, **settings: str) -> Settings:
    for name, value in settings.items():
        patch.setenv(name, value)
    return load("doctor")


def set_up(patch: pytest.MonkeyPatch, slack: Slack, **more: str) -> Settings:
    return read(patch, **{**slack.settings(), **OWN_REGISTRY, **more})


# The doctor


async def test_before_the_first_start_all_is_well_and_nothing_is_made(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async with slack_here() as slack:
        found = await check_up(set_up(monkeypatch, slack))
    assert found == [("settings", None), ("database", None), ("slack", None), ("provider registry", None)]
    assert list(tmp_path.iterdir()) == []


def test_the_command_says_ok_or_wrong_and_what_with_its_exit_code(shell: dict[str, str]) -> None:
    settings = {**shell, "CONFIGBOT_DEFAULT_CHANNEL": "C0DEPLOYS"}
    fine = call("doctor", **settings)
    assert (fine.exit_code, fine.stderr) == (0, "")
    assert fine.stdout.splitlines() == [
        "ok     settings",
        "ok     database",
        "ok     slack",
        "ok     default channel",
        "ok     provider registry",
    ]
    down = {PROVIDER + "URL": f"http://127.0.0.1:{free_port()}/v4", PROVIDER + "KEY": "hl_sk_s3cr3t-1"}
    wrong = call("doctor", **settings, **down)
    assert (wrong.exit_code, wrong.stderr) == (1, "")
    assert re.search(r"^WRONG  provider main: .*unreachable from main no connection$", wrong.stdout, re.MULTILINE)
    assert "ok     provider registry" in wrong.stdout, "one that is down does not hide the other"
    for secret in (KEY, "hl_sk_s3cr3t-1", "xoxb-playground", "xapp-playground"):
        assert secret not in wrong.output
    bad = call("doctor", **{**settings, **down, PROVIDER + "KEY": "ключ"})
    assert bad.exit_code == 2
    assert "the key of main is empty, or holds characters that no key has" in bad.stderr


async def test_tokens_that_slack_refuses_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    async with slack_here() as slack:
        found = dict(await check_up(set_up(monkeypatch, slack, SLACK_BOT_TOKEN="xoxb-wrong")))
    assert "invalid_auth" in str(found["slack"])
    assert "xoxb-wrong" not in str(found)
    assert found["provider registry"] is None


async def test_channels_to_which_the_bot_cannot_post_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    channels = {"CONFIGBOT_DEFAULT_CHANNEL": "G0LEADS", "CONFIGBOT_EVALUATIONS_CHANNEL": "C0EVALS"}
    async with slack_here() as slack:
        found = dict(await check_up(set_up(monkeypatch, slack, **channels)))
    assert found["default channel"] == "the bot can't post to G0LEADS. Invite it there, or set another channel id"
    assert found["evaluations channel"] is None


async def test_a_database_is_opened_as_it_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    async with slack_here() as slack:
        settings = set_up(monkeypatch, slack)
        await migrate(settings.database_url)
        await migrate_registry(settings.registry.database_url)
        assert {problem for _, problem in await check_up(settings)} == {None}
        (tmp_path / "configbot.db").write_bytes(b"no database" * 1000)
        assert "full or damaged" in str(dict(await check_up(settings))["database"])
        nowhere = set_up(monkeypatch, slack, CONFIGBOT_DATABASE_URL="sqlite:///nowhere/bot.db")
        assert "it is not there" in str(dict(await check_up(nowhere))["database"])


async def test_a_database_without_the_schema_names_the_command(
    monkeypatch: pytest.MonkeyPatch, postgres_url: str
) -> None:
    databases = {"CONFIGBOT_DATABASE_URL": postgres_url, "CONFIGBOT_REGISTRY__DATABASE_URL": postgres_url}
    async with slack_here() as slack:
        found = dict(await check_up(set_up(monkeypatch, slack, **databases)))
        assert str(found["database"]).endswith("run `python -m bot db upgrade`")
        assert str(found["provider registry"]).endswith("run `python -m bot db upgrade`")
        await migrate(postgres_url)
        await migrate_registry(postgres_url)
        assert {problem for _, problem in await check_up(set_up(monkeypatch, slack, **databases))} == {None}


@pytest.mark.parametrize("status", [401, 500])
async def test_a_service_that_refuses_is_found(status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    async with FaultyServer(always=answer({"detail": "no"}, status)) as service, slack_here() as slack:
        provider = {PROVIDER + "URL": f"{service.url}/v4", PROVIDER + "KEY": KEY}
        found = dict(await check_up(read(monkeypatch, **slack.settings(), **provider)))
    assert f"(HTTP {status}) from main" in str(found["provider main"])
    assert KEY not in str(found)


# Explaining


def test_a_line_is_explained_to_the_person_who_would_type_it(shell: dict[str, str], tmp_path: Path) -> None:
    asyncio.run(demo_registry(tmp_path))
    assert call("db", "upgrade", **shell).exit_code == 0
    line = "deploy config_x to production"
    said = call("explain", line, "--as", "U0ADA", **shell)
    assert (said.exit_code, said.stderr) == (0, "")
    assert "config_x" in said.stdout
    assert "approv" in said.stdout
    assert call("explain", *line.split(), **shell).exit_code == 0
    unclear = call("explain", "deploi config_x", **shell)
    assert unclear.exit_code == 1
    assert "deploy" in unclear.stdout
    stopped = call("explain", line, **{**shell, "SLACK_BOT_TOKEN": "xoxb-wrong"})
    assert stopped.exit_code == 1
    assert stopped.stderr.startswith("explain: SLACK_BOT_TOKEN: slack refused it")


async def test_a_stranger_hears_why_not(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    await demo_registry(tmp_path)
    async with slack_here() as slack:
        settings = set_up(monkeypatch, slack)
        await migrate(settings.database_url)
        mine, _ = await explained(settings, "deploy config_x to production", "U0ADA")
        theirs, understood = await explained(settings, "deploy config_x to production", "U0NOBODY")
    assert understood
    assert theirs != mine


async def test_explaining_changes_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    await demo_registry(tmp_path)
    async with slack_here() as slack:
        settings = set_up(monkeypatch, slack)
        with pytest.raises(StoreUnavailable, match="it is not there"):
            await explained(settings, "deploy config_x to production", "U0ADA")
        await migrate(settings.database_url)
        before = (tmp_path / "configbot.db").read_bytes()
        await explained(settings, "deploy config_x to production", "U0ADA")
        assert (tmp_path / "configbot.db").read_bytes() == before
        assert await slack.chat.messages("U0ADA") == []


async def test_what_keeps_it_from_explaining_is_raised(
    monkeypatch: pytest.MonkeyPatch, postgres_url: str, tmp_path: Path
) -> None:
    line = "deploy config_x to production"
    async with slack_here() as slack:
        with pytest.raises(SchemaMismatch):
            await explained(set_up(monkeypatch, slack, CONFIGBOT_DATABASE_URL=postgres_url), line, "")
        settings = set_up(monkeypatch, slack, CONFIGBOT_DATABASE_URL="sqlite:///bot.db")
        await migrate(settings.database_url)
        with pytest.raises(TokenProblem):
            await explained(set_up(monkeypatch, slack, SLACK_BOT_TOKEN="xoxb-wrong"), line, "")
        provider = {PROVIDER + "URL": "https://configs.example.com", PROVIDER + "KEY": "ключ"}
        settings = set_up(monkeypatch, slack, **provider)
        with pytest.raises(BadProvider):
            await explained(settings, line, "")


async def test_jobs_and_messages_that_wait_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    async with slack_here() as slack:
        settings = set_up(monkeypatch, slack)
        await migrate(settings.database_url)
        now = SystemClock().now()
        ago = timedelta(hours=2)
        store = await Store.open(settings.database_url, clock=SystemClock())
        async with store.write() as tx:
            for job, ended, fine, due in (
                ("clean-up", now, True, now),
                ("notices", now, False, now),
                ("interrupted changes", now - ago, True, now - ago),
                ("approvals that wait", None, False, now),
            ):
                run = JobRun(job, "", due, "one", due + ago, due)
                await tx.claim_run(run)
                if ended is not None:
                    await tx.end_run(replace(run, ended_at=ended, fine=fine, result="what it did"))
            for name, since in (("young", now), ("old", now - ago)):
                place = Place("T0ACORN", "T0ACORN", f"C0{name.upper()}")
                await tx.add_notice(Notice(name, NoticeKind.CARD, name, place, since))
        await store.close()
        found = dict(await check_up(settings))
    said = {name: problem for name, problem in found.items() if name.startswith(("job", "1 messages"))}
    kinds = {name.split(",")[0]: (name, problem) for name, problem in said.items()}
    assert kinds["job clean-up"][1] is None
    assert ": what it did; next " in kinds["job clean-up"][0]
    assert "its last run failed" in str(kinds["job notices"][1])
    assert "it is late" in str(kinds["job interrupted changes"][1])
    assert kinds["job approvals that wait"] == ("job approvals that wait, now, running", None)
    assert kinds["1 messages for C0YOUNG waiting"][1] is None
    assert kinds["1 messages for C0OLD waiting"] == (
        "1 messages for C0OLD waiting, 2 hours ago",
        "not tried yet",
    )
