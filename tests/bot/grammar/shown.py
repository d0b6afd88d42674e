"""Readings as short text, so that tables of lines can be read."""

from __future__ import annotations

from dataclasses import fields
from datetime import timedelta
from typing import Any

from bot.domain.times import At, In, LocalTime
from bot.grammar.commands import Assignment, Command, Misunderstood, Name, Parsed


def shown(reading: Command) -> str:
    """``Deploy config=config_x environment=production``; names in quotes if they were typed so."""
    parts = (_part(field.name, getattr(reading, field.name)) for field in fields(reading) if field.name != "text")
    return " ".join([type(reading).__name__, *filter(None, parts)])


def meaning(parsed: Parsed) -> list[str]:
    """All readings, or what is wrong and where."""
    if isinstance(parsed, Misunderstood):
        return [f"{parsed.problem}: {parsed.detail}"]
    return [shown(reading) for reading in parsed.readings]


def _part(name: str, value: Any) -> str:
    match value:
        case None:
            return ""
        case Name(text, quoted):
            return f'{name}="{text}"' if quoted else f"{name}={text}"
        case In(duration, _):
            return f"{name}=in {duration}"
        case At(LocalTime(hour, minute, day, date, zone), _):
            on = day or "/".join(str(each or "any") for each in date or ())
            return f"{name}=at {on + ' ' if on else ''}{hour}:{minute:02}{' ' + zone if zone else ''}"
        case timedelta() | str():
            return f"{name}={value}"
        case tuple():
            inside = (f"{one.field}={one.value}" if isinstance(one, Assignment) else shown(one) for one in value)
            return f"{name}=[{'; '.join(inside)}]"
    raise AssertionError(value)
