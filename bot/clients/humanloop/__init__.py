"""Humanloop v4: the wire format, the API operations, and the provider client built on them."""

from bot.clients.humanloop.client import HumanloopClient

__all__ = ["HumanloopClient"]
