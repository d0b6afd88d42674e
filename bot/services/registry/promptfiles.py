"""Imports folders of `.prompt` files into a registry: a folder is a project, a file is a config."""

from __future__ import annotations

import asyncio
import os
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.services.registry.configs import register
from bot.services.registry.database import Database, upgrade
from bot.services.registry.lookups import project_named
from bot.services.registry.promptformat import Prompt, PromptError, parse
from bot.services.registry.request_checks import LARGEST_BODY

SUFFIX = ".prompt"


class Outcome(StrEnum):
    """The outcome of importing a file."""

    ADDED = "added"
    UNCHANGED = "unchanged"
    BROKEN = "broken"


@dataclass(frozen=True)
class Imported:
    """The result for one file. `problem` and `line` (from 1) are set for a broken file, which is not imported."""

    path: str
    project: str
    config: str
    outcome: Outcome
    became_active: bool = False
    known_as: str | None = None
    """The name of the project's existing config with these parameters, if it is a different name."""
    problem: str | None = None
    line: int = 1


@dataclass(frozen=True)
class Report:
    """The result of an import, or of a dry run."""

    dry_run: bool
    files: tuple[Imported, ...]
    problem: str | None = None
    """The reason when there are no files."""

    @property
    def fine(self) -> bool:
        """Whether every file is in the registry (or would be)."""
        return self.problem is None and not self.count(Outcome.BROKEN)

    def count(self, outcome: Outcome) -> int:
        """The number of files with this outcome."""
        return sum(file.outcome is outcome for file in self.files)

    def lines(self) -> Iterator[str]:
        """The report as lines of text: one for each file, and a summary."""
        if self.problem is not None:
            yield self.problem
            return
        for file in self.files:
            yield _line(file, dry_run=self.dry_run)
        counts = ", ".join(f"{self.count(outcome)} {outcome}" for outcome in Outcome)
        yield f"{counts} (dry run: nothing was changed)" if self.dry_run else counts


def _line(file: Imported, *, dry_run: bool) -> str:
    if file.outcome is Outcome.BROKEN:
        return f"{file.path}:{file.line}: {file.problem}"
    if file.outcome is Outcome.UNCHANGED:
        return f"{file.path}: unchanged" + (f', known as "{file.known_as}"' if file.known_as else "")
    added = "would be added" if dry_run else "added"
    active = ", and active as its first" if file.became_active else ""
    return f'{file.path}: config "{file.config}" {added} to project "{file.project}"{active}'


@dataclass(frozen=True)
class _File:
    path: Path
    project: str

    @property
    def config(self) -> str:
        return _name(self.path.stem)

    def result(self, outcome: Outcome, **more: str | int | bool | None) -> Imported:
        path = str(self.path).encode("utf-8", "backslashreplace").decode()
        return Imported(path, self.project, self.config, outcome, **more)  # type: ignore[arg-type]  # by name


async def import_folder(url: str, folder: Path, *, dry_run: bool, now: datetime) -> Report:
    """Register every `.prompt` file in `folder` and below as a config; the name of its folder is the project's name.

    A file whose parameters its project already has is left out, so importing twice changes nothing; changed content
    makes a new config of the same name. As everywhere, the first config of a project becomes its active one. A broken
    file is reported; the others are imported. Migrates the database. A dry run reports the same and changes nothing,
    not even the schema. Raises `ValueError` for an unusable URL, `DatabaseUnavailable` if the database cannot be
    reached.
    """
    parsed = await asyncio.to_thread(lambda: [(file, _read(file)) for file in _files(folder)])
    if not parsed:
        return Report(dry_run, (), f"{folder}: no such folder, or no {SUFFIX} file in it or below")
    database = Database(url)
    try:
        async with database.write(keep=not dry_run) as connection:
            await upgrade(connection)
            files = await _register(connection, parsed, now)
    finally:
        await database.close()
    return Report(dry_run, tuple(files))


def _name(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip()


def _files(folder: Path) -> Iterator[_File]:
    """All prompt files, in the order of their paths. Hidden folders are skipped."""
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(place, name)
            if path.suffix == SUFFIX:
                yield _File(path, _name(path.parent.resolve().name))


def _read(file: _File) -> Prompt | PromptError:
    """Parse a file. Returns the error when it is broken."""
    try:
        (file.project + file.config).encode()
        if not file.project or not file.config:
            return PromptError(1, "folder and file need a name, for they name the project and the config")
        raw = file.path.read_bytes()
        if len(raw) > LARGEST_BODY:
            return PromptError(1, f"larger than {LARGEST_BODY:,} bytes")
        return parse(raw.decode())
    except UnicodeDecodeError as error:
        return PromptError(raw[: error.start].count(b"\n") + 1, "not UTF-8")
    except UnicodeEncodeError:
        return PromptError(1, "the path holds a name that is not text")
    except OSError as error:
        return PromptError(1, f"not readable: {error.strerror}")
    except PromptError as error:
        return error


async def _register(
    connection: AsyncConnection, parsed: Iterable[tuple[_File, Prompt | PromptError]], now: datetime
) -> list[Imported]:
    files: list[Imported] = []
    owners: dict[str, Path] = {}
    for file, prompt in parsed:
        owner = owners.setdefault(file.project, file.path.parent)
        if owner != file.path.parent:
            problem = f'the folder {owner} is project "{file.project}" already: rename one of the two'
            files.append(file.result(Outcome.BROKEN, problem=problem))
            continue
        if isinstance(prompt, PromptError):
            files.append(file.result(Outcome.BROKEN, problem=prompt.message, line=prompt.line))
            continue
        project = await project_named(connection, file.project, now)
        registered = await register(
            connection, project.id, prompt.parameters, name=file.config, description=prompt.description, now=now
        )
        if registered.is_new:
            files.append(file.result(Outcome.ADDED, became_active=registered.became_active))
        else:
            files.append(
                file.result(Outcome.UNCHANGED, known_as=None if registered.name == file.config else registered.name)
            )
    return files
