"""The one wrapper around every listener: type the payload, acknowledge, hand off to a tracked task, answer for errors.

With ``process_before_response=True`` an exception after the acknowledgement would turn it into a 500, so nothing is
raised once Slack has its answer; no network and no database come before it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.features.guard import StoreUnavailable
from bot.logs import get_logger, new_request_id
from bot.tasks import Tasks
from handlers import messages
from handlers.payloads import BadPayload, Click, HomeOpened, Mention, OptionsRequest, SlashCommand, Submission
from handlers.replies import Reply

log = get_logger(__name__)

PATIENCE = 1.5
"""Seconds after which a person is told that work is under way."""

Payload = TypeVar("Payload", SlashCommand, Click, Submission, Mention, OptionsRequest, HomeOpened)

Work = Callable[[Any, Reply], Awaitable[None]]
Listener = Callable[..., Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Answer:
    """How a payload is acknowledged, from memory alone, and what is done about it afterwards."""

    acknowledgement: Mapping[str, Any] = field(default_factory=dict)
    work: Work | None = None
    channel: str | None = None
    """Where a form was opened: the way back to whoever sent it."""


class Listeners:
    """Makes Bolt listeners out of typed work: one wrapper for every kind of payload."""

    def __init__(self, tasks: Tasks) -> None:
        self._tasks = tasks
        self._last_words: set[asyncio.Future[None]] = set()

    def listener(self, read: Callable[[Mapping[str, Any]], Payload | None], work: Work) -> Listener:
        """A listener that acknowledges at once and does `work` in a tracked task. `read` None: nothing to do."""
        return self._listener(read, lambda _: Answer(work=work), at_once=True)

    def answering(
        self,
        read: Callable[[Mapping[str, Any]], Payload | None],
        answer: Callable[[Payload], Answer],
        unreadable: Mapping[str, Any] | None = None,
    ) -> Listener:
        """A listener whose acknowledgement is the answer: `answer` makes it from what is in memory.

        A payload that cannot be read is acknowledged with `unreadable`.
        """
        return self._listener(read, answer, unreadable=unreadable or {})

    def _listener(
        self,
        read: Callable[[Mapping[str, Any]], Payload | None],
        answer: Callable[[Payload], Answer],
        *,
        at_once: bool = False,
        unreadable: Mapping[str, Any] | None = None,
    ) -> Listener:
        async def listen(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient, respond: AsyncRespond) -> None:
            reference = new_request_id()
            if at_once:
                await ack()
            payload = _read(read, body)
            if payload is None:
                if not at_once:
                    await ack(**(unreadable or {}))
                return
            answered = answer(payload)
            if not at_once:
                await ack(**answered.acknowledgement)
            if answered.work is not None:
                self.start(answered.work, payload, reply_to(payload, client, respond, answered.channel), reference)

        return listen

    async def ignore(self, ack: AsyncAck) -> None:
        """An event that the bot has no use for."""
        await ack()

    def start(self, work: Work, payload: Payload, reply: Reply, reference: str) -> None:
        """Hand work to a tracked task. During a shutdown the person is told to try again."""
        if not self._tasks.spawn(self._run(work, payload, reply, reference), type(payload).__name__):
            log.warning("listener.shutting_down", payload=type(payload).__name__)
            if isinstance(payload, HomeOpened):
                return  # nobody asked for anything
            self._last_words.add(word := asyncio.ensure_future(reply.say(messages.shutting_down())))
            word.add_done_callback(self._last_words.discard)

    async def _run(self, work: Work, payload: Payload, reply: Reply, reference: str) -> None:
        """Do the work; say that it goes on when it is slow; apologise with the reference when it breaks."""
        working = asyncio.ensure_future(work(payload, reply))
        try:
            done, _ = await asyncio.wait({working}, timeout=PATIENCE)
            if not done and not isinstance(payload, Click | HomeOpened):
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


def _read(read: Callable[[Mapping[str, Any]], Payload | None], body: Mapping[str, Any]) -> Payload | None:
    """The typed payload; None when there is nothing to do about it, or it cannot be read, which is logged."""
    try:
        return read(body)
    except BadPayload as error:
        log.warning("payload.bad", what=error.what)
        return None


def reply_to(payload: Any, client: AsyncWebClient, respond: AsyncRespond, channel: str | None = None) -> Reply:
    """The way back to whoever caused a payload; for a form that was sent, into the `channel` where it was opened."""
    match payload:
        case Submission() | HomeOpened():
            return Reply(client, payload.user_id, channel)
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


def operation(payload: Any) -> str:
    """What a person waits for, in the words that were typed."""
    match payload:
        case SlashCommand():
            return f"{payload.command} {payload.text}".strip()
        case Mention():
            return payload.text
        case _:
            return "the form you sent"
