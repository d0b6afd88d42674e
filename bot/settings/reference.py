"""Every setting with its default and an example, for people: the table of the documents, and ``.env.example``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import AliasChoices, BaseModel
from pydantic.fields import FieldInfo

from bot.settings.fields import PREFIX, ProviderSettings, RegistrySettings, Settings


@dataclass(frozen=True, slots=True)
class Row:
    """One setting, for people."""

    name: str
    """As it is written in the environment."""
    default: str
    """Empty when there is none."""
    example: str
    description: str
    also: str = ""
    """Another name that is taken."""


def settings_table() -> tuple[Row, ...]:
    """Every setting, in the order in which people want to read of them."""
    return tuple(_rows(PREFIX, Settings))


def env_example() -> str:
    """Write out ``.env.example``."""
    parts = ["# Copy this file to .env and remove the # from the settings you want. The values are examples.\n"]
    for row in settings_table():
        notes = [row.description]
        if row.also:
            notes.append(f"Also read as {row.also}.")
        if row.default:
            notes.append(f"Default: {row.default}")
        parts.append("".join(f"# {note}\n" for note in notes) + f"# {row.name}={row.example}\n")
    return "\n".join(parts)


def _rows(prefix: str, model: type[BaseModel]) -> Iterator[Row]:
    for name, field in model.model_fields.items():
        if name == "providers":
            yield from _rows(f"{prefix}PROVIDERS__MAIN__", ProviderSettings)
        elif name == "registry":
            yield from _rows(f"{prefix}REGISTRY__", RegistrySettings)
        else:
            yield Row(
                name=f"{prefix}{name.upper()}",
                default=_default(field),
                example=str((field.examples or [""])[0]),
                description=field.description or "",
                also=_also(field),
            )


def _default(field: FieldInfo) -> str:
    if field.is_required() or field.default is None:
        return ""
    if isinstance(field.default, bool):
        return str(field.default).lower()
    if isinstance(field.default, list):
        return ",".join(field.default)
    return str(field.default)


def _also(field: FieldInfo) -> str:
    alias = field.validation_alias
    return str(alias.choices[1]) if isinstance(alias, AliasChoices) else ""
