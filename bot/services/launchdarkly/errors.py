"""Errors and their JSON: ``{"code": …, "message": …, "id": …}``."""

from __future__ import annotations

from uuid import uuid4

from starlette.responses import JSONResponse

CODES = {
    400: "invalid_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    413: "invalid_request",
    422: "patch_failed",
    429: "rate_limited",
    500: "internal_service_error",
}
"""Error codes by status (REST API v2, *Errors*); 409 and 500 have no documented code that fits all cases."""

APPROVAL_NEEDED = "approval is required"


class Refusal(Exception):
    """Raised to answer a request with an error."""

    def __init__(self, status: int, message: str, *, code: str = "", headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code or CODES.get(status, "internal_service_error")
        self.headers = headers or {}

    def response(self) -> JSONResponse:
        """The error response, with an id that a support team could look up."""
        body = {"code": self.code, "message": self.message, "id": str(uuid4())}
        return JSONResponse(body, self.status, self.headers)


def invalid(message: str) -> Refusal:
    """Return a 400 error."""
    return Refusal(400, message)


def unknown(what: str) -> Refusal:
    """Return a 404 error, for example ``Unknown AI Config``."""
    return Refusal(404, f"Unknown {what}")
