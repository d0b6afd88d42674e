"""``python -m tests.architecture.pins``: every dependency is pinned with hashes, and by no address."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def name_of(requirement: str) -> str:
    return re.split(r"[\[<>=!~; ]", requirement, maxsplit=1)[0].lower().replace("_", "-")


def problems() -> list[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = {
        "requirements.txt": project["dependencies"],
        "requirements-dev.txt": [*project["dependencies"], *project["optional-dependencies"]["dev"]],
    }
    found = []
    for file, requirements in wanted.items():
        text = (ROOT / file).read_text()
        blocks = re.findall(
            r"^([a-zA-Z0-9_.\-]+)(?:\[[^\]]*\])?==[^\n]*\\\n((?:\s+--hash=\S+(?: \\)?\n)+)", text, re.MULTILINE
        )
        pinned = {name_of(name) for name, _ in blocks}
        entries = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
        found += [
            f"{file}: {name_of(each)} is not pinned with hashes" for each in requirements if name_of(each) not in pinned
        ]
        found += [f"{file}: an entry without hashes" for _ in range(len(entries) - len(blocks))]
        found += [
            f"{file}: holds an address: {line}"
            for line in text.splitlines()
            if "://" in line or line.startswith("--index")
        ]
    return found


if __name__ == "__main__":
    wrong = problems()
    print("\n".join(wrong) or "every dependency is pinned with hashes")
    raise SystemExit(bool(wrong))
