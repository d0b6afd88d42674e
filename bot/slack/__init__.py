"""Slack transports: Bolt, set up to acknowledge at once, over signed HTTP or Socket Mode; and the app manifest."""
