"""What an app may still answer: trigger_ids, good for one modal, and response_urls, good for some posts."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import asdict

from bot.services.slack.model import Message, ResponseUrl, SlackError, Trigger
from bot.services.storage import Storage

TRIGGER_SECONDS = 3
RESPONSE_SECONDS = 30 * 60
RESPONSE_USES = 5


class Permits:
    """The trigger_ids and response_urls that were given out. `now` is Unix time in seconds."""

    def __init__(self, storage: Storage, now: Callable[[], float]) -> None:
        self._storage = storage
        self._now = now
        self._triggers: dict[str, Trigger] = {}
        self._responses = {body["id"]: ResponseUrl(**body) for body in storage.all("response")}

    def new_trigger(self, user: str, view_id: str | None = None) -> str:
        """A trigger_id, good for three seconds and once."""
        now = self._now()
        self._triggers = {key: trigger for key, trigger in self._triggers.items() if trigger.expires > now - 60}
        trigger_id = f"{int(now * 1000)}.{secrets.randbelow(10**6)}.{secrets.token_hex(8)}"
        self._triggers[trigger_id] = Trigger(user, now + TRIGGER_SECONDS, view_id=view_id)
        return trigger_id

    def use_trigger(self, trigger_id: str) -> Trigger:
        """Exchange a trigger. Raises `SlackError` when it is unknown, too old, or used."""
        trigger = self._triggers.get(trigger_id)
        if trigger is None:
            raise SlackError("invalid_trigger_id")
        if trigger.used:
            raise SlackError("exchanged_trigger_id")
        if self._now() > trigger.expires:
            raise SlackError("expired_trigger_id")
        trigger.used = True
        return trigger

    def new_response(self, channel: str, user: str, source: Message | None = None) -> ResponseUrl:
        """A response_url, good for thirty minutes and five posts."""
        now = self._now()
        for old in [response for response in self._responses.values() if response.expires < now - RESPONSE_SECONDS]:
            del self._responses[old.id]
            self._storage.drop("response", old.id)
        source_ts = source.ts if source else None
        response = ResponseUrl(
            secrets.token_urlsafe(16), channel, user, now + RESPONSE_SECONDS, RESPONSE_USES, source_ts
        )
        self._responses[response.id] = response
        self._storage.put("response", response.id, asdict(response))
        return response

    def use_response(self, response_id: str) -> ResponseUrl:
        """Count one use of a response_url. Raises `SlackError` (used_url, expired_url)."""
        response = self._responses.get(response_id)
        if response is None or response.left == 0:
            raise SlackError("used_url")
        if self._now() > response.expires:
            raise SlackError("expired_url")
        response.left -= 1
        self._storage.put("response", response.id, asdict(response))
        return response
