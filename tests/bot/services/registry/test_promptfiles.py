from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import inspect

from bot.services.registry.database import Database
from bot.services.registry.promptfiles import Outcome, import_folder
from tests.bot.services.registry.conftest import START, Api

HELLO = "---\nmodel: gpt-4o\n---\nSay hello to {{name}}.\n"
Write = Callable[..., Path]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with two projects in it: `greetings` with two configs and `triage`, deeper down, with one."""
    root = tmp_path / "prompts"
    for name, text in {
        "greetings/formal.prompt": HELLO,
        "greetings/warm.prompt": HELLO.replace("Say", "Warmly say"),
        "greetings/notes.txt": "no prompt",
        "support/triage/v1.prompt": HELLO.replace("hello", "which queue"),
        ".git/hidden.prompt": HELLO,
    }.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


async def names(api: Api) -> dict[str, list[str]]:
    """The registry's projects with the names of their configs."""
    found = (await api.get("/projects", params={"size": 100}))["records"]
    return {
        project["name"]: [row["config"]["name"] for row in await api.get(f"/projects/{project['id']}/configs")]
        for project in found
    }


async def test_a_folder_is_a_project_and_a_file_a_config(api: Api, url: str, folder: Path) -> None:
    report = await import_folder(url, folder, dry_run=False, now=START)
    assert await names(api) == {"greetings": ["formal", "warm"], "triage": ["v1"]}
    assert report.fine
    assert list(report.lines()) == [
        f'{folder}/greetings/formal.prompt: config "formal" added to project "greetings", and active as its first',
        f'{folder}/greetings/warm.prompt: config "warm" added to project "greetings"',
        f'{folder}/support/triage/v1.prompt: config "v1" added to project "triage", and active as its first',
        "3 added, 0 unchanged, 0 broken",
    ]


async def test_the_folder_itself_can_be_a_project(api: Api, url: str, folder: Path) -> None:
    await import_folder(url, folder / "greetings", dry_run=False, now=START)
    assert await names(api) == {"greetings": ["formal", "warm"]}


async def test_a_dry_run_reports_the_same_and_changes_nothing(api: Api, url: str, folder: Path) -> None:
    rehearsed = await import_folder(url, folder, dry_run=True, now=START)
    assert await names(api) == {}
    assert list(rehearsed.lines())[-1] == "3 added, 0 unchanged, 0 broken (dry run: nothing was changed)"
    assert "would be added" in next(rehearsed.lines())
    done = await import_folder(url, folder, dry_run=False, now=START)
    assert done.files == rehearsed.files


async def test_a_dry_run_leaves_even_the_schema_alone(database_url: str, folder: Path) -> None:
    report = await import_folder(database_url, folder, dry_run=True, now=START)
    assert report.count(Outcome.ADDED) == 3
    database = Database(database_url)
    async with database.read() as connection:
        assert await connection.run_sync(lambda sync: inspect(sync).get_table_names()) == []
    await database.close()
    await import_folder(database_url, folder, dry_run=False, now=START)


async def test_a_second_run_changes_nothing(api: Api, url: str, folder: Path) -> None:
    await import_folder(url, folder, dry_run=False, now=START)
    before = await api.get("/projects", params={"size": 100})
    again = await import_folder(url, folder, dry_run=False, now=START + timedelta(days=1))
    assert await api.get("/projects", params={"size": 100}) == before
    assert (again.fine, list(again.lines())[-1]) == (True, "0 added, 3 unchanged, 0 broken")


async def test_changed_content_makes_a_new_config_of_the_same_name(lite: Api, sqlite_url: str, folder: Path) -> None:
    await import_folder(sqlite_url, folder, dry_run=False, now=START)
    (folder / "greetings/warm.prompt").write_text(HELLO.replace("gpt-4o", "gpt-4o-mini"))
    report = await import_folder(sqlite_url, folder, dry_run=False, now=START + timedelta(days=1))
    assert (await names(lite))["greetings"] == ["formal", "warm", "warm"]
    assert report.count(Outcome.ADDED) == 1


async def test_a_renamed_file_says_under_which_name_it_is_known(lite: Api, sqlite_url: str, folder: Path) -> None:
    await import_folder(sqlite_url, folder, dry_run=False, now=START)
    (folder / "greetings/warm.prompt").rename(folder / "greetings/kind.prompt")
    report = await import_folder(sqlite_url, folder, dry_run=False, now=START)
    assert f'{folder}/greetings/kind.prompt: unchanged, known as "warm"' in list(report.lines())


async def test_a_broken_file_is_named_with_its_line_and_keeps_no_other_out(api: Api, url: str, folder: Path) -> None:
    (folder / "greetings/warm.prompt").write_text("---\nmodel: gpt-4o\nprovider: nobody\n---\n")
    (folder / "lonely").mkdir()
    (folder / "lonely/bad.prompt").write_text("hello")
    report = await import_folder(url, folder, dry_run=False, now=START)
    assert not report.fine
    assert await names(api) == {"greetings": ["formal"], "triage": ["v1"]}
    problems = [line for line in report.lines() if "permitted" in line or "begin" in line]
    assert [line.split(": ")[0] for line in problems] == [
        f"{folder}/greetings/warm.prompt:3",
        f"{folder}/lonely/bad.prompt:1",
    ]


async def test_two_folders_of_one_name_are_not_mixed_up(lite: Api, sqlite_url: str, folder: Path) -> None:
    (folder / "zoo/greetings").mkdir(parents=True)
    (folder / "zoo/greetings/other.prompt").write_text(HELLO)
    report = await import_folder(sqlite_url, folder, dry_run=False, now=START)
    assert not report.fine
    assert (await names(lite))["greetings"] == ["formal", "warm"]


@pytest.mark.parametrize(
    ("raw", "line", "words"),
    [
        (b"---\nmodel: gpt-4o\n---\n\xff\n", 4, "not UTF-8"),
        (b"---\nmodel: m\n---\n" + b"x" * 1_000_000, 1, "larger than 1,000,000 bytes"),
    ],
)
async def test_bytes_that_are_no_prompt_are_reported(
    sqlite_url: str, lite: Api, tmp_path: Path, raw: bytes, line: int, words: str
) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a/b.prompt").write_bytes(raw)
    (report,) = (await import_folder(sqlite_url, tmp_path / "a", dry_run=False, now=START)).files
    assert (report.outcome, report.line) == (Outcome.BROKEN, line)
    assert words in str(report.problem)


async def test_names_that_are_no_text_are_reported(sqlite_url: str, lite: Api, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a/\udcff.prompt").write_text(HELLO)
    (tmp_path / "a/  .prompt").write_text(HELLO)
    (tmp_path / "a/folder.prompt").mkdir()
    (tmp_path / "a/gone.prompt").symlink_to("nowhere")
    report = await import_folder(sqlite_url, tmp_path / "a", dry_run=False, now=START)
    problems = [str(file.problem) for file in report.files]
    assert problems == [
        "folder and file need a name, for they name the project and the config",
        "not readable: No such file or directory",
        "the path holds a name that is not text",
    ]


async def test_says_when_there_is_nothing_to_bring_in(sqlite_url: str, tmp_path: Path) -> None:
    for folder in (tmp_path / "nowhere", tmp_path):
        report = await import_folder(sqlite_url, folder, dry_run=False, now=START)
        assert not report.fine
        assert list(report.lines()) == [f"{folder}: no such folder, or no .prompt file in it or below"]
