"""The arrows between the parts: every contract of ``.importlinter`` is kept."""

from __future__ import annotations

import re
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

from tests.architecture.documentation import ROOT


def test_every_contract_about_imports_is_kept() -> None:
    program = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    run = subprocess.run(
        [sys.executable, "-c", program, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
    contracts = ConfigParser()
    contracts.read(ROOT / ".importlinter")
    kept = sum(section.startswith("importlinter:contract:") for section in contracts.sections())
    assert f"{kept} kept, 0 broken" in run.stdout


def test_every_part_stands_under_the_contract_of_layers() -> None:
    """Apart stand those that have contracts of their own, and small tools that import nothing of ours."""
    contracts = ConfigParser()
    contracts.read(ROOT / ".importlinter")
    layers = set(contracts["importlinter:contract:layers"]["layers"].replace("|", " ").split())
    parts = {path for path in (ROOT / "bot").iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    ours = {f"bot.{path.stem}" for path in parts if path.stem != "__init__" and not is_tool(path)}
    assert ours | {"handlers"} == layers | {"bot.services.registry", "bot.services.slack"}


def is_tool(path: Path) -> bool:
    """Whether a module imports nothing of ours."""
    return path.suffix == ".py" and not re.search(r"^ *(from|import) (bot|handlers)\b", path.read_text(), re.MULTILINE)
