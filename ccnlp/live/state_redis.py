"""State in Redis: for processes on several machines.

Keys, all under one prefix (``ccnlp:live:``, or the URL's ``?prefix=``): ``log:ID`` a list of
entries, ``lines:open`` and ``lines:ended`` hashes of rows, ``handed`` and ``unhanded`` sorted sets
by time. Scripts change several of them at once, or none.
"""

from typing import Any, Final, cast
from urllib.parse import parse_qs, urlsplit, urlunsplit

import msgspec

from ccnlp.errors import UnavailableError
from ccnlp.live.state import Conflict, Entry

_APPEND: Final = """
if redis.call('LLEN', KEYS[1]) ~= tonumber(ARGV[1]) then return 0 end
redis.call('RPUSH', KEYS[1], ARGV[2])
if ARGV[5] == '1' then
  redis.call('HDEL', KEYS[2], ARGV[4])
  redis.call('HSET', KEYS[3], ARGV[4], ARGV[3])
  redis.call('ZADD', KEYS[4], ARGV[6], ARGV[4])
else
  redis.call('HSET', KEYS[2], ARGV[4], ARGV[3])
end
return 1
"""
_HAND: Final = """
local at = redis.call('ZSCORE', KEYS[1], ARGV[1])
if at then redis.call('ZREM', KEYS[1], ARGV[1]) redis.call('ZADD', KEYS[2], at, ARGV[1]) end
"""


class RedisState:
    """A log a conversation in Redis."""

    def __init__(self, url: str) -> None:
        try:
            import redis
        except ImportError as error:
            raise UnavailableError(
                "the package redis is not installed",
                where="--state",
                mend="pip install 'ccnlp[live]'",
            ) from error
        parts = urlsplit(url)
        query = parse_qs(parts.query)
        self._prefix = query.pop("prefix", ["ccnlp:live:"])[0]
        kept = "&".join(f"{k}={v}" for k, values in query.items() for v in values)
        self.url = f"{parts.scheme}://{parts.hostname or ''}{parts.path}"
        self.faults: tuple[type[Exception], ...] = (redis.RedisError,)
        self._redis: Any = redis.Redis.from_url(
            urlunsplit(parts._replace(query=kept)), socket_timeout=5, socket_connect_timeout=5
        )
        self._append: Any = self._redis.register_script(_APPEND)
        self._hand: Any = self._redis.register_script(_HAND)
        self._encode = msgspec.json.Encoder().encode
        self.check()

    def _key(self, *parts: str) -> str:
        return self._prefix + ":".join(parts)

    def read(self, conversation_id: str, after: int = 0) -> list[Entry]:
        """See ``State.read``."""
        blobs = self._redis.lrange(self._key("log", conversation_id), after, -1)
        return [msgspec.json.decode(blob, type=Entry) for blob in blobs]

    def append(self, conversation_id: str, revision: int, entry: Entry, row: bytes) -> None:
        """See ``State.append``."""
        keys = [
            self._key("log", conversation_id), self._key("lines", "open"),
            self._key("lines", "ended"), self._key("unhanded"),
        ]  # fmt: skip
        ended = "1" if entry.ended else "0"
        arguments = [revision, self._encode(entry), row, conversation_id, ended, entry.at]
        if not self._append(keys=keys, args=arguments):
            raise Conflict

    def rows(self, *, ended: bool = False) -> list[bytes]:
        """See ``State.rows``."""
        return list(self._redis.hvals(self._key("lines", "ended" if ended else "open")))

    def unhanded(self) -> list[str]:
        """See ``State.unhanded``."""
        return [name.decode() for name in self._redis.zrange(self._key("unhanded"), 0, -1)]

    def mark_handed(self, conversation_id: str) -> None:
        """See ``State.mark_handed``."""
        self._hand(keys=[self._key("unhanded"), self._key("handed")], args=[conversation_id])

    def forget(self, conversation_id: str) -> None:
        """See ``State.forget``."""
        with self._redis.pipeline(transaction=True) as together:
            together.delete(self._key("log", conversation_id))
            for lines in ("open", "ended"):
                together.hdel(self._key("lines", lines), conversation_id)
            for names in ("handed", "unhanded"):
                together.zrem(self._key(names), conversation_id)
            together.execute()

    def forget_ended(self, before: float) -> int:
        """See ``State.forget_ended``."""
        old = self._redis.zrangebyscore(self._key("handed"), "-inf", f"({before}")
        for name in old:
            self.forget(cast(bytes, name).decode())
        return len(old)

    def check(self) -> None:
        """See ``State.check``."""
        try:
            self._redis.ping()
        except self.faults as error:
            raise UnavailableError(
                f"does not answer: {type(error).__name__}", where=self.url,
                mend="start Redis, or name another --state",
            ) from error  # fmt: skip

    def close(self) -> None:
        """See ``State.close``."""
        self._redis.close()
