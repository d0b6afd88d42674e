"""What the bot does by itself: a table of jobs, each a stateless sweep over the use cases."""
