"""``python -m tests.architecture.shipped``: every package and data file that runs is named in pyproject.toml."""

from __future__ import annotations

import tomllib
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).parents[2]


def problems() -> list[str]:
    tool = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]
    packages, data = set(tool["packages"]), tool.get("package-data", {})
    found = []
    for top in ("bot", "handlers"):
        for path in sorted((ROOT / top).rglob("*")):
            if "__pycache__" in path.parts or path.is_dir():
                continue
            package = ".".join(path.parent.relative_to(ROOT).parts)
            if path.suffix == ".py" and package not in packages:
                found.append(f"{package} is not among the packages")
            if path.suffix not in (".py", ".pyc", ".md") and not _is_data(path, packages, data):
                found.append(f"{path.relative_to(ROOT)} is not among the package data")
    stale = [
        f"{package} is listed and does not exist"
        for package in packages
        if not (ROOT / package.replace(".", "/")).is_dir()
    ]
    return sorted({*found, *stale})


def _is_data(path: Path, packages: set[str], data: dict[str, list[str]]) -> bool:
    for parent in path.parents:
        package = ".".join(parent.relative_to(ROOT).parts) if parent != ROOT else ""
        if package in packages:
            return any(fnmatch(str(path.relative_to(parent)), pattern) for pattern in data.get(package, []))
    return False


if __name__ == "__main__":
    wrong = problems()
    print("\n".join(wrong) or "everything that runs is shipped")
    raise SystemExit(bool(wrong))
