"""What a single value has to look like. A check raises `ValueError` that goes on after the name of the setting."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr, ValidationInfo
from pydantic_core import PydanticCustomError

from bot.domain.workhours import days_of, hours_of, zone_of


def comma_separated(value: Any) -> Any:
    """The parts of a text; what is no text stays as it is."""
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def database_address(url: str) -> str:
    """The address of a database with the driver that we use. Raises `ValueError`."""
    from bot import sql  # loads SQLAlchemy, which only who sets an address needs this early

    return sql.database_address(url).render_as_string(hide_password=False)


def web_address(url: str) -> str:
    """Check the address of a web page. Raises `ValueError`."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("is not an address that begins with https:// or http://")
    if parts.username or parts.password:
        raise ValueError("must not contain a user or a password")
    return url


def channel_id(channel: str) -> str:
    """Check the id of a channel. Raises `ValueError`."""
    if not re.fullmatch(r"[CG][A-Z0-9]{2,}", channel):
        raise ValueError("is not a channel id (in Slack: the channel's name, About, at the very bottom)")
    return channel


def member_id(person: str) -> str:
    """Check the id of a person. Raises `ValueError`."""
    if not re.fullmatch(r"[UW][A-Z0-9]{2,}", person):
        raise ValueError("is not a member id (in Slack: open the person's profile, the three dots, *Copy member ID*)")
    return person


def between(least: float, most: float, unit: str) -> Callable[[float], float]:
    """A check that a number of hours or minutes is one that clocks and the scheduler can work with."""

    def check(number: float) -> float:
        if not least <= number <= most:  # `nan` is in no range
            raise ValueError(f"must be a number of {unit} from {least:g} to {most:g}")
        return number

    return check


def time_zone(name: str) -> str:
    """The IANA name of a time zone as it is written there. Raises `ValueError`."""
    return zone_of(name).key


def days(text: str) -> str:
    """Check days of the week. Raises `ValueError`."""
    days_of(text)
    return text


def hours(text: str) -> str:
    """Check hours of a day. Raises `ValueError`."""
    hours_of(text)
    return text


def command_name(name: str) -> str:
    """The name of a slash command without its slash. Raises `ValueError` for one that configbot does not have."""
    name = name.removeprefix("/")
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,30}", name):
        raise ValueError("contains something that is not a command name (lower-case letters, digits, - and _)")
    import bot.features  # noqa: F401 - registers the lines; only who chooses commands needs them this early
    from bot.grammar import language

    known = [command.name for command in language().slash_commands]
    if name not in known:
        raise ValueError(f"contains {name}, which is not a command of configbot; known: {', '.join(known)}")
    return name


LAUNCHDARKLY_URL = "https://app.launchdarkly.com"
"""Where LaunchDarkly is, but for its federal and its European one."""

_MISSING = PydanticCustomError("missing", "Field required")


def address_of_kind(url: str, info: ValidationInfo) -> str:
    """Only LaunchDarkly has one address for nearly everybody. An unknown kind is told beside its own name."""
    if url or "kind" not in info.data:
        return web_address(url) if url else url
    if info.data["kind"] != "launchdarkly":
        raise _MISSING
    return LAUNCHDARKLY_URL


def project_of_kind(project: str, info: ValidationInfo) -> str:
    """Check the key of a project, which LaunchDarkly alone has. Raises `ValueError`."""
    kind = info.data.get("kind")
    if kind == "humanloop" and project:
        raise ValueError("is only for providers of kind launchdarkly")
    if kind == "launchdarkly" and not project:
        raise _MISSING
    if project and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", project):
        raise ValueError("is not a project key (letters, digits, dots, - and _, as in the address of its page)")
    return project


def access_token(key: SecretStr, info: ValidationInfo) -> SecretStr:
    """An SDK key or a mobile key opens no REST API, and is the one that people have at hand."""
    if info.data.get("kind") == "launchdarkly" and key.get_secret_value().startswith(("sdk-", "mob-")):
        raise ValueError("is an SDK or mobile key; LaunchDarkly's API needs an access token (api-…)")
    return key
