"""A small Slack on this machine: the real bot connects to it as it does to Slack, people use it in the browser.

Plays somebody else, so it imports nothing of ours but `bot.logs`. What works here is meant to work in Slack: limits,
error names, the three seconds and the rules of `response_url` and `trigger_id` are Slack's.
"""

from bot.services.slack.clock import MovableClock
from bot.services.slack.delivery import HttpDelivery, SocketDelivery
from bot.services.slack.model import Bot, Channel, Command, Person, Team, UserGroup
from bot.services.slack.server import create_app
from bot.services.slack.workspace import Workspace

__all__ = [
    "Bot",
    "Channel",
    "Command",
    "HttpDelivery",
    "MovableClock",
    "Person",
    "SocketDelivery",
    "Team",
    "UserGroup",
    "Workspace",
    "create_app",
]
