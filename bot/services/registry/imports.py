"""Imports a JSON export of a v4 service: the inverse of `exports`; the fields that v4 lacks are optional.

Ids are kept. An object whose id exists already is left unchanged, so importing twice changes nothing. A registry
without projects takes over the environments of the export; any other one matches them by name.
"""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Table, delete, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.services.registry import tables
from bot.services.registry.configs import digest
from bot.services.registry.database import Database, fold, upgrade
from bot.services.registry.errors import Unable, entries
from bot.services.registry.identifiers import Prefix, stable_id
from bot.services.registry.lookups import name_columns
from bot.services.registry.wire import Parameters
from bot.services.registry.wire_exports import Config, Dataset, Document, Environment, Evaluation, Evaluator, Project

_TABLES = (
    tables.environments,
    tables.users,
    tables.projects,
    tables.project_users,
    tables.configs,
    tables.deployments,
    tables.evaluators,
    tables.evaluator_versions,
    tables.datasets,
    tables.dataset_versions,
    tables.datapoints,
    tables.evaluations,
    tables.evaluation_evaluators,
    tables.logs,
    tables.results,
)
"""The tables to fill, each after the tables that it refers to."""

_COUNTED = ("project", "config", "deployment", "evaluator", "dataset", "datapoint", "evaluation")


@dataclass(frozen=True)
class Report:
    """The result of an import, or of a dry run."""

    dry_run: bool
    added: dict[str, int]
    left_out: tuple[str, ...] = ()
    """One line, with the reason, for each object that the registry cannot store."""

    @property
    def fine(self) -> bool:
        """Whether everything in the export is in the registry (or would be)."""
        return not self.left_out

    def lines(self) -> Iterator[str]:
        """The report as lines of text."""
        yield from self.left_out
        counts = ", ".join(_number(self.added[f"{name}s"], name) for name in _COUNTED)
        done = "would be added (dry run: nothing was changed)" if self.dry_run else "added"
        yield f"{counts} {done}"


def _number(count: int, name: str) -> str:
    return f"{count} {name}" if count == 1 else f"{count} {name}s"


async def import_export(url: str, path: Path, *, dry_run: bool) -> Report:
    """Import a whole file or nothing; migrates the database, except in a dry run.

    Raises `Unable` if the file is unusable, `ValueError` if the URL is, and `DatabaseUnavailable` if the database
    cannot be reached.
    """
    document = await asyncio.to_thread(_read, path)
    database = Database(url)
    try:
        async with database.write(keep=not dry_run) as connection:
            await upgrade(connection)
            work = _Import(connection)
            await work.do(document)
    except ValidationError as error:
        raise _unusable(path, error) from None
    except IntegrityError:
        raise Unable(
            f"{path}: nothing was imported: two things in it, or one in it and one in the registry, have the same id"
        ) from None
    finally:
        await database.close()
    return Report(dry_run, {f"{name}s": len(work.rows[f"{name}s"]) for name in _COUNTED}, tuple(work.left_out))


def _read(path: Path) -> Document:
    try:
        return Document.model_validate(json.loads(path.read_bytes()))
    except OSError as error:
        raise Unable(f"cannot read {path}: {error.strerror}") from None
    except ValidationError as error:
        raise _unusable(path, error) from None
    except (ValueError, RecursionError) as error:
        raise Unable(f"{path}: this is not valid JSON: {error}") from None


def _unusable(path: Path, error: ValidationError) -> Unable:
    problems = entries(error.errors())
    first = "; ".join(": ".join(filter(None, (_location(each), each["msg"]))) for each in problems[:5])
    more = f"; and {len(problems) - 5} more" if len(problems) > 5 else ""
    return Unable(f"{path}: nothing was imported: {first}{more}")


def _location(entry: dict[str, Any]) -> str:
    return ".".join(str(part) for part in entry["loc"])


