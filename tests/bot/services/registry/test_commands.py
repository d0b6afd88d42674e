"""The commands as they are typed, in a process of their own where that is what is tested."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from bot.cli.operators import add_to

Type = Callable[..., Any]


@pytest.fixture
def typed(tmp_path: Path) -> Type:
    """Types a command; the database is a file in a temporary folder."""
    app = typer.Typer()
    add_to(app, lambda _context, database: database or f"sqlite:///{tmp_path / 'registry.db'}")
    return lambda *words: CliRunner().invoke(app, words)


def test_a_key_is_printed_once_listed_by_name_and_revoked(typed: Type) -> None:
    made = typed("key", "create", "scripts")
    assert (made.exit_code, bool(re.fullmatch(r"hl_sk_[0-9a-f]{48}\n", made.output))) == (0, True)
    listed = typed("key", "list").output
    assert re.fullmatch(r"scripts: created \d{4}-\d\d-\d\d \d\d:\d\d UTC\n", listed)
    assert made.output.strip() not in listed
    assert typed("key", "revoke", "scripts").output == 'The key "scripts" is revoked.\n'
    assert "UTC, revoked " in typed("key", "list").output
    again = typed("key", "revoke", "scripts")
    assert (again.exit_code, again.output) == (1, 'registry: there is no active key "scripts"\n')


def test_environments_are_added_renamed_moved_and_listed(typed: Type) -> None:
    assert re.fullmatch(
        r'Added the environment "staging" \(env_\w{21}\)\.\n', typed("environment", "add", "staging").output
    )
    assert typed("environment", "rename", "production", "live").exit_code == 0
    assert typed("environment", "default", "staging").exit_code == 0
    listed = typed("environment", "list").output
    assert re.sub(r"env_\w{21}", "env_…", listed) == "live (env_…)\nstaging (env_…), the default one\n"
    refused = typed("environment", "default", "prod")
    assert (refused.exit_code, "known: live, staging" in refused.output) == (1, True)


@pytest.mark.parametrize("words", [("key", "list"), ("key", "revoke", "x"), ("environment", "list")])
def test_looking_does_not_make_a_database(typed: Type, tmp_path: Path, words: tuple[str, ...]) -> None:
    refused = typed(*words)
    assert (refused.exit_code, refused.output) == (1, f"registry: there is no registry at {tmp_path}/registry.db\n")
    assert list(tmp_path.iterdir()) == []


def test_a_database_that_is_away_is_one_line(typed: Type, tmp_path: Path) -> None:
    refused = typed("key", "create", "x", "--database", f"sqlite:///{tmp_path}/nowhere/x.db")
    assert (refused.exit_code, refused.output.count("\n")) == (1, 1)
    assert "there is no folder for" in refused.output


def test_an_export_is_written_whole_or_not_at_all(typed: Type, tmp_path: Path) -> None:
    typed("environment", "add", "staging")
    path = tmp_path / "export.json"
    assert typed("export", str(path)).output == f"Exported the registry to {path}; projects: 0.\n"
    assert [each["name"] for each in json.loads(path.read_text())["environments"]] == ["production", "staging"]
    refused = typed("export", str(tmp_path / "nowhere" / "export.json"))
    assert (refused.exit_code, "export.json: No such file or directory" in refused.output) == (1, True)


def test_the_command_line_exports_and_imports(tmp_path: Path) -> None:
    """The whole command line: the options before a command count for it as well."""
    from bot.cli import app

    def call(*words: str) -> Any:
        return CliRunner().invoke(app, ["registry", *words])

    here, there, path = f"sqlite:///{tmp_path}/a.db", f"sqlite:///{tmp_path}/b.db", str(tmp_path / "export.json")
    (tmp_path / "greetings").mkdir()
    (tmp_path / "greetings/warm.prompt").write_text("---\nmodel: m\n---\nhello\n")
    assert call("import", str(tmp_path / "greetings"), "--database", here).exit_code == 0
    assert call("--database", here, "key", "create", "scripts").exit_code == 0
    assert call("--database", here, "export", path).exit_code == 0
    rehearsed = call("--database", there, "import", path, "--dry-run")
    assert (rehearsed.exit_code, "1 project, 1 config, 1 deployment, 0 evaluators" in rehearsed.output) == (0, True)
    assert not (tmp_path / "b.db").exists()
    assert call("import", path, "--database", there).exit_code == 0
    assert call("export", str(tmp_path / "again.json"), "--database", there).exit_code == 0
    assert (tmp_path / "again.json").read_bytes() == (tmp_path / "export.json").read_bytes()
    (tmp_path / "bad.json").write_text("{")
    refused = call("import", str(tmp_path / "bad.json"), "--database", there)
    assert (refused.exit_code, refused.stderr.startswith("registry: ")) == (1, True)


def test_a_config_is_made_live_by_hand(tmp_path: Path) -> None:
    from bot.cli import app

    database = ("--database", f"sqlite:///{tmp_path}/registry.db")

    def call(*words: str) -> Any:
        return CliRunner().invoke(app, ["registry", *database, *words])

    missing = call("deploy", "greetings", "warm", "production")
    assert (missing.exit_code, "there is no registry at" in missing.output) == (1, True)
    (tmp_path / "greetings").mkdir()
    for name in ("warm", "cold"):
        (tmp_path / f"greetings/{name}.prompt").write_text(f"---\nmodel: m\n---\nhello, {name}\n")
    assert call("import", str(tmp_path / "greetings")).exit_code == 0
    done = call("deploy", "greetings", "cold", "production")
    assert (done.exit_code, done.output) == (0, '"cold" of "greetings" is now live in "production".\n')
    assert call("export", str(tmp_path / "export.json")).exit_code == 0
    (project,) = json.loads((tmp_path / "export.json").read_text())["projects"]
    names = {each["config"]["id"]: each["config"]["name"] for each in project["configs"]}
    assert [names[each["model_config_id"]] for each in project["deployed_configs"]] == ["cold"]
    for words, said in (
        (("greeting", "cold", "production"), 'there is no project "greeting"; known: greetings'),
        (("greetings", "hot", "production"), 'there is no config "hot"; known: cold, warm'),
        (("greetings", "cold", "prod"), 'there is no environment "prod"; known: production'),
    ):
        refused = call("deploy", *words)
        assert (refused.exit_code, refused.stderr) == (1, f"registry: {said}\n")
