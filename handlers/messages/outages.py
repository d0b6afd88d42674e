"""Channels that take no message: what is in the way, and what mends it."""

from __future__ import annotations

from bot.domain.notices import TroubleView
from handlers.messages.blocks import Message, code, compose, context, mention, moment, section

_INVITE = "Type `/invite` and the name of this app there."
_RESTRICTED = ("only some people may post there", "Let this app post there, or choose another channel.")

CAUSES: dict[str, tuple[str, str]] = {
    "cannot_dm_bot": ("it is another app", "Choose a person or a channel instead."),
    "channel_not_found": ("it is gone, or I am not in it", _INVITE),
    "is_archived": ("it is archived", "Unarchive it, or choose another channel."),
    "messages_tab_disabled": (
        "messages to this app are switched off",
        "Switch on the Messages tab where the app is set up.",
    ),
    "not_in_channel": ("I am not in it", _INVITE),
    "restricted_action": _RESTRICTED,
    "restricted_action_read_only_channel": _RESTRICTED,
    "restricted_action_thread_only_channel": _RESTRICTED,
    "team_access_not_granted": ("the workspace did not let this app in", "Whoever runs the workspace has to allow it."),
    "user_disabled": ("the account is deactivated", "Nothing has to be done, unless somebody took over the work."),
    "user_not_found": ("there is no such account", "Nothing has to be done, unless somebody took over the work."),
}
"""By Slack's word: what is in the way, and what mends it."""

_OTHER = (
    "Slack has not taken it for a day: {cause}",
    "It is not tried any more, until there is something new to say. Whoever runs configbot finds more in the log.",
)


def place(channel: str) -> str:
    """A channel, or a person, as Slack links it."""
    return mention(channel) if channel[:1] in ("U", "W") else f"<#{channel}>" if channel.isalnum() else code(channel)


def cause(word: str) -> tuple[str, str]:
    """What is in the way, and what mends it, in mrkdwn."""
    what, mends = CAUSES.get(word, _OTHER)
    return what.format(cause=code(word)), mends


def trouble(shown: TroubleView) -> Message:
    """That a channel takes no message, once; it ends by itself when the channel takes one."""
    where, (what, mends) = place(shown.channel), cause(shown.cause)
    if shown.over:
        text = f"Messages arrive in {where} again."
        return compose(text, section(f"✅ {text}"), context(f"None did from {moment(shown.since)}: {what}."))
    text = f"I could not say something in {where}: {what}. {mends}"
    rest = "Cards that belong there stand here as long as it lasts; lines and reports for it are left out."
    return compose(text, section(f"⚠️ {text}"), context(f"Since {moment(shown.since)}. {rest}"))
