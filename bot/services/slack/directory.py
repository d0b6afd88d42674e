"""The methods that look up users, conversations, user groups, bots and the team."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.services.slack.model import Channel, Json, Person, SlackError
from bot.services.slack.posts import truth
from bot.services.slack.workspace import Workspace

Args = Mapping[str, Any]

EMAIL_SCOPE = "users:read.email"
"""Without it Slack silently leaves the email address out of profiles."""


def need_scope(workspace: Workspace, scope: str) -> None:
    """Raises `SlackError` (missing_scope) if the app was not granted the scope."""
    granted = workspace.bot.scopes
    if scope not in granted:
        raise SlackError("missing_scope", extra={"needed": scope, "provided": ",".join(granted)})


def user_object(workspace: Workspace, person: Person) -> Json:
    """A person as JSON, as in users.info."""
    offset = datetime.fromtimestamp(workspace.now(), ZoneInfo(person.tz)).utcoffset()
    profile = {
        "real_name": person.name,
        "display_name": person.username,
        "title": person.title,
        **({"email": person.email} if EMAIL_SCOPE in workspace.bot.scopes else {}),
        "team": workspace.team_of(person),
    }
    user = {
        "id": person.id,
        "team_id": workspace.team_of(person),
        "name": person.username,
        "real_name": person.name,
        "deleted": person.deleted,
        "is_bot": person.is_bot,
        "is_app_user": False,
        "profile": profile,
    }
    if person.deleted:
        return user
    user |= {
        "tz": person.tz,
        "tz_label": person.tz,
        "tz_offset": int(offset.total_seconds()) if offset else 0,
        "is_admin": person.is_admin,
        "is_owner": False,
        "is_primary_owner": False,
        "is_restricted": person.is_restricted,
        "is_ultra_restricted": person.is_ultra_restricted,
        "updated": int(workspace.now()),
    }
    if person.is_stranger:
        user["is_stranger"] = True
    if person.enterprise_user is not None:
        user["enterprise_user"] = dict(person.enterprise_user)
    return user


def bot_as_user(workspace: Workspace) -> Json:
    """The bot's own account as JSON, as in users.info."""
    bot = workspace.bot
    person = Person(bot.user_id, bot.name, handle=bot.name, is_bot=True)
    user = user_object(workspace, person)
    user["profile"] |= {"bot_id": bot.bot_id, "api_app_id": bot.app_id}
    return user


def users_info(workspace: Workspace, args: Args) -> Json:
    """One account. Raises `SlackError` (user_not_found)."""
    user = str(args.get("user", ""))
    if user == workspace.bot.user_id:
        return {"user": bot_as_user(workspace)}
    person = workspace.people.get(user)
    if person is None:
        raise SlackError("user_not_found")
    return {"user": user_object(workspace, person)}


def users_list(workspace: Workspace, args: Args) -> Json:
    """A page of all accounts."""
    members = [user_object(workspace, person) for person in workspace.people.values()]
    page, more = paged([*members, bot_as_user(workspace)], args)
    return {"members": page, **more}


def channel_object(workspace: Workspace, channel: Channel) -> Json:
    """A conversation as JSON, as in conversations.info."""
    body: Json = {
        "id": channel.id,
        "created": 0,
        "is_archived": channel.is_archived,
        "is_im": channel.is_im,
        "is_mpim": False,
        "is_channel": not channel.is_im and not channel.is_private,
        "is_group": channel.is_private,
        "is_private": channel.is_private or channel.is_im,
        "is_ext_shared": channel.is_ext_shared,
        "is_shared": channel.is_ext_shared,
        "context_team_id": workspace.team.id,
    }
    if channel.is_im:
        return {**body, "user": (channel.members or ("",))[0]}
    return {
        **body,
        "name": channel.name,
        "name_normalized": channel.name,
        "is_member": channel.bot_is_member,
        "topic": {"value": channel.topic, "creator": "", "last_set": 0},
        "num_members": len(workspace.members_of(channel)),
    }


def channel_to_read(workspace: Workspace, args: Args) -> Channel:
    """The conversation, if the bot may read it. Raises `SlackError` (channel_not_found)."""
    channel = workspace.channels.get(str(args.get("channel", "")))
    if channel is None or (channel.is_private and not channel.bot_is_member):
        raise SlackError("channel_not_found")
    return channel


