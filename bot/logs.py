"""Logging set-up of the process: structured lines, each with its request's reference, secrets masked.

Lines of libraries (Slack's SDK, httpx, uvicorn) are masked in the same way. At DEBUG Slack's SDK would log whole
payloads, including messages and one-time addresses, so libraries never log below INFO.
"""

from __future__ import annotations

import contextvars
import logging
import re
import secrets
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any, cast

import structlog
from structlog.typing import EventDict, Processor

LIBRARIES = ("aiohttp", "asyncio", "slack_bolt", "slack_sdk", "uvicorn")
"""Loggers that never log below INFO."""

CHATTY = ("alembic", "apscheduler", "httpcore", "httpx", "sqlalchemy")
"""Loggers that would log every call; they are limited to WARNING, because our own lines say more."""

MASK = "[masked]"

_SECRET_KEY = re.compile(
    r"^(?:.*[_-])?(?:token|secret|password|passwd|authorization|cookie|credentials?|api_?key|apikey|response_url)$"
    r"|^(?:x-api-key|api-key|key|ticket|sdk_?key|mobile_?key)$",
    re.IGNORECASE,
)

_TEXT_MASKS: tuple[tuple[re.Pattern[str], str], ...] = (
    # tokens by their shape: Slack's bot, user, app and configuration tokens, Humanloop's and LaunchDarkly's keys
    (re.compile(r"\b(xox[a-z]|xapp|xwfp|xoxe\.xox[a-z])-[A-Za-z0-9-]+"), rf"\1-{MASK}"),
    (re.compile(r"\b(hl_sk_|api-|sdk-|mob-)(?=[A-Za-z0-9-]*\d)[A-Za-z0-9_-]{8,}"), rf"\1{MASK}"),
    # addresses that are secrets, also URL-encoded in a form body
    (
        re.compile(r"(https?(?:://|%3A%2F%2F)hooks\.slack(?:-gov)?\.com)[^\s\"'&)\]}>]+", re.IGNORECASE),
        rf"\1/{MASK}",
    ),
    (re.compile(r"(response_url[\"']?\s*(?:[:=]|%3D)\s*[\"']?)[^\s\"'&,)\]}>]+", re.IGNORECASE), rf"\1{MASK}"),
    # user and password in an address
    (re.compile(r"(?<=://)[^\s/@:\"']*:[^\s/@\"']+(?=@)"), MASK),
    # headers, fields and parameters by their names
    (
        re.compile(r"(authorization[\"']?\s*[:=]\s*[\"']?)(?:(?:bearer|basic)\s+)?[^\s\"',]+", re.IGNORECASE),
        rf"\1{MASK}",
    ),
    (re.compile(r"\b((?:bearer|basic)\s+)[A-Za-z0-9+/=._-]{8,}", re.IGNORECASE), rf"\1{MASK}"),
    (
        re.compile(
            r"((?:\b|_)(?:token|ticket|secret|password|x-api-key|api[_-]?key|client_secret|signing_secret)[\"']?"
            r"\s*(?:[:=]|%3D)\s*[\"']?)(?!\[masked\])[^\s\"'&,)\]}>]+",
            re.IGNORECASE,
        ),
        rf"\1{MASK}",
    ),
)

_request_id: contextvars.ContextVar[str] = contextvars.ContextVar("request_id", default="")

_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"


def new_request_id() -> str:
    """Start a request and return its reference, which is added to all log lines of this task and its child tasks."""
    reference = "r-" + "".join([_ALPHABET[byte % len(_ALPHABET)] for byte in secrets.token_bytes(6)])
    _request_id.set(reference)
    return reference


def current_request_id() -> str:
    """The reference of the request that this task belongs to; empty outside a request."""
    return _request_id.get()


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """A logger for one module. Events are lower case and name what happened; facts are keyword arguments."""
    logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return logger


def masked(text: str) -> str:
    """`text` without anything that looks like a secret."""
    for pattern, replacement in _TEXT_MASKS:
        text = pattern.sub(replacement, text)
    return text


def setup(level: str = "INFO", json: bool = False) -> None:
    """Set up logging to standard error. `level` is a level name of `logging`; another raises `ValueError`."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        _add_request_id,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.ExtraAdder(),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,  # loggers are made at import, before this runs
    )
    render: list[Processor] = (
        [structlog.processors.JSONRenderer(ensure_ascii=False)]
        if json
        else [
            _one_line,
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
            ),
        ]
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,  # before the masks: traces hold addresses and arguments
                mask_secrets,
                *render,
            ],
        )
    )
    root = logging.getLogger()
    root.setLevel(level)
    handler.setLevel(root.level)  # a library's logger may have a level of its own
    root.handlers[:] = [handler]
    for name in LIBRARIES:
        logging.getLogger(name).setLevel(max(logging.INFO, root.level))
    for name in CHATTY:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))


def mask_secrets(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """A structlog processor that masks secrets in every key and every text, at any depth."""
    return cast("EventDict", _masked_mapping(event))


def _add_request_id(_logger: Any, _method: str, event: EventDict) -> EventDict:
    reference = _request_id.get()
    if reference:
        event.setdefault("request", reference)
    return event


def _one_line(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """A structlog processor that escapes line breaks, so that typed text cannot forge a log line. Not for traces."""
    for key, value in event.items():
        if isinstance(value, str) and key not in ("exception", "stack") and not value.isprintable():
            event[key] = value.encode("unicode_escape").decode("ascii")
    return event


def _masked_mapping(values: Mapping[Any, Any]) -> MutableMapping[Any, Any]:
    return {
        _masked_value(key): MASK if value and isinstance(key, str) and _SECRET_KEY.match(key) else _masked_value(value)
        for key, value in values.items()
    }


def _masked_value(value: Any) -> Any:
    if isinstance(value, str):
        return masked(value)
    if isinstance(value, Mapping):
        return _masked_mapping(value)
    if isinstance(value, list | tuple | set | frozenset):
        return [_masked_value(item) for item in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return masked(str(value) if isinstance(value, BaseException) else repr(value))
