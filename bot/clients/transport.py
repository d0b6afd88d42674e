"""HTTP as every provider client speaks it: one pool, bounded calls, one deadline per call, one tree of errors.

What comes back is bytes of a success answer; everything else is a `ProviderError`:

- A read that failed did nothing: `NotDone`.
- A write is `NotDone` only if it was refused (4xx, 501, and 503 or 529, *overloaded*) or never left this machine.
  After it left, a cut connection, a time-out, any other 5xx, a redirect or an answer that is not JSON is `Unsure`.
- GET is repeated after a lost connection, 429, 503 and 529; DELETE after a connection that was never made and the same
  three; POST and PATCH never, unless the service says that what it answers 429 was not done: then after that.
- The pause that a 429 asks for (``Retry-After``, ``X-Ratelimit-Reset``, ``X-Ratelimit-Auth-Token-Reset``) is obeyed,
  and while one runs no other call of this client is sent.
"""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from time import monotonic
from typing import Any, TypeVar
from urllib.parse import quote

import httpx
import stamina
from pydantic import SecretStr, TypeAdapter, ValidationError

from bot.clients.base import NotDone, ProviderError, Unsure
from bot.clients.pauses import LONGEST_PAUSE, pause_asked_for
from bot.domain.errors import Fault, Problem
from bot.logs import MASK, current_request_id, masked

READS = frozenset({"GET"})
REPEATABLE = frozenset({"GET", "DELETE"})
OVERLOADED = frozenset({503, 529})
REFUSED = OVERLOADED | {501}
"""5xx that say that nothing was done: overloaded, and *not implemented*."""

ATTEMPTS = 3
CONNECT_SECONDS = 3.0
KEEP_SECONDS = 2.0
"""How long an idle connection is kept: well below the 5 s after which many servers hang up, so that a write is seldom
sent into a connection that is just being closed."""
DETAIL_LENGTH = 200

EventHooks = Mapping[str, list[Callable[..., Any]]]
"""httpx event hooks: ``request`` and ``response``, each a list of coroutine functions."""

_FAULTS = {
    401: Fault.UNAUTHORIZED,
    403: Fault.FORBIDDEN,
    404: Fault.NOT_FOUND,
    409: Fault.CONFLICT,
    429: Fault.RATE_LIMITED,
    501: Fault.INVALID,
}
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_ANYTHING: TypeAdapter[Any] = TypeAdapter(Any)

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Call:
    """One call. `path` begins with a slash and is escaped (`path_of`); unset (None) query and body fields are left out.

    `operation` says in lower case what is being done, for people and logs: ``reading the configs of Refund triage``.
    """

    method: str
    path: str
    operation: str
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Mapping[str, Any] | Sequence[Any] | None = None
    content_type: str | None = None
    """Of the body, where it is not ``application/json``."""
    right: str = ""
    """What the key must be allowed for this, as the service calls it; named when the service refuses."""

    @property
    def writes(self) -> bool:
        """Whether it may change something."""
        return self.method not in READS


def path_of(template: str, *values: str) -> str:
    """Fill the ``{}`` of `template` with fully escaped values, so that no id can reach another path."""
    return template.format(*(_escaped(value) for value in values))


