"""The registry: a config service of our own that speaks the Humanloop v4 wire format and stores in SQL.

It imports nothing of the rest of configbot but `bot.logs`, and holds nothing outside its own database.
"""

from bot.registry.app import close, create_app
from bot.registry.database import DatabaseUnavailable, migrate, migrate_blocking
from bot.registry.demo import demo_id, seed_demo
from bot.registry.promptfiles import import_folder

__all__ = [
    "DatabaseUnavailable",
    "close",
    "create_app",
    "demo_id",
    "import_folder",
    "migrate",
    "migrate_blocking",
    "seed_demo",
]
