"""Set-up of Bolt's app: one workspace, one web client, no environment variables, immediate acknowledgement."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import aiohttp
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
)
from slack_sdk.http_retry.request import HttpRequest
from slack_sdk.http_retry.response import HttpResponse
from slack_sdk.http_retry.state import RetryState
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

SLACK_API = "https://slack.com/api/"

PATIENCE = 20.0
"""Time limit of one Web API call, in seconds."""

PROXIES = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy")
"""Proxy variables that Slack's SDK uses for every call, ignoring NO_PROXY."""

BOLT_READS = (
    "SLACK_BOT_TOKEN",
    "SLACK_SIGNING_SECRET",
    "SLACK_CLIENT_ID",
    "SLACK_CLIENT_SECRET",
    "SLACK_SCOPES",
    "SLACK_USER_SCOPES",
    "SLACK_REDIRECT_URI",
    "SLACK_VERIFICATION_TOKEN",
)
"""Variables that Bolt would read; two of them turn on an installation store on disk and make it ignore the token."""

ONCE_ONLY = ("chat.postMessage", "chat.postEphemeral", "chat.scheduleMessage", "views.open", "views.push")
"""Methods that are not idempotent, so they are never retried after a lost answer."""

LONGEST_WAIT = 5
"""Longest rate-limit wait, in seconds, while a person waits for an answer. Longer waits are passed to the caller."""

log = logging.getLogger("slack_bolt")


@dataclass(frozen=True, slots=True)
class Identity:
    """The bot's identity from ``auth.test``. `org` is the enterprise id on Grid, else the team id."""

    org: str
    team: str
    user_id: str
    bot_id: str
    user: str = ""
    team_name: str = ""
    url: str = ""
    """The workspace's address, with a trailing slash."""


class TokenProblem(Exception):
    """Slack rejected a token, or was not reached. `setting` names the setting; the text contains no token."""

    def __init__(self, setting: str, error: str, advice: str) -> None:
        super().__init__(f"{setting}: {error}. {advice}")
        self.setting = setting
        self.error = error


class _LostAnswers(AsyncConnectionErrorRetryHandler):
    """Retries a call after a broken connection, unless it is not idempotent."""

    async def _can_retry_async(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> bool:
        return not _once_only(request) and await super()._can_retry_async(
            state=state, request=request, response=response, error=error
        )


class _ServerErrors(AsyncRetryHandler):
    """Retries a call after a server error (500, 502, 503, 504), unless it is not idempotent."""

    async def _can_retry_async(
        self,
        *,
        state: RetryState,  # noqa: ARG002 - the SDK passes it by name
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,  # noqa: ARG002 - the SDK passes it by name
    ) -> bool:
        return response is not None and response.status_code in (500, 502, 503, 504) and not _once_only(request)


class _RateLimits(AsyncRateLimitErrorRetryHandler):
    """Retries after the wait that Slack asks for, up to `LONGEST_WAIT`. A rate-limited call had no effect."""

    async def _can_retry_async(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> bool:
        if not await super()._can_retry_async(state=state, request=request, response=response, error=error):
            return False
        wait = _retry_after(response)
        return wait is None or wait <= LONGEST_WAIT


def _once_only(request: HttpRequest) -> bool:
    return request.url.endswith(ONCE_ONLY)


def _retry_after(response: HttpResponse | None) -> float | None:
    for name, value in (response.headers if response is not None else {}).items():
        if name.lower() == "retry-after":
            text = value if isinstance(value, str) else value[0]
            return float(text) if text.isdecimal() else LONGEST_WAIT + 1
    return None


def session() -> aiohttp.ClientSession:
    """Make the HTTP session for all calls to Slack, inside the running event loop. The caller closes it."""
    return aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=PATIENCE))


def web_client(token: str, *, session: aiohttp.ClientSession, base_url: str | None = None) -> AsyncWebClient:
    """Make a Web API client that retries only idempotent calls. `base_url` is for a Slack other than slack.com."""
    return AsyncWebClient(
        token=token,
        base_url=base_url or SLACK_API,
        session=session,
        logger=_quiet(logging.getLogger("slack_sdk.web")),
        retry_handlers=[_LostAnswers(), _ServerErrors(), _RateLimits(max_retry_count=2)],
    )


def impatient(client: AsyncWebClient) -> AsyncWebClient:
    """A copy of the client that does not wait for rate limits, for callers that retry later themselves."""
    return AsyncWebClient(
        token=client.token,
        base_url=client.base_url,
        session=client.session,
        logger=_quiet(logging.getLogger("slack_sdk.web")),
        retry_handlers=[_LostAnswers(), _ServerErrors()],
    )


class _OneWorkspace(AsyncAuthorize):
    """Authorizes requests for the token's one workspace. Calls ``auth.test`` once for all waiting requests."""

    def __init__(self, client: AsyncWebClient, identity: Identity | None) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # Bolt's
        self._client = client
        self._identity = identity
        self._asking = asyncio.Lock()

    async def __call__(self, *, user_id: str | None, **_context: object) -> AuthorizeResult:
        identity = self._identity or await self._ask()
        return AuthorizeResult(
            enterprise_id=None if identity.org == identity.team else identity.org,
            team_id=identity.team,
            bot_id=identity.bot_id,
            bot_user_id=identity.user_id,
            bot_token=self._client.token,
            user_id=user_id,
        )

    async def _ask(self) -> Identity:
        async with self._asking:
            if self._identity is None:
                self._identity = _identity((await self._client.auth_test()).data)
            return self._identity


