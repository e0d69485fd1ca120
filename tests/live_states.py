"""States for tests: an SQLite file, and a real Redis under a prefix of its own."""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

REDIS = "redis://127.0.0.1:6379/0"
KINDS = ("sqlite", "redis")


@contextmanager
def state_url(kind: str, folder: Path) -> Iterator[str]:
    """The URL of an empty state; what is left in Redis is deleted."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'live.sqlite'}"
        return
    redis = pytest.importorskip("redis")
    client = redis.Redis.from_url(REDIS, socket_connect_timeout=1)
    try:
        client.ping()
    except redis.RedisError:
        client.close()
        if os.environ.get("CCNLP_REDIS"):
            raise
        pytest.skip("no Redis at 127.0.0.1:6379")
    prefix = f"ccnlp-test-{uuid.uuid4().hex}:"
    try:
        yield f"{REDIS}?prefix={prefix}"
    finally:
        for key in client.scan_iter(f"{prefix}*"):
            client.delete(key)
        client.close()
