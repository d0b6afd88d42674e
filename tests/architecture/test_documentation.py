"""Documentation that fails when it is behind."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib

from bot import __version__
from bot.settings import env_example
from tests.architecture.documentation import README, ROOT, with_tables


def test_the_readme_s_tables_are_those_of_the_code() -> None:
    text = README.read_text()
    assert text == with_tables(text), "run python -m tests.architecture.documentation"


def test_the_example_of_settings_is_that_of_the_code() -> None:
    assert (ROOT / ".env.example").read_text() == env_example()


def test_every_file_that_the_readme_links_to_exists() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", README.read_text()):
        assert (ROOT / target).exists(), target


def test_every_command_that_the_readme_names_is_one() -> None:
    known = subprocess.run(
        [sys.executable, "-m", "bot", "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for command in set(re.findall(r"python -m bot ([a-z]+)", README.read_text())):
        assert re.search(rf"\b{command}\b", known.stdout), command


def test_the_processes_of_the_procfile_are_commands() -> None:
    for line in (ROOT / "Procfile").read_text().splitlines():
        name, _, command = line.partition(": ")
        words = command.partition("python -m bot ")[2].split()
        helped = subprocess.run(
            [sys.executable, "-m", "bot", *[word for word in words if not word.startswith("-")], "--help"],
            cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert helped.returncode == 0, name
        assert all(word in helped.stdout for word in words if word.startswith("-")), name


def test_the_version_is_said_the_same_everywhere() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert __version__ == project["version"]
