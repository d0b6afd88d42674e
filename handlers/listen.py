"""The one wrapper around every listener: type the payload, acknowledge it, run a tracked task, report errors.

With ``process_before_response=True`` an exception after the acknowledgement would turn it into a 500, so nothing is
raised after it; and no network or database call is made before it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.errors import StoreUnavailable
from bot.logs import get_logger, new_request_id
from bot.tasks import Tasks
from handlers import messages
from handlers.payloads import BadPayload, Click, HomeOpened, Mention, OptionsRequest, SlashCommand, Submission
from handlers.replies import Reply

log = get_logger(__name__)

PATIENCE = 1.5
"""Seconds after which the person gets a message that work is under way."""

Payload = TypeVar("Payload", SlashCommand, Click, Submission, Mention, OptionsRequest, HomeOpened)

Work = Callable[[Any, Reply], Awaitable[None]]
Listener = Callable[..., Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Answer:
    """The acknowledgement of a payload, made from memory alone, and the work to do afterwards."""

    acknowledgement: Mapping[str, Any] = field(default_factory=dict)
    work: Work | None = None
    channel: str | None = None
    """The channel where a form was opened: replies to its sender go there."""


class Listeners:
    """Makes Bolt listeners from typed functions: one wrapper for all kinds of payload."""

    def __init__(self, tasks: Tasks) -> None:
        self._tasks = tasks
        self._last_words: set[asyncio.Future[None]] = set()

    def listener(self, read: Callable[[Mapping[str, Any]], Payload | None], work: Work) -> Listener:
        """A listener that acknowledges at once and runs `work` in a tracked task, unless `read` returns None."""
        return self._listener(read, lambda _: Answer(work=work), at_once=True)

    def answering(
        self,
        read: Callable[[Mapping[str, Any]], Payload | None],
        answer: Callable[[Payload], Answer],
        unreadable: Mapping[str, Any] | None = None,
    ) -> Listener:
        """A listener whose acknowledgement is the answer, made by `answer` from memory alone.

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
            result = answer(payload)
            if not at_once:
                await ack(**result.acknowledgement)
            if result.work is not None:
                self.start(result.work, payload, reply_to(payload, client, respond, result.channel), reference)

        return listen

    async def ignore(self, ack: AsyncAck) -> None:
        """Acknowledge an event that the bot does not use."""
        await ack()

    def start(self, work: Work, payload: Payload, reply: Reply, reference: str) -> None:
        """Run `work` in a tracked task. During a shutdown, ask the person to try again instead."""
        if not self._tasks.spawn(self._run(work, payload, reply, reference), type(payload).__name__):
            log.warning("listener.shutting_down", payload=type(payload).__name__)
            if isinstance(payload, HomeOpened):
                return  # nobody asked a question
            self._last_words.add(message := asyncio.ensure_future(reply.say(messages.shutting_down())))
            message.add_done_callback(self._last_words.discard)

    async def _run(self, work: Work, payload: Payload, reply: Reply, reference: str) -> None:
        """Do the work. Post a progress message when it is slow, and an apology with the reference when it fails."""
        task = asyncio.ensure_future(work(payload, reply))
        try:
            done, _ = await asyncio.wait({task}, timeout=PATIENCE)
            if not done and not isinstance(payload, Click | HomeOpened):
                await reply.say(messages.working(operation(payload)))
            await task
        except asyncio.CancelledError:
            task.cancel()
            await asyncio.wait({task})
            raise
        except StoreUnavailable as error:
            log.exception("store.unavailable", cause=str(error))
            await reply.say(messages.own_database(reference))
        except Exception:
            log.exception("listener.failed", payload=type(payload).__name__)
            await reply.say(messages.apology(reference))


def _read(read: Callable[[Mapping[str, Any]], Payload | None], body: Mapping[str, Any]) -> Payload | None:
    """The typed payload. Returns None when there is nothing to do, or when it is malformed, which is logged."""
    try:
        return read(body)
    except BadPayload as error:
        log.warning("payload.bad", what=error.what)
        return None


def reply_to(payload: Any, client: AsyncWebClient, respond: AsyncRespond, channel: str | None = None) -> Reply:
    """How to reply to the person who caused a payload; for a submitted form, in the `channel` where it was opened."""
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
            # not in a new thread: Slack never shows an ephemeral message in a thread that has no replies
            return Reply(client, payload.user_id, payload.channel, payload.thread_ts, direct=payload.is_direct)


def thread_of(click: Click) -> str | None:
    """The thread of a click. Returns None for a thread's first message, which is in the channel itself."""
    return None if click.thread_ts == click.message_ts else click.thread_ts


def operation(payload: Any) -> str:
    """What the person is waiting for, as they typed it."""
    match payload:
        case SlashCommand():
            return f"{payload.command} {payload.text}".strip()
        case Mention():
            return payload.text
        case _:
            return "the form you sent"
