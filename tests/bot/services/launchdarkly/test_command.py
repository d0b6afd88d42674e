"""``python -m bot playground launchdarkly``: as a process of its own."""

from __future__ import annotations

import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.bot.commands import as_in_an_empty_shell, call
from tests.bot.processes import started
from tests.bot.services.launchdarkly.conftest import CONFIGS, REVIEWER, TOKEN, Api, live

TOKENS = ("--token", TOKEN, "--reviewer-token", REVIEWER)
READY = r"LaunchDarkly is at (http://127\.0\.0\.1:\d+) "


@pytest.fixture(autouse=True)
def an_empty_folder_and_shell(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    with as_in_an_empty_shell():
        yield


def test_the_playground_stays_a_command_and_names_the_other() -> None:
    helped = call("playground", "--help")
    assert helped.exit_code == 0
    assert "--no-browser" in helped.output
    assert "launchdarkly" in helped.output


@pytest.mark.parametrize("arguments", [(), ("--token", TOKEN), (*TOKENS, "--port", "70000")])
def test_what_is_missing_or_wrong_is_said(arguments: tuple[str, ...]) -> None:
    refused = call("playground", "launchdarkly", *arguments)
    assert refused.exit_code == 2
    assert "Error" in refused.stderr
    assert TOKEN not in refused.output


def test_two_different_tokens_are_needed() -> None:
    refused = call("playground", "launchdarkly", "--token", TOKEN, "--reviewer-token", TOKEN)
    assert refused.exit_code == 1
    assert refused.stderr == "playground: the token and the reviewer's token have to be two different ones\n"


def test_a_taken_port_is_said() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        refused = call("playground", "launchdarkly", *TOKENS, "--port", port)
    assert refused.exit_code == 1
    assert f"cannot listen on 127.0.0.1:{port}: Address already in use" in refused.stderr


def test_a_file_that_cannot_be_used_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x" * 5_000)
    for data in ("file", "file/below"):
        refused = call("playground", "launchdarkly", *TOKENS, "--port", "0", "--data", data)
        assert refused.exit_code == 1
        assert refused.stderr.startswith("playground: ")
        assert "Traceback" not in refused.output


async def test_it_serves_until_it_is_stopped_and_remembers(tmp_path: Path) -> None:
    arguments = ("playground", "launchdarkly", *TOKENS, "--port", "0", "--data", "launchdarkly.db")
    async with started(tmp_path, *arguments) as first:
        address = (await first.says(READY))[1]
        async with httpx.AsyncClient(base_url=address, headers={"Authorization": TOKEN}) as http:
            api = Api(http)
            assert live(await api.serve("terse"), "staging") == "terse"
            refused = await api.client.get(f"/api/v2{CONFIGS}", headers={"Authorization": "api-stranger"})
            assert refused.status_code == 401
            fault = {"cut": "after", "method": "PATCH"}
            assert (await http.post("/control/faults", json=fault)).status_code == 204
            with pytest.raises(httpx.RemoteProtocolError):
                await api.serve("warm-v1")
        second = call("playground", "launchdarkly", *TOKENS, "--port", "0", "--data", "launchdarkly.db")
        assert second.exit_code == 1
        assert "launchdarkly.db is in use by another process" in second.stderr
        assert await first.stop() == 0
    async with started(tmp_path, *arguments) as again:
        address = (await again.says(READY))[1]
        async with httpx.AsyncClient(base_url=address, headers={"Authorization": REVIEWER}) as http:
            assert live(await Api(http).targeting(), "staging") == "warm-v1"
            await Api(http).serve("terse")
        assert await again.stop(signal.SIGKILL) != 0
    async with started(tmp_path, *arguments) as last:
        address = (await last.says(READY))[1]
        async with httpx.AsyncClient(base_url=address, headers={"Authorization": TOKEN}) as http:
            assert live(await Api(http).targeting(), "staging") == "terse"
        assert await last.stop() == 0
    for process in (first, again, last):
        assert TOKEN not in process.output
        assert "Traceback" not in process.output
