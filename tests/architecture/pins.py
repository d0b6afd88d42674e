"""``python -m tests.architecture.pins``: every dependency is pinned with hashes, as is asked for, and by no address."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]

_BLOCK = re.compile(
    r"^([a-zA-Z0-9_.\-]+)(?:\[[^\]]*\])?==([^\s;]+)[^\n]*\\\n((?:\s+--hash=\S+(?: \\)?\n)+)", re.MULTILINE
)


def problems() -> list[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = {
        "requirements.txt": project["dependencies"],
        "requirements-dev.txt": [*project["dependencies"], *project["optional-dependencies"]["dev"]],
    }
    return [problem for file, each in wanted.items() for problem in problems_of(file, each, (ROOT / file).read_text())]


def problems_of(file: str, requirements: Iterable[str], text: str) -> list[str]:
    """What is wrong with the pins of one file. A package may be pinned more than once, for different platforms."""
    blocks = _BLOCK.findall(text)
    entries = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
    found = []
    for requirement in map(Requirement, requirements):
        name = canonicalize_name(requirement.name)
        versions = [version for pinned, version, _ in blocks if canonicalize_name(pinned) == name]
        found += [f"{file}: {name} is not pinned with hashes"] if not versions else []
        found += [
            f"{file}: {name} is pinned to {version}, which is not {requirement.specifier}"
            for version in versions
            if not requirement.specifier.contains(version, prereleases=True)
        ]
    found += [f"{file}: an entry without hashes" for _ in range(len(entries) - len(blocks))]
    found += [
        f"{file}: holds an address: {line}" for line in text.splitlines() if "://" in line or line.startswith("--index")
    ]
    return found


if __name__ == "__main__":
    wrong = problems()
    print("\n".join(wrong) or "every dependency is pinned with hashes, in a version that is asked for")
    raise SystemExit(bool(wrong))
