"""A LaunchDarkly project as a provider: its AI Configs are projects, their variations are configs."""

from bot.clients.launchdarkly.client import LaunchDarklyClient

__all__ = ["LaunchDarklyClient"]
