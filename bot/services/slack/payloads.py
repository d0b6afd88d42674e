"""The payloads that Slack sends to an app; they are the same over Socket Mode and HTTP."""

from __future__ import annotations

import secrets
from typing import Any

from bot.services.slack.model import Channel, Json, Message, Person, View
from bot.services.slack.typed import escaped_message
from bot.services.slack.workspace import Workspace

VERIFICATION_TOKEN = "playground"  # noqa: S105 - a deprecated field of every payload, which nobody checks


def slash_command(
    workspace: Workspace, person: Person, channel: Channel, command: str, text: str, response_url: str
) -> dict[str, str]:
    """The payload of a slash command: a flat object of strings."""
    grid = {}
    if workspace.team.enterprise_id:
        grid = {
            "enterprise_id": workspace.team.enterprise_id,
            "enterprise_name": workspace.team.enterprise_name or workspace.team.enterprise_id,
        }
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": workspace.team_of(person),
        "team_domain": workspace.team.domain,
        **grid,
        "channel_id": channel.id,
        "channel_name": _name(channel),
        "user_id": person.id,
        "user_name": person.username,
        "command": command,
        "text": text,
        "api_app_id": workspace.bot.app_id,
        "is_enterprise_install": "false",
        "response_url": response_url,
        "trigger_id": workspace.permits.new_trigger(person.id),
    }


def _name(channel: Channel) -> str:
    """A channel's name in payloads; those of private channels are hidden."""
    return "directmessage" if channel.is_im else "privategroup" if channel.is_private else channel.name


def message_object(workspace: Workspace, message: Message) -> Json:
    """A message as JSON, for payloads and Web API responses."""
    is_bot = message.user == workspace.bot.user_id
    return {
        "type": "message",
        "user": message.user,
        "text": message.text,
        "team": workspace.team.id,
        "ts": message.ts,
        "blocks": message.blocks,
        **({"bot_id": workspace.bot.bot_id, "app_id": workspace.bot.app_id} if is_bot else {}),
        **({"thread_ts": message.thread_ts} if message.thread_ts else {}),
        **({"edited": {"user": message.user, "ts": message.ts}} if message.edited else {}),
        **({"metadata": message.metadata} if message.metadata else {}),
    }


def _base(workspace: Workspace, kind: str, person: Person) -> Json:
    team = workspace.team
    enterprise = {"id": team.enterprise_id, "name": team.enterprise_name} if team.enterprise_id else None
    return {
        "type": kind,
        "team": {
            "id": team.id,
            "domain": team.domain,
            **({"enterprise_id": team.enterprise_id, "enterprise_name": team.enterprise_name} if enterprise else {}),
        },
        "enterprise": enterprise,
        "is_enterprise_install": False,
        "user": {
            "id": person.id,
            "username": person.username,
            "name": person.username,
            "team_id": workspace.team_of(person),
        },
        "api_app_id": workspace.bot.app_id,
        "token": VERIFICATION_TOKEN,
    }


def _message_context(workspace: Workspace, message: Message) -> Json:
    channel = workspace.channels[message.channel]
    container = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": channel.id,
        "is_ephemeral": message.reader is not None,
        **({"thread_ts": message.thread_ts} if message.thread_ts else {}),
    }
    context: Json = {"container": container, "channel": {"id": channel.id, "name": _name(channel)}}
    if message.reader is None:
        context["message"] = message_object(workspace, message)
    return context


def _view_context(workspace: Workspace, view: View) -> Json:
    return {"container": {"type": "view", "view_id": view.id}, "view": workspace.shown_view(view)}


def message_action(
    workspace: Workspace, person: Person, message: Message, action: Json, state: Json, response_url: str
) -> Json:
    """The payload of a click in a message; it does not include the message if that is ephemeral."""
    return {
        **_base(workspace, "block_actions", person),
        **_message_context(workspace, message),
        "trigger_id": workspace.permits.new_trigger(person.id),
        "response_url": response_url,
        "state": {"values": state},
        "actions": [{**action, "action_ts": workspace.next_ts()}],
    }


