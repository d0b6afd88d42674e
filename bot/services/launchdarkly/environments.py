"""Projects and environments. Responses with environments contain SDK keys, which are secret, as in LaunchDarkly."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from bot.services.launchdarkly.errors import invalid
from bot.services.launchdarkly.paging import link, ordered, page, with_colons
from bot.services.launchdarkly.records import ApprovalSettings, Environment, Project
from bot.services.launchdarkly.service import Incoming, Operation, answer

PATH = "/api/v2/projects"


def settings_json(settings: ApprovalSettings) -> dict[str, Any]:
    """The JSON of approval settings in a response."""
    return {
        "required": settings.required,
        "requiredApprovalTags": settings.required_tags,
        "minNumApprovals": settings.approvals,
        "canReviewOwnRequest": settings.may_review_own,
        "canApplyDeclinedChanges": settings.may_apply_declined,
        "bypassApprovalsForPendingChanges": False,
        "serviceKind": "launchdarkly",
        "serviceConfig": {},
    }


def environment_json(project: Project, environment: Environment) -> dict[str, Any]:
    """The JSON of an environment in a response. `apiKey` and `mobileKey` are live keys of applications."""
    body: dict[str, Any] = {
        "_links": {"self": link(f"{PATH}/{project.key}/environments/{environment.key}")},
        "_id": environment.id,
        "key": environment.key,
        "name": environment.name,
        "apiKey": environment.sdk_key,
        "mobileKey": environment.mobile_key,
        "color": environment.color,
        "defaultTtl": 0,
        "secureMode": False,
        "defaultTrackEvents": False,
        "requireComments": environment.critical,
        "confirmChanges": environment.critical,
        "tags": environment.tags,
        "critical": environment.critical,
    }
    if environment.approval is not None:
        body["resourceApprovalSettings"] = {"aiconfig": settings_json(environment.approval)}
    return body


def project_json(project: Project, *, expanded: bool = False) -> dict[str, Any]:
    """The JSON of a project in a response, with its environments if `expanded`."""
    body: dict[str, Any] = {
        "_links": {
            "self": link(f"{PATH}/{project.key}"),
            "environments": link(f"{PATH}/{project.key}/environments"),
        },
        "_id": project.id,
        "key": project.key,
        "name": project.name,
        "tags": project.tags,
        "includeInSnippetByDefault": False,
    }
    if expanded:
        items = [environment_json(project, each) for each in project.environments.values()]
        body["environments"] = {
            "_links": {"self": link(f"{PATH}/{project.key}/environments")},
            "totalCount": len(items),
            "items": items,
        }
    return body


def _expands(incoming: Incoming) -> bool:
    wanted = set(filter(None, incoming.query.get("expand", "").split(",")))
    if wanted - {"environments"}:
        raise invalid("expand: has to be environments")
    return bool(wanted)


def _projects(incoming: Incoming) -> Response:
    matches = with_colons(
        incoming,
        incoming.world.all(Project),
        {
            "query": lambda project, value: value.casefold() in f"{project.key} {project.name}".casefold(),
            "tags": lambda project, value: set(value.split("+")) <= set(project.tags),
            "keys": lambda project, value: project.key in value.split("|"),
        },
    )
    keys = {"name": lambda project: project.name.casefold(), "createdOn": lambda project: project.created_at}
    expanded = _expands(incoming)
    return answer(
        page(incoming, ordered(incoming, matches, keys), lambda project: project_json(project, expanded=expanded))
    )


def _project(incoming: Incoming) -> Response:
    project = incoming.world.project(incoming.parts["project"])
    return answer(project_json(project, expanded=_expands(incoming)))


def _environments(incoming: Incoming) -> Response:
    project = incoming.world.project(incoming.parts["project"])
    matches = with_colons(
        incoming,
        list(project.environments.values()),
        {
            "query": lambda each, value: value.casefold() in f"{each.key} {each.name}".casefold(),
            "tags": lambda each, value: set(value.split("+")) <= set(each.tags),
            "critical": lambda each, value: (value == "true") is each.critical,
        },
    )
    keys = {
        "name": lambda each: each.name.casefold(),
        "createdOn": lambda each: each.created_at,
        "critical": lambda each: each.critical,
    }
    return answer(page(incoming, ordered(incoming, matches, keys), lambda each: environment_json(project, each)))


def _environment(incoming: Incoming) -> Response:
    project = incoming.world.project(incoming.parts["project"])
    environment = incoming.world.environment(project.key, incoming.parts["environment"])
    return answer(environment_json(project, environment))


OPERATIONS = (
    Operation("GET", PATH, _projects),
    Operation("GET", PATH + "/{project}", _project),
    Operation("GET", PATH + "/{project}/environments", _environments),
    Operation("GET", PATH + "/{project}/environments/{environment}", _environment),
)
