"""A Humanloop v4 service as a provider: one API call per question, environments always addressed by id."""

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
from bot.domain.evaluations import Evaluation, Progress
from bot.domain.live_state import Split
from bot.domain.names import Config, Environment, Project
from bot.domain.project_fields import Maintainer, ProjectFields
from bot.domain.provider_approvals import Moved, ProviderApproval
from bot.domain.targets import Target

PROGRESS_PAGE = 500
"""Datapoints of a run that are read for its progress in one call; v4 documents no maximum page size."""


class HumanloopClient:
    """Client for one v4 base URL, which includes ``/v4``. Times are in seconds; see `Transport`.

    `wire` has the operations under their names in the v4 reference. Raises `ValueError` for an unusable address or key.
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
        """The defaults: v4 has evaluations, and a config never changes under its id."""
        return Capabilities()

    async def check(self) -> None:
        """Read one project. Raises `ProviderError`."""
        await self.wire.projects_page(size=1)

    async def projects(self, words: str | None = None) -> Sequence[Project]:
        """All projects, or those whose name contains `words`, ignoring case. Raises `ProviderError`."""
        records = await self.wire.list_projects(filter=words or None)
        needle = (words or "").casefold()
        return tuple(mapping.project(self._name, record) for record in records if needle in record.name.casefold())

    async def project(self, project: Project) -> ProjectNow:
        """One project as it is now. Raises `ProviderError`."""
        return self._now(await self.wire.get_project(project.id, operation=f"reading {project.name}"))

    async def create_project(self, name: str, directory: str | None) -> ProjectNow:
        """Create a project (*Create*, never retried); a taken name is a `CONFLICT`. Raises `ProviderError`."""
        return self._now(await self.wire.create_project(name, directory_id=directory))

    async def update_project(self, project: Project, fields: ProjectFields) -> ProjectNow:
        """Rename or move a project (*Update*, never retried). Raises `ProviderError`."""
        operation = f"updating {project.name}"
        record = await self.wire.update_project(
            project.id, name=fields.name, directory_id=fields.directory, operation=operation
        )
        return self._now(record)

    async def maintainers(self, words: str) -> Sequence[Maintainer]:
        """Always empty: projects in v4 have no maintainer."""
        del words
        return ()

    def _now(self, record: wire.Project) -> ProjectNow:
        fields = ProjectFields(name=record.name, directory=record.directory_id)
        return ProjectNow(mapping.project(self._name, record), fields)

    async def configs(self, project: Project) -> Sequence[ConfigWithContent]:
        """All configs of a project with their contents. Raises `ProviderError`."""
        return tuple(
            ConfigWithContent(mapping.config(self._name, project.id, row.config), mapping.content(row.config))
            for row in await self.wire.list_configs(project.id, operation=f"reading the configs of {project.name}")
        )

    async def served(self, project: Project) -> ServedNow:
        """What is live in every environment. Raises `ProviderError`, also if one environment has two rows."""
        operation = f"reading what {project.name} has live"
        rows = await self.wire.list_deployed_configs(project.id, operation=operation)
        live = {row.environment_id: mapping.served(row) for row in rows}
        if len(live) < len(rows):
            problem = Problem(Fault.UNINTELLIGIBLE, self._name, operation, detail="two rows for one environment")
            raise NotDone(problem)
        return ServedNow(tuple(mapping.environment(self._name, row) for row in rows), live)

    async def serve(
        self, project: Project, environment: Environment, live: Config | Split, *, comment: str = ""
    ) -> None:
        """Make a config live in exactly this environment (*Deploy Config*, never retried). Raises `ProviderError`.

        Returns None: v4 does not document which rows the answer contains, so it is no read-back. v4 takes no comment.
        """
        del comment
        if isinstance(live, Split):
            raise self._cannot(f"splitting the traffic of {project.name} in {environment.name}")
        operation = f"making {live.name} of {project.name} live in {environment.name}"
        await self.wire.deploy_config(project.id, live.id, [environment.id], operation=operation)

    async def clear(self, project: Project, environment: Environment, *, comment: str = "") -> None:
        """Make nothing live there (*Delete Deployed Config*, which takes the id). Raises `ProviderError`."""
        del comment
        operation = f"making nothing of {project.name} live in {environment.name}"
        await self.wire.delete_deployed_config(project.id, environment.id, operation=operation)

    async def last_moved(self, project: Project, environment: Environment, *, edited: bool = False) -> Moved | None:
        """Always None: v4 does not record who deployed."""
        del project, environment, edited
        return None

    async def ask_approval(
        self, project: Project, environment: Environment, live: Target, *, description: str
    ) -> ProviderApproval:
        """Not supported: v4 has no approvals. Raises `NotDone`."""
        del live, description
        raise self._cannot(f"asking for an approval for {project.name} in {environment.name}")

    async def approval(self, approval_id: str) -> ProviderApproval:
        """Not supported: v4 has no approvals. Raises `NotDone`."""
        raise self._cannot(f"reading approval {approval_id}")

    async def apply_approval(self, approval_id: str, *, comment: str = "") -> ProviderApproval:
        """Not supported: v4 has no approvals. Raises `NotDone`."""
        del comment
        raise self._cannot(f"applying approval {approval_id}")

    async def drop_approval(self, approval_id: str) -> None:
        """Not supported: v4 has no approvals. Raises `NotDone`."""
        raise self._cannot(f"taking approval {approval_id} back")

    def _cannot(self, operation: str) -> NotDone:
        return NotDone(Problem(Fault.INVALID, self._name, operation, detail="v4 has no such operation"))

    async def evaluations(self, project: Project, *, scores: bool = True) -> Sequence[Evaluation]:
        """All evaluations, with or without their scores. Raises `ProviderError`."""
        operation = f"reading the evaluations of {project.name}"
        runs = await self.wire.list_project_evaluations(project.id, evaluator_aggregates=scores, operation=operation)
        return tuple(mapping.evaluation(self._name, project.id, run) for run in runs)

    async def evaluation(self, project: Project, evaluation_id: str) -> Evaluation:
        """One evaluation with its scores. Raises `ProviderError`."""
        run = await self.wire.get_evaluation(evaluation_id, evaluator_aggregates=True)
        return mapping.evaluation(self._name, project.id, run)

    async def progress(self, project: Project, evaluation: Evaluation) -> Progress:
        """How many datapoints have results, among the first `PROGRESS_PAGE`. Raises `ProviderError`."""
        del project
        page = await self.wire.evaluation_datapoints_page(evaluation.id, size=PROGRESS_PAGE)
        return mapping.progress(page, evaluation)

    async def set_evaluation_status(self, project: Project, evaluation_id: str, status: str) -> Evaluation:
        """Set a status; the returned evaluation has no scores (*Update Status*). Raises `ProviderError`."""
        return mapping.evaluation(
            self._name, project.id, await self.wire.update_evaluation_status(evaluation_id, status)
        )

    async def close(self) -> None:
        """Close the connection pool."""
        await self._transport.close()
