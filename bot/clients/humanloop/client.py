"""A Humanloop v4 service as a provider: one call per question, environments always by id."""

from __future__ import annotations

from collections.abc import Sequence

import httpx
from pydantic import SecretStr

from bot.clients.base import Capabilities, ConfigWithContent, NotDone, ProjectNow, ServedNow
from bot.clients.humanloop import mapping, wire
from bot.clients.humanloop.errors import detail_of
from bot.clients.humanloop.operations import Operations
from bot.clients.transport import EventHooks, Transport, checked_key
from bot.domain.errors import Fault, Problem
from bot.domain.evaluations import Evaluation
from bot.domain.names import Config, Environment, Project


class HumanloopClient:
    """One v4 base URL, which includes ``/v4``. Times are seconds; see `Transport`.

    `wire` has the operations as the reference names them. Raises `ValueError` for an address or key that cannot work.
    """

    def __init__(
        self,
        name: str,
        base_url: str,
        api_key: SecretStr,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        timeout: float = 10.0,
        concurrency: int = 16,
        event_hooks: EventHooks | None = None,
    ) -> None:
        self._name = name
        self._transport = Transport(
            name,
            base_url,
            headers={"X-API-KEY": checked_key(name, api_key)},
            secret=api_key,
            detail_of=detail_of,
            transport=transport,
            timeout=timeout,
            concurrency=concurrency,
            event_hooks=event_hooks,
        )
        self.wire = Operations(self._transport)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._name} {self._transport.base_url}>"

    @property
    def name(self) -> str:
        """The provider's name, chosen once by the operator."""
        return self._name

    @property
    def capabilities(self) -> Capabilities:
        """Everything: v4 keeps evaluations, and a config never changes under its id."""
        return Capabilities(evaluations=True, projects=True, immutable_configs=True)

    async def check(self) -> None:
        """Read one project. Raises `ProviderError`."""
        await self.wire.projects_page(size=1)

    async def projects(self, words: str | None = None) -> Sequence[Project]:
        """All projects, or those whose name contains `words` in whatever case. Raises `ProviderError`."""
        records = await self.wire.list_projects(filter=words or None)
        wanted = (words or "").casefold()
        return tuple(mapping.project(self._name, record) for record in records if wanted in record.name.casefold())

    async def project(self, project: Project) -> ProjectNow:
        """One project as it is now. Raises `ProviderError`."""
        return self._now(await self.wire.get_project(project.id, doing=f"reading {project.name}"))

    async def create_project(self, name: str, directory: str | None) -> ProjectNow:
        """Make a project (*Create*, never repeated); a taken name is a `CONFLICT`. Raises `ProviderError`."""
        return self._now(await self.wire.create_project(name, directory_id=directory))

    async def update_project(self, project: Project, name: str | None, directory: str | None) -> ProjectNow:
        """Rename or move a project (*Update*, never repeated). Raises `ProviderError`."""
        doing = f"updating {project.name}"
        return self._now(await self.wire.update_project(project.id, name=name, directory_id=directory, doing=doing))

    def _now(self, record: wire.Project) -> ProjectNow:
        return ProjectNow(mapping.project(self._name, record), record.directory_id)

    async def configs(self, project: Project) -> Sequence[ConfigWithContent]:
        """All configs of a project with their contents. Raises `ProviderError`."""
        return tuple(
            ConfigWithContent(mapping.config(self._name, project.id, row.config), mapping.content(row.config))
            for row in await self.wire.list_configs(project.id, doing=f"reading the configs of {project.name}")
        )

    async def served(self, project: Project) -> ServedNow:
        """What is live in every environment. Raises `ProviderError`, also for two rows of one environment."""
        doing = f"reading what {project.name} has live"
        rows = await self.wire.list_deployed_configs(project.id, doing=doing)
        live = {row.environment_id: mapping.served(row) for row in rows}
        if len(live) < len(rows):
            problem = Problem(Fault.UNINTELLIGIBLE, self._name, doing, detail="two rows for one environment")
            raise NotDone(problem)
        return ServedNow(tuple(mapping.environment(self._name, row) for row in rows), live)

    async def serve(self, project: Project, environment: Environment, config: Config) -> None:
        """Make `config` live in exactly this environment (*Deploy Config*, never repeated). Raises `ProviderError`."""
        doing = f"making {config.name} of {project.name} live in {environment.name}"
        await self.wire.deploy_config(project.id, config.id, [environment.id], doing=doing)

    async def clear(self, project: Project, environment: Environment) -> None:
        """Make nothing live there (*Delete Deployed Config*, which takes an id). Raises `ProviderError`."""
        doing = f"making nothing of {project.name} live in {environment.name}"
        await self.wire.delete_deployed_config(project.id, environment.id, doing=doing)

    async def evaluations(self, project: Project) -> Sequence[Evaluation]:
        """All evaluations with their scores. Raises `ProviderError`."""
        doing = f"reading the evaluations of {project.name}"
        runs = await self.wire.list_project_evaluations(project.id, evaluator_aggregates=True, doing=doing)
        return tuple(mapping.evaluation(self._name, project.id, run) for run in runs)

    async def evaluation(self, project: Project, evaluation_id: str) -> Evaluation:
        """One evaluation with its scores. Raises `ProviderError`."""
        run = await self.wire.get_evaluation(evaluation_id, evaluator_aggregates=True)
        return mapping.evaluation(self._name, project.id, run)

    async def set_evaluation_status(self, project: Project, evaluation_id: str, status: str) -> Evaluation:
        """Set a status; the answer carries no scores (*Update Status* has none). Raises `ProviderError`."""
        return mapping.evaluation(
            self._name, project.id, await self.wire.update_evaluation_status(evaluation_id, status)
        )

    async def close(self) -> None:
        """Close the pool."""
        await self._transport.close()