@dataclass
class _Import:
    """An import: collects rows for all tables, then writes them."""

    connection: AsyncConnection
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    left_out: list[str] = field(default_factory=list)
    configs: dict[str, str] = field(default_factory=dict)
    """Config ids of the export → ids here; they differ where a project has the same parameters twice."""
    environments: dict[str, str] = field(default_factory=dict)
    versions: dict[str, list[str]] = field(default_factory=dict)
    """The version ids of evaluators and datasets, oldest first."""
    points: dict[str, set[str]] = field(default_factory=dict)
    """The datapoint ids of datasets."""
    there: dict[str, set[str]] = field(default_factory=dict)
    """Ids of configs and users that are in the registry, or will be."""
    names: set[str] = field(default_factory=set)
    """Digests of the names of the export's new projects."""

    async def do(self, document: Document) -> None:
        """Import the whole document."""
        present = await self._ids(tables.projects)
        await self._environments(document, is_new=not present)
        self.there = {table.name: await self._ids(table) for table in (tables.configs, tables.users)}
        runs = [(project, run) for project in document.projects for run in project.evaluations]
        judges = (each for _, run in runs for each in run.evaluators)
        for evaluator in _complete_objects(document.evaluators, judges, Evaluator):
            await self._evaluator(evaluator, [run for _, run in runs])
        for project in document.projects:
            await self._project(project, is_new=project.id not in present)
        project_ids = {project.id for project in document.projects} | present
        for dataset in _complete_objects(document.datasets, (run.dataset for _, run in runs), Dataset):
            await self._dataset(dataset, [run for _, run in runs if run.dataset.id == dataset.id], project_ids)
        there = await self._ids(tables.evaluations)
        for project, run in runs:
            if run.id not in there:
                self._evaluation(project, run)
        for table in _TABLES:
            if self.rows[table.name]:
                await self.connection.execute(insert(table), self.rows[table.name])

    async def _ids(self, table: Table) -> set[str]:
        return set((await self.connection.execute(select(table.c.id))).scalars())

    async def _environments(self, document: Document, *, is_new: bool) -> None:
        wanted: dict[str, Environment] = {each.id: each for each in document.environments}
        for deployed in (each for project in document.projects for each in project.deployed_configs):
            if deployed.environment_id not in wanted:
                wanted[deployed.environment_id] = deployed.as_environment()
        statement = select(tables.environments).order_by(tables.environments.c.position)
        present = (await self.connection.execute(statement)).all()
        if is_new and sum(each.tag == "default" for each in wanted.values()) == 1:
            names = {each.name for each in wanted.values()}
            others = [row for row in present if row.id not in wanted and row.name not in names and not row.is_default]
            await self.connection.execute(delete(tables.environments))
            for position, each in enumerate(wanted.values()):
                self._environment(each.id, each.name, position, is_default=each.tag == "default")
            for position, row in enumerate(others, start=len(wanted)):
                self._environment(row.id, row.name, position, is_default=False)
            return
        present_ids, by_name = {row.id for row in present}, {row.name: row.id for row in present}
        for each in list(wanted.values()):
            if each.name in by_name or each.id in present_ids:
                self.environments[each.id] = by_name.get(each.name, each.id)
            else:
                self._environment(each.id, each.name, len(present) + len(self.rows["environments"]), is_default=False)

    def _environment(self, environment_id: str, name: str, position: int, *, is_default: bool) -> None:
        self.environments[environment_id] = environment_id
        row = {"id": environment_id, "name": name, "is_default": is_default, "position": position}
        self.rows["environments"].append(row)

    async def _evaluator(self, evaluator: Evaluator, runs: list[Evaluation]) -> None:
        mine = tables.evaluator_versions.c.evaluator_id == evaluator.id
        statement = select(tables.evaluator_versions.c.id).where(mine).order_by(tables.evaluator_versions.c.number)
        present = list((await self.connection.execute(statement)).scalars())
        if present:
            self.versions[evaluator.id] = present
            return
        named = [(each.id, each.created_at) for each in evaluator.versions]
        if not named:
            used = dict.fromkeys(used_id for run in runs if (used_id := run.version_of(evaluator.id)) is not None)
            named = [(used_id, evaluator.created_at) for used_id in used]
        named = named or [(stable_id(Prefix.EVALUATOR_VERSION, evaluator.id), evaluator.created_at)]
        self.versions[evaluator.id] = [version for version, _ in named]
        content = evaluator.model_dump(exclude={"versions", "judge"})
        judge = None if evaluator.judge is None else evaluator.judge.model_dump(mode="json")
        self.rows["evaluators"].append(content | {"model_config": judge})
        for number, (version_id, created_at) in enumerate(named, start=1):
            version = {"id": version_id, "evaluator_id": evaluator.id, "number": number, "created_at": created_at}
            self.rows["evaluator_versions"].append(version)

    async def _project(self, project: Project, *, is_new: bool) -> None:
        if is_new:
            await self._new_project(project)
        mine = tables.configs.c.project_id == project.id
        same = await self.connection.execute(select(tables.configs.c.id, tables.configs.c.digest).where(mine))
        by_digest = {row.digest: row.id for row in same}
        self.configs |= {config_id: config_id for config_id in by_digest.values()}
        for each in project.configs:
            config_id, kind = str(each.config.get("id")), each.config.get("type", "model")
            where = f'project "{project.name}", config {config_id}'
            if kind != "model":
                self.left_out.append(f"{where}: left out: this registry does not support configs of type {kind}")
                continue
            try:
                parameters = Parameters.model_validate(_with_plain_tools(each.config)).model_dump(mode="json")
            except ValidationError as error:
                first = entries(error.errors())[0]
                self.left_out.append(f"{where}: left out: {_location(first)}: {first['msg']}")
                continue
            parameters_digest = digest(parameters)
            self.configs[config_id] = by_digest.setdefault(parameters_digest, config_id)
            if by_digest[parameters_digest] == config_id and config_id not in self.there["configs"]:
                self.there["configs"].add(config_id)
                self._config(project, each, parameters, parameters_digest)
        if is_new:
            self._deployments(project)

    async def _new_project(self, project: Project) -> None:
        names = name_columns(project.name)
        digests = tables.projects.c.name_digest
        taken = select(tables.projects.c.id).where(digests == names["name_digest"])
        if names["name_digest"] in self.names or (await self.connection.execute(taken)).first() is not None:
            raise Unable(f'nothing was imported: another project is already called "{project.name}"')
        self.names.add(names["name_digest"])
        content = project.model_dump(include={"id", "directory_id", "created_at", "updated_at"})
        self.rows["projects"].append(content | names)
        for person in project.users:
            self.rows["project_users"].append({"project_id": project.id, "user_id": person.id})
            if person.id not in self.there["users"]:
                self.there["users"].add(person.id)
                words = fold(f"{person.full_name or ''} {person.email_address}")
                self.rows["users"].append(person.model_dump() | {"folded": words})

    def _config(self, project: Project, each: Config, parameters: dict[str, Any], parameters_digest: str) -> None:
        self.rows["configs"].append(
            {
                "id": each.config["id"],
                "project_id": project.id,
                "name": each.config.get("name") or f"config-{parameters_digest[:6]}",
                "description": each.config.get("description"),
                "digest": parameters_digest,
                "parameters": parameters,
                "created_at": each.created_at,
                "updated_at": each.updated_at,
                "last_used": each.last_used,
            }
        )

    def _deployments(self, project: Project) -> None:
        for each in project.deployed_configs:
            if each.config_id is None:
                continue
            if each.config_id not in self.configs:
                where = f'project "{project.name}", environment {each.environment_id}'
                self.left_out.append(f"{where}: not deployed: config {each.config_id} is not in the registry")
                continue
            self.rows["deployments"].append(
                {
                    "project_id": project.id,
                    "environment_id": self.environments[each.environment_id],
                    "config_id": self.configs[each.config_id],
                    "deployed_at": each.deployed_at or project.updated_at,
                }
            )

    async def _dataset(self, dataset: Dataset, runs: list[Evaluation], projects: set[str]) -> None:
        mine = tables.dataset_versions.c.dataset_id == dataset.id
        statement = select(tables.dataset_versions.c.id).where(mine).order_by(tables.dataset_versions.c.number)
        present = list((await self.connection.execute(statement)).scalars())
        if present:
            self.versions[dataset.id] = present
            datapoint_ids = select(tables.datapoints.c.id).where(tables.datapoints.c.dataset_id == dataset.id)
            self.points[dataset.id] = set((await self.connection.execute(datapoint_ids)).scalars())
            return
        points = {point.id: point for point in dataset.datapoints}
        for row in (each for run in runs for each in run.datapoints):
            points.setdefault(row.datapoint.id, row.datapoint)
        self.points[dataset.id] = set(points)
        count = len(points) or dataset.datapoint_count
        named = [(each.id, each.created_at, each.datapoint_count) for each in dataset.versions]
        if not named:
            used = dict.fromkeys(run.dataset_version_id for run in sorted(runs, key=lambda run: run.created_at))
            named = [(version, dataset.created_at, count) for version in used]
        named = named or [(stable_id(Prefix.DATASET_VERSION, dataset.id), dataset.created_at, count)]
        self.versions[dataset.id] = [version for version, *_ in named]
        content = dataset.model_dump(include={"id", "name", "description", "created_at", "updated_at", "deleted_at"})
        owner = dataset.project_id if dataset.project_id in projects else None
        self.rows["datasets"].append(content | {"project_id": owner})
        for number, (version_id, created_at, point_count) in enumerate(named, start=1):
            version = {"id": version_id, "dataset_id": dataset.id, "number": number, "datapoint_count": point_count}
            self.rows["dataset_versions"].append(version | {"created_at": created_at})
        for position, point in enumerate(points.values()):
            place = {"dataset_id": dataset.id, "position": position}
            self.rows["datapoints"].append(point.model_dump(mode="json") | place)

    def _evaluation(self, project: Project, run: Evaluation) -> None:
        where = f'project "{project.name}", evaluation {run.id}'
        versions = self.versions.get(run.dataset.id, [])
        missing = [f"evaluator {each.id}" for each in run.evaluators if each.id not in self.versions]
        missing += [] if run.config.id in self.configs else [f"config {run.config.id}"]
        missing += [] if run.dataset_version_id in versions else [f"dataset version {run.dataset_version_id}"]
        if missing:
            self.left_out.append(f"{where}: left out: {', '.join(missing)} is not in the registry")
            return
        content = run.model_dump(
            include={"id", "name", "status", "hl_generated", "dataset_version_id", "created_at", "updated_at"}
        )
        owners = {"project_id": project.id, "config_id": self.configs[run.config.id], "dataset_id": run.dataset.id}
        self.rows["evaluations"].append(content | owners)
        judges: dict[str, str] = {}
        for position, each in enumerate(run.evaluators):
            version = judges[each.id] = run.version_of(each.id) or self.versions[each.id][-1]
            mean = next((mean.aggregate_value for mean in run.means if mean.evaluator_id == each.id), None)
            row = {"evaluation_id": run.id, "evaluator_version_id": version, "position": position}
            self.rows["evaluation_evaluators"].append(row | {"imported_mean": mean})
        self._cases(run, where, judges)

    def _cases(self, run: Evaluation, where: str, judges: dict[str, str]) -> None:
        for case in run.datapoints:
            of = {"evaluation_id": run.id, "datapoint_id": case.datapoint.id}
            if case.datapoint.id not in self.points[run.dataset.id]:
                self.left_out.append(f"{where}: left out: datapoint {case.datapoint.id} is not in its dataset")
                continue
            if case.log is not None:
                times = case.log.model_dump(include={"id", "created_at", "updated_at"})
                self.rows["logs"].append(of | times | {"content": case.log.content()})
            for evaluation_result in case.evaluation_results:
                version = judges.get(evaluation_result.evaluator_id or "", evaluation_result.evaluator_version_id)
                if version not in judges.values():
                    self.left_out.append(
                        f"{where}: left out: result {evaluation_result.id} belongs to none of its evaluators"
                    )
                    continue
                result = evaluation_result.model_dump(
                    include={"id", "log_id", "value", "error", "created_at", "updated_at"}
                )
                measured = {"evaluator_version_id": version, "number": evaluation_result.measured()}
                self.rows["results"].append(of | result | measured)


def _complete_objects(listed: Iterable[Any], mentioned: Iterable[Any], kind: type[Any]) -> list[Any]:
    """The objects that an export lists, and those that only its runs contain, if they are there in full."""
    by_id = {each.id: each for each in listed}
    for each in mentioned:
        if each.id not in by_id and each.is_whole():
            by_id[each.id] = kind.model_validate(each.model_dump(by_alias=True))
    return list(by_id.values())


def _with_plain_tools(config: dict[str, Any]) -> dict[str, Any]:
    """A config with its organization's tools turned into inline ones; responses contain both in full."""
    tools = config.get("tools")
    if not isinstance(tools, list):
        return config
    plain = [
        {**tool, "source": None} if isinstance(tool, dict) and tool.get("source") == "organization" else tool
        for tool in tools
    ]
    return {**config, "tools": plain}
