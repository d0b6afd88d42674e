"""Channels in which the bot cannot post: the reason, and how to fix it."""

from __future__ import annotations

from bot.domain.notices import TroubleView
from handlers.messages.blocks import Message, code, compose, context, mention, moment, section

_INVITE = "Type `/invite @configbot` there."
_RESTRICTED = ("only some people can post there", "Let this app post there, or choose another channel.")

CAUSES: dict[str, tuple[str, str]] = {
    "cannot_dm_bot": ("it is another app", "Choose a person or a channel instead."),
    "channel_not_found": ("it no longer exists, or I'm not in it", _INVITE),
    "is_archived": ("it is archived", "Unarchive it, or choose another channel."),
    "messages_tab_disabled": (
        "messages to this app are switched off",
        "Switch on the Messages tab in the settings of the app.",
    ),
    "not_in_channel": ("I'm not in it", _INVITE),
    "restricted_action": _RESTRICTED,
    "restricted_action_read_only_channel": _RESTRICTED,
    "restricted_action_thread_only_channel": _RESTRICTED,
    "team_access_not_granted": ("the workspace hasn't let this app in", "A workspace admin has to allow it."),
    "user_disabled": (
        "the account is deactivated",
        "You don't have to do anything, unless somebody took over the work.",
    ),
    "user_not_found": (
        "there is no such account",
        "You don't have to do anything, unless somebody took over the work.",
    ),
}
"""By Slack's error: the reason, and how to fix it."""

_OTHER = (
    "Slack has refused it for a day: {cause}",
    "I won't try again until there is something new to say. The person who runs configbot finds more in the log.",
)


def place(channel: str) -> str:
    """A link to a channel or a person."""
    return mention(channel) if channel[:1] in ("U", "W") else f"<#{channel}>" if channel.isalnum() else code(channel)


def cause(error: str) -> tuple[str, str]:
    """The reason why the bot cannot post, and how to fix it, in mrkdwn."""
    reason, remedy = CAUSES.get(error, _OTHER)
    return reason.format(cause=code(error)), remedy


def trouble(trouble: TroubleView) -> Message:
    """The one message about a channel in which the bot cannot post; it is edited when posting works again."""
    where, (reason, remedy) = place(trouble.channel), cause(trouble.cause)
    if trouble.over:
        text = f"I can post to {where} again."
        return compose(
            text, section(f"✅ {text}"), context(f"From {moment(trouble.since)} on, the problem was: {reason}.")
        )
    text = f"I couldn't post to {where}: {reason}. {remedy}"
    consequence = "Until I can, I post its cards here, and leave out its thread messages and reports."
    return compose(text, section(f"⚠️ {text}"), context(f"Since {moment(trouble.since)}. {consequence}"))
