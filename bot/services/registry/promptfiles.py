"""Brings folders of `.prompt` files into a registry: a folder is a project, a file is a config."""

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
    """What became of a file."""

    ADDED = "added"
    UNCHANGED = "unchanged"
    BROKEN = "broken"


@dataclass(frozen=True)
class Imported:
    """One file. `problem` and `line` (counted from 1) belong to a broken one; nothing of it is in the registry."""

    path: str
    project: str
    config: str
    outcome: Outcome
    became_active: bool = False
    known_as: str | None = None
    """The name under which the project had these parameters already, where it is another one."""
    problem: str | None = None
    line: int = 1


@dataclass(frozen=True)
class Report:
    """What an import did, or would do."""

    dry_run: bool
    files: tuple[Imported, ...]
    problem: str | None = None
    """Why there are no files at all."""

    @property
    def fine(self) -> bool:
        """Whether every file is in the registry (or would be)."""
        return self.problem is None and not self.count(Outcome.BROKEN)

    def count(self, outcome: Outcome) -> int:
        """How many files ended so."""
        return sum(file.outcome is outcome for file in self.files)

    def lines(self) -> Iterator[str]:
        """The report for people: a line for each file and one that sums up."""
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

    def ended(self, outcome: Outcome, **more: str | int | bool | None) -> Imported:
        shown = str(self.path).encode("utf-8", "backslashreplace").decode()
        return Imported(shown, self.project, self.config, outcome, **more)  # type: ignore[arg-type]  # by name


async def import_folder(url: str, folder: Path, *, dry_run: bool, now: datetime) -> Report:
    """Register every `.prompt` file in `folder` and below as a config of the project that its folder is named after.

    A file whose parameters its project has is left alone, so a second run changes nothing; changed content makes a
    new config of the same name. As everywhere, the first config of a project becomes its active one. A broken file
    is reported and does not keep the others out. Migrates the database. A dry run reports the same and changes nothing,
    not even the schema. Raises `ValueError` for a URL that cannot be used, `DatabaseUnavailable` when the database is
    not there.
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
    """All prompt files, in the order of their paths. Hidden folders are passed over."""
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(place, name)
            if path.suffix == SUFFIX:
                yield _File(path, _name(path.parent.resolve().name))


def _read(file: _File) -> Prompt | PromptError:
    """What a file says, or what is wrong with it."""
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
            files.append(file.ended(Outcome.BROKEN, problem=problem))
            continue
        if isinstance(prompt, PromptError):
            files.append(file.ended(Outcome.BROKEN, problem=prompt.message, line=prompt.line))
            continue
        project = await project_named(connection, file.project, now)
        done = await register(
            connection, project.id, prompt.parameters, name=file.config, description=prompt.description, now=now
        )
        if done.is_new:
            files.append(file.ended(Outcome.ADDED, became_active=done.became_active))
        else:
            files.append(file.ended(Outcome.UNCHANGED, known_as=None if done.name == file.config else done.name))
    return files
