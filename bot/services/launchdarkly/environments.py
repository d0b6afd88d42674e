"""Projects and environments. Answers about environments hold secrets of applications, as the service's do."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from bot.services.launchdarkly.errors import invalid
from bot.services.launchdarkly.paging import link, ordered, page, with_colons
from bot.services.launchdarkly.records import ApprovalSettings, Environment, Project
from bot.services.launchdarkly.service import Incoming, Operation, answer

PATH = "/api/v2/projects"


def shown_settings(settings: ApprovalSettings) -> dict[str, Any]:
    """Approval settings as they are answered."""
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


def shown_environment(project: Project, environment: Environment) -> dict[str, Any]:
    """An environment as it is answered. `apiKey` and `mobileKey` are live keys of applications."""
    shown: dict[str, Any] = {
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
        shown["resourceApprovalSettings"] = {"aiconfig": shown_settings(environment.approval)}
    return shown


def shown_project(project: Project, *, expanded: bool = False) -> dict[str, Any]:
    """A project as it is answered, with its environments where that was asked for."""
    shown: dict[str, Any] = {
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
        items = [shown_environment(project, each) for each in project.environments.values()]
        shown["environments"] = {
            "_links": {"self": link(f"{PATH}/{project.key}/environments")},
            "totalCount": len(items),
            "items": items,
        }
    return shown


def _expands(incoming: Incoming) -> bool:
    wanted = set(filter(None, incoming.query.get("expand", "").split(",")))
    if wanted - {"environments"}:
        raise invalid("expand: has to be environments")
    return bool(wanted)


def _projects(incoming: Incoming) -> Response:
    found = with_colons(
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
        page(incoming, ordered(incoming, found, keys), lambda project: shown_project(project, expanded=expanded))
    )


def _project(incoming: Incoming) -> Response:
    project = incoming.world.project(incoming.parts["project"])
    return answer(shown_project(project, expanded=_expands(incoming)))


def _environments(incoming: Incoming) -> Response:
    project = incoming.world.project(incoming.parts["project"])
    found = with_colons(
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
    return answer(page(incoming, ordered(incoming, found, keys), lambda each: shown_environment(project, each)))


def _environment(incoming: Incoming) -> Response:
    project = incoming.world.project(incoming.parts["project"])
    found = incoming.world.environment(project.key, incoming.parts["environment"])
    return answer(shown_environment(project, found))


OPERATIONS = (
    Operation("GET", PATH, _projects),
    Operation("GET", PATH + "/{project}", _project),
    Operation("GET", PATH + "/{project}/environments", _environments),
    Operation("GET", PATH + "/{project}/environments/{environment}", _environment),
)
