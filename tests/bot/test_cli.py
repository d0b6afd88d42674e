"""The command line: what it lists, what it says about bad input, its exit codes, and what it imports."""

from __future__ import annotations

import json
import re
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from subprocess import run

import httpx
import pytest

from tests.bot.commands import as_in_an_empty_shell, call
from tests.bot.processes import ROOT, bot, environment, started

PASSWORD = "s3cr3t-of-the-database"
TOKEN = "xoxb-1234-s3cr3t"

PROMPT = """---
model: gpt-4o
temperature: 0.5
provider: openai
---
<system>
You answer politely.
</system>
"""


@pytest.fixture(autouse=True)
def an_empty_folder_and_shell(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    with as_in_an_empty_shell():
        yield


COMMANDS = ("playground", "run", "clock", "registry", "db", "manifest", "doctor", "explain")


def test_help_lists_what_there_is_and_nothing_else() -> None:
    helped = call("--help")
    assert helped.exit_code == 0
    listed = helped.output.partition("Commands")[2]
    assert sorted(re.findall(r"^│ ([a-z]+) ", listed, re.MULTILINE)) == sorted(COMMANDS)


@pytest.mark.parametrize("command", [*COMMANDS, "registry import", "db upgrade"])
def test_every_command_explains_itself(command: str) -> None:
    helped = call(*command.split(), "--help")
    assert helped.exit_code == 0
    assert "Usage:" in helped.output
    assert helped.output.count("--help") == 1


@pytest.mark.parametrize(
    "arguments",
    [
        "deploy",
        "playground --port 70000",
        "playground --port eighty",
        "run --fast",
        "clock now",
        "registry --port -1",
        "registry import",
        "registry export",
        "db downgrade",
        "manifest --http",
        "explain",
    ],
)
def test_what_is_not_understood_is_said_in_a_line_with_exit_code_2(arguments: str) -> None:
    refused = call(*arguments.split())
    assert refused.exit_code == 2
    assert "Error" in refused.stderr
    assert refused.stdout == ""
    assert "Traceback" not in refused.output


# What is set


@pytest.mark.parametrize("command", ["run", "clock", "doctor", "explain deploy"])
def test_missing_settings_stop_the_start_with_names_and_examples(command: str) -> None:
    stopped = call(*command.split())
    assert stopped.exit_code == 2
    assert "CONFIGBOT_SLACK_BOT_TOKEN (or SLACK_BOT_TOKEN): is missing. Example:" in stopped.stderr
    assert "CONFIGBOT_PROVIDERS__MAIN__URL: is missing" in stopped.stderr
    assert "Traceback" not in stopped.output


@pytest.mark.parametrize("command", ["run", "clock", "registry", "registry import .", "db upgrade", "manifest"])
def test_a_wrong_setting_stops_the_start_and_shows_no_value(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONFIGBOT_DATABASE_URL", f"mysql://user:{PASSWORD}@host/name")
    monkeypatch.setenv("CONFIGBOT_HTTP_PORT", "many")
    monkeypatch.setenv("SLACK_BOT_TOKEN", TOKEN)
    stopped = call(*command.split())
    assert stopped.exit_code == 2
    assert (
        "CONFIGBOT_DATABASE_URL: is not the address of a SQLite file or a PostgreSQL database. Example:"
        in stopped.stderr
    )
    assert "CONFIGBOT_HTTP_PORT: is wrong" in stopped.stderr
    assert PASSWORD not in stopped.output
    assert TOKEN not in stopped.output


def test_a_wrong_setting_shows_no_traceback_in_a_process_of_its_own(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"SLACK_BOT_TOKEN=xoxp-{PASSWORD}\nCONFIGBOT_DATABASE_ULR=sqlite:///x.db\n")
    stopped = bot(tmp_path, "run")
    assert stopped.returncode == 2
    assert "CONFIGBOT_DATABASE_ULR: there is no such setting. Did you mean CONFIGBOT_DATABASE_URL?" in stopped.stderr
    assert "does not begin with xoxb-" in stopped.stderr
    assert "Traceback" not in stopped.stderr
    assert PASSWORD not in stopped.stdout + stopped.stderr


# The manifest


def test_the_manifest_is_json_for_socket_mode() -> None:
    printed = call("manifest")
    assert printed.exit_code == 0
    manifest = json.loads(printed.stdout)
    assert manifest["settings"]["socket_mode_enabled"] is True
    commands = [each["command"] for each in manifest["features"]["slash_commands"]]
    assert (commands[:2], commands[-1]) == (["/deploy", "/promote"], "/configbot")
    assert all(each["description"] for each in manifest["features"]["slash_commands"])


def test_the_manifest_for_http_has_the_address() -> None:
    manifest = json.loads(call("manifest", "--http", "https://bot.example.com").stdout)
    assert manifest["settings"]["socket_mode_enabled"] is False
    assert manifest["features"]["slash_commands"][0]["url"] == "https://bot.example.com/slack/events"


def test_the_manifest_has_the_prefix_the_commands_and_the_name_that_are_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONFIGBOT_COMMAND_PREFIX", "acorn-")
    monkeypatch.setenv("CONFIGBOT_COMMANDS", "configbot,deploy")
    manifest = json.loads(call("manifest", "--name", "Ünser Bot").stdout)
    assert [each["command"] for each in manifest["features"]["slash_commands"]] == ["/acorn-configbot", "/acorn-deploy"]
    assert manifest["display_information"]["name"] == "Ünser Bot"


@pytest.mark.parametrize(
    ("commands", "arguments", "said"),
    [
        (
            "deploy,remind",
            (),
            "contains remind, which is not a command of configbot; known: deploy, promote, rollback",
        ),
        ("deploy", ("--http", "http://bot.example.com"), "must begin with https://"),
        ("deploy", ("--name", "x" * 36), "36 characters"),
    ],
)
def test_a_manifest_that_slack_would_refuse_is_refused_here(
    commands: str, arguments: tuple[str, ...], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONFIGBOT_COMMANDS", commands)
    refused = call("manifest", *arguments)
    assert refused.exit_code == 2
    assert said in refused.stderr
    assert refused.stdout == ""


# The database


def test_upgrading_makes_the_database_and_may_be_done_again() -> None:
    for _ in range(2):
        upgraded = call("db", "upgrade")
        assert (upgraded.exit_code, upgraded.stdout) == (0, "The database has the newest schema.\n")
    assert Path("configbot.db").exists()
    assert not Path("registry.db").exists()


def test_upgrading_includes_the_registry_where_it_is_switched_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONFIGBOT_REGISTRY__ENABLED", "true")
    monkeypatch.setenv("CONFIGBOT_REGISTRY__API_KEYS", "hl_sk_one")
    assert call("db", "upgrade").stdout == "Both databases have the newest schema.\n"
    assert Path("registry.db").exists()


def test_a_database_that_cannot_be_upgraded_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONFIGBOT_DATABASE_URL", f"postgresql://user:{PASSWORD}@127.0.0.1:1/name")
    refused = call("db", "upgrade")
    assert refused.exit_code == 1
    assert "127.0.0.1/name: the connection was lost" in refused.stderr
    assert PASSWORD not in refused.output


# The registry


def prompts(folder: Path) -> Path:
    for project, config in (("support", "calm"), ("support", "brisk"), ("search", "short")):
        file = folder / project / f"{config}.prompt"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(PROMPT.replace("politely", f"in a {config} way"))
    return folder


def test_an_import_adds_once(tmp_path: Path) -> None:
    folder = prompts(tmp_path / "prompts")
    first = call("registry", "import", str(folder))
    assert first.exit_code == 0
    assert first.stdout.endswith("3 added, 0 unchanged, 0 broken\n")
    again = call("registry", "import", str(folder))
    assert again.exit_code == 0
    assert again.stdout.endswith("0 added, 3 unchanged, 0 broken\n")


def test_a_dry_run_says_the_same_and_makes_nothing(tmp_path: Path) -> None:
    folder = prompts(tmp_path / "prompts")
    dry = call("registry", "import", str(folder), "--dry-run")
    assert dry.exit_code == 0
    assert dry.stdout.endswith("3 added, 0 unchanged, 0 broken (dry run: nothing was changed)\n")
    assert not Path("registry.db").exists()
    call("registry", "import", str(folder))
    (folder / "search" / "long.prompt").write_text(PROMPT)
    dry = call("registry", "import", str(folder), "--dry-run")
    assert dry.stdout.endswith("1 added, 3 unchanged, 0 broken (dry run: nothing was changed)\n")
    assert call("registry", "import", str(folder)).stdout.endswith("1 added, 3 unchanged, 0 broken\n")


def test_a_broken_file_is_named_with_its_line_and_keeps_no_other_out(tmp_path: Path) -> None:
    folder = prompts(tmp_path / "prompts")
    broken = folder / "support" / "loud.prompt"
    broken.write_text("---\nmodel: gpt-4o\ntemperature: [\n---\n<system>\nHi\n</system>\n")
    ended = call("registry", "import", str(folder))
    assert ended.exit_code == 1
    assert re.search(rf"^{re.escape(str(broken))}:[34]: \S", ended.stdout, re.MULTILINE)
    assert ended.stdout.endswith("3 added, 0 unchanged, 1 broken\n")


def test_a_folder_without_prompts_is_said(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "nowhere"):
        ended = call("registry", "import", str(folder))
        assert ended.exit_code == 1
        assert "no .prompt file" in ended.stdout


def test_the_import_goes_where_the_settings_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONFIGBOT_REGISTRY__DATABASE_URL", "sqlite:///set.db")
    folder = str(prompts(tmp_path / "prompts"))
    call("registry", "import", folder)
    call("registry", "--database", "sqlite:///before.db", "import", folder)
    call("registry", "import", folder, "--database", "sqlite:///behind.db")
    assert {path.name for path in tmp_path.glob("*.db")} == {"set.db", "before.db", "behind.db"}


@pytest.mark.parametrize("command", ["registry --api-key hl_sk_one", "registry import ."])
def test_a_database_of_another_kind_is_refused(command: str) -> None:
    refused = call(*command.split()[:1], "--database", f"mysql://user:{PASSWORD}@host/name", *command.split()[1:])
    assert refused.exit_code == 2
    assert "the registry's database URL is not the address of a SQLite file or a PostgreSQL database" in refused.stderr
    assert PASSWORD not in refused.output


@pytest.mark.parametrize("command", ["registry --api-key hl_sk_one --port 0", "registry import FOLDER"])
def test_a_database_that_is_not_there_is_one_line(command: str, tmp_path: Path) -> None:
    (tmp_path / "greeting.prompt").write_text("---\nmodel: gpt-4o\n---\nHello {{name}}\n")
    words = command.replace("FOLDER", str(tmp_path)).split()
    refused = call(*words[:1], "--database", "sqlite:///nowhere/registry.db", *words[1:])
    assert refused.exit_code == 1
    assert re.search(r"database is not available \(.+\)$", refused.stderr.strip())
    assert "Traceback" not in refused.output


@pytest.mark.parametrize("keys", [(), ("--api-key", ""), ("--api-key", "hl_sk_one", "--api-key", " ")])
def test_a_registry_without_a_key_does_not_start(keys: tuple[str, ...]) -> None:
    refused = call("registry", *keys)
    assert refused.exit_code == 2
    assert "--api-key is missing or empty. Example: --api-key hl_sk_" in refused.stderr


def test_a_registry_that_keeps_no_key_either_does_not_start(tmp_path: Path) -> None:
    call("registry", "import", str(prompts(tmp_path / "prompts")))
    refused = call("registry", "--port", "0")
    assert refused.exit_code == 2
    assert "--api-key is missing or empty" in refused.stderr


def test_a_registry_says_when_its_port_is_taken() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        refused = call("registry", "--api-key", "hl_sk_one", "--port", port)
    assert refused.exit_code == 1
    assert f"configbot stopped: cannot listen on 127.0.0.1:{port}: Address already in use" in refused.stderr


def test_the_demo_does_not_take_the_name_of_a_project_that_is_there(tmp_path: Path) -> None:
    folder = tmp_path / "prompts" / "Support reply"
    folder.mkdir(parents=True)
    (folder / "mine.prompt").write_text(PROMPT)
    call("registry", "import", str(folder))
    refused = call("registry", "--api-key", "hl_sk_one", "--demo", "--port", "0")
    assert refused.exit_code == 1
    assert "Support reply" in refused.stderr
    assert "Traceback" not in refused.output


async def test_a_registry_alone_serves_the_demo_to_every_key_and_to_no_other(tmp_path: Path) -> None:
    keys = ("--api-key", "hl_sk_first-key-1", "--api-key", "hl_sk_second-key-2")
    async with started(tmp_path, "registry", "--port", "0", *keys, "--demo") as registry:
        address = (await registry.says(r"The registry is at (http://\S+/v4) "))[1]
        async with httpx.AsyncClient(base_url=address) as http:
            for key in keys[1::2]:
                found = (await http.get("/projects", headers={"X-API-KEY": key})).json()
                assert "Support reply" in {project["name"] for project in found["records"]}
            assert (await http.get("/projects", headers={"X-API-KEY": "hl_sk_third-key-3"})).status_code == 401
            assert (await http.get("/projects")).status_code == 401
            assert (await http.get("/docs")).status_code == 200
        assert await registry.stop() == 0
    assert "hl_sk_" not in registry.output
    assert "Traceback" not in registry.output


async def test_a_registry_takes_its_keys_from_the_settings_and_starts_again_with_what_it_had(tmp_path: Path) -> None:
    settings = {"CONFIGBOT_REGISTRY__API_KEYS": "hl_sk_set-key-1", "CONFIGBOT_REGISTRY__DATABASE_URL": "sqlite:///r.db"}
    bot(tmp_path, "registry", "import", str(prompts(tmp_path / "prompts")), **settings)
    async with started(tmp_path, "registry", "--host", "::1", "--port", "0", **settings) as registry:
        address = (await registry.says(r"The registry is at (http://\[::1\]:\d+/v4) "))[1]
        async with httpx.AsyncClient(base_url=address, headers={"X-API-KEY": "hl_sk_set-key-1"}) as http:
            names = {project["name"] for project in (await http.get("/projects")).json()["records"]}
        assert names == {"support", "search"}


# Imports

HEAVY = ("slack_bolt", "slack_sdk", "aiohttp", "sqlalchemy", "alembic", "fastapi", "uvicorn", "bot.services")


def imported(folder: Path, *arguments: str, **settings: str) -> set[str]:
    """The heavy modules that a command has imported by its end."""
    code = (
        "import atexit, sys\n"
        f"sys.argv = ['bot', *{arguments!r}]\n"
        f"atexit.register(lambda: print('imported', *[name for name in {HEAVY!r} if name in sys.modules]))\n"
        "from bot.cli import main\n"
        "main()\n"
    )
    ended = run(
        [sys.executable, "-c", code],
        cwd=folder,
        env=environment(settings),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert "Traceback" not in ended.stderr, ended.stderr
    return set(ended.stdout.rpartition("imported")[2].split())


@pytest.mark.parametrize("arguments", [("--help",), ("run", "--help"), ("run",), ("registry", "--api-key", "")])
def test_what_asks_nobody_imports_no_library_for_it(arguments: tuple[str, ...], tmp_path: Path) -> None:
    assert imported(tmp_path, *arguments) == set()


def test_the_manifest_needs_the_lines_but_no_store_no_slack_and_no_web_server(tmp_path: Path) -> None:
    assert imported(tmp_path, "manifest") == set()


def test_importing_prompts_needs_no_slack_and_no_web_server(tmp_path: Path) -> None:
    folder = prompts(tmp_path / "prompts")
    loaded = imported(tmp_path, "registry", "import", str(folder))
    assert not loaded & {"slack_bolt", "slack_sdk", "aiohttp", "uvicorn"}


def test_upgrading_the_database_needs_no_slack_and_no_web_server(tmp_path: Path) -> None:
    needless = {"slack_bolt", "slack_sdk", "aiohttp", "uvicorn", "fastapi", "bot.services"}
    assert not imported(tmp_path, "db", "upgrade") & needless


NOBODY = "http://127.0.0.1:1"
INSTALLED = {
    "SLACK_BOT_TOKEN": TOKEN,
    "SLACK_APP_TOKEN": "xapp-1-A1-1-s3cr3t",
    "CONFIGBOT_SLACK_API_URL": f"{NOBODY}/api/",
    "CONFIGBOT_HTTP_PORT": "0",
    "CONFIGBOT_PROVIDERS__MAIN__KIND": "launchdarkly",
    "CONFIGBOT_PROVIDERS__MAIN__URL": NOBODY,
    "CONFIGBOT_PROVIDERS__MAIN__KEY": "api-s3cr3t",
    "CONFIGBOT_PROVIDERS__MAIN__PROJECT": "default",
}


@pytest.mark.parametrize("command", ["run", "clock", "doctor", "manifest"])
def test_a_bot_without_a_registry_of_its_own_imports_no_service_of_ours(command: str, tmp_path: Path) -> None:
    loaded = imported(tmp_path, command, **INSTALLED)
    assert "bot.services" not in loaded
    assert ("slack_bolt" in loaded) is (command != "manifest")  # it came as far as asking Slack


@pytest.mark.parametrize(
    ("modules", "not_needed"),
    [
        (
            "bot.services.registry.app, bot.services.registry.demo, bot.slack.health, bot.shutdown",
            {"slack_bolt", "slack_sdk", "aiohttp", "bot.services.slack", "bot.services.launchdarkly"},
        ),
        ("bot.services.slack", {"slack_bolt", "sqlalchemy", "bot.services.registry", "bot.services.launchdarkly"}),
        ("bot.services.launchdarkly", {"slack_bolt", "sqlalchemy", "bot.services.registry", "bot.services.slack"}),
        ("bot.app, bot.doctor", {"bot.services"}),
    ],
)
def test_what_serves_imports_only_what_it_serves(modules: str, not_needed: set[str]) -> None:
    code = f"import sys, {modules}; print(*sys.modules)"
    loaded = run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=120
    ).stdout.split()
    assert not not_needed & set(loaded)