def view_action(workspace: Workspace, person: Person, view: View, action: Json) -> Json:
    """The payload of a click in a modal or a Home tab; it has no channel and no response_url."""
    modal = view.id if view.type == "modal" else None
    return {
        **_base(workspace, "block_actions", person),
        **_view_context(workspace, view),
        "trigger_id": workspace.permits.new_trigger(person.id, modal),
        "actions": [{**action, "action_ts": workspace.next_ts()}],
    }


def suggestion(
    workspace: Workspace, person: Person, place: Message | View, block_id: str, action_id: str, query: str
) -> Json:
    """The payload of a person's typing in an external select."""
    context = _message_context(workspace, place) if isinstance(place, Message) else _view_context(workspace, place)
    return {
        **_base(workspace, "block_suggestion", person),
        **context,
        "action_id": action_id,
        "block_id": block_id,
        "value": query,
    }


def view_submission(workspace: Workspace, person: Person, view: View) -> Json:
    """The payload of a submitted modal."""
    return {
        **_base(workspace, "view_submission", person),
        "trigger_id": workspace.permits.new_trigger(person.id, view.id),
        "view": workspace.shown_view(view),
        "response_urls": [],
    }


def view_closed(workspace: Workspace, person: Person, view: View, *, is_cleared: bool) -> Json:
    """The payload of a closed modal, for modals with ``notify_on_close``."""
    return {
        **_base(workspace, "view_closed", person),
        "view": workspace.shown_view(view),
        "is_cleared": is_cleared,
    }


def event(workspace: Workspace, person: Person | None, body: Json) -> Json:
    """Wrap an event in the envelope of the Events API, with a new event_id."""
    team = workspace.team
    stranger_fields = {}
    if person is not None and person.is_stranger:
        stranger_fields = {"user_team": workspace.team_of(person), "source_team": workspace.team_of(person)}
    channel = workspace.channels.get(str(body.get("channel")))
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": team.id,
        **({"enterprise_id": team.enterprise_id} if team.enterprise_id else {}),
        "api_app_id": workspace.bot.app_id,
        "event": {**body, **stranger_fields},
        "type": "event_callback",
        "event_id": f"Ev{secrets.token_hex(5).upper()}",
        "event_time": int(workspace.now()),
        "authorizations": [
            {
                "enterprise_id": team.enterprise_id,
                "team_id": team.id,
                "user_id": workspace.bot.user_id,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": channel is not None and channel.is_ext_shared,
        "event_context": f"4-{secrets.token_hex(8)}",
    }


def message_events(workspace: Workspace, message: Message) -> list[Json]:
    """The subscribed events that a new message raises; none in channels without the bot."""
    channel = workspace.channels[message.channel]
    if not channel.bot_is_member:
        return []
    kind = "im" if channel.is_im else "groups" if channel.is_private else "channels"
    body = {
        **message_object(workspace, message),
        "channel": message.channel,
        "event_ts": message.ts,
        "channel_type": {"im": "im", "groups": "group", "channels": "channel"}[kind],
        **({} if message.user == workspace.bot.user_id else {"client_msg_id": secrets.token_hex(16)}),
    }
    person = workspace.people.get(message.user)
    events: list[Json] = []
    mentioned = f"<@{workspace.bot.user_id}>" in message.text and message.user != workspace.bot.user_id
    if mentioned and not channel.is_im and "app_mention" in workspace.subscriptions:
        mention = {key: value for key, value in body.items() if key != "channel_type"}
        events.append(event(workspace, person, {**mention, "type": "app_mention"}))
    if f"message.{kind}" in workspace.subscriptions:
        events.append(event(workspace, person, body))
    return events


def typed_message(workspace: Workspace, person: Person, channel: Channel, text: str, thread_ts: str | None) -> Message:
    """A message that a person typed, escaped as Slack stores it."""
    escaped = escaped_message(text, workspace)
    return Message(channel.id, workspace.next_ts(), escaped, person.id, [], thread_ts)


def home_opened(workspace: Workspace, person: Person) -> Json:
    """The event of a person opening the Home tab; it includes the view once one has been published."""
    home = workspace.home(person.id)
    body: dict[str, Any] = {
        "type": "app_home_opened",
        "user": person.id,
        "channel": workspace.im_of(person.id),
        "tab": "home",
        "event_ts": workspace.next_ts(),
        **({"view": workspace.shown_view(home)} if home else {}),
    }
    return event(workspace, person, body)
