"""The Web API methods that the bot calls. Any other is answered with `unknown_method`, a log entry and a notice.

Errors have Slack's names for each method; `response_metadata.messages` has details where Slack gives them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bot.logs import get_logger
from bot.services.slack import directory, history
from bot.services.slack.delivery import Delivery, socket_needed
from bot.services.slack.directory import need_scope
from bot.services.slack.model import Channel, Json, Message, RateLimited, SlackError, View
from bot.services.slack.payloads import message_object
from bot.services.slack.posts import (
    bot_message,
    checked_blocks,
    checked_content,
    checked_text,
    checked_view,
    parsed,
    thread_of,
)
from bot.services.slack.workspace import Workspace, looks_real

_log = get_logger(__name__)

UPDATE_TEXT = 4_000
"""Maximum characters of text in chat.update without blocks (msg_too_long)."""

Args = Mapping[str, Any]

NEEDED = {
    "chat.postMessage": "chat:write",
    "chat.postEphemeral": "chat:write",
    "chat.update": "chat:write",
    "chat.delete": "chat:write",
    "users.info": "users:read",
    "users.list": "users:read",
    "bots.info": "users:read",
    "conversations.open": "im:write",
    "usergroups.users.list": "usergroups:read",
    "team.info": "team:read",
}
"""The scope that a method needs. Histories look at the kind of the conversation; its other reads are not checked."""


class WebApi:
    """All methods over one workspace; `posted` is called with every message that is not ephemeral."""

    def __init__(self, workspace: Workspace, delivery: Delivery, posted: Callable[[Message], None]) -> None:
        self._workspace = workspace
        self._delivery = delivery
        self._posted = posted
        self._methods: dict[str, Callable[[Args], Json]] = {
            "auth.test": self._auth_test,
            "apps.connections.open": self._connections_open,
            "chat.postMessage": self._post_message,
            "chat.update": self._update,
            "chat.delete": self._delete,
            "chat.postEphemeral": self._post_ephemeral,
            "chat.getPermalink": self._permalink,
            "views.open": self._views_open,
            "views.push": self._views_push,
            "views.update": self._views_update,
            "views.publish": self._views_publish,
            **{name: self._read(method) for name, method in (directory.METHODS | history.METHODS).items()},
        }

    def _read(self, method: Callable[[Workspace, Args], Json]) -> Callable[[Args], Json]:
        return lambda args: method(self._workspace, args)

    @property
    def methods(self) -> frozenset[str]:
        """The names of all supported methods."""
        return frozenset(self._methods)

    def call(self, method: str, args: Args, token: str) -> Json:
        """Call a method and return its response, without ``ok``. Raises `SlackError`, `RateLimited`."""
        if method not in self._methods:
            _log.warning("the bot called a method that the playground does not play", method=method)
            self._workspace.notice(f"the bot called {method}, which the playground does not play (unknown_method)")
            raise SlackError("unknown_method", extra={"req_method": method})
        self._authorize(method, token)
        if method in NEEDED:
            need_scope(self._workspace, NEEDED[method])
        if self._workspace.rates and (wait := self._workspace.rates.wait(method, str(args.get("channel")))):
            raise RateLimited(wait)
        return self._methods[method](args)

    def _authorize(self, method: str, token: str) -> None:
        bot = self._workspace.bot
        if not token:
            raise SlackError("not_authed")
        if token not in (bot.token, bot.app_token):
            if looks_real(token):
                _log.warning("a token that looks real was sent to the playground: refused, and not kept")
                self._workspace.notice(
                    "the bot sent what looks like a real Slack token to the playground. It was refused and not kept: "
                    "unset SLACK_BOT_TOKEN and SLACK_APP_TOKEN, and revoke it if this surprises you"
                )
            raise SlackError("invalid_auth")
        if (token == bot.app_token) != (method == "apps.connections.open"):
            raise SlackError("not_allowed_token_type")

    # The app itself

    def _auth_test(self, _args: Args) -> Json:
        workspace = self._workspace
        return {
            "url": f"https://{workspace.team.domain}.slack.com/",
            "team": workspace.team.name,
            "user": workspace.bot.name,
            "team_id": workspace.team.id,
            "user_id": workspace.bot.user_id,
            "bot_id": workspace.bot.bot_id,
            "is_enterprise_install": False,
            **({"enterprise_id": workspace.team.enterprise_id} if workspace.team.enterprise_id else {}),
        }

    def _connections_open(self, args: Args) -> Json:
        sockets = socket_needed(self._delivery)
        return {"url": f"{args['_base_url'].replace('http', 'ws', 1)}/socket?ticket={sockets.new_ticket()}"}

    # Messages

    def _channel_to_post(self, args: Args) -> Channel:
        """The channel to post in, given by id, by name, or by user id for direct messages. Raises `SlackError`."""
        workspace, name = self._workspace, required(args, "channel")
        channel = workspace.channels.get(workspace.im_of(name) if name in workspace.people else name)
        if channel is None:
            named = (one for one in workspace.channels.values() if not one.is_im and one.name == name.removeprefix("#"))
            channel = next(named, None)
        if channel is None:
            raise SlackError("channel_not_found")
        if channel.is_archived:
            raise SlackError("is_archived")
        if not channel.bot_is_member:
            if channel.is_private:
                raise SlackError("channel_not_found")
            if "chat:write.public" not in workspace.bot.scopes:
                raise SlackError("not_in_channel")
        return channel

    def _post_message(self, args: Args) -> Json:
        channel = self._channel_to_post(args)
        content = checked_content(self._workspace, args)
        thread_ts = thread_of(self._workspace, channel.id, args.get("thread_ts"))
        metadata = checked_metadata(args)
        message = bot_message(self._workspace, channel.id, content, thread_ts=thread_ts, metadata=metadata)
        self._posted(message)
        return {"channel": channel.id, "ts": message.ts, "message": message_object(self._workspace, message)}

    def _post_ephemeral(self, args: Args) -> Json:
        channel, user = self._channel_to_post(args), required(args, "user")
        content = checked_content(self._workspace, args)
        person = self._workspace.people.get(user)
        if person is None or person.deleted or user not in self._workspace.members_of(channel):
            raise SlackError("user_not_in_channel")
        thread_ts = thread_of(self._workspace, channel.id, args.get("thread_ts"))
        message = bot_message(self._workspace, channel.id, content, thread_ts=thread_ts, reader=user)
        return {"message_ts": message.ts}

    def _own_message(self, args: Args, error: str) -> Message:
        channel, ts = required(args, "channel"), required(args, "ts")
        if channel not in self._workspace.channels:
            raise SlackError("channel_not_found")
        message = self._workspace.message(channel, ts)
        if message is None or message.reader:
            raise SlackError("message_not_found")
        if message.user != self._workspace.bot.user_id:
            raise SlackError(error)
        if self._workspace.channels[channel].is_archived:
            raise SlackError("is_inactive")
        return message

    def _update(self, args: Args) -> Json:
        message = self._own_message(args, "cant_update_message")
        has_text, has_blocks = args.get("text") is not None, args.get("blocks") is not None
        if not has_text and not has_blocks:
            raise SlackError("no_text")
        text = checked_text(args) if has_text else message.text
        blocks = checked_blocks(self._workspace, args) if has_blocks else []
        if not text and not blocks:
            raise SlackError("no_text")
        if not blocks and len(text) > UPDATE_TEXT:
            raise SlackError("msg_too_long")
        message.metadata = checked_metadata(args) if "metadata" in args else message.metadata
        self._workspace.edit(message, text=text, blocks=blocks, edited=not blocks)
        body = message_object(self._workspace, message)
        return {"channel": message.channel, "ts": message.ts, "text": text, "message": body}

    def _delete(self, args: Args) -> Json:
        message = self._own_message(args, "cant_delete_message")
        self._workspace.remove(message)
        return {"channel": message.channel, "ts": message.ts}

    def _permalink(self, args: Args) -> Json:
        channel, ts = required(args, "channel"), required(args, "message_ts")
        message = self._workspace.message(channel, ts)
        if channel not in self._workspace.channels:
            raise SlackError("channel_not_found")
        if message is None or message.reader:
            raise SlackError("message_not_found")
        link = f"{args['_base_url']}/archives/{channel}/p{ts.replace('.', '')}"
        return {
            "channel": channel,
            "permalink": link + (f"?thread_ts={message.thread_ts}" if message.thread_ts else ""),
        }

    # Views

    def _views_open(self, args: Args) -> Json:
        trigger_id = required(args, "trigger_id")
        body = self._new_body(args, "modal")
        trigger = self._workspace.permits.use_trigger(trigger_id)
        if trigger.view_id is None or self._workspace.view(trigger.view_id) is None:
            self._workspace.clear(trigger.user)
        return self._pushed(trigger.user, body)

    def _views_push(self, args: Args) -> Json:
        trigger_id = required(args, "trigger_id")
        body = self._new_body(args, "modal")
        trigger = self._workspace.permits.use_trigger(trigger_id)
        if trigger.view_id is None or self._workspace.view(trigger.view_id) is None:
            raise SlackError("invalid_trigger_id", "[ERROR] views.push needs a trigger that arose in an open modal")
        return self._pushed(trigger.user, body)

    def _pushed(self, user: str, body: Json) -> Json:
        view = self._workspace.new_view(user, body)
        self._workspace.push(view)
        return {"view": self._workspace.shown_view(view)}

    def _new_body(self, args: Args, kind: str, replaces: View | None = None) -> Json:
        body = checked_view(required(args, "view"), kind)
        same = self._workspace.view_by_external_id(body["external_id"]) if "external_id" in body else None
        if same is not None and same is not replaces:
            raise SlackError("duplicate_external_id")
        return body

    def _views_update(self, args: Args) -> Json:
        view_id, external_id = args.get("view_id"), args.get("external_id")
        view = self._workspace.view(str(view_id)) if view_id else self._workspace.view_by_external_id(str(external_id))
        if view is None:
            raise SlackError("not_found")
        return self._replaced(view, args, self._new_body(args, view.type, view))

    def _views_publish(self, args: Args) -> Json:
        user = required(args, "user_id")
        home = self._workspace.home(user)
        body = self._new_body(args, "home", home)
        if user not in self._workspace.people:
            raise SlackError("user_not_found")
        if home is None:
            return {"view": self._workspace.shown_view(self._workspace.publish(user, body))}
        return self._replaced(home, args, body)

    def _replaced(self, view: View, args: Args, body: Json) -> Json:
        if args.get("hash") and args["hash"] != view.hash:
            raise SlackError("hash_conflict")
        self._workspace.replace_view(view, body)
        return {"view": self._workspace.shown_view(view)}


def required(args: Args, name: str) -> Any:
    """Return a required argument. Raises `SlackError` (invalid_arguments)."""
    value = args.get(name)
    if value in (None, ""):
        raise SlackError("invalid_arguments", f"[ERROR] missing required field: {name}")
    return value


def checked_metadata(args: Args) -> Json | None:
    """Message metadata. Returns None for an empty object, which clears it. Raises `SlackError`."""
    metadata = parsed(args.get("metadata"), "invalid_metadata_format")
    if not metadata:
        return None
    if not isinstance(metadata, dict) or not {"event_type", "event_payload"} <= set(metadata):
        raise SlackError("invalid_metadata_schema", "[ERROR] metadata needs event_type and event_payload")
    return metadata
