"""Messages that the bot posts by itself: stored first, then delivered within Slack's rate limits and kept current."""
