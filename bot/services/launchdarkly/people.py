"""Members, teams, and the identity of the caller."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from bot.services.launchdarkly.errors import unknown
from bot.services.launchdarkly.paging import link, ordered, page, with_colons
from bot.services.launchdarkly.records import Member, Team
from bot.services.launchdarkly.service import Incoming, Operation, answer
from bot.services.launchdarkly.world import ACCOUNT, World


def member_summary(member: Member) -> dict[str, Any]:
    """The JSON of a member inside another object."""
    summary = {
        "_links": {"self": link(f"/api/v2/members/{member.id}")},
        "_id": member.id,
        "role": member.role,
        "email": member.email,
        "firstName": member.first_name,
        "lastName": member.last_name,
    }
    return {name: value for name, value in summary.items() if value}


def _member_json(member: Member, world: World) -> dict[str, Any]:
    teams = [team for team in world.all(Team) if member.id in team.members]
    return member_summary(member) | {
        "customRoles": [],
        "mfa": "disabled",
        "_lastSeen": member.created_at,
        "_pendingInvite": False,
        "_verified": True,
        "creationDate": member.created_at,
        "teams": [{"key": team.key, "name": team.name, "customRoleKeys": []} for team in teams],
    }


def _team_json(team: Team) -> dict[str, Any]:
    return {
        "_links": {"self": link(f"/api/v2/teams/{team.key}"), "parent": link("/api/v2/teams")},
        "key": team.key,
        "name": team.name,
        "description": team.description,
        "_creationDate": team.created_at,
        "_lastModified": team.created_at,
        "_version": 1,
        "members": {"totalCount": len(team.members)},
    }


def _contains(value: str, *texts: str) -> bool:
    return any(value.casefold() in text.casefold() for text in texts)


def _members(incoming: Incoming) -> Response:
    world = incoming.world

    def is_in(member: Member, key: str) -> bool:
        return any(team.key.casefold() == key.casefold() and member.id in team.members for team in world.all(Team))

    matches = with_colons(
        incoming,
        world.all(Member),
        {
            "query": lambda member, value: _contains(value, member.email, member.name),
            "email": lambda member, value: member.email in value.split("|"),
            "id": lambda member, value: member.id in value.split("|"),
            "role": lambda member, value: member.role in value.split("|"),
            "team": is_in,
        },
    )
    keys = {"displayName": lambda member: member.name.casefold(), "email": lambda member: member.email}
    return answer(page(incoming, ordered(incoming, matches, keys), lambda member: _member_json(member, world)))


def _member(incoming: Incoming) -> Response:
    wanted = incoming.parts["member"]
    member = incoming.world.find(Member, (incoming.token.member or "") if wanted == "me" else wanted)
    if member is None:
        raise unknown("member")
    return answer(_member_json(member, incoming.world))


def _teams(incoming: Incoming) -> Response:
    matches = with_colons(
        incoming,
        incoming.world.all(Team),
        {
            "query": lambda team, value: _contains(value, team.key, team.name),
            "nomembers": lambda team, value: (value == "true") is (not team.members),
        },
    )
    keys = {"name": lambda team: team.name.casefold(), "memberCount": lambda team: len(team.members)}
    return answer(page(incoming, ordered(incoming, matches, keys), _team_json, most=100))


def _team(incoming: Incoming) -> Response:
    team = incoming.world.find(Team, incoming.parts["team"])
    if team is None:
        raise unknown("team")
    return answer(_team_json(team))


def _caller(incoming: Incoming) -> Response:
    token = incoming.token
    caller = {
        "accountId": ACCOUNT,
        "authKind": "token",
        "tokenKind": "auth",
        "tokenName": token.name,
        "tokenId": token.id,
        "serviceToken": token.member is None,
        "scopes": [],
    }
    return answer(caller if token.member is None else caller | {"memberId": token.member})


OPERATIONS = (
    Operation("GET", "/api/v2/caller-identity", _caller),
    Operation("GET", "/api/v2/members", _members),
    Operation("GET", "/api/v2/members/{member}", _member),
    Operation("GET", "/api/v2/teams", _teams),
    Operation("GET", "/api/v2/teams/{team}", _team),
)
