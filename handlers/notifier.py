"""Says notices in Slack: the cards, their threads, the reports. What Slack refuses becomes a `NotDelivered`."""

from __future__ import annotations

from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.actors import MessageAt, Place
from bot.domain.notices import ChangeView, EvaluationView, HistoryView
from bot.usecases.ports import Clock, NotDelivered
from handlers import messages
from handlers.calls import NotTaken, taken
from handlers.messages import Message

FINAL = frozenset({"channel_not_found", "is_archived", "not_in_channel", "restricted_action"})
"""Errors of ``chat.postMessage`` that trying again does not mend. A bad token is none: a restart brings a good one."""

LOST = frozenset({"message_not_found", "cant_update_message", "edit_window_closed"})
"""Errors of ``chat.update`` after which the message has to be posted anew."""


class SlackNotifier:
    """A `Notifier` over Slack's Web API."""

    def __init__(self, client: AsyncWebClient, clock: Clock) -> None:
        self._client = client
        self._clock = clock

    async def card(self, view: ChangeView, place: Place, at: MessageAt | None) -> MessageAt:
        """The one message of a change."""
        return await self._show(messages.card(view, now=self._clock.now()), place.channel, at)

    async def history(self, view: HistoryView, card: MessageAt) -> MessageAt:
        """One line in the card's thread."""
        message = messages.history(view)
        return await self._call(self._client.chat_postMessage, message, channel=card.channel, thread_ts=card.ts)

    async def evaluation(self, view: EvaluationView, place: Place, at: MessageAt | None) -> MessageAt:
        """The one message about an evaluation left running."""
        return await self._show(messages.evaluation_report(view), place.channel, at)

    async def _show(self, message: Message, channel: str, at: MessageAt | None) -> MessageAt:
        if at is not None:
            try:
                return await self._call(self._client.chat_update, message, channel=at.channel, ts=at.ts)
            except NotDelivered as error:
                if error.error not in LOST:
                    raise
        return await self._call(self._client.chat_postMessage, message, channel=channel)

    async def _call(self, method: Any, message: Message, **arguments: Any) -> MessageAt:
        if method == self._client.chat_postMessage:
            arguments |= {"unfurl_links": False, "unfurl_media": False}
        blocks = [dict(block) for block in message.blocks]
        try:
            answer = await taken(method(text=message.text, blocks=blocks, **arguments))
        except NotTaken as error:
            final = error.code in FINAL and method == self._client.chat_postMessage
            raise NotDelivered(error.code, retry_after=error.retry_after, final=final) from error
        return MessageAt(str(answer["channel"]), str(answer["ts"]))
