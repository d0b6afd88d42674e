"""Calls to Slack. Any failure, from a refusal to a lost connection, is raised as `NotTaken`."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TypeVar

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.domain.rate_limits import LONGEST_ASKED_FOR

Answer = TypeVar("Answer")


PERHAPS_DONE = frozenset({"fatal_error", "internal_error", "service_unavailable"})
"""Errors after which Slack may have done part of the work (see the error list of ``chat.postMessage``)."""


class NotTaken(Exception):
    """A call to Slack failed. `code` is Slack's error, or the kind of failure.

    `retry_after`: seconds that Slack asked us to wait, a day at most. `unsure`: it may have been done all the same.
    `unreached`: Slack did not get it, or limits the rate.
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
    """Await a call of Slack's SDK and return its answer. Raises `NotTaken`."""
    try:
        return await call
    except SlackApiError as refusal:
        raise _refused(refusal) from refusal
    except aiohttp.ClientConnectorError as error:
        raise NotTaken(type(error).__name__, unreached=True) from error
    except (SlackClientError, aiohttp.ClientError, OSError) as error:  # a TimeoutError is an OSError
        raise NotTaken(type(error).__name__, unsure=True) from error
    except AttributeError as error:  # the SDK expects JSON and fails on plain text, such as that of a proxy
        raise NotTaken("no_json", unsure=True) from error


def _refused(refusal: SlackApiError) -> NotTaken:
    response = refusal.response  # aiohttp's response, not the SDK's, when the answer is not JSON
    if not isinstance(response, AsyncSlackResponse):
        return NotTaken("no_json", unsure=True)
    code = str(response.get("error") or "unknown")
    wait = str(response.headers.get("Retry-After", ""))
    return NotTaken(
        code,
        min(float(wait), LONGEST_ASKED_FOR) if wait.isdecimal() else None,
        unsure=code in PERHAPS_DONE or response.status_code >= 500,
        unreached=response.status_code == 429,
    )
