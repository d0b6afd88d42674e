"""What stands at the top level is what people look for there; everything else has a folder."""

from __future__ import annotations

import subprocess

from tests.architecture.documentation import ROOT
from tests.waiting import PATIENCE

ALLOWED = {
    ".ci",
    ".env.example",
    ".github",
    ".gitignore",
    ".importlinter",
    "CHANGELOG.md",
    "LICENSE",
    "Procfile",
    "README.md",
    "bot",
    "handlers",
    "pyproject.toml",
    "requirements-dev.txt",
    "requirements.txt",
    "tests",
}


def test_nothing_else_is_kept_at_the_top_level() -> None:
    kept = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True, timeout=PATIENCE,
    )  # fmt: skip
    assert {line.partition("/")[0] for line in kept.stdout.splitlines()} <= ALLOWED


def test_what_is_allowed_is_there() -> None:
    assert {name for name in ALLOWED if not (ROOT / name).exists()} == set()
