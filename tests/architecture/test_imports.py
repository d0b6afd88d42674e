"""The arrows between the parts: every contract of ``.importlinter`` is kept."""

from __future__ import annotations

import re
import subprocess
import sys
from configparser import ConfigParser

import pytest

from tests.architecture.documentation import ROOT
from tests.waiting import PATIENCE

SERVICES = ROOT / "bot/services"


def test_every_contract_about_imports_is_kept() -> None:
    program = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    run = subprocess.run(
        [sys.executable, "-c", program, "--no-cache"],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=PATIENCE,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout + run.stderr
    kept = sum(section.startswith("importlinter:contract:") for section in contracts().sections())
    assert f"{kept} kept, 0 broken" in run.stdout


def test_every_part_stands_under_the_contract_of_layers() -> None:
    """Apart stand small tools that import nothing of ours."""
    layers = set(contracts()["importlinter:contract:layers"]["layers"].replace("|", " ").split())
    tools = {part for part in parts_of("bot") if is_tool(part)}
    assert parts_of("bot") - tools - {"bot.__init__"} <= layers
    assert layers <= parts_of("bot") | {"handlers"}


@pytest.mark.parametrize("service", sorted(path.parent.name for path in SERVICES.glob("*/__init__.py")))
def test_a_service_has_a_contract_that_keeps_it_from_everything_else_of_ours(service: str) -> None:
    """It plays somebody else: it may know the log and what is shared below it, and no part of the bot."""
    itself = f"bot.services.{service}"
    contract = contracts()[f"importlinter:contract:service-{service}"]
    assert (contract["type"], contract["source_modules"].split()) == ("forbidden", [itself])
    assert "ignore_imports" not in contract
    starts = {f"bot.{name}" for name in ("__init__", "__main__")}  # importing these is importing what they import
    apart = parts_of("bot") | parts_of("bot.services") | {"handlers"}
    allowed = {itself, "bot.logs", "bot.services", "bot.services.__init__", *starts}
    assert apart - allowed - set(SHARED) <= set(contract["forbidden_modules"].split())
    assert itself in contracts()["importlinter:contract:providers"]["modules"].split()


SHARED = ("bot.sql", "bot.services.local_only", "bot.services.storage")
"""What services may have in common; a contract names those of it that its service does without."""


def contracts() -> ConfigParser:
    parser = ConfigParser()
    parser.read(ROOT / ".importlinter")
    return parser


def parts_of(package: str) -> set[str]:
    """The modules and packages right below a package."""
    folder = ROOT / package.replace(".", "/")
    paths = {path for path in folder.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    return {f"{package}.{path.stem}" for path in paths}


def is_tool(part: str) -> bool:
    """Whether it is a module that imports nothing of ours."""
    path = ROOT / f"{part.replace('.', '/')}.py"
    return path.exists() and not re.search(r"^ *(from|import) (bot|handlers)\b", path.read_text(), re.MULTILINE)
