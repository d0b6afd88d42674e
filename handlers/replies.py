"""Where an answer goes: back through the `response_url`, or as an ephemeral message where that no longer works."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.logs import get_logger
from handlers.messages import Message

log = get_logger(__name__)

TAKEN = 200


@dataclass(frozen=True, slots=True)
class Reply:
    """The way back to one person. Without a channel (a modal opened outside of one) it is a direct message."""

    client: AsyncWebClient
    user_id: str
    channel: str | None = None
    thread_ts: str | None = None
    respond: AsyncRespond | None = None
    direct: bool = False
    """The conversation is a direct one with the bot: nobody else reads it."""

    async def say(self, message: Message, *, replace: bool = False) -> None:
        """Tell this person, and nobody else; `replace` puts it in place of the ephemeral message that was clicked.

        Never raises: an answer that Slack does not take is logged.
        """
        blocks = [dict(block) for block in message.blocks]
        try:
            if self.respond is not None:
                answer = await self.respond(
                    text=message.text,
                    blocks=blocks,
                    response_type="ephemeral",
                    replace_original=replace,
                    unfurl_links=False,
                    unfurl_media=False,
                )
                if answer.status_code == TAKEN:
                    return
                log.warning("reply.response_url", status=answer.status_code)
            await self._post(message.text, blocks)
        except (SlackApiError, SlackClientError, OSError, TimeoutError) as error:
            code = error.response.get("error") if isinstance(error, SlackApiError) else type(error).__name__
            log.warning("reply.not_delivered", error=code)

    async def _post(self, text: str, blocks: list[dict[str, Any]]) -> None:
        if self.channel is None or self.direct:
            await self.client.chat_postMessage(
                channel=self.channel or self.user_id, text=text, blocks=blocks, unfurl_links=False, unfurl_media=False
            )
            return
        await self.client.chat_postEphemeral(
            channel=self.channel, user=self.user_id, text=text, blocks=blocks, thread_ts=self.thread_ts
        )
