"""LaunchDarkly's error bodies: the message as one sentence, and faults that the status alone does not reveal."""

from __future__ import annotations

from typing import Any

from bot.domain.errors import Fault


def detail_of(body: Any) -> str:
    """The message in an error body (REST API, *Errors*: ``code`` and ``message``); the id, for support, is left out."""
    if not isinstance(body, dict):
        return ""
    message = body.get("message")
    if isinstance(message, str) and message.strip():
        return message
    code = body.get("code")
    return code.replace("_", " ") if isinstance(code, str) else ""


def fault_of(status: int, detail: str) -> Fault | None:
    """Recognise *Approval required* by its message: the status is 403 for AI Configs, 405 for flags. Else None."""
    if status in (403, 405) and "approval" in detail.casefold():
        return Fault.GATED
    return None
