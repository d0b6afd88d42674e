"""Posts notices to Slack: cards, their threads, reports. When Slack refuses, it raises `NotDelivered`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.actors import MessageAt, Place
from bot.domain.changes import Change
from bot.domain.drift import Silence
from bot.domain.notices import ChangeView, DriftView, HistoryView, ReminderView, Spot, TroubleView
from bot.ports import Clock, NotDelivered
from handlers import ids, messages
from handlers.messages import Message
from handlers.slack_calls import NotTaken, taken

FINAL = frozenset(
    {
        "cannot_dm_bot", "channel_not_found", "is_archived", "messages_tab_disabled", "not_in_channel",
        "restricted_action", "restricted_action_read_only_channel", "restricted_action_thread_only_channel",
        "team_access_not_granted", "user_disabled", "user_not_found",
    }
)  # fmt: skip
"""Errors of ``chat.postMessage`` that a retry does not fix. A bad token is not among them: a restart can fix it."""

GONE = frozenset({"message_not_found", "cant_update_message", "edit_window_closed"})
"""Errors of ``chat.update`` after which the message has to be posted again."""

CLOSED = {"is_inactive": "is_archived"}
"""The error of ``chat.update`` for a channel in which nothing can be edited, and that of ``chat.postMessage``."""


PAGE, PAGES = 200, 10
"""Messages read per call when searching a conversation, and the number of calls."""

SKEW = timedelta(minutes=10)
"""The largest difference assumed between Slack's clock and ours."""


class SlackNotifier:
    """A `Notifier` over Slack's Web API. `user_id` is the bot's own: only its messages count as ours."""

    def __init__(self, client: AsyncWebClient, clock: Clock, user_id: str = "", post: str = "") -> None:
        self._client = client
        self._clock = clock
        self._user_id = user_id
        self._post_id = post

    def posting(self, post: str) -> SlackNotifier:
        """A notifier that marks its messages with this post id."""
        return SlackNotifier(self._client, self._clock, self._user_id, post)

    async def find(self, post: str, spot: Spot, since: datetime) -> MessageAt | None:
        """Find the message of this post id, sent after `since`. Returns None when it was not sent.

        Raises `NotDelivered` when that cannot be determined.
        """
        where: dict[str, Any] = {"channel": spot.channel, "limit": PAGE, "include_all_metadata": True}
        where["oldest"] = f"{(since - SKEW).timestamp():.6f}"
        look: Callable[..., Awaitable[Any]] = self._client.conversations_history
        if spot.thread_ts is not None:
            look, where["ts"] = self._client.conversations_replies, spot.thread_ts
        for _ in range(PAGES):
            try:
                answer = await taken(look(**where))
            except NotTaken as error:
                raise NotDelivered(error.code, retry_after=error.retry_after, unsure=True) from error
            for message in answer.get("messages") or ():
                if self._is(message, post):
                    return MessageAt(spot.channel, str(message["ts"]))
            where["cursor"] = (answer.get("response_metadata") or {}).get("next_cursor")
            if not where["cursor"]:
                return None
        raise NotDelivered("too much was said meanwhile", unsure=True)

    def _is(self, message: Mapping[str, Any], post: str) -> bool:
        metadata = message.get("metadata") or {}
        ours = self._user_id in ("", message.get("user"))
        payload = metadata.get("event_payload") or {}
        return ours and metadata.get("event_type") == ids.POST and payload.get("post") == post

    async def card(self, view: ChangeView, place: Place, at: MessageAt | None) -> MessageAt:
        """The one message of a change."""
        return await self._show(messages.card(view, now=self._clock.now()), place.channel, at)

    async def history(self, view: HistoryView, card: MessageAt) -> MessageAt:
        """One line in the card's thread."""
        message = messages.history(view)
        return await self._post(message, card.channel, card.ts)

    async def missed(self, change: Change, place: Place, at: MessageAt | None) -> MessageAt:
        """The message that a scheduled change did not take effect at its time."""
        return await self._show(messages.missed(change), place.channel, at)

    async def reminder(self, view: ReminderView, place: Place, at: MessageAt | None) -> MessageAt:
        """A report about evaluations left running, or a sample of one."""
        return await self._show(messages.reminder(view), place.channel, at)

    async def drift(self, view: DriftView, place: Place, at: MessageAt | None) -> MessageAt:
        """The one message about a change of what is live that was made outside the bot."""
        return await self._show(messages.drift_card(view), place.channel, at)

    async def silence(self, silence: Silence, place: Place, at: MessageAt | None) -> MessageAt:
        """The one message about a provider that does not answer the drift watch."""
        return await self._show(messages.silence(silence), place.channel, at)

    async def trouble(self, view: TroubleView, place: Place, at: MessageAt | None) -> MessageAt:
        """The one message about a channel that accepts no messages."""
        return await self._show(messages.trouble(view), place.channel, at)

    async def _show(self, message: Message, channel: str, at: MessageAt | None) -> MessageAt:
        if at is None:
            return await self._post(message, channel)
        call = self._client.chat_update(text=message.text, blocks=_blocks(message), channel=at.channel, ts=at.ts)
        try:
            return _where(await taken(call))
        except NotTaken as error:
            raise _problem(error, final=error.code in CLOSED, gone=error.code in GONE) from error

    async def _post(self, message: Message, channel: str, thread_ts: str | None = None) -> MessageAt:
        call = self._client.chat_postMessage(
            channel=channel,
            thread_ts=thread_ts,
            text=message.text,
            blocks=_blocks(message),
            unfurl_links=False,
            unfurl_media=False,
            metadata={"event_type": ids.POST, "event_payload": {"post": self._post_id}} if self._post_id else None,
        )
        try:
            return _where(await taken(call))
        except NotTaken as error:
            raise _problem(error, final=error.code in FINAL) from error


def _blocks(message: Message) -> list[dict[str, Any]]:
    return [dict(block) for block in message.blocks]


def _where(answer: Any) -> MessageAt:
    return MessageAt(str(answer["channel"]), str(answer["ts"]))


def _problem(error: NotTaken, *, final: bool, gone: bool = False) -> NotDelivered:
    return NotDelivered(
        CLOSED.get(error.code, error.code),
        retry_after=error.retry_after,
        final=final,
        gone=gone,
        unsure=error.unsure,
        unreached=error.unreached,
    )
