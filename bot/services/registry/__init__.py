"""The registry: our own config service, with the Humanloop v4 API over an SQL database.

`app.create_app`, `database.migrate`, `demo.seed_demo` and `promptfiles.import_folder` are its ways in. It imports
nothing of the rest of configbot but `bot.logs` and `bot.sql`, and holds nothing outside its own database.
"""
