"""Datasets and the datapoints in them (v4 reference: *Datasets*, *Datapoints*)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import Any

from bot.clients.humanloop import wire
from bot.clients.humanloop.operations.group import PAGE_SIZE, Group
from bot.clients.transport import Call, path_of


class Datasets(Group):
    """Operations on datasets and datapoints."""

    async def list_datasets(self) -> list[wire.Dataset]:
        """All datasets of the organisation."""
        return await self._transport.read(Call("GET", "/datasets", "reading the datasets"), wire.DATASETS)

    async def list_project_datasets(self, project_id: str) -> list[wire.Dataset]:
        """The datasets that were created in a project."""
        path = path_of("/projects/{}/datasets", project_id)
        return await self._transport.read(Call("GET", path, f"reading the datasets of {project_id}"), wire.DATASETS)

    async def create_dataset(self, project_id: str, *, name: str, description: str) -> wire.Dataset:
        """Create a dataset without datapoints. In v4 a dataset is always created in a project."""
        path = path_of("/projects/{}/datasets", project_id)
        body = {"name": name, "description": description}
        return await self._transport.read(Call("POST", path, f"creating dataset {name}", body=body), wire.DATASET)

    async def get_dataset(self, dataset_id: str) -> wire.Dataset:
        """One dataset."""
        call = Call("GET", path_of("/datasets/{}", dataset_id), f"reading dataset {dataset_id}")
        return await self._transport.read(call, wire.DATASET)

    async def update_dataset(
        self, dataset_id: str, *, name: str | None = None, description: str | None = None
    ) -> wire.Dataset:
        """Change the fields that are passed."""
        body = {"name": name, "description": description}
        call = Call("PATCH", path_of("/datasets/{}", dataset_id), f"updating dataset {dataset_id}", body=body)
        return await self._transport.read(call, wire.DATASET)

    async def delete_dataset(self, dataset_id: str) -> None:
        """Delete a dataset with its datapoints; the answer's body is not specified."""
        path = path_of("/datasets/{}", dataset_id)
        await self._transport.do(Call("DELETE", path, f"deleting dataset {dataset_id}"))

    async def datapoints_page(
        self, dataset_id: str, *, page: int | None = None, size: int | None = None
    ) -> wire.Page[wire.Datapoint]:
        """One page of the datapoints in a dataset's newest version; the first page is 0."""
        path = path_of("/datasets/{}/datapoints", dataset_id)
        call = Call("GET", path, f"reading the datapoints of {dataset_id}", {"page": page, "size": size})
        return await self._transport.read(call, wire.DATAPOINT_PAGE)

    async def list_datapoints(self, dataset_id: str) -> list[wire.Datapoint]:
        """All datapoints in a dataset's newest version, from all pages."""

        async def fetch(page: int) -> wire.Page[wire.Datapoint]:
            return await self.datapoints_page(dataset_id, page=page, size=PAGE_SIZE)

        path = path_of("/datasets/{}/datapoints", dataset_id)
        call = Call("GET", path, f"reading the datapoints of {dataset_id}")
        return await self._all(fetch, attrgetter("id"), call)

    async def get_datapoint(self, datapoint_id: str) -> wire.Datapoint:
        """One datapoint."""
        call = Call("GET", path_of("/datapoints/{}", datapoint_id), f"reading datapoint {datapoint_id}")
        return await self._transport.read(call, wire.DATAPOINT)

    async def create_datapoints(self, dataset_id: str, points: Sequence[Mapping[str, Any]]) -> list[wire.Datapoint]:
        """Add datapoints, each with any of inputs, messages and target. This makes a new version of the dataset."""
        return await self._added(dataset_id, list(points))

    async def create_datapoints_from_logs(self, dataset_id: str, log_ids: Sequence[str]) -> list[wire.Datapoint]:
        """Add datapoints made from the inputs and messages of logs. This makes a new version of the dataset."""
        return await self._added(dataset_id, {"log_ids": list(log_ids)})

    async def _added(
        self, dataset_id: str, body: Mapping[str, Any] | Sequence[Mapping[str, Any]]
    ) -> list[wire.Datapoint]:
        path = path_of("/datasets/{}/datapoints", dataset_id)
        call = Call("POST", path, f"adding datapoints to {dataset_id}", body=body)
        return await self._transport.read(call, wire.DATAPOINTS)
