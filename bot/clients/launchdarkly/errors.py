"""What LaunchDarkly says when it refuses, as one sentence, and what that means beside the status."""

from __future__ import annotations

from typing import Any

from bot.domain.errors import Fault


def detail_of(body: Any) -> str:
    """The sentence in an error body (REST API, *Errors*: ``code`` and ``message``); its id is for their support."""
    if not isinstance(body, dict):
        return ""
    message = body.get("message")
    if isinstance(message, str) and message.strip():
        return message
    code = body.get("code")
    return code.replace("_", " ") if isinstance(code, str) else ""


def fault_of(status: int, detail: str) -> Fault | None:
    """*Approval required* comes as 403 for AI Configs and as 405 for flags, and only the sentence tells it apart."""
    if status in (403, 405) and "approval" in detail.casefold():
        return Fault.GATED
    return None
