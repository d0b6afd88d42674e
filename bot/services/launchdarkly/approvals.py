"""Approval requests: create, review, apply. Approving does not apply a request; a conflict makes applying fail."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints
from starlette.responses import Response

from bot.services.launchdarkly.bodies import Body, Text, checked
from bot.services.launchdarkly.environments import environment_json, project_json, settings_json
from bot.services.launchdarkly.errors import Refusal, invalid, unknown
from bot.services.launchdarkly.instructions import Instructions, applied, conflicts
from bot.services.launchdarkly.paging import link, page, with_operators
from bot.services.launchdarkly.records import Access, Approval, ApprovalSettings, Config, Member, Review, Team
from bot.services.launchdarkly.service import Incoming, Operation, answer, gone
from bot.services.launchdarkly.steps import Instruction
from bot.services.launchdarkly.targeting import keep
from bot.services.launchdarkly.world import Actor, Token, World, new_id

PATH = "/api/v2/approval-requests"
MOST_REVIEWERS = 10

_RESOURCE = re.compile(r"proj/(?P<project>[^:/]+):env/(?P<environment>[^:/]+):aiconfig/(?P<config>[^:/]+)")

Description = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=5_000)]


class Asking(Body):
    """Body of *Create approval request*."""

    resource_id: str
    description: Description
    instructions: Annotated[list[dict[str, Any]], Field(min_length=1)]
    comment: Text | None = None
    notify_member_ids: list[str] = Field(default_factory=list)
    notify_team_keys: list[str] = Field(default_factory=list)


class Reviewing(Body):
    """Body of *Review approval request*."""

    kind: Literal["approve", "decline", "comment"]
    comment: Text = ""


class Applying(Body):
    """Body of *Apply approval request*."""

    comment: Text | None = None


class AddReviewers(Body):
    """Instruction that asks more people to review."""

    kind: Literal["addReviewers"]
    notify_member_ids: list[str] = Field(default_factory=list)
    notify_team_keys: list[str] = Field(default_factory=list)


class UpdateDescription(Body):
    """Instruction that replaces the description."""

    kind: Literal["updateDescription"]
    value: Description


class Changing(Body):
    """Body of *Update approval request*, a semantic patch of its own."""

    instructions: Annotated[
        list[Annotated[AddReviewers | UpdateDescription, Field(discriminator="kind")]], Field(min_length=1)
    ]


def approval_json(approval: Approval, world: World, expand: Sequence[str] = ()) -> dict[str, Any]:
    """The JSON of a request in a response."""
    body: dict[str, Any] = {
        "_id": approval.id,
        "_version": approval.version,
        "_links": {"self": link(f"{PATH}/{approval.id}")},
        "creationDate": approval.created_at,
        "serviceKind": "launchdarkly",
        "requestorId": approval.requestor,
        "description": approval.description,
        "resourceId": approval.resource,
        "reviewStatus": approval.review_status,
        "status": approval.status,
        "allReviews": [_review_json(review) for review in approval.reviews],
        "notifyMemberIds": approval.reviewers,
        "notifyTeamKeys": approval.reviewing_teams,
        "instructions": approval.instructions,
        "conflicts": _conflicts(approval, world) if approval.status == "pending" else approval.conflicts,
        "approvalSettings": settings_json(approval.settings),
        "appliedDate": approval.applied_at,
        "appliedByMemberId": approval.applied_by,
        "appliedByServiceTokenId": approval.applied_with if approval.applied_by is None else None,
    }
    project = world.project(approval.project)
    if "project" in expand:
        body["project"] = project_json(project)
    if "environments" in expand and (environment := project.environments.get(approval.environment)):
        body["environments"] = [environment_json(project, environment)]
    if "resource" in expand and (config := world.find(Config, approval.project, approval.config)):
        body["resource"] = {"kind": "aiConfig", "aiConfig": {"key": config.key, "name": config.name}}
    return {name: value for name, value in body.items() if value is not None}


def _review_json(review: Review) -> dict[str, Any]:
    body = {
        "_id": review.id,
        "kind": review.kind,
        "creationDate": review.created_at,
        "comment": review.comment,
        "memberId": review.member,
        "serviceTokenId": review.token if review.member is None else None,
    }
    return {name: value for name, value in body.items() if value is not None}


def _steps(instructions: list[dict[str, Any]]) -> list[Instruction]:
    return list(checked(Instructions, {"instructions": instructions}).instructions)


def _conflicts(approval: Approval, world: World) -> list[dict[str, Any]]:
    """The conflicts that prevent applying the request now; empty when there are none."""
    config = world.find(Config, approval.project, approval.config)
    if config is None or approval.environment not in config.places:
        gone_ = {"reason": "The AI Config or the environment is gone"}
        return [gone_ | {"instruction": instruction} for instruction in approval.instructions]
    return conflicts(config, approval.environment, approval.base, _steps(approval.instructions))


def create_request(world: World, token: Token, body: Asking) -> Approval:
    """Create a request. Raises `Refusal` when it is invalid, or its instructions could not be applied even now."""
    match = _RESOURCE.fullmatch(body.resource_id)
    if match is None:
        raise invalid("resourceId: has to be proj/PROJECT:env/ENVIRONMENT:aiconfig/CONFIG")
    config = world.config(match["project"], match["config"])
    environment = world.environment(config.project, match["environment"])
    applied(config, environment.key, _steps(body.instructions), world.ms())
    approval = Approval(
        id=new_id(),
        project=config.project,
        environment=environment.key,
        config=config.key,
        created_at=world.ms(),
        requestor=token.member,
        requesting_token=token.id,
        description=body.description,
        comment=body.comment,
        instructions=body.instructions,
        base=config.places[environment.key],
        settings=environment.approval or ApprovalSettings(),
    )
    _notify(world, approval, body.notify_member_ids, body.notify_team_keys)
    world.save(approval)
    _audit(world, token.actor, "requested an approval for", "createApprovalRequest", approval, body.comment)
    return approval


def _notify(world: World, approval: Approval, members: list[str], teams: list[str]) -> None:
    if any(world.find(Member, member) is None for member in members):
        raise invalid("notifyMemberIds: there is no such member")
    if any(world.find(Team, team) is None for team in teams):
        raise invalid("notifyTeamKeys: there is no such team")
    approval.reviewers = list(dict.fromkeys([*approval.reviewers, *members]))
    approval.reviewing_teams = list(dict.fromkeys([*approval.reviewing_teams, *teams]))
    if len(approval.reviewers) > MOST_REVIEWERS:
        raise invalid(f"notifyMemberIds: at most {MOST_REVIEWERS} members can be asked")


def _audit(world: World, actor: Actor, verb: str, action: str, approval: Approval, comment: str | None) -> None:
    config = world.find(Config, approval.project, approval.config)
    world.record(
        actor,
        verb,
        Access(action=action, resource=approval.resource),
        name=config.name if config is not None else approval.config,
        config=approval.config,
        comment=comment,
    )


def _check_pending(approval: Approval) -> None:
    if approval.status != "pending":
        raise Refusal(409, f"The approval request is {approval.status} already")


def reviewed(world: World, actor: Actor, approval: Approval, body: Reviewing) -> Approval:
    """Add a review and return the request. Raises `Refusal` (405 for the caller's own request, 409 if not pending)."""
    _check_pending(approval)
    own = actor.member == approval.requestor if actor.member else actor.token == approval.requesting_token
    if own and body.kind != "comment" and not approval.settings.may_review_own:
        raise Refusal(405, "Members cannot review their own approval requests here")
    changed = approval.model_copy(deep=True)
    changed.reviews.append(
        Review(
            id=new_id(),
            kind=body.kind,
            created_at=world.ms(),
            comment=body.comment,
            member=actor.member,
            token=actor.token or "",
        )
    )
    changed.version += 1
    world.save(changed)
    verbs = {"approve": "approved a request for", "decline": "declined a request for", "comment": "commented on"}
    _audit(world, actor, verbs[body.kind], "reviewApprovalRequest", changed, body.comment or None)
    return changed


def carried_out(world: World, actor: Actor, approval: Approval, comment: str | None) -> Approval:
    """Apply the request and return it; with a conflict its status becomes failed. Raises `Refusal` (403, 409)."""
    _check_pending(approval)
    if not approval.may_be_applied:
        raise Refusal(403, "The approval request is not approved")
    changed = approval.model_copy(deep=True)
    changed.version += 1
    changed.conflicts = _conflicts(approval, world)
    if changed.conflicts:
        changed.status = "failed"
    else:
        config = world.config(approval.project, approval.config)
        after = applied(config, approval.environment, _steps(approval.instructions), world.ms())
        if after is not None:
            keep(world, actor, config, after, approval.environment, comment or approval.comment)
        changed.status = "completed"
        changed.applied_at, changed.applied_by, changed.applied_with = world.ms(), actor.member, actor.token
    world.save(changed)
    return changed


def _approval(incoming: Incoming) -> Approval:
    approval = incoming.world.find(Approval, incoming.parts["id"])
    if approval is None:
        raise unknown("approval request")
    return approval


def _expanded(incoming: Incoming, *allowed: str) -> list[str]:
    wanted = list(filter(None, incoming.query.get("expand", "").split(",")))
    if set(wanted) - set(allowed):
        raise invalid(f"expand: has to be of {', '.join(allowed)}")
    return wanted


def _list(incoming: Incoming) -> Response:
    world = incoming.world
    newest_first = list(reversed(world.all(Approval)))
    matches = with_operators(
        incoming,
        newest_first,
        {
            "resourceId": lambda each: [each.resource],
            "resourceKind": lambda each: ["aiConfig"],  # noqa: ARG005 - there is no other kind
            "projectKey": lambda each: [each.project],
            "requestorId": lambda each: [each.requestor or ""],
            "notifyMemberIds": lambda each: each.reviewers,
            "reviewStatus": lambda each: [each.review_status],
            "status": lambda each: [each.status],
        },
    )
    expand = _expanded(incoming, "environments", "flag", "project")
    return answer(page(incoming, matches, lambda each: approval_json(each, world, expand), most=200))


def _create(incoming: Incoming) -> Response:
    return answer(
        approval_json(create_request(incoming.world, incoming.token, incoming.body(Asking)), incoming.world), 201
    )


def _get(incoming: Incoming) -> Response:
    expand = _expanded(incoming, "environments", "flag", "project", "resource")
    return answer(approval_json(_approval(incoming), incoming.world, expand))


def _review_it(incoming: Incoming) -> Response:
    approval = _approval(incoming)
    changed = reviewed(incoming.world, incoming.token.actor, approval, incoming.body(Reviewing))
    return answer(approval_json(changed, incoming.world))


def _apply(incoming: Incoming) -> Response:
    approval = _approval(incoming)
    body = incoming.body(Applying) if incoming.content.strip() else Applying()
    return answer(
        approval_json(carried_out(incoming.world, incoming.token.actor, approval, body.comment), incoming.world)
    )


def _patch(incoming: Incoming) -> Response:
    changed = _approval(incoming).model_copy(deep=True)
    for step in incoming.body(Changing).instructions:
        if isinstance(step, AddReviewers):
            if not step.notify_member_ids and not step.notify_team_keys:
                raise invalid("give notifyMemberIds, notifyTeamKeys or both")
            _notify(incoming.world, changed, step.notify_member_ids, step.notify_team_keys)
        else:
            changed.description = step.value
    changed.version += 1
    incoming.world.save(changed)
    return answer(approval_json(changed, incoming.world))


def _delete(incoming: Incoming) -> Response:
    approval = _approval(incoming)
    incoming.world.drop(approval)
    _audit(incoming.world, incoming.token.actor, "deleted a request for", "deleteApprovalRequest", approval, None)
    return gone()


OPERATIONS = (
    Operation("GET", PATH, _list),
    Operation("POST", PATH, _create),
    Operation("GET", PATH + "/{id}", _get),
    Operation("PATCH", PATH + "/{id}", _patch),
    Operation("DELETE", PATH + "/{id}", _delete),
    Operation("POST", PATH + "/{id}/reviews", _review_it),
    Operation("POST", PATH + "/{id}/apply", _apply),
)
