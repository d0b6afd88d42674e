"""What must last: changes, decisions, history, notices, drafts and reminders, in SQLite or PostgreSQL."""

from bot.store.database import Cause, StoreUnavailable
from bot.store.delivering import Clock
from bot.store.reading import NOTHING_LEFT, Queue, Reading
from bot.store.schema import SchemaMismatch, migrate
from bot.store.store import Store
from bot.store.writing import Writing

__all__ = [
    "NOTHING_LEFT",
    "Cause",
    "Clock",
    "Queue",
    "Reading",
    "SchemaMismatch",
    "Store",
    "StoreUnavailable",
    "Writing",
    "migrate",
]
