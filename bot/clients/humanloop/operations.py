"""The operations of the v4 API that we need, one method each, in the words of the wire.

Every method raises `ProviderError`. Where v4 has a default environment we have none: the environment is always named.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date
from typing import Any, Protocol, TypeVar

from bot.clients.humanloop import wire
from bot.clients.transport import Call, Transport, path_of

PAGE_SIZE = 100
MOST_PAGES = 1_000
"""A service that still has more after this many pages is not counting."""


class _HasId(Protocol):
    id: str


Item = TypeVar("Item", bound=_HasId)


class Operations:
    """One v4 base URL. `doing` says what is being done, for people and logs, better than ids can."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    # projects (reference: *List*, *Get*, *Create*, *Update*)

    async def projects_page(
        self,
        *,
        page: int | None = None,
        size: int | None = None,
        filter: str | None = None,  # noqa: A002 - its name on the wire
        sort_by: str | None = None,
        order: str | None = None,
    ) -> wire.Page[wire.Project]:
        """One page of projects; the first is 0."""
        query = {"page": page, "size": size, "filter": filter, "sort_by": sort_by, "order": order}
        return await self._transport.read(Call("GET", "/projects", "reading the projects", query), wire.PROJECTS)

    async def list_projects(self, *, filter: str | None = None) -> list[wire.Project]:  # noqa: A002 - as above
        """All projects whose name contains `filter`, oldest first, so that a new one cannot shift the pages."""

        async def fetch(page: int) -> wire.Page[wire.Project]:
            return await self.projects_page(page=page, size=PAGE_SIZE, filter=filter, sort_by="created_at", order="asc")

        return await self._all(fetch, Call("GET", "/projects", "reading the projects"))

    async def get_project(self, project_id: str, *, doing: str | None = None) -> wire.Project:
        """One project."""
        call = Call("GET", path_of("/projects/{}", project_id), doing or f"reading project {project_id}")
        return await self._transport.read(call, wire.PROJECT)

    async def create_project(self, name: str, *, directory_id: str | None = None) -> wire.Project:
        """A new project; a taken name is a `CONFLICT`."""
        body = {"name": name, "directory_id": directory_id}
        return await self._transport.read(
            Call("POST", "/projects", f"creating project {name}", body=body), wire.PROJECT
        )

    async def update_project(
        self,
        project_id: str,
        *,
        name: str | None = None,
        active_config_id: str | None = None,
        directory_id: str | None = None,
        doing: str | None = None,
    ) -> wire.Project:
        """Change what is named. `active_config_id` deploys to whatever the default environment is at that moment."""
        body = {"name": name, "active_config_id": active_config_id, "directory_id": directory_id}
        call = Call("PATCH", path_of("/projects/{}", project_id), doing or f"updating project {project_id}", body=body)
        return await self._transport.read(call, wire.PROJECT)

    # configs (reference: *List Configs*, *Register*, *Get*)

    async def list_configs(
        self, project_id: str, *, evaluation_aggregates: bool | None = None, doing: str | None = None
    ) -> list[wire.ProjectConfig]:
        """All configs of a project, in no stated order."""
        call = Call(
            "GET",
            path_of("/projects/{}/configs", project_id),
            doing or f"reading the configs of {project_id}",
            {"evaluation_aggregates": evaluation_aggregates},
        )
        return await self._transport.read(call, wire.PROJECT_CONFIGS)

    async def register_config(self, fields: Mapping[str, Any]) -> wire.ProjectConfig:
        """Register a model config; the same parameters give the same id. The first one of a project becomes live."""
        call = Call("POST", "/model-configs", "registering a config", body=fields)
        return await self._transport.read(call, wire.PROJECT_CONFIG)

    async def get_model_config(self, config_id: str) -> wire.Model:
        """One model config."""
        call = Call("GET", path_of("/model-configs/{}", config_id), f"reading config {config_id}")
        return await self._transport.read(call, wire.MODEL)

    # what is live (reference: *Get Active Config*, *Deactivate Config*, *List Deployed Configs*, *Deploy Config*,
    # *Delete Deployed Config*)

    async def get_active_config(self, project_id: str, environment_name: str) -> wire.ProjectConfig:
        """What is live in the environment of that name; `NOT_FOUND` when nothing is."""
        call = Call(
            "GET",
            path_of("/projects/{}/active-config", project_id),
            f"reading what {project_id} has live in {environment_name}",
            {"environment": environment_name},
        )
        return await self._transport.read(call, wire.PROJECT_CONFIG)

    async def deactivate_config(self, project_id: str, environment_name: str) -> wire.Project:
        """Nothing live any more in the environment of that name. Names can change: read it just before."""
        call = Call(
            "DELETE",
            path_of("/projects/{}/active-config", project_id),
            f"deactivating {project_id} in {environment_name}",
            {"environment": environment_name},
        )
        return await self._transport.read(call, wire.PROJECT)

    async def list_deployed_configs(self, project_id: str, *, doing: str | None = None) -> list[wire.Deployment]:
        """One row per environment, also for those with nothing live."""
        call = Call(
            "GET", path_of("/projects/{}/deployed-configs", project_id), doing or f"reading what {project_id} has live"
        )
        return await self._transport.read(call, wire.DEPLOYMENTS)

    async def deploy_config(
        self, project_id: str, config_id: str, environment_ids: Sequence[str], *, doing: str | None = None
    ) -> list[wire.Deployment]:
        """Make a config live in these environments. Which rows are answered is not stated."""
        call = Call(
            "PATCH",
            path_of("/projects/{}/deploy-config", project_id),
            doing or f"deploying {config_id} of {project_id} to {', '.join(environment_ids)}",
            body={"config_id": config_id, "environments": [{"id": identifier} for identifier in environment_ids]},
        )
        return await self._transport.read(call, wire.DEPLOYMENTS)

    async def delete_deployed_config(self, project_id: str, environment_id: str, *, doing: str | None = None) -> None:
        """Nothing live any more in the environment of that id; what is answered is not specified."""
        path = path_of("/projects/{}/deployed-config/{}", project_id, environment_id)
        await self._transport.do(Call("DELETE", path, doing or f"deactivating {project_id} in {environment_id}"))

    # evaluations (reference: *List*, *Get*, *List For Project*, *Create*, *Update Status*)

    async def evaluations_page(
        self,
        project_id: str,
        *,
        ids: Sequence[str] | None = None,
        start_date: date | None = None,
        end_date: date | None = None,
        page: int | None = None,
        size: int | None = None,
    ) -> wire.Page[wire.Evaluation]:
        """One page of a project's evaluations; the first is 0. Without aggregates."""
        query = {
            "project_id": project_id,
            "id": ids,
            "start_date": start_date.isoformat() if start_date else None,
            "end_date": end_date.isoformat() if end_date else None,
            "page": page,
            "size": size,
        }
        call = Call("GET", "/evaluations", f"reading the evaluations of {project_id}", query)
        return await self._transport.read(call, wire.EVALUATION_PAGE)

    async def list_evaluations(self, project_id: str) -> list[wire.Evaluation]:
        """All evaluations of a project, over all pages, without aggregates."""

        async def fetch(page: int) -> wire.Page[wire.Evaluation]:
            return await self.evaluations_page(project_id, page=page, size=PAGE_SIZE)

        return await self._all(fetch, Call("GET", "/evaluations", f"reading the evaluations of {project_id}"))

    async def list_project_evaluations(
        self, project_id: str, *, evaluator_aggregates: bool | None = None, doing: str | None = None
    ) -> list[wire.Evaluation]:
        """All evaluations of a project in one answer, with aggregates on request."""
        call = Call(
            "GET",
            path_of("/projects/{}/evaluations", project_id),
            doing or f"reading the evaluations of {project_id}",
            {"evaluator_aggregates": evaluator_aggregates},
        )
        return await self._transport.read(call, wire.EVALUATIONS)

    async def get_evaluation(self, evaluation_id: str, *, evaluator_aggregates: bool | None = None) -> wire.Evaluation:
        """One evaluation."""
        call = Call(
            "GET",
            path_of("/evaluations/{}", evaluation_id),
            f"reading evaluation {evaluation_id}",
            {"evaluator_aggregates": evaluator_aggregates},
        )
        return await self._transport.read(call, wire.EVALUATION)

    async def create_evaluation(
        self,
        project_id: str,
        *,
        config_id: str,
        evaluator_ids: Sequence[str],
        dataset_id: str,
        hl_generated: bool | None = None,
        name: str | None = None,
    ) -> wire.Evaluation:
        """Start a run."""
        body = {
            "config_id": config_id,
            "evaluator_ids": list(evaluator_ids),
            "dataset_id": dataset_id,
            "hl_generated": hl_generated,
            "name": name,
        }
        path = path_of("/projects/{}/evaluations", project_id)
        return await self._transport.read(
            Call("POST", path, f"starting an evaluation of {config_id}", body=body), wire.EVALUATION
        )

    async def update_evaluation_status(self, evaluation_id: str, status: str) -> wire.Evaluation:
        """Set a status; the service refuses what *Update Status* does not allow. Answered without aggregates."""
        call = Call(
            "PATCH",
            path_of("/evaluations/{}/status", evaluation_id),
            f"setting evaluation {evaluation_id} to {status}",
            body={"status": status},
        )
        return await self._transport.read(call, wire.EVALUATION)

    async def _all(
        self, fetch: Callable[[int], Awaitable[wire.Page[Item]]], call: Call, *, first: int = 0
    ) -> list[Item]:
        """The records of all pages, each once. Stops when `total` were seen, or at a page without records.

        A page that brings nothing new although more is promised is `UNINTELLIGIBLE`, so is a list without an end.
        """
        found: dict[str, Item] = {}
        seen = 0
        for number in range(first, first + MOST_PAGES):
            page = await fetch(number)
            before = len(found)
            found.update((record.id, record) for record in page.records)
            seen += len(page.records)
            if not page.records or seen >= page.total:
                return list(found.values())
            if len(found) == before:
                raise self._transport.unintelligible(call, f"page {number} repeats what was read before")
        raise self._transport.unintelligible(call, f"more than {MOST_PAGES} pages")
