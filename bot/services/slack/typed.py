"""How Slack escapes the text that a person types: entities, mentions and links."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from bot.services.slack.workspace import Workspace

_LINK = r"(?P<url>https?://[^\s<>|]*[^\s<>|.,;:!?)'\"])"
_MAIL = r"(?P<mail>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"
_HOST = r"(?P<host>(?<![\w.@/-])[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|org|net|io|ai|dev|co)(?![\w-]))"
_SIGN = r"(?P<sign>[&<>])"
_SIGNS = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def escaped_command(text: str, workspace: Workspace) -> str:
    """The `text` of a slash command whose manifest entry has ``should_escape: true``."""
    return _escaped(
        text,
        workspace,
        person=lambda user, handle: f"<@{user}|{handle}>",
    )


def escaped_message(text: str, workspace: Workspace) -> str:
    """The `text` of a message: like a command's, but without labels in mentions."""
    return _escaped(text, workspace, person=lambda user, _handle: f"<@{user}>")


def _escaped(text: str, workspace: Workspace, person: Callable[[str, str], str]) -> str:
    people = _people(workspace)
    channels = {channel.name.lower(): channel for channel in workspace.channels.values() if not channel.is_im}
    pattern = re.compile(
        "|".join(
            [
                _LINK,
                _MAIL,
                rf"(?<!\w)@(?P<person>{_any_of(people)})(?!\w)",
                rf"(?<!\w)#(?P<channel>{_any_of(channels)})(?![\w-])",
                _HOST,
                _SIGN,
            ]
        ),
        re.IGNORECASE,
    )

    def replacement(token: re.Match[str]) -> str:
        word = token[token.lastgroup or 0]
        match token.lastgroup:
            case "person":
                return person(*people[word.lower()])
            case "channel":
                channel = channels[word.lower()]
                return f"<#{channel.id}|{channel.name}>"
            case "url":
                return f"<{_signs(word)}>"
            case "mail":
                return f"<mailto:{word}|{word}>"
            case "host":
                return f"<http://{word}|{word}>"
            case _:
                return _SIGNS[word]

    return pattern.sub(replacement, text)


def _people(workspace: Workspace) -> Mapping[str, tuple[str, str]]:
    people = {workspace.bot.name.lower(): (workspace.bot.user_id, workspace.bot.name)}
    for person in workspace.people.values():
        for name in (person.name, person.username):
            people[name.lower()] = (person.id, person.username)
    return people


def _any_of(names: Iterable[str]) -> str:
    """A pattern for any of the names, longest first, so that "Ada Ibarra" does not match as "Ada"."""
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True)) or r"(?!)"


def _signs(text: str) -> str:
    return "".join(_SIGNS.get(letter, letter) for letter in text)
