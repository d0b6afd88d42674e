"""The registry: our own config service, with the Humanloop v4 API over an SQL database.

Its entry points are `app.create_app`, `database.migrate`, `demo.seed_demo` and `promptfiles.import_folder`. It imports
nothing of the rest of configbot but `bot.logs`, and stores nothing outside its own database.
"""
