"""Where assessments and the review queue are kept: SQLite by default, PostgreSQL when shared.

``open_store`` is the way in; docs/store.md shows the tables.
"""

from ccnlp.store.connection import Store, open_store, store_url
from ccnlp.store.queue import QueueFilter, QueueItem, ReviewQueue
from ccnlp.store.repository import Added, Assessments, Kept, Record, Recorder

__all__ = [
    "Added",
    "Assessments",
    "Kept",
    "QueueFilter",
    "QueueItem",
    "Record",
    "Recorder",
    "ReviewQueue",
    "Store",
    "open_store",
    "store_url",
]