def conversations_info(workspace: Workspace, args: Args) -> Json:
    """One conversation."""
    return {"channel": channel_object(workspace, channel_to_read(workspace, args))}


def conversations_list(workspace: Workspace, args: Args) -> Json:
    """A page of conversations of the given types, by default public channels."""
    types = {word.strip() for word in str(args.get("types") or "public_channel").split(",")}
    if not types <= {"public_channel", "private_channel", "im", "mpim"}:
        raise SlackError("invalid_types")
    channels = [
        channel_object(workspace, channel)
        for channel in workspace.channels.values()
        if _type(channel) in types
        and (channel.bot_is_member or not channel.is_private)
        and not (channel.is_archived and truth(args.get("exclude_archived")))
    ]
    page, more = paged(channels, args)
    return {"channels": page, **more}


def _type(channel: Channel) -> str:
    return "im" if channel.is_im else "private_channel" if channel.is_private else "public_channel"


def conversations_members(workspace: Workspace, args: Args) -> Json:
    """A page of the members of a conversation."""
    page, more = paged(workspace.members_of(channel_to_read(workspace, args)), args)
    return {"members": page, **more}


def conversations_open(workspace: Workspace, args: Args) -> Json:
    """Open a person's direct messages with the bot. Raises `SlackError`."""
    if args.get("channel"):
        channel = channel_to_read(workspace, args)
    else:
        users = [word.strip() for word in str(args.get("users") or "").split(",") if word.strip()]
        if not users:
            raise SlackError("users_list_not_supplied")
        if len(users) > 1:
            raise SlackError("not_enough_users", "[ERROR] conversations of several people are not played here")
        person = workspace.people.get(users[0])
        if person is None:
            raise SlackError("user_not_found")
        if person.deleted:
            raise SlackError("user_disabled")
        channel = workspace.channels[workspace.im_of(person.id)]
    full = channel_object(workspace, channel) if truth(args.get("return_im")) else {"id": channel.id}
    return {"channel": full, "no_op": True, "already_open": True}


def usergroups_users_list(workspace: Workspace, args: Args) -> Json:
    """The members of a user group. Raises `SlackError` (no_such_subteam)."""
    group = workspace.groups.get(str(args.get("usergroup", "")))
    if group is None or (group.disabled and not truth(args.get("include_disabled"))):
        raise SlackError("no_such_subteam")
    return {"users": list(group.users)}


def bots_info(workspace: Workspace, args: Args) -> Json:
    """The bot. Raises `SlackError` (bot_not_found)."""
    bot = workspace.bot
    if args.get("bot") not in (None, "", bot.bot_id):
        raise SlackError("bot_not_found")
    body = {"id": bot.bot_id, "app_id": bot.app_id, "user_id": bot.user_id, "name": bot.name, "deleted": False}
    return {"bot": {**body, "updated": int(workspace.now()), "icons": {}}}


def team_info(workspace: Workspace, args: Args) -> Json:
    """The workspace. Raises `SlackError` (team_not_found)."""
    team = workspace.team
    if args.get("team") not in (None, "", team.id):
        raise SlackError("team_not_found")
    body: Json = {"id": team.id, "name": team.name, "domain": team.domain, "email_domain": "", "icon": {}}
    if team.enterprise_id:
        body |= {"enterprise_id": team.enterprise_id, "enterprise_name": team.enterprise_name}
    return {"team": body}


def paged(items: Sequence[Any], args: Args) -> tuple[list[Any], Json]:
    """A page of `items` by `limit` and `cursor`, and the next cursor. Raises `SlackError` (invalid_cursor, …)."""
    try:
        start, limit = int(args.get("cursor") or 0), int(args.get("limit") or 200)
    except ValueError:
        raise SlackError("invalid_cursor") from None
    if not 1 <= limit <= 1_000:
        raise SlackError("invalid_limit")
    following = str(start + limit) if start + limit < len(items) else ""
    return list(items[start : start + limit]), {"response_metadata": {"next_cursor": following}}


METHODS: dict[str, Callable[[Workspace, Args], Json]] = {
    "users.info": users_info,
    "users.list": users_list,
    "conversations.info": conversations_info,
    "conversations.list": conversations_list,
    "conversations.members": conversations_members,
    "conversations.open": conversations_open,
    "usergroups.users.list": usergroups_users_list,
    "bots.info": bots_info,
    "team.info": team_info,
}
