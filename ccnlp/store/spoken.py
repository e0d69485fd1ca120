"""The risky-phrase counts of all conversations in a store, one after the other."""

from collections.abc import Iterator
from typing import Any

import msgspec

from ccnlp.frequency import Spoken, parse_day
from ccnlp.store.connection import Store
from ccnlp.store.newest import select_newest
from ccnlp.store.repository import unpack
from ccnlp.store.schema import assessment, conversation
from ccnlp.types import PhraseFrequency

_STEP = 1000


class _Counted(msgspec.Struct, frozen=True):
    frequency: PhraseFrequency


def read_spoken(store: Store) -> Iterator[Spoken]:
    """Counts by the newest assessment of each conversation; memory does not grow."""
    query = select_newest(
        assessment.c.document, conversation.c.agent_id, conversation.c.team,
        conversation.c.started_at,
    )  # fmt: skip
    decode: Any = msgspec.json.Decoder(_Counted).decode
    with store.engine.connect() as connection:
        for row in connection.execution_options(yield_per=_STEP).execute(query):
            counted: PhraseFrequency = decode(unpack(row.document)).frequency
            yield Spoken(
                day=parse_day(row.started_at), agent_id=row.agent_id, team=row.team,
                agent_words=counted.agent_words, customer_words=counted.customer_words,
                counts=counted.counts,
            )  # fmt: skip
