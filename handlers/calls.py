"""Calls to Slack. Whatever goes wrong on the way, from a refusal to a lost connection, is one `NotTaken`."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TypeVar

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

Answer = TypeVar("Answer")


class NotTaken(Exception):
    """Slack did not take a call. `code` is Slack's word for it, or the kind of fault; `retry_after` is in seconds."""

    def __init__(self, code: str, retry_after: float | None = None) -> None:
        super().__init__(f"calling slack: {code}")
        self.code = code
        self.retry_after = retry_after


async def taken(call: Awaitable[Answer]) -> Answer:
    """The answer to a call of Slack's SDK. Raises `NotTaken`."""
    try:
        return await call
    except SlackApiError as refusal:
        response = refusal.response  # of aiohttp, not of the SDK, when the answer was no JSON
        if not isinstance(response, AsyncSlackResponse):
            raise NotTaken("no_json") from refusal
        code = str(response.get("error") or "unknown")
        wait = str(response.headers.get("Retry-After", ""))
        raise NotTaken(code, float(wait) if wait.isdecimal() else None) from refusal
    except (SlackClientError, aiohttp.ClientError, OSError) as lost:  # a TimeoutError is an OSError
        raise NotTaken(type(lost).__name__) from lost
    except AttributeError as text:  # the SDK takes every text for an object, such as a proxy's plain one
        raise NotTaken("no_json") from text
