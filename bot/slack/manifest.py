"""The app manifest to paste at api.slack.com/apps, generated from the grammar's commands."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

LONGEST_NAME = 32
"""Maximum length of a slash command in characters, including the slash."""

MOST_COMMANDS = 50

_RESERVED = (
    "me status away active dnd shrug remind msg dm feed who collapse expand leave close part join open invite kick "
    "remove rename search topic mute pro apps shortcuts archive call huddle star prefs keys canvas people list help"
)

RESERVED = frozenset(_RESERVED.split())
"""Names reserved by Slack. It rejects the whole manifest because of one of them; `help` only sometimes."""

SCOPES = (
    "app_mentions:read",
    "channels:history",
    "channels:read",
    "chat:write",
    "chat:write.public",
    "commands",
    "groups:history",
    "groups:read",
    "im:history",
    "users:read",
    "users:read.email",
)
"""Scopes to receive mentions and direct messages, check channels, post and edit messages, and look up people.

E-mail addresses are only read to find a Slack user at a config service that identifies people by address.

Channel histories are only read to find a message whose acknowledgement was lost. Without those scopes it is posted
again after two minutes.
"""

EVENTS = ("app_home_opened", "app_mention", "message.im")

EVENTS_PATH = "/slack/events"


class ManifestError(ValueError):
    """Slack would reject the manifest because of its commands or address. The text has a line for each problem."""


def command_name(command: str, prefix: str = "") -> str:
    """The command as registered in Slack: one slash, then the prefix and the name."""
    return f"/{prefix}{command.removeprefix('/')}"


def manifest(
    commands: Sequence[tuple[str, str, str]],
    *,
    prefix: str = "",
    http_url: str | None = None,
    name: str = "configbot",
) -> dict[str, Any]:
    """Make the manifest for Socket Mode or, with the public address of the bot, for HTTP.

    `commands` are (name, description, usage hint). Raises `ManifestError`.
    """
    address = None if http_url is None else http_url.rstrip("/").removesuffix(EVENTS_PATH) + EVENTS_PATH
    problems = _problems([command_name(command, prefix) for command, _, _ in commands], name, http_url)
    if problems:
        raise ManifestError("\n".join(problems))
    url = {} if address is None else {"url": address}
    request_url = {} if address is None else {"request_url": address}
    options_url = {} if address is None else {"message_menu_options_url": address}
    return {
        "_metadata": {"major_version": 2},
        "display_information": {
            "name": name,
            "description": "Change which prompt and model configuration is live, with review, proof and undo.",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": name, "always_online": True},
            "slash_commands": [
                {
                    "command": command_name(command, prefix),
                    "description": description[:2000],
                    **({"usage_hint": usage[:1000]} if usage else {}),
                    "should_escape": True,  # otherwise people and channels arrive as unresolvable names
                    **url,
                }
                for command, description, usage in commands
            ],
        },
        "oauth_config": {"scopes": {"bot": list(SCOPES)}},
        "settings": {
            "event_subscriptions": {"bot_events": list(EVENTS), **request_url},
            "interactivity": {"is_enabled": True, **request_url, **options_url},
            "org_deploy_enabled": False,
            "socket_mode_enabled": http_url is None,
            "token_rotation_enabled": False,
        },
    }


def _problems(names: Sequence[str], name: str, http_url: str | None) -> list[str]:
    problems = []
    if not 1 <= len(names) <= MOST_COMMANDS:
        problems.append(f"{len(names)} commands: Slack accepts 1 to {MOST_COMMANDS}")
    for command in names:
        if command[1:] in RESERVED:
            problems.append(f"{command}: Slack reserves this name; choose another one, or set a prefix")
        elif len(command) > LONGEST_NAME:
            problems.append(f"{command}: {len(command)} characters; Slack accepts {LONGEST_NAME}, including the slash")
        elif not re.fullmatch(r"/[a-z0-9][a-z0-9_-]*", command):
            problems.append(f"{command}: use only lower-case letters, digits, - and _")
    problems += [f"{command}: listed twice" for command in sorted({c for c in names if names.count(c) > 1})]
    if not 1 <= len(name) <= 35:
        problems.append(f"the app's name has {len(name)} characters; Slack accepts 1 to 35")
    if http_url is not None and not re.fullmatch(r"https://[^\s/?#@]+(/[^\s?#]*)?", http_url):
        problems.append("the address must begin with https:// and contain no user, query or fragment")
    return problems
