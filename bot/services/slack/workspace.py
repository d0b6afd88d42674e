"""The state of the small Slack: people, channels, messages, modals and Home tabs."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.services.slack.events import Audience
from bot.services.slack.faults import Faults, Rates
from bot.services.slack.model import (
    Bot,
    Channel,
    Command,
    Impossible,
    Json,
    Message,
    Person,
    SlackError,
    Team,
    UserGroup,
    View,
)
from bot.services.slack.permits import Permits
from bot.services.slack.traffic_log import Log
from bot.services.storage import Storage

STACK = 3
"""Modals that may lie on each other."""
KEPT_MESSAGES = 5_000
"""Of each channel; the oldest go first."""
EVENTS = frozenset({"app_mention", "message.im", "app_home_opened"})
"""Events an app subscribes to when nothing else is said."""


def wall_clock() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)


class Workspace:
    """One workspace with one app in it.

    `path` is the file that keeps messages, modals, Home tabs and response_urls over a restart (None: memory only);
    `now` is the clock of everything that is written down or runs out, except the three seconds of an acknowledgement.
    """

    def __init__(
        self,
        team: Team,
        people: Iterable[Person],
        channels: Iterable[Channel],
        commands: Sequence[Command] = (),
        *,
        bot: Bot | None = None,
        groups: Iterable[UserGroup] = (),
        path: Path | None = None,
        now: Callable[[], datetime] = wall_clock,
        subscriptions: Iterable[str] = EVENTS,
        rate_limits: bool = True,
    ) -> None:
        self.team = team
        self.bot = bot or Bot()
        for token in (self.bot.token, self.bot.app_token):
            if looks_real(token):
                raise ValueError(
                    "the playground takes made-up tokens only, such as xoxb-playground; a real one was given"
                )
        self.people: dict[str, Person] = {person.id: person for person in people}
        self.channels: dict[str, Channel] = {channel.id: channel for channel in channels}
        for person in self.people.values():
            self._open_im(person)
        self.commands = tuple(commands)
        self.groups: dict[str, UserGroup] = {group.id: group for group in groups}
        self.subscriptions = frozenset(subscriptions)
        self._clock = now
        self.log = Log(self.now)
        self.audience = Audience()
        self.log.added = lambda entry: self.audience.tell("log", entry)
        self.faults = Faults()
        self.rates = Rates() if rate_limits else None
        self._messages: dict[str, dict[str, Message]] = {}
        self._views: dict[str, View] = {}
        self._stacks: dict[str, list[str]] = {}
        self._homes: dict[str, View] = {}
        self._replies: Counter[tuple[str, str]] = Counter()
        self._last_micro = 0
        self._storage = Storage(path)
        self.permits = Permits(self._storage, self.now)
        self._load()

    def _load(self) -> None:
        for body in self._storage.all("message"):
            message = Message(**body)
            self._messages.setdefault(message.channel, {})[message.ts] = message
            self._count_reply(message, 1)
            self._last_micro = max(self._last_micro, int(message.ts.replace(".", "")))
        for user, views in self._storage.all("stack"):
            self._stacks[user] = [view["id"] for view in views]
            self._views.update({view["id"]: View(**view) for view in views})
        self._homes = {body["user"]: View(**body) for body in self._storage.all("home")}
        self._views.update({view.id: view for view in self._homes.values()})

    def close(self) -> None:
        """End every open page and give the file back."""
        self.audience.end()
        self._storage.close()

    # Time

    def now(self) -> float:
        """The workspace's clock as Unix time in seconds."""
        return self._clock().timestamp()

    def next_ts(self) -> str:
        """A message's ts: unique and rising."""
        self._last_micro = max(int(self.now() * 1_000_000), self._last_micro + 1)
        return f"{self._last_micro // 1_000_000}.{self._last_micro % 1_000_000:06d}"

    # People and channels

    def set_person(self, person: Person) -> None:
        """Add somebody, or change the standing of somebody who is there."""
        self.people[person.id] = person
        self._open_im(person)

    def set_channel(self, channel: Channel) -> None:
        """Add a channel, or change one that is there."""
        self.channels[channel.id] = channel

    def _open_im(self, person: Person) -> None:
        channel = self.im_of(person.id)
        self.channels[channel] = Channel(channel, self.bot.name, is_im=True, members=(person.id,))

    def im_of(self, user: str) -> str:
        """The channel id of somebody's direct messages with the bot."""
        return f"D{user[1:]}"

    def person(self, user: str) -> Person:
        """Somebody at the page. Raises `Impossible`."""
        if user not in self.people:
            raise Impossible(f"there is no person {user!r} here: choose one from GET /playground/session")
        return self.people[user]

    def team_of(self, person: Person) -> str:
        """The team to which somebody belongs, which for a stranger is another one."""
        return person.team_id or self.team.id

    def may_see(self, user: str, channel: Channel) -> bool:
        """Whether somebody is in, or may look into, a channel."""
        if channel.members is not None:
            return user in channel.members or not (channel.is_private or channel.is_im or self.people[user].is_stranger)
        return not self.people[user].is_stranger or channel.is_ext_shared

    def channel_for(self, user: str, channel_id: str) -> Channel:
        """A channel as somebody sees it. Raises `Impossible`."""
        channel = self.channels.get(channel_id)
        if channel is None or not self.may_see(self.person(user).id, channel):
            raise Impossible(
                f"{self.person(user).name} can't see channel {channel_id!r}: choose one from the session", 404
            )
        return channel

    def channels_of(self, user: str) -> Iterator[Channel]:
        """The channels somebody sees."""
        return (channel for channel in self.channels.values() if self.may_see(user, channel))

    def members_of(self, channel: Channel) -> list[str]:
        """Who is in a channel, the bot included where it is."""
        people = [user for user in self.people if self.may_see(user, channel)]
        if channel.members is not None:
            people = [user for user in channel.members if user in self.people]
        return [*people, self.bot.user_id] if channel.bot_is_member else people

    # Messages

    def post(self, message: Message) -> Message:
        """Add a message and tell the pages."""
        kept = self._messages.setdefault(message.channel, {})
        kept[message.ts] = message
        self._count_reply(message, 1)
        if len(kept) > KEPT_MESSAGES:
            oldest = next(iter(kept))
            del kept[oldest]
            self._storage.drop("message", f"{message.channel} {oldest}")
        self._written(message)
        if message.thread_ts and message.thread_ts in kept:
            self._tell(kept[message.thread_ts])
        return message

    def edit(self, message: Message, *, text: str, blocks: list[Json], edited: bool) -> None:
        """Change what a message says; what it said before stays clickable for whoever still looks at it."""
        message.earlier = [message.blocks, *message.earlier][:5]
        message.text, message.blocks, message.edited = text, blocks, message.edited or edited
        self._written(message)

    def remove(self, message: Message) -> None:
        """Delete a message and tell the pages."""
        del self._messages[message.channel][message.ts]
        self._count_reply(message, -1)
        self._storage.drop("message", f"{message.channel} {message.ts}")
        which = {"ephemeral_id": message.ephemeral_id} if message.reader else {"ts": message.ts}
        self.audience.tell("deleted", {"channel": message.channel, **which}, lambda user: self._reads(user, message))
        parent = self.message(message.channel, message.thread_ts or "")
        if parent:
            self._tell(parent)

    def message(self, channel: str, ts: str) -> Message | None:
        """One message, ephemeral or not."""
        return self._messages.get(channel, {}).get(ts)

    def messages(self, channel: str, user: str, thread_ts: str | None = None) -> list[Message]:
        """What somebody sees in a channel (top level) or in one thread, its first message included; oldest first."""
        return [
            message
            for message in self._messages.get(channel, {}).values()
            if self._reads(user, message) and (message.thread_ts == thread_ts or message.ts == thread_ts)
        ]

    def conversation(self, channel: str) -> list[Message]:
        """Everything that was said to everybody in a channel, threads included; oldest first."""
        return [message for message in self._messages.get(channel, {}).values() if message.reader is None]

    def replies(self, message: Message) -> int:
        """How many answers the thread of a message has."""
        return self._replies[message.channel, message.ts]

    def _count_reply(self, message: Message, step: int) -> None:
        if message.thread_ts and message.reader is None:
            self._replies[message.channel, message.thread_ts] += step

    def shown(self, message: Message) -> Json:
        """A message as the page reads it."""
        is_bot = message.user == self.bot.user_id
        return {
            "ts": message.ts,
            "channel": message.channel,
            "user": message.user,
            "username": self.bot.name if is_bot else self.people[message.user].name,
            "is_bot": is_bot,
            "text": message.text,
            "blocks": message.blocks,
            "reply_count": self.replies(message),
            "ephemeral": message.reader is not None,
            "edited": message.edited,
            "time": float(message.ts),
            **({"thread_ts": message.thread_ts} if message.thread_ts else {}),
            **({"ephemeral_id": message.ephemeral_id} if message.reader else {}),
        }

    def _reads(self, user: str, message: Message) -> bool:
        if user not in self.people or message.reader not in (None, user):
            return False
        return self.may_see(user, self.channels[message.channel])

    def _written(self, message: Message) -> None:
        self._storage.put("message", f"{message.channel} {message.ts}", asdict(message))
        self._tell(message)

    def _tell(self, message: Message) -> None:
        data = {"channel": message.channel, "message": self.shown(message)}
        self.audience.tell("message", data, lambda user: self._reads(user, message))

    def notice(self, text: str, user: str | None = None) -> None:
        """Say something loudly in the page, to one person or to all."""
        self.audience.tell("notice", {"text": text}, lambda reader: user in (None, reader))

    # Modals and Home tabs

    def new_view(self, user: str, body: Json, prefix: str = "V") -> View:
        """A view that is not shown yet."""
        view_id = f"{prefix}{secrets.token_hex(5).upper()}"
        return View(view_id, user, body, self._new_hash(), root_id=view_id)

    def push(self, view: View) -> None:
        """Lay a modal on top of what its person has open. Raises `SlackError` (push_limit_reached)."""
        stack = self._stacks.setdefault(view.user, [])
        if len(stack) >= STACK:
            raise SlackError("push_limit_reached")
        if stack:
            view.root_id, view.previous_id = stack[0], stack[-1]
        stack.append(view.id)
        self._views[view.id] = view
        self._stack_changed(view.user)

    def replace_view(self, view: View, body: Json) -> None:
        """Change what a view shows; its hash changes with it."""
        view.body, view.hash = body, self._new_hash()
        if view.type == "home":
            self._home_changed(view)
        else:
            self._stack_changed(view.user)

    def publish(self, user: str, body: Json) -> View:
        """Set somebody's Home tab for the first time; later it is changed with `replace_view`."""
        view = self._homes[user] = self.new_view(user, body)
        self._views[view.id] = view
        self._home_changed(view)
        return view

    def set_state(self, view: View, state: Mapping[str, Any]) -> None:
        """Remember what somebody has chosen in a view so far."""
        view.state = dict(state)

    def pop(self, view: View) -> None:
        """Close one modal; the one below, if any, shows again."""
        self._stacks[view.user].remove(view.id)
        del self._views[view.id]
        self._stack_changed(view.user)

    def clear(self, user: str) -> None:
        """Close all modals of somebody."""
        closed = self._stacks.pop(user, [])
        for view_id in closed:
            del self._views[view_id]
        if closed:
            self._stack_changed(user)

    def view(self, view_id: str) -> View | None:
        """A view that is open now."""
        return self._views.get(view_id)

    def view_by_external_id(self, external_id: str) -> View | None:
        """A view that the app named itself."""
        return next((view for view in self._views.values() if view.body.get("external_id") == external_id), None)

    def stack(self, user: str) -> list[View]:
        """Open modals of somebody, lowest first."""
        return [self._views[view_id] for view_id in self._stacks.get(user, [])]

    def home(self, user: str) -> View | None:
        """Somebody's Home tab, once it was published."""
        return self._homes.get(user)

    def shown_view(self, view: View) -> Json:
        """A view as Slack describes it, in payloads and to the page."""
        return {
            "id": view.id,
            "team_id": self.team.id,
            "private_metadata": "",
            "callback_id": "",
            "clear_on_close": False,
            "notify_on_close": False,
            "submit": None,
            "close": None,
            "external_id": "",
            **view.body,
            "state": {"values": view.state},
            "hash": view.hash,
            "root_view_id": view.root_id,
            "previous_view_id": view.previous_id,
            "app_id": self.bot.app_id,
            "app_installed_team_id": self.team.id,
            "bot_id": self.bot.bot_id,
        }

    def modal_event(self, user: str) -> Json:
        """What the page must know of somebody's modals."""
        stack = self.stack(user)
        return {"view": self.shown_view(stack[-1]) if stack else None, "depth": len(stack)}

    def _new_hash(self) -> str:
        return f"{int(self.now())}.{secrets.token_hex(4)}"

    def _stack_changed(self, user: str) -> None:
        self._storage.put("stack", user, [user, [asdict(view) for view in self.stack(user)]])
        self.audience.tell("modal", self.modal_event(user), lambda reader: reader == user)

    def _home_changed(self, view: View) -> None:
        self._storage.put("home", view.user, asdict(view))
        self.audience.tell("home", {"view": self.shown_view(view)}, lambda reader: reader == view.user)


def looks_real(token: str) -> bool:
    """Whether a token looks like one that Slack itself gave out."""
    kind, _, rest = token.partition("-")
    return kind in ("xoxb", "xoxp", "xapp", "xoxa", "xoxr", "xoxe", "xoxe.xoxb", "xoxe.xoxp") and rest[:1].isdigit()
