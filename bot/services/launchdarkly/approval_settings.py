"""Approval settings: what environments require before AI Configs may change there (a beta of the REST API v2)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from starlette.responses import Response

from bot.services.launchdarkly.bodies import Body
from bot.services.launchdarkly.environments import settings_json
from bot.services.launchdarkly.errors import Refusal, invalid
from bot.services.launchdarkly.records import ApprovalSettings, Project
from bot.services.launchdarkly.service import Incoming, Operation, answer

PATH = "/api/v2/approval-requests/projects/{project}/settings"
KIND = "aiconfig"


class Settings(Body):
    """Body of *Update approval request settings*: only what is sent changes."""

    environment_key: str
    resource_kind: str
    required: bool | None = None
    required_approval_tags: list[str] | None = None
    min_num_approvals: Annotated[int, Field(ge=1, le=5)] | None = None
    can_review_own_request: bool | None = None
    can_apply_declined_changes: bool | None = None


def _check_beta(incoming: Incoming) -> None:
    if incoming.headers.get("ld-api-version") != "beta":
        raise Refusal(403, "This is a beta: send the header LD-API-Version: beta")


def _settings_response(project: Project, environments: list[str]) -> Response:
    settings = {key: project.environments[key].approval or ApprovalSettings() for key in environments}
    by_environment = {key: settings_json(each) for key, each in settings.items()}
    return answer({KIND: {"environments": by_environment, "_default": settings_json(ApprovalSettings())}})


def _get(incoming: Incoming) -> Response:
    _check_beta(incoming)
    project = incoming.world.project(incoming.parts["project"])
    if incoming.query.get("resourceKind", KIND) != KIND:
        return answer({})
    wanted = incoming.query.get("environmentKey")
    keys = list(project.environments) if wanted is None else [incoming.world.environment(project.key, wanted).key]
    return _settings_response(project, keys)


def _patch(incoming: Incoming) -> Response:
    _check_beta(incoming)
    world, body = incoming.world, incoming.body(Settings)
    project = world.project(incoming.parts["project"])
    environment = world.environment(project.key, body.environment_key)
    if body.resource_kind != KIND:
        raise invalid(f"resourceKind: has to be {KIND}")
    current = environment.approval or ApprovalSettings()
    sent = {
        "required": body.required,
        "required_tags": body.required_approval_tags,
        "approvals": body.min_num_approvals,
        "may_review_own": body.can_review_own_request,
        "may_apply_declined": body.can_apply_declined_changes,
    }
    changed = current.model_copy(update={name: value for name, value in sent.items() if value is not None})
    if changed.required and changed.required_tags:
        raise invalid("requiredApprovalTags: cannot be combined with required")
    world.gate(project.key, environment.key, changed)
    return _settings_response(world.project(project.key), [environment.key])


OPERATIONS = (Operation("GET", PATH, _get), Operation("PATCH", PATH, _patch))
