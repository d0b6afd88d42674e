"""The health of the bot, and its help."""
