"""A small simulated Slack that runs locally: the bot connects to it as to Slack, people use it in the browser.

It stands in for a third-party service, so it imports nothing of configbot but `bot.logs`. What works here should work
in Slack: the limits, error names, three-second deadline and rules of `response_url` and `trigger_id` are Slack's.
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
