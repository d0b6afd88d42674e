"""Humanloop v4: the wire, its operations, and the provider made of them."""

from bot.clients.humanloop.client import HumanloopClient

__all__ = ["HumanloopClient"]
