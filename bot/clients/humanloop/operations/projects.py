"""Projects (v4 reference: *List*, *Get*, *Create*, *Update*)."""

from __future__ import annotations

from operator import attrgetter

from bot.clients.humanloop import wire
from bot.clients.humanloop.operations.group import PAGE_SIZE, Group
from bot.clients.transport import Call, path_of


class Projects(Group):
    """Operations on projects."""

    async def projects_page(
        self,
        *,
        page: int | None = None,
        size: int | None = None,
        filter: str | None = None,  # noqa: A002 - its name on the wire
        sort_by: str | None = None,
        order: str | None = None,
    ) -> wire.Page[wire.Project]:
        """One page of projects; the first page is 0."""
        query = {"page": page, "size": size, "filter": filter, "sort_by": sort_by, "order": order}
        return await self._transport.read(Call("GET", "/projects", "reading the projects", query), wire.PROJECTS)

    async def list_projects(self, *, filter: str | None = None) -> list[wire.Project]:  # noqa: A002 - as above
        """All projects whose name contains `filter`, oldest first, so that a new one cannot shift the pages."""

        async def fetch(page: int) -> wire.Page[wire.Project]:
            return await self.projects_page(page=page, size=PAGE_SIZE, filter=filter, sort_by="created_at", order="asc")

        return await self._all(fetch, attrgetter("id"), Call("GET", "/projects", "reading the projects"))

    async def get_project(self, project_id: str, *, operation: str | None = None) -> wire.Project:
        """One project."""
        call = Call("GET", path_of("/projects/{}", project_id), operation or f"reading project {project_id}")
        return await self._transport.read(call, wire.PROJECT)

    async def create_project(self, name: str, *, directory_id: str | None = None) -> wire.Project:
        """Create a project; a taken name is a `CONFLICT`."""
        body = {"name": name, "directory_id": directory_id}
        return await self._transport.read(
            Call("POST", "/projects", f"creating project {name}", body=body), wire.PROJECT
        )

    async def update_project(
        self,
        project_id: str,
        *,
        name: str | None = None,
        directory_id: str | None = None,
        operation: str | None = None,
    ) -> wire.Project:
        """Change what is named."""
        body = {"name": name, "directory_id": directory_id}
        call = Call(
            "PATCH", path_of("/projects/{}", project_id), operation or f"updating project {project_id}", body=body
        )
        return await self._transport.read(call, wire.PROJECT)