def build_app(
    *,
    token: str,
    signing_secret: str,
    session: aiohttp.ClientSession,
    base_url: str | None = None,
    name: str = "configbot",
    identity: Identity | None = None,
) -> AsyncApp:
    """Make the Bolt app on which listeners are registered.

    `process_before_response`: Bolt answers when the listener returns, instead of polling every 10 ms whether it has
    acknowledged; so a listener must acknowledge, hand its work to a task, and return. `signing_secret` may be empty
    only if there are no requests over HTTP. With the `identity` from `check_tokens` no request waits for ``auth.test``.
    """
    client = web_client(token, session=session, base_url=base_url)
    with _without_environment():
        # without a token at first: Bolt warns if both a token and `authorize` are given, and we use `authorize`
        client.token = None
        app = AsyncApp(
            name=name,
            logger=_quiet(log),
            client=client,
            signing_secret=signing_secret,
            authorize=_OneWorkspace(client, identity),
            process_before_response=True,
            user_facing_authorize_error_message="Slack does not tell this bot who it is just now. Please try again.",
        )
    client.token = token
    # it would log the whole body of unsigned requests; `http` logs what is needed
    logging.getLogger("slack_bolt.RequestVerification").setLevel(logging.WARNING)
    return app


async def check_tokens(client: AsyncWebClient, *, app_token: str | None = None) -> Identity:
    """Check the tokens with Slack: ``auth.test``, and ``apps.connections.open`` if there is an app token.

    Needed because Bolt would retry a wrong app token forever. Raises `TokenProblem`, which names the setting.
    """
    if app_token is not None and not app_token.startswith("xapp-"):
        raise TokenProblem("SLACK_APP_TOKEN", "it does not begin with xapp-", _ADVICE["SLACK_APP_TOKEN"])
    identity = _identity(await _tried("SLACK_BOT_TOKEN", "auth.test", client.auth_test()))
    if not identity.bot_id:
        raise TokenProblem("SLACK_BOT_TOKEN", "it is a person's token", _ADVICE["SLACK_BOT_TOKEN"])
    if app_token is not None:
        opening = client.apps_connections_open(app_token=app_token)
        await _tried("SLACK_APP_TOKEN", "apps.connections.open", opening)
    return identity


_ADVICE = {
    "SLACK_BOT_TOKEN": "Install the app (api.slack.com/apps, Install App) and copy its Bot User OAuth Token, xoxb-…",
    "SLACK_APP_TOKEN": (
        "Under Basic Information, App-Level Tokens, make a token with the scope connections:write, xapp-…, "
        "and switch Socket Mode on"
    ),
}


async def _tried(setting: str, method: str, call: Awaitable[AsyncSlackResponse]) -> object:
    try:
        return (await call).data
    except SlackApiError as refusal:
        response = refusal.response  # aiohttp's, not the SDK's, if the answer was not JSON
        error = response.get("error") if isinstance(response, AsyncSlackResponse) else None
        if error is None:
            raise TokenProblem(setting, f"slack did not answer {method} as it should", _TRY_LATER) from None
        raise TokenProblem(setting, f"slack refused it in {method}: {error}", _ADVICE[setting]) from None
    except AttributeError:  # the SDK treats every body as an object, even a proxy's plain text
        raise TokenProblem(setting, f"slack did not answer {method} as it should", _TRY_LATER) from None
    except (aiohttp.ClientError, TimeoutError, OSError) as lost:
        problem = f"slack was not reached for {method} ({type(lost).__name__})"
        raise TokenProblem(setting, problem, _TRY_LATER) from None


_TRY_LATER = "Check the network, the proxy and status.slack.com, and start again"


def _identity(answer: object) -> Identity:
    facts = answer if isinstance(answer, dict) else {}
    team = str(facts.get("team_id") or "")
    return Identity(
        org=str(facts.get("enterprise_id") or team),
        team=team,
        user_id=str(facts.get("user_id") or ""),
        bot_id=str(facts.get("bot_id") or ""),
        user=str(facts.get("user") or ""),
        team_name=str(facts.get("team") or ""),
        url=str(facts.get("url") or ""),
    )


def forget_proxies() -> None:
    """Remove the proxy variables from this process: Slack's SDK sends even calls to this machine through a proxy."""
    for name in PROXIES:
        os.environ.pop(name, None)


@contextmanager
def _without_environment() -> Iterator[None]:
    removed = {name: os.environ.pop(name) for name in BOLT_READS if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(removed)


def _quiet(logger: logging.Logger) -> logging.Logger:
    """Give a logger its own level: without one the SDK assumes DEBUG and formats every payload for nothing."""
    logger.setLevel(max(logging.INFO, logger.getEffectiveLevel()))
    return logger
