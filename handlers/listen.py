"""The one wrapper around every listener: type the payload, acknowledge, hand off to a tracked task, answer for errors.

With ``process_before_response=True`` an exception after the acknowledgement would turn it into a 500, so nothing is
raised once Slack has its answer; no network and no database come before it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.features.guard import StoreUnavailable
from bot.logs import get_logger, new_request_id
from bot.tasks import Tasks
from handlers import messages
from handlers.payloads import BadPayload, Click, Mention, SlashCommand, Submission
from handlers.replies import Reply

log = get_logger(__name__)

PATIENCE = 1.5
"""Seconds after which a person is told that work is under way."""

Payload = TypeVar("Payload", SlashCommand, Click, Submission, Mention)
Heard = TypeVar("Heard", SlashCommand, Click, Mention)
"""What is acknowledged unread; a form is read first, see `handlers.submissions`."""

Work = Callable[[Payload, Reply], Awaitable[None]]
Listener = Callable[..., Awaitable[None]]


class Listeners:
    """Makes Bolt listeners out of typed work."""

    def __init__(self, tasks: Tasks) -> None:
        self._tasks = tasks
        self._last_words: set[asyncio.Future[None]] = set()

    def listener(self, read: Callable[[Mapping[str, Any]], Heard | None], work: Work[Heard]) -> Listener:
        """A listener that acknowledges at once and does `work` in a tracked task. `read` None: nothing to do."""

        async def listen(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient, respond: AsyncRespond) -> None:
            reference = new_request_id()
            await ack()
            try:
                payload = read(body)
            except BadPayload as error:
                log.warning("payload.bad", what=error.what)
                return
            if payload is None:
                return
            self.start(work, payload, reply_to(payload, client, respond), reference)

        return listen

    async def ignore(self, ack: AsyncAck) -> None:
        """An event that the bot has no use for."""
        await ack()

    def start(self, work: Work[Payload], payload: Payload, reply: Reply, reference: str) -> None:
        """Hand work to a tracked task. During a shutdown the person is told to try again."""
        if not self._tasks.spawn(self._run(work, payload, reply, reference), type(payload).__name__):
            log.warning("listener.shutting_down", payload=type(payload).__name__)
            self._last_words.add(word := asyncio.ensure_future(reply.say(messages.shutting_down())))
            word.add_done_callback(self._last_words.discard)

    async def _run(self, work: Work[Payload], payload: Payload, reply: Reply, reference: str) -> None:
        """Do the work; say that it goes on when it is slow; apologise with the reference when it breaks."""
        working = asyncio.ensure_future(work(payload, reply))
        try:
            done, _ = await asyncio.wait({working}, timeout=PATIENCE)
            if not done and not isinstance(payload, Click):
                await reply.say(messages.working(operation(payload)))
            await working
        except asyncio.CancelledError:
            working.cancel()
            await asyncio.wait({working})
            raise
        except StoreUnavailable as error:
            log.exception("store.unavailable", cause=str(error))
            await reply.say(messages.own_database(reference))
        except Exception:
            log.exception("listener.failed", payload=type(payload).__name__)
            await reply.say(messages.apology(reference))


def reply_to(payload: SlashCommand | Click | Mention, client: AsyncWebClient, respond: AsyncRespond) -> Reply:
    """The way back to whoever caused a payload."""
    match payload:
        case SlashCommand():
            return Reply(client, payload.user_id, payload.channel, respond=respond)
        case Click(response_url=None):
            return Reply(client, payload.user_id, payload.channel, thread_of(payload))
        case Click():
            return Reply(client, payload.user_id, payload.channel, thread_of(payload), respond)
        case _:
            # not in a thread of its own: an ephemeral message in a thread that nobody has begun is never seen
            return Reply(client, payload.user_id, payload.channel, payload.thread_ts, direct=payload.is_direct)


def thread_of(click: Click) -> str | None:
    """The thread in which a click was made; a message that begins a thread stands in the channel itself."""
    return None if click.thread_ts == click.message_ts else click.thread_ts


def operation(payload: SlashCommand | Submission | Mention) -> str:
    """What a person waits for, in the words that were typed."""
    match payload:
        case SlashCommand():
            return f"{payload.command} {payload.text}".strip()
        case Mention():
            return payload.text
        case _:
            return "the form that was sent"
