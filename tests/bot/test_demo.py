"""The playground as people start it: twice, killed, stopped, in a folder that is none."""

from __future__ import annotations

import asyncio
import signal
import socket
import time
import webbrowser
from pathlib import Path

import httpx
import pytest

from bot.demo import CannotPlay, play, running
from bot.jobs import sweeps
from bot.services import launchdarkly
from bot.services.registry.database import Database
from bot.services.registry.deployments import deploy_by_name
from tests.bot.processes import Process, bot, started
from tests.scenarios.chat import ADA, RAVI, Chat

QUIET = ("playground", "--port", "0", "--no-browser")


async def address_of(process: Process) -> str:
    return (await process.says(r"The playground is at (http://127\.0\.0\.1:\d+) "))[1]


def page(address: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=address, headers={"Origin": address}, timeout=60)


async def test_a_change_survives_a_kill_and_ctrl_c_stops_at_once(tmp_path: Path) -> None:
    async with started(tmp_path, *QUIET) as process:
        async with page(await address_of(process)) as http:
            chat = Chat(http)
            await chat.say(ADA, "/deploy config_x to production")
            await chat.hears(ADA, "config_x", "waiting for approval", private=False)
        assert await process.stop(signal.SIGKILL) == -signal.SIGKILL
    assert (tmp_path / ".configbot" / "configbot.db").exists(), "the folder that the README names"

    async with started(tmp_path, *QUIET) as process:
        async with page(await address_of(process)) as http:
            chat = Chat(http)
            card = await chat.hears(ADA, "config_x", "waiting for approval", private=False)
            await chat.press(RAVI, card, "Approve")
            live = await chat.hears(RAVI, "config_x", "live", private=False)
            assert live.raw["ts"] == card.raw["ts"]
            assert (await http.get("/")).status_code == 200
        began = time.monotonic()
        assert await process.stop(signal.SIGINT) == 0
        assert time.monotonic() - began < 3
        assert "Traceback" not in process.output
        assert "hl_sk_" not in process.output


async def test_a_folder_is_for_one_playground_at_a_time(tmp_path: Path) -> None:
    async with started(tmp_path, *QUIET) as process:
        address = await address_of(process)
        second = await asyncio.to_thread(bot, tmp_path, *QUIET)
        assert second.returncode == 1
        assert second.stderr == (
            "configbot stopped: .configbot is in use by another playground. "
            "Stop that one, or choose another folder with --data.\n"
        )
        port = address.rpartition(":")[2]
        elsewhere = await asyncio.to_thread(bot, tmp_path, "playground", "--port", port, "--data", "other")
        assert elsewhere.returncode == 1
        assert f"cannot listen on 127.0.0.1:{port}: Address already in use. Choose another port" in elsewhere.stderr
        async with page(address) as http:
            assert (await http.get("/playground/session", params={"as": ADA})).json()["bot"]["connected"]


async def test_a_folder_that_is_none_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for data in ("file", "file/below"):
        refused = await asyncio.to_thread(bot, tmp_path, *QUIET, "--data", data)
        assert refused.returncode == 1
        assert f"configbot stopped: {data} is not a folder I can write to (" in refused.stderr
        assert "Traceback" not in refused.stderr


@pytest.mark.parametrize("name", ["slack.db", "launchdarkly.db"])
async def test_a_damaged_file_is_named_with_what_to_do(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"no database at all" * 100)
    with pytest.raises(CannotPlay, match=rf"{name}: file is not a database; remove it to begin anew$"):
        async with running(tmp_path, 0):
            pass
    (tmp_path / name).unlink()
    async with running(tmp_path, 0):
        pass


async def test_a_log_of_calls_to_the_config_service_is_kept_for_the_page(tmp_path: Path) -> None:
    async with running(tmp_path, 0) as it, page(it.address) as http:
        entries = (await http.get("/playground/log", params={"after": 0})).json()["entries"]
        calls = [entry for entry in entries if entry["direction"] == "bot→service"]
        assert any(entry["name"].startswith("GET /v4/projects") for entry in calls)
        assert all(entry["answer"]["status"] == 200 for entry in calls)


async def test_a_port_that_is_taken_leaves_the_folder_free(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(CannotPlay, match="--port"):
            async with running(tmp_path, taken.getsockname()[1]):
                pass
    async with running(tmp_path, 0):
        pass


async def test_the_browser_is_opened_unless_it_is_not_wanted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    opened: list[str] = []

    async def at_once() -> None:
        await asyncio.sleep(0.1)

    monkeypatch.setattr("bot.demo.stop_signal", at_once)
    monkeypatch.setattr(webbrowser, "open", opened.append)
    await play(tmp_path, 0, open_browser=False)
    assert opened == []
    await play(tmp_path, 0, open_browser=True)
    assert len(opened) == 1
    assert f"The playground is at {opened[0]} (started in" in capsys.readouterr().out


async def test_both_config_services_are_there_and_their_secrets_are_not_in_the_log(tmp_path: Path) -> None:
    async with running(tmp_path / "data", 0) as it, page(it.address) as http:
        chat = Chat(http)
        await chat.say(ADA, "/project list")
        await chat.is_told(ADA, "`registry`", "`launchdarkly` · AI Config")
        await chat.say(ADA, "/configbot deploy warm-v2 to prodction")
        await chat.is_told(ADA, "There is no environment `prodction`", "Production")
        link = f"/projects/{launchdarkly.PROJECT}/ai-configs/support-assistant/targeting"
        assert "LaunchDarkly of the playground" in (await http.get(link)).text
        log = (await http.get("/playground/log")).text
        assert "/v4/projects" in log
        assert "/api/v2/projects/default/environments" in log
        assert "sdk-" not in log
        assert "mob-" not in log


async def test_what_was_changed_outside_is_told_and_the_looks_for_it_leave_the_log_readable(tmp_path: Path) -> None:
    async with running(tmp_path, 0) as it, page(it.address) as http:
        async with asyncio.timeout(120):
            while len(it.bot.tasks):
                await asyncio.sleep(0.02)
        await sweeps.drift_watch(it.bot.ctx)
        other = Database(it.registry_url)
        await deploy_by_name(other, "Support reply", "config_v", "production", it.bot.ctx.clock.now())
        await other.close()
        seen = it.workspace.log.after(0)[-1]["n"]
        await sweeps.drift_watch(it.bot.ctx)
        await Chat(http).hears(ADA, "Changed outside configbot", "`Support reply` in `production`", private=False)
        reads = [each["name"] for each in it.workspace.log.after(seen) if each["direction"] == "bot→service"]
        assert not [name for name in reads if "deployed-configs" in name]


async def test_a_clock_that_is_moved_far_stops_at_what_was_scheduled_on_the_way(tmp_path: Path) -> None:
    async with running(tmp_path, 0) as it, page(it.address) as http:
        chat = Chat(http)
        await chat.say(ADA, "/deploy config_x to staging in 2h")
        await chat.hears(ADA, "config_x", "Scheduled", private=False)
        (await http.post("/playground/clock", json={"as": ADA, "to": "tomorrow"})).raise_for_status()
        await chat.hears(ADA, "config_x", "I read it back, and it took effect", private=False)
