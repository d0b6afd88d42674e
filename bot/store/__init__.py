"""Persistent storage in SQLite or PostgreSQL: changes, decisions, history, notices, drafts and reminders."""

from bot.domain.errors import Cause, StoreUnavailable
from bot.store.outbox import Clock
from bot.store.read import ReadTransaction
from bot.store.schema import SchemaMismatch, migrate
from bot.store.store import Store
from bot.store.write import WriteTransaction

__all__ = [
    "Cause",
    "Clock",
    "ReadTransaction",
    "SchemaMismatch",
    "Store",
    "StoreUnavailable",
    "WriteTransaction",
    "migrate",
]
