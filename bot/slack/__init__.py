"""The transports: Bolt, set up so that it acknowledges at once, over signed HTTP or over Socket Mode; the manifest."""
