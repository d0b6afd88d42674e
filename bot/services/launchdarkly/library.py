"""What variations are made of: tools, model configs, prompt snippets and skills. All of them can only be read here."""

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
    """All versions, oldest first. Raises `Refusal` (404)."""
    found = [
        item
        for item in world.all(Item)
        if (item.project, item.kind, item.key) == (world.project(project).key, kind, key)
    ]
    if not found:
        raise unknown(kind)
    return sorted(found, key=lambda item: item.version)


def _newest(world: World, project: str, kind: str) -> list[Item]:
    newest: dict[str, Item] = {}
    for item in world.all(Item):
        if (item.project, item.kind) == (world.project(project).key, kind):
            older = newest.get(item.key)
            newest[item.key] = item if older is None or item.version > older.version else older
    return list(newest.values())


def _shown(item: Item) -> dict[str, Any]:
    body = {"key": item.key, "version": item.version, **item.body}
    if item.kind == "model":
        return body
    where = PATHS[item.kind].format(project=item.project)
    return body | {"_links": {"self": link(f"{where}/{item.key}"), "parent": link(where)}}


def _operations(kind: str) -> tuple[Operation, ...]:
    def listed(incoming: Incoming) -> Response:
        found = _newest(incoming.world, incoming.parts["project"], kind)
        fields = {"key": lambda item: [item.key], "name": lambda item: [item.body.get("name", item.key)]}
        keys = {"key": lambda item: item.key, "name": lambda item: item.body.get("name", item.key)}
        found = ordered(incoming, with_operators(incoming, found, fields), keys)
        if kind == "model":  # a bare array, not paged
            return answer([_shown(item) for item in found])
        return answer(page(incoming, found, _shown))

    def one(incoming: Incoming) -> Response:
        versions = _versions(incoming.world, incoming.parts["project"], kind, incoming.parts["key"])
        wanted = number(incoming, "version", versions[-1].version)
        for item in versions:
            if item.version == wanted:
                return answer(_shown(item))
        raise unknown(f"{kind} version")

    def versions(incoming: Incoming) -> Response:
        found = _versions(incoming.world, incoming.parts["project"], kind, incoming.parts["key"])
        return answer(page(incoming, found, _shown))

    def references(incoming: Incoming) -> Response:
        key = incoming.parts["key"]
        _versions(incoming.world, incoming.parts["project"], kind, key)
        found = [
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
        body = page(incoming, found, lambda reference: reference)
        return answer(body | {"resourceKey": key, "resourceType": kind})

    path = PATHS[kind]
    found = (
        Operation("GET", path, listed),
        Operation("GET", path + "/{key}", one),
        Operation("GET", path + "/{key}/versions", versions),
    )
    return found if kind == "model" else (*found, Operation("GET", path + "/{key}/references", references))


def _pinned(version: Version, kind: str, key: str) -> list[int]:
    """Which versions of it a variation uses: in its list of tools or skills, or as a snippet in its words."""
    if kind == "snippet":
        mentioned = re.findall(rf"{{{{snippet\.{re.escape(key)}#(\d+)}}}}", str(version.content))
        return sorted(set(map(int, mentioned)))
    return [each["version"] for each in version.content.get(f"{kind}s", ()) if each["key"] == key]


OPERATIONS = tuple(operation for kind in PATHS for operation in _operations(kind))
