"""Requests as Slack sends them: signed, as forms."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from typing import Any
from urllib.parse import urlencode

SECRET = "shh-signing"
FORM = "application/x-www-form-urlencoded"
JSON = "application/json"

COMMAND = {
    "token": "verification",
    "team_id": "T0ACORN",
    "team_domain": "acorn",
    "channel_id": "C0DEPLOYS",
    "channel_name": "deploys",
    "user_id": "U0ADA",
    "user_name": "ada",
    "command": "/deploy",
    "text": "triage-v4 to production",
    "api_app_id": "A0ACORN",
    "is_enterprise_install": "false",
    "response_url": "http://127.0.0.1:9/response/1",
    "trigger_id": "1.2.3",
}


def signed(body: str | bytes, *, secret: str = SECRET, age: float = 0, content_type: str = FORM) -> dict[str, Any]:
    """Keywords for a POST of httpx."""
    raw = body.encode() if isinstance(body, str) else body
    timestamp = str(int(time.time() - age))
    signature = hmac.new(secret.encode(), b"v0:" + timestamp.encode() + b":" + raw, hashlib.sha256).hexdigest()
    return {
        "content": raw,
        "headers": {
            "Content-Type": content_type,
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": f"v0={signature}",
        },
    }


def command(**fields: str) -> str:
    """A slash command's body."""
    return urlencode(COMMAND | fields)


def interaction(payload: dict[str, Any]) -> str:
    """The body of a click or a modal."""
    return urlencode({"payload": json.dumps(payload)})
