"""Reading the settings from the environment and ``.env``, and what is wrong with them, all at once.

No value that was set is ever in such a text: it could be a secret.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pydantic_settings
from dotenv import dotenv_values
from pydantic import ValidationError as Invalid
from rapidfuzz import process

from bot.settings.fields import PREFIX, Settings
from bot.settings.reference import Row, settings_table

Mode = Literal["run", "clock", "doctor", "registry", "database", "manifest", "playground"]
"""What is started: each needs settings of its own."""


class SettingsError(Exception):
    """Settings with which configbot does not start. `problems` holds a line for each."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def load(mode: Mode, *, env_file: str | Path | None = ".env") -> Settings:
    """Read and check the settings for what is started. Raises `SettingsError` with every problem."""
    problems = list(_unknown(env_file))
    try:
        settings = Settings(_env_file=env_file)
    except Invalid as invalid:
        problems += [_problem(error["loc"], error["msg"], error["type"]) for error in invalid.errors()]
    except pydantic_settings.SettingsError as unreadable:
        field = re.search(r'field "(\w+)"', str(unreadable))
        problems.append(_line(PREFIX + (field[1].upper() if field else ""), "is not valid JSON", ""))
    else:
        problems += _missing(settings, mode)
    if problems:
        raise SettingsError(tuple(dict.fromkeys(problems)))
    return settings


def _missing(settings: Settings, mode: Mode) -> Iterator[str]:
    if mode in ("run", "clock", "doctor"):
        yield from _tokens(settings)
        if not settings.providers and not settings.registry.enabled:
            yield _line(
                f"{PREFIX}PROVIDERS__MAIN__URL",
                "is missing: no config service is set",
                f"{PREFIX}PROVIDERS__MAIN__URL=https://configs.example.com/v4 and "
                f"{PREFIX}PROVIDERS__MAIN__KEY=hl_sk_…, or {PREFIX}REGISTRY__ENABLED=true",
            )
    if mode in ("run", "doctor") and settings.slack_app_token is None and settings.slack_signing_secret is None:
        yield _line(
            f"{PREFIX}SLACK_APP_TOKEN",
            f"is missing, and so is {PREFIX}SLACK_SIGNING_SECRET: Slack reaches the bot through one of them",
            f"{PREFIX}SLACK_APP_TOKEN=xapp-…",
        )
    if (mode == "registry" or settings.registry.enabled) and not settings.registry.api_keys:
        yield _needed("REGISTRY__API_KEYS")
    for name in settings.providers:
        if not re.fullmatch(r"[a-z][a-z0-9_-]*", name) or (name == "registry" and settings.registry.enabled):
            yield _line(
                f"{PREFIX}PROVIDERS__{name.upper()}",
                "is not a valid provider name (letters, digits, - and _; `registry` is reserved for our own)",
                f"{PREFIX}PROVIDERS__MAIN__URL=…",
            )


def _tokens(settings: Settings) -> Iterator[str]:
    """Checked only where Slack is talked to: the playground starts whatever stands in the shell."""
    if settings.slack_bot_token is None:
        yield _needed("SLACK_BOT_TOKEN")
    for name, token, begin in (
        ("SLACK_BOT_TOKEN", settings.slack_bot_token, "xoxb-"),
        ("SLACK_APP_TOKEN", settings.slack_app_token, "xapp-"),
    ):
        if token is not None and not token.get_secret_value().startswith(begin):
            yield _needed(name, f"does not begin with {begin}")


def _needed(name: str, problem: str = "is missing") -> str:
    row = next(row for row in settings_table() if row.name == PREFIX + name)
    return _line(f"{row.name} (or {row.also})" if row.also else row.name, problem, f"{row.name}={row.example}")


def _unknown(env_file: str | Path | None) -> Iterator[str]:
    """A setting that is misspelt would be left out in silence."""
    known = {row.name for row in settings_table()}
    nested = tuple(f"{PREFIX}{name}" for name in ("PROVIDERS", "REGISTRY"))
    from_file = dotenv_values(env_file) if env_file is not None and Path(env_file).is_file() else {}
    for name in sorted({variable.upper() for variable in (*os.environ, *from_file)}):
        if not name.startswith(PREFIX) or name in known or name.startswith(tuple(f"{part}__" for part in nested)):
            continue
        if name in nested:  # all of it as one JSON object
            continue
        near = process.extractOne(name, known, score_cutoff=80)
        yield f"{name}: there is no such setting." + (f" Did you mean {near[0]}?" if near else "")


def _problem(loc: tuple[int | str, ...], message: str, kind: str) -> str:
    parts = [str(part) for part in loc if not isinstance(part, int)]
    name = "__".join(parts).upper()
    name = name if name.startswith(PREFIX) else PREFIX + name
    row = _row(name)
    words = {"missing": "is missing", "extra_forbidden": "is not a known setting here"}.get(kind)
    if words is None:
        words = message.removeprefix("Value error, ")
        words = words if words.startswith(("is ", "must ", "does ", "contains ")) else f"is wrong: {words}"
    shown = "…" in words  # an example stands in the words already
    return _line(name, words, f"{name}={row.example}" if row and not shown else "")


def _line(name: str, problem: str, example: str) -> str:
    return f"{name}: {problem}." + (f" Example: {example}" if example else "")


def _row(name: str) -> Row | None:
    general = re.sub(rf"^{PREFIX}PROVIDERS__[^_]+(?:_[^_]+)*__", f"{PREFIX}PROVIDERS__MAIN__", name)
    return next((row for row in settings_table() if row.name == general), None)
