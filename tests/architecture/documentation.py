"""The README's tables, made from the code: ``python -m tests.architecture.documentation`` writes them anew."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import bot.features  # noqa: F401 - registers the lines of the language
from bot.grammar import language
from bot.jobs.scheduler import table
from bot.settings import env_example, settings_table

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"


def cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def lines() -> str:
    rows = ["| line | does |", "|---|---|"]
    rows += [f"| `{cell(line.usage)}` | {cell(line.does)} |" for line in language().lines if line.ready]
    later = ", ".join(f"`{line.key}`" for line in language().lines if not line.ready)
    if later:
        rows += ["", f"Understood, and answered with a plain *not yet*: {later}."]
    return "\n".join(rows)


def settings() -> str:
    rows = ["| setting | default | what it is |", "|---|---|---|"]
    for row in settings_table():
        also = f" Also read as `{row.also}`." if row.also else ""
        default = f"`{row.default}`" if row.default else ""
        rows.append(f"| `{row.name}` | {cell(default)} | {cell(row.description)}{also} |")
    return "\n".join(rows)


def jobs() -> str:
    rows = ["| job | what | how often | ended after | runs |", "|---|---|---|---|---|"]
    for job in table():
        runs = "in every process" if job.each else "once for all processes"
        rows.append(f"| {job.name} | {job.does} | {span(job.every)} | {span(job.limit)} | {runs} |")
    return "\n".join(rows)


def span(time: timedelta) -> str:
    seconds = int(time.total_seconds())
    return f"{seconds} s" if seconds < 60 else f"{seconds // 60} min"


PARTS = {"lines": lines, "settings": settings, "jobs": jobs}


def with_tables(text: str) -> str:
    for name, make in PARTS.items():
        pattern = rf"<!-- {name} -->.*?<!-- /{name} -->"
        replacement = f"<!-- {name} -->\n{make()}\n<!-- /{name} -->"
        text, found = re.subn(pattern, replacement.replace("\\", r"\\"), text, flags=re.DOTALL)
        assert found == 1, f"README.md has no place for {name}"
    return text


if __name__ == "__main__":
    README.write_text(with_tables(README.read_text()))
    (ROOT / ".env.example").write_text(env_example())
