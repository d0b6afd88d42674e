"""Calls to Slack. Whatever goes wrong on the way, from a refusal to a lost connection, is one `NotTaken`."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TypeVar

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

Answer = TypeVar("Answer")


PERHAPS_DONE = frozenset({"fatal_error", "internal_error", "service_unavailable"})
"""Slack's words for "it is possible that some of it was done" (the error lists of ``chat.postMessage``)."""


class NotTaken(Exception):
    """Slack did not take a call. `code` is Slack's word for it, or the kind of fault; `retry_after` is in seconds.

    `unsure`: it may have been done all the same. `unreached`: Slack did not hear of it, or wants fewer calls.
    """

    def __init__(
        self, code: str, retry_after: float | None = None, *, unsure: bool = False, unreached: bool = False
    ) -> None:
        super().__init__(f"calling slack: {code}")
        self.code = code
        self.retry_after = retry_after
        self.unsure = unsure
        self.unreached = unreached


async def taken(call: Awaitable[Answer]) -> Answer:
    """The answer to a call of Slack's SDK. Raises `NotTaken`."""
    try:
        return await call
    except SlackApiError as refusal:
        raise _refused(refusal) from refusal
    except aiohttp.ClientConnectorError as down:
        raise NotTaken(type(down).__name__, unreached=True) from down
    except (SlackClientError, aiohttp.ClientError, OSError) as lost:  # a TimeoutError is an OSError
        raise NotTaken(type(lost).__name__, unsure=True) from lost
    except AttributeError as text:  # the SDK takes every text for an object, such as a proxy's plain one
        raise NotTaken("no_json", unsure=True) from text


def _refused(refusal: SlackApiError) -> NotTaken:
    response = refusal.response  # of aiohttp, not of the SDK, when the answer was no JSON
    if not isinstance(response, AsyncSlackResponse):
        return NotTaken("no_json", unsure=True)
    code = str(response.get("error") or "unknown")
    wait = str(response.headers.get("Retry-After", ""))
    return NotTaken(
        code,
        float(wait) if wait.isdecimal() else None,
        unsure=code in PERHAPS_DONE or response.status_code >= 500,
        unreached=response.status_code == 429,
    )
