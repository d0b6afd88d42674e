"""The library that variations use: tools, model configs, prompt snippets and skills. Read-only here."""

from __future__ import annotations

import re
from typing import Any

from starlette.responses import Response

from bot.services.launchdarkly.errors import unknown
from bot.services.launchdarkly.paging import link, ordered, page, with_operators
from bot.services.launchdarkly.records import Item, Version
from bot.services.launchdarkly.service import Incoming, Operation, answer, number
from bot.services.launchdarkly.world import World

PROJECT = "/api/v2/projects/{project}"
PATHS = {
    "tool": f"{PROJECT}/ai-tools",
    "model": f"{PROJECT}/ai-configs/model-configs",
    "snippet": f"{PROJECT}/ai-configs/prompt-snippets",
    "skill": f"{PROJECT}/ai-configs/skills",
}


def _versions(world: World, project: str, kind: str, key: str) -> list[Item]:
    """All versions of an item, oldest first. Raises `Refusal` (404)."""
    versions = [
        item
        for item in world.all(Item)
        if (item.project, item.kind, item.key) == (world.project(project).key, kind, key)
    ]
    if not versions:
        raise unknown(kind)
    return sorted(versions, key=lambda item: item.version)


def _newest(world: World, project: str, kind: str) -> list[Item]:
    newest: dict[str, Item] = {}
    for item in world.all(Item):
        if (item.project, item.kind) == (world.project(project).key, kind):
            older = newest.get(item.key)
            newest[item.key] = item if older is None or item.version > older.version else older
    return list(newest.values())


def _item_json(item: Item) -> dict[str, Any]:
    body = {"key": item.key, "version": item.version, **item.body}
    if item.kind == "model":
        return body
    where = PATHS[item.kind].format(project=item.project)
    return body | {"_links": {"self": link(f"{where}/{item.key}"), "parent": link(where)}}


def _operations(kind: str) -> tuple[Operation, ...]:
    def listed(incoming: Incoming) -> Response:
        items = _newest(incoming.world, incoming.parts["project"], kind)
        fields = {"key": lambda item: [item.key], "name": lambda item: [item.body.get("name", item.key)]}
        keys = {"key": lambda item: item.key, "name": lambda item: item.body.get("name", item.key)}
        items = ordered(incoming, with_operators(incoming, items, fields), keys)
        if kind == "model":  # a bare array, not paged
            return answer([_item_json(item) for item in items])
        return answer(page(incoming, items, _item_json))

    def one(incoming: Incoming) -> Response:
        versions = _versions(incoming.world, incoming.parts["project"], kind, incoming.parts["key"])
        wanted = number(incoming, "version", versions[-1].version)
        for item in versions:
            if item.version == wanted:
                return answer(_item_json(item))
        raise unknown(f"{kind} version")

    def versions(incoming: Incoming) -> Response:
        items = _versions(incoming.world, incoming.parts["project"], kind, incoming.parts["key"])
        return answer(page(incoming, items, _item_json))

    def references(incoming: Incoming) -> Response:
        key = incoming.parts["key"]
        _versions(incoming.world, incoming.parts["project"], kind, key)
        uses = [
            {
                "aiConfigKey": config.key,
                "aiConfigName": config.name,
                "variationId": version.id,
                "variationKey": version.key,
                "variationName": version.name,
                "toolVersion" if kind == "tool" else "resourceVersion": pinned,
            }
            for config in incoming.world.configs(incoming.parts["project"])
            for version in map(config.newest, config.variations)
            for pinned in _pinned(version, kind, key)
        ]
        body = page(incoming, uses, lambda reference: reference)
        return answer(body | {"resourceKey": key, "resourceType": kind})

    path = PATHS[kind]
    operations = (
        Operation("GET", path, listed),
        Operation("GET", path + "/{key}", one),
        Operation("GET", path + "/{key}/versions", versions),
    )
    return operations if kind == "model" else (*operations, Operation("GET", path + "/{key}/references", references))


def _pinned(version: Version, kind: str, key: str) -> list[int]:
    """The versions of an item that a variation uses: from its tools or skills, or as a snippet in its text."""
    if kind == "snippet":
        mentioned = re.findall(rf"{{{{snippet\.{re.escape(key)}#(\d+)}}}}", str(version.content))
        return sorted(set(map(int, mentioned)))
    return [each["version"] for each in version.content.get(f"{kind}s", ()) if each["key"] == key]


OPERATIONS = tuple(operation for kind in PATHS for operation in _operations(kind))
