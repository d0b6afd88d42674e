"""The registry as an ASGI app: the Humanloop v4 API over its own database."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import cache, partial

from fastapi import APIRouter, FastAPI, Request, Security
from fastapi.exceptions import RequestValidationError
from fastapi.security import APIKeyHeader
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, JSONResponse, Response

from bot.logs import get_logger
from bot.services.registry import (
    configs,
    datapoints,
    datasets,
    deployments,
    docs,
    evaluations,
    evaluators,
    projects,
    prompts,
    records,
    unsupported,
)
from bot.services.registry.database import Database, DatabaseUnavailable
from bot.services.registry.errors import UNAVAILABLE, Refusal, answer, entries
from bot.services.registry.keys import Keys
from bot.services.registry.request_checks import Gate
from bot.services.registry.service import Service

PREFIX = "/v4"
_OPENAPI, _DOCS = f"{PREFIX}/openapi.json", f"{PREFIX}/docs"

_log = get_logger("bot.services.registry")


def utc_now() -> datetime:
    """The current time in UTC."""
    return datetime.now(UTC)


def create_app(database_url: str, *, api_keys: Sequence[str], now: Callable[[], datetime] | None = None) -> FastAPI:
    """Build the app, with all routes under ``/v4``. The database has to be migrated.

    It accepts the API keys in `api_keys` and those stored in the database (`bot.services.registry.keys`). It opens
    connections at the first request and closes them when the server's lifespan ends; without a server, call `close`.
    Raises `ValueError` for an unusable URL and for an empty API key.
    """
    service = Service(Database(database_url), now or utc_now)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        await service.database.close()

    app = FastAPI(
        title="configbot registry",
        version="4.0.1",
        description="A config service that speaks the Humanloop v4 wire format.",
        openapi_url=_OPENAPI,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        redirect_slashes=False,
    )
    app.state.service = service
    app.add_middleware(Gate, keys=Keys(api_keys, service.database), open_paths=frozenset({_OPENAPI, _DOCS}))
    app.include_router(_routes())
    app.add_api_route(_DOCS, _docs, include_in_schema=False)
    _handle_errors(app)
    app.openapi = cache(partial(docs.document, app))  # type: ignore[method-assign]  # as FastAPI says to do it
    return app


async def close(app: FastAPI) -> None:
    """Close the app's database connections, when no server does it."""
    service: Service = app.state.service
    await service.database.close()


@cache
def _routes() -> APIRouter:
    """The routes, which hold no state: all apps of a process share them."""
    # The gate checks the key; this only declares it in the OpenAPI document.
    key = APIKeyHeader(name="X-API-KEY", auto_error=False)
    routes = APIRouter(prefix=PREFIX, dependencies=[Security(key)])
    for part in (
        projects,
        configs,
        prompts,
        deployments,
        evaluations,
        records,
        evaluators,
        datasets,
        datapoints,
        unsupported,
    ):
        routes.include_router(part.router)
    return routes


async def _docs(request: Request) -> HTMLResponse:
    app: FastAPI = request.app
    return HTMLResponse(docs.page(app.openapi()))


def _handle_errors(app: FastAPI) -> None:
    @app.exception_handler(Refusal)
    async def refused(_request: Request, error: Refusal) -> JSONResponse:
        return answer(error.status, error.detail)

    @app.exception_handler(RequestValidationError)
    async def invalid(_request: Request, error: RequestValidationError) -> JSONResponse:
        return answer(422, entries(error.errors()))

    @app.exception_handler(HTTPException)
    async def other(_request: Request, error: HTTPException) -> Response:
        response = answer(error.status_code, str(error.detail))
        response.headers.update(error.headers or {})
        return response

    @app.exception_handler(DatabaseUnavailable)
    async def unavailable(request: Request, error: DatabaseUnavailable) -> JSONResponse:
        _log.error("registry database unavailable", method=request.method, path=request.url.path, reason=error.reason)
        return answer(*UNAVAILABLE)

    @app.exception_handler(Exception)
    async def broken(request: Request, error: Exception) -> JSONResponse:
        _log.error("registry request broke", method=request.method, path=request.url.path, exc_info=error)
        return answer(500, "Something went wrong on our side.")
