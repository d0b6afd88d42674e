"""What every route depends on: the database, the clock and the paging parameters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Query, Request
from pydantic import AfterValidator

from bot.services.registry.database import Database

LARGEST_PAGE = 1_000
"""Larger pages are cut to this, as their `size` shows. The v4 reference documents no limit; this one is ours."""


@dataclass(frozen=True)
class Service:
    """A running registry."""

    database: Database
    now: Callable[[], datetime]


def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


Here = Annotated[Service, Depends(_service)]

PageNumber = Annotated[int, Query(ge=0, le=2**31 - 1, description="Counts from 0.")]
PageNumberFromOne = Annotated[int, Query(ge=1, le=2**31 - 1, description="Counts from 1.")]
PageSize = Annotated[
    int, Query(ge=0, description=f"At most {LARGEST_PAGE:,}."), AfterValidator(lambda size: min(size, LARGEST_PAGE))
]
