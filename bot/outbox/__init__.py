"""What the bot says unasked: a row first, then delivered at Slack's pace, and kept current."""