class Transport:
    """The connection of one provider client to its service.

    `timeout` is the limit in seconds for a whole call, with queueing, pauses and repeats; a connection must stand
    after three. `concurrency` is the number of calls under way at once. `secret` is masked in whatever the service
    says, without white space around it, for so it is sent (`checked_key`). `detail_of` finds the sentence in a JSON
    error body, `fault_of` the fault where status and sentence together mean another one than the status alone.
    `refused_when_limited`: what is answered 429 was not done, so that every write may be repeated after it. Raises
    `ValueError` for an address that cannot work.
    """

    def __init__(
        self,
        provider: str,
        base_url: str,
        *,
        headers: Mapping[str, str],
        secret: SecretStr,
        detail_of: Callable[[Any], str],
        fault_of: Callable[[int, str], Fault | None] = lambda _status, _detail: None,
        refused_when_limited: bool = False,
        transport: httpx.AsyncBaseTransport | None = None,
        timeout: float = 10.0,
        concurrency: int = 16,
        event_hooks: EventHooks | None = None,
    ) -> None:
        self.provider = provider
        self.base_url = checked_url(provider, base_url)
        self._secret = SecretStr(secret.get_secret_value().strip())
        self._detail_of = detail_of
        self._fault_of = fault_of
        self._refused_when_limited = refused_when_limited
        self._timeout = timeout
        self._slots = asyncio.Semaphore(concurrency)
        self._resting_until = 0.0
        self._http = httpx.AsyncClient(
            headers={"Accept": "application/json", "User-Agent": "configbot", **headers},
            timeout=httpx.Timeout(timeout, connect=min(CONNECT_SECONDS, timeout)),
            limits=httpx.Limits(
                max_connections=concurrency, max_keepalive_connections=concurrency, keepalive_expiry=KEEP_SECONDS
            ),
            verify=_trusted(),
            transport=transport,
            event_hooks=dict(event_hooks or {}),
        )

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.provider} {self.base_url}>"

    async def close(self) -> None:
        """Close the pool."""
        await self._http.aclose()

    async def read(self, call: Call, answer: TypeAdapter[Answer]) -> Answer:
        """The answer as a typed value; one of another shape is `UNINTELLIGIBLE`. Raises `ProviderError`."""
        content = await self._send(call)
        try:
            return answer.validate_json(content)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False, include_context=False)[0]
            where = ".".join(str(part) for part in first["loc"])
            raise self.unintelligible(call, f"{where or 'answer'}: {first['msg']}") from None

    async def do(self, call: Call) -> None:
        """A write whose success answer is any JSON, or empty. Raises `ProviderError`."""
        content = await self._send(call)
        if content.strip():
            try:
                _ANYTHING.validate_json(content)
            except ValidationError:
                raise self.unintelligible(call, "the answer is not JSON") from None

    def unintelligible(self, call: Call, detail: str) -> ProviderError:
        """The error for a success answer that cannot be read: after a write nobody knows what happened."""
        return self._error(call, Fault.UNINTELLIGIBLE, detail, unsure=call.writes)

    async def _send(self, call: Call) -> bytes:
        if "//" in call.path or call.path.endswith("/"):
            raise self._error(call, Fault.NOT_FOUND, "an empty id names nothing")
        repeatable = REPEATABLE if not self._refused_when_limited else REPEATABLE | {"PATCH", "POST"}
        under_way = _UnderWay(call, deadline=monotonic() + self._timeout, after_429=call.method in repeatable)
        try:
            async with asyncio.timeout(self._timeout):
                async for attempt in stamina.retry_context(
                    on=under_way.may_repeat, attempts=ATTEMPTS, timeout=None, wait_max=2.0, wait_jitter=0.1
                ):
                    with attempt:
                        return await self._send_once(under_way)
        except TimeoutError as error:
            raise self._out_of_time(under_way) from error
        raise AssertionError(
            "stamina left its loop without an answer and without an error"
        )  # pragma: no cover - for mypy

    async def _send_once(self, under_way: _UnderWay) -> bytes:
        call = under_way.call
        async with self._slots:
            await self._rest(under_way)
            under_way.sent = True
            try:
                response = await self._http.request(
                    call.method,
                    self.base_url + call.path,
                    params=_set(call.query) or None,
                    json=_set(call.body) if isinstance(call.body, Mapping) else call.body,
                    headers={"Content-Type": call.content_type} if call.content_type else None,
                )
            except httpx.RequestError as error:
                under_way.sent = False
                raise self._broken(call, error) from error
            under_way.sent = False
        return self._content_of(call, response)

    async def _rest(self, under_way: _UnderWay) -> None:
        """Wait out a ``Retry-After`` that some call of this client was given; refuse when that takes too long."""
        pause = self._resting_until - monotonic()
        if pause <= 0:
            return
        if monotonic() + pause >= under_way.deadline:
            detail = "an earlier call was asked to wait, so this one was not sent"
            raise self._error(under_way.call, Fault.RATE_LIMITED, detail, retry_after=pause)
        await asyncio.sleep(pause)

    def _content_of(self, call: Call, response: httpx.Response) -> bytes:
        """The content of a success answer. Raises the error that any other answer stands for."""
        status = response.status_code
        html = "html" in response.headers.get("Content-Type", "")
        if 200 <= status < 300:
            if html:
                raise self.unintelligible(call, "an HTML page instead of JSON")
            return response.content
        retry_after = pause_asked_for(response.headers, limited=status == 429)
        if status == 429 and retry_after is not None:
            self._resting_until = max(self._resting_until, monotonic() + min(retry_after, LONGEST_PAUSE))
        detail = "an HTML page instead of JSON" if html else self._detail(response)
        fault = self._fault_of(status, detail) or _fault(status)
        if fault is Fault.FORBIDDEN and call.right:
            detail = f"{detail} (the key needs the right {call.right})".lstrip()
        raise self._error(
            call,
            fault,
            detail,
            status=status,
            retry_after=retry_after,
            said=not html and bool(detail),
            unsure=call.writes and not (400 <= status < 500 or status in REFUSED),
        )

    def _detail(self, response: httpx.Response) -> str:
        """What the service says in an error answer; nothing when it does not say it in JSON."""
        try:
            return self._detail_of(_ANYTHING.validate_json(response.content))
        except ValidationError:
            return ""

    def _broken(self, call: Call, error: httpx.RequestError) -> ProviderError:
        """The error for an exchange that broke off."""
        if isinstance(error, httpx.PoolTimeout | httpx.ConnectTimeout):
            return self._error(call, Fault.TIMED_OUT, "no connection in time")
        if isinstance(error, _NEVER_SENT):
            return self._error(call, Fault.UNREACHABLE, "no connection")
        if isinstance(error, httpx.TimeoutException):
            return self._error(call, Fault.TIMED_OUT, "no answer in time", unsure=call.writes)
        if isinstance(error, httpx.DecodingError):
            return self.unintelligible(call, "the answer is not packed as it says")
        if call.writes:
            return self._error(call, Fault.CUT_AFTER_WRITE, "the connection broke before the answer", unsure=True)
        return self._error(call, Fault.UNREACHABLE, "the connection broke")

    def _out_of_time(self, under_way: _UnderWay) -> ProviderError:
        """The error for a call whose time ran out: the last known one when nothing is under way."""
        if not under_way.sent and under_way.last is not None:
            return under_way.last
        unsure = under_way.sent and under_way.call.writes
        return self._error(under_way.call, Fault.TIMED_OUT, f"no answer within {self._timeout:g} s", unsure=unsure)

    def _error(
        self,
        call: Call,
        fault: Fault,
        detail: str,
        *,
        status: int | None = None,
        retry_after: float | None = None,
        said: bool = False,
        unsure: bool = False,
    ) -> ProviderError:
        problem = Problem(
            fault=fault,
            provider=self.provider,
            operation=call.operation,
            status=status,
            detail=self._tidy(detail),
            retry_after=retry_after,
            reference=current_request_id(),
            said=said,
        )
        return Unsure(problem) if unsure else NotDone(problem)

    def _tidy(self, text: str) -> str:
        """One short line of plain text without the secret."""
        line = " ".join(masked(_CONTROL.sub("", text).replace(self._secret.get_secret_value(), MASK)).split())
        return line if len(line) <= DETAIL_LENGTH else line[: DETAIL_LENGTH - 1] + "…"


