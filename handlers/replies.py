"""Sends a reply: through the `response_url`, else into the conversation, else as a direct message."""

from __future__ import annotations

from collections.abc import Awaitable, Iterator
from dataclasses import dataclass
from typing import Any

from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.logs import get_logger
from handlers.messages import Message
from handlers.slack_calls import NotTaken, taken

log = get_logger(__name__)

TAKEN = 200


@dataclass(frozen=True, slots=True)
class Reply:
    """How to reply to one person. Without a channel (a modal opened outside of one) it is a direct message."""

    client: AsyncWebClient
    user_id: str
    channel: str | None = None
    thread_ts: str | None = None
    respond: AsyncRespond | None = None
    direct: bool = False
    """Whether the conversation is a direct message with the bot, so that nobody else reads it."""

    async def say(self, message: Message, *, replace: bool = False) -> None:
        """Send a message that only this person sees; `replace` replaces the ephemeral message that was clicked.

        Goes on to the next way unless it may have arrived. Never raises: when Slack refuses, that is logged.
        """
        content: dict[str, Any] = {"text": message.text, "blocks": [dict(block) for block in message.blocks]}
        failure: NotTaken | None = None
        for way, call in self._ways(content, replace):
            try:
                await taken(call)
            except NotTaken as error:
                failure = error
                log.warning("reply.not_taken", way=way, error=error.code)
                if way != "response_url" and error.unsure:
                    break
            else:
                return
        assert failure is not None  # noqa: S101 - a direct message is always among the ways
        log.error("reply.not_delivered", error=failure.code, unsure=failure.unsure)

    async def delete_original(self) -> None:
        """Delete the ephemeral question that was clicked, once it is answered elsewhere. Never raises."""
        if self.respond is not None:
            try:
                await taken(self.respond(delete_original=True))
            except NotTaken as error:
                log.warning("reply.not_taken_back", error=error.code)

    def _ways(self, content: dict[str, Any], replace: bool) -> Iterator[tuple[str, Awaitable[object]]]:
        """The calls to try, in order."""
        if self.respond is not None:
            yield "response_url", self._through_url(self.respond, content, replace)
        silent: dict[str, Any] = {"unfurl_links": False, "unfurl_media": False}
        if self.channel is not None and self.direct:
            post = self.client.chat_postMessage(channel=self.channel, thread_ts=self.thread_ts, **content, **silent)
            yield "chat.postMessage", post
        elif self.channel is not None:
            recipient: dict[str, Any] = {"channel": self.channel, "user": self.user_id, "thread_ts": self.thread_ts}
            yield "chat.postEphemeral", self.client.chat_postEphemeral(**recipient, **content)
        yield "direct message", self.client.chat_postMessage(channel=self.user_id, **content, **silent)

    async def _through_url(self, respond: AsyncRespond, content: dict[str, Any], replace: bool) -> None:
        answer = await respond(
            **content,
            response_type="ephemeral",
            replace_original=replace,
            unfurl_links=False,
            unfurl_media=False,
            thread_ts=None if replace else self.thread_ts,
        )
        if answer.status_code != TAKEN:
            raise NotTaken(f"http {answer.status_code}")
