"""The registry: a config service of our own that speaks the Humanloop v4 wire format and stores in SQL.

It imports nothing of the rest of configbot but `bot.logs`, and holds nothing outside its own database.
"""