@dataclass(slots=True)
class _UnderWay:
    """How far one call got. `sent`: handed over and not answered yet."""

    call: Call
    deadline: float
    after_429: bool
    """Whether it may be repeated after it was told to slow down."""
    sent: bool = False
    last: ProviderError | None = None

    def may_repeat(self, error: Exception) -> bool | float:
        """Whether to try again, or after how many seconds the service wants that."""
        if not isinstance(error, ProviderError):
            return False
        self.last = error
        problem = error.problem
        passing = problem.fault is Fault.UNREACHABLE or problem.status == 429 or problem.status in OVERLOADED
        allowed = self.after_429 if problem.status == 429 else self.call.method in REPEATABLE
        if isinstance(error, Unsure) or not allowed or not passing:
            return False
        if problem.retry_after is None:
            return True
        in_time = monotonic() + problem.retry_after < self.deadline
        return problem.retry_after if in_time and problem.retry_after <= LONGEST_PAUSE else False


def checked_url(provider: str, base_url: str) -> str:
    """`base_url` without a trailing slash. Raises `ValueError` that says what to write instead."""
    try:
        url = httpx.URL(base_url.strip())
    except httpx.InvalidURL:
        url = httpx.URL()
    if url.scheme not in ("http", "https") or not url.host:
        raise ValueError(f"the address of {provider} has to look like https://config.example.com/v4")
    if url.userinfo or url.query or url.fragment:
        raise ValueError(f"the address of {provider} may hold no user, password, question mark or hash")
    return str(url).rstrip("/")


def checked_key(provider: str, key: SecretStr) -> str:
    """The key as a header carries it. Raises `ValueError` that does not show it."""
    text = key.get_secret_value().strip()
    if not text or not text.isascii() or not text.isprintable():
        raise ValueError(f"the key of {provider} is empty, or holds characters that no key has")
    return text


def _escaped(value: str) -> str:
    """A path value; a lone ``.`` or ``..`` would be taken for a step through the path."""
    return value.replace(".", "%2E") if value in (".", "..") else quote(value, safe="", errors="replace")


def _set(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that are not None."""
    return {name: value for name, value in fields.items() if value is not None}


def _fault(status: int) -> Fault:
    if status in _FAULTS:
        return _FAULTS[status]
    if 400 <= status < 500:
        return Fault.INVALID
    return Fault.UNAVAILABLE if status >= 500 else Fault.UNINTELLIGIBLE


@cache
def _trusted() -> ssl.SSLContext:
    """The authorities that may vouch for a server. Reading them takes 30 ms, so all pools share them."""
    return httpx.create_ssl_context()
