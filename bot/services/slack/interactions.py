"""Turns what people do on the page into payloads for the app, and the app's responses into what people see."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Coroutine, Mapping, Sequence
from typing import Any

from bot.services.slack import payloads
from bot.services.slack.blocks import Check
from bot.services.slack.delivery import Delivery, Kind, NotAcknowledged
from bot.services.slack.inputs import clicked, input_errors, state_of
from bot.services.slack.kinds import elements
from bot.services.slack.model import Channel, Impossible, Json, Message, Person, SlackError, View
from bot.services.slack.posts import checked_view, respond, thread_of
from bot.services.slack.typed import escaped_command
from bot.services.slack.workspace import Workspace

RETRY_DELAYS = (0.5, 60.0, 300.0)
"""Seconds after which an event that was not acknowledged is sent again."""
QUERY_LENGTH = 3
"""Default minimum number of characters before an external select queries the app."""
TROUBLE = "We had some trouble connecting. Try again?"


class Interactions:
    """What people can do in the workspace. Raises `Impossible` for what a person cannot do."""

    def __init__(self, workspace: Workspace, delivery: Delivery, retry_delays: Sequence[float] = RETRY_DELAYS) -> None:
        self._workspace = workspace
        self._delivery = delivery
        self._retry_delays = retry_delays
        self._tasks: set[asyncio.Task[None]] = set()

    # Messages and commands

    async def say(self, user: str, channel_id: str, text: str, thread_ts: str | None, base_url: str) -> Json:
        """Send a message, or run a slash command."""
        person = self._active(user)
        channel = self._workspace.channel_for(user, channel_id)
        if channel.is_archived:
            raise Impossible(f"#{channel.name} is archived: choose another channel")
        text = text.strip()
        if not text:
            raise Impossible("there is nothing to send: type something first")
        if text.startswith("/"):
            return await self._command(person, channel, text, thread_ts, base_url)
        try:
            thread = thread_of(self._workspace, channel.id, thread_ts)
        except SlackError as error:
            raise Impossible(f"there is no thread {thread_ts}: reload the channel ({error.error})") from None
        message = payloads.typed_message(self._workspace, person, channel, text, thread)
        self._workspace.post(message)
        if not channel.bot_is_member and f"<@{self._workspace.bot.user_id}>" in message.text:
            self._workspace.notice(f"{self._workspace.bot.name} is not in #{channel.name} and does not hear this", user)
        for event in payloads.message_events(self._workspace, message):
            await self._event(event)
        return {"ok": True}

    async def _command(self, person: Person, channel: Channel, text: str, thread_ts: str | None, base_url: str) -> Json:
        command, *rest = re.split(r"\s", text, maxsplit=1)
        if thread_ts:
            raise Impossible(f"{command} is not supported in threads. Sorry! Mention the bot instead")
        if person.is_stranger:
            raise Impossible(f"{person.name} is from another company and can't use commands of this workspace")
        if command not in {registered.command for registered in self._workspace.commands}:
            self._workspace.notice(f"{command} is not registered", person.id)
            return {"ok": False, "error": "not_registered"}
        typed = escaped_command(rest[0].strip() if rest else "", self._workspace)
        response = self._workspace.permits.new_response(channel.id, person.id)
        payload = payloads.slash_command(
            self._workspace, person, channel, command, typed, f"{base_url}/response/{response.id}"
        )
        try:
            answer = await self._send("slash_commands", f"{command} {typed}".strip(), payload)
        except NotAcknowledged as failure:
            self._workspace.notice(f"{command} failed with the error “{failure.error}”", person.id)
            return {"ok": False, "error": failure.error}
        if answer:
            self._post_reply(answer, channel, person)
        return {"ok": True}

    def _post_reply(self, answer: Json, channel: Channel, person: Person) -> None:
        """The acknowledgement of a command carried a message."""
        reply = self._workspace.permits.new_response(channel.id, person.id)
        try:
            respond(self._workspace, reply, answer)
        except SlackError as error:
            self._workspace.notice(f"the acknowledgement was refused: {error.error} {'; '.join(error.messages)}")

    # Clicks

    async def click(self, user: str, place: Message | View, given: Mapping[str, Any], base_url: str) -> Json:
        """Click a button, a select, or another element in a message or view."""
        person = self._active(user)
        block_id, element = _element(place, given)
        action = clicked(element, block_id, given)
        if isinstance(place, Message):
            response = self._workspace.permits.new_response(place.channel, user, place)
            state = state_of(place.blocks, given.get("state") or {}, strict=False)
            url = f"{base_url}/response/{response.id}"
            payload = payloads.message_action(self._workspace, person, place, action, state, url)
        else:
            state = state_of(place.body["blocks"], given.get("state") or {}, place.state, strict=False)
            self._workspace.set_state(place, state)
            payload = payloads.view_action(self._workspace, person, place, action)
        try:
            await self._send("interactive", element["action_id"], payload)
        except NotAcknowledged as failure:
            self._workspace.notice(f"the click on {element['action_id']} failed: {failure.error}", user)
            return {"ok": False, "error": failure.error}
        return {"ok": True}

    async def options(self, user: str, place: Message | View, given: Mapping[str, Any]) -> Json:
        """The options of an external select for the text typed so far."""
        person = self._active(user)
        block_id, element = _element(place, given)
        if element["type"] not in ("external_select", "multi_external_select"):
            raise Impossible(f"{element['action_id']} has fixed options: the app is not asked for them")
        query = str(given.get("query", ""))
        if len(query) < element.get("min_query_length", QUERY_LENGTH):
            return {"options": []}
        payload = payloads.suggestion(self._workspace, person, place, block_id, element["action_id"], query)
        try:
            answer = await self._send("interactive", element["action_id"], payload)
        except NotAcknowledged as failure:
            self._workspace.notice(f"the options of {element['action_id']} did not come: {failure.error}", user)
            return {"options": []}
        return self._checked_options(answer)

    def _checked_options(self, answer: Json) -> Json:
        check = Check("modal")
        key = "option_groups" if "option_groups" in answer else "options"
        if answer.get(key) == []:
            return {key: []}
        if key == "options":
            check.options(answer.get("options"), "/options", 100)
        else:
            check.groups(answer["option_groups"], "/option_groups")
        if check.problems:
            self._workspace.notice(f"the options were refused: {'; '.join(check.problems)}")
            return {"options": []}
        return {key: answer[key]}

    def place(self, user: str, given: Mapping[str, Any]) -> Message | View:
        """The message or view that `given` refers to."""
        if given.get("view_id"):
            return self._view(user, str(given["view_id"]))
        channel = self._workspace.channel_for(user, str(given.get("channel", "")))
        ephemeral = str(given.get("ephemeral_id") or "")
        message = self._workspace.message(channel.id, ephemeral[1:] or str(given.get("ts", "")))
        if message is None or message.reader not in (None, user):
            raise Impossible("this message is gone: reload the channel", 404)
        return message

    def _view(self, user: str, view_id: str) -> View:
        view = self._workspace.view(view_id)
        if view is None or view.user != user:
            raise Impossible("this view is gone: reload the page", 404)
        return view

    # Modals and the Home tab

    async def submit(self, user: str, view_id: str, values: Mapping[str, Any]) -> Json:
        """Submit a modal. Returns ok, or the errors by block_id."""
        person, view = self._active(user), self._top(user, view_id)
        state = state_of(view.body["blocks"], values)
        self._workspace.set_state(view, state)
        errors = input_errors(view.body["blocks"], state)
        if errors:
            return {"ok": False, "errors": errors}
        payload = payloads.view_submission(self._workspace, person, view)
        try:
            answer = await self._send("interactive", f"view_submission {view.body.get('callback_id', '')}", payload)
            return self._apply_response(view, answer)
        except NotAcknowledged as failure:
            self._workspace.notice(f"{TROUBLE} ({failure.error})", user)
            return {"ok": False, "errors": {}, "error": TROUBLE}
        except SlackError as error:
            words = f"the answer to the modal was refused: {error.error} {'; '.join(error.messages)}"
            self._workspace.notice(words)
            return {"ok": False, "errors": {}, "error": words}

    def _apply_response(self, view: View, answer: Json) -> Json:
        if self._workspace.view(view.id) is None:
            return {"ok": True}
        match answer.get("response_action"):
            case None:
                self._workspace.pop(view)
            case "clear":
                self._workspace.clear(view.user)
            case "update":
                self._workspace.replace_view(view, checked_view(answer.get("view"), "modal"))
            case "push":
                body = checked_view(answer.get("view"), "modal")
                self._workspace.push(self._workspace.new_view(view.user, body))
            case "errors":
                return {"ok": False, "errors": _known_errors(view, answer.get("errors"))}
            case other:
                raise SlackError("invalid_arguments", f"[ERROR] unknown response_action: {other}")
        return {"ok": True}

    def _top(self, user: str, view_id: str) -> View:
        view, stack = self._view(user, view_id), self._workspace.stack(user)
        if not stack or stack[-1] is not view:
            raise Impossible("this modal is not the one on top: reload the page", 409)
        return view

    async def close_view(self, user: str, view_id: str) -> Json:
        """Close a modal without submitting it."""
        person, view = self._active(user), self._top(user, view_id)
        cleared = bool(view.body.get("clear_on_close"))
        closed = list(reversed(self._workspace.stack(user))) if cleared else [view]
        notices = [
            payloads.view_closed(self._workspace, person, one, is_cleared=cleared)
            for one in closed
            if one.body.get("notify_on_close")
        ]
        if cleared:
            self._workspace.clear(user)
        else:
            self._workspace.pop(view)
        for payload in notices:
            try:
                await self._send("interactive", f"view_closed {payload['view']['callback_id']}", payload)
            except NotAcknowledged as failure:
                self._workspace.notice(f"the bot was not told that a modal was closed: {failure.error}", user)
        return {"ok": True}

    async def open_home(self, user: str) -> Json:
        """Open the Home tab."""
        person = self._active(user)
        if "app_home_opened" not in self._workspace.subscriptions:
            raise Impossible("the app is not subscribed to app_home_opened: it has no Home tab")
        await self._event(payloads.home_opened(self._workspace, person))
        return {"ok": True}

    # Delivery

    def posted(self, message: Message) -> None:
        """Send the events of a message that the bot posted, as the bot may be subscribed to them."""
        for event in payloads.message_events(self._workspace, message):
            self._start(self._event(event))

    async def _event(self, payload: Json) -> None:
        """Deliver an event; if it is not acknowledged, retry later with the same event_id."""
        if not await self._is_event_acknowledged(payload, 0):
            self._start(self._retry(payload))

    async def _retry(self, payload: Json) -> None:
        for attempt, delay in enumerate(self._retry_delays, start=1):
            await asyncio.sleep(delay)
            if await self._is_event_acknowledged(payload, attempt):
                return

    async def _is_event_acknowledged(self, payload: Json, attempt: int) -> bool:
        name = payload["event"]["type"]
        try:
            await self._send("events_api", name, payload, attempt)
        except NotAcknowledged as failure:
            self._workspace.notice(f"the event {name} was not acknowledged: {failure.error}")
            return False
        return True

    async def _send(self, kind: Kind, name: str, payload: Json | dict[str, str], attempt: int = 0) -> Json:
        started = time.perf_counter()
        answer: Json = {}
        try:
            answer = await self._delivery.send(kind, payload, attempt)
        except NotAcknowledged as failure:
            answer = {"error": failure.error}
            raise
        finally:
            spent = (time.perf_counter() - started) * 1_000
            self._workspace.log.add("slack→bot", kind, name, payload, answer, spent)
        return answer

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Cancel all pending retries."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _active(self, user: str) -> Person:
        person = self._workspace.person(user)
        if person.deleted:
            raise Impossible(f"the account of {person.name} is deactivated: choose somebody else", 403)
        return person


def _element(place: Message | View, given: Mapping[str, Any]) -> tuple[str, Json]:
    """The clicked element; in a message also one that an edit removed, as a person may still have seen it."""
    wanted = (given.get("block_id"), given.get("action_id"))
    versions = [place.blocks, *place.earlier] if isinstance(place, Message) else [place.body["blocks"]]
    for blocks in versions:
        for block_id, element in elements(blocks):
            if (block_id, element["action_id"]) == wanted:
                return block_id, element
    raise Impossible(f"there is no element {wanted[1]!r} in block {wanted[0]!r} here: reload", 404)


def _known_errors(view: View, errors: Any) -> dict[str, str]:
    """The errors by block_id. Raises `SlackError` for an unknown block, where Slack shows a general error."""
    inputs = {block["block_id"] for block in view.body["blocks"] if block["type"] == "input"}
    if not isinstance(errors, dict) or not errors or not set(errors) <= inputs:
        raise SlackError(
            "invalid_arguments", f"[ERROR] errors must name input blocks of the view, got {errors!r}"[:300]
        )
    return {block_id: str(words) for block_id, words in errors.items()}
