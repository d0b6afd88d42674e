"""How the bot itself is."""
