"""Services of others that we play ourselves: each can be started alone and knows nothing of the bot."""
