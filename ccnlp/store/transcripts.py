"""The conversations that a store keeps, as they were scored last."""

from collections.abc import Iterator
from typing import Final

import msgspec

from ccnlp.store.connection import Store
from ccnlp.store.newest import select_newest
from ccnlp.store.repository import unpack
from ccnlp.store.schema import assessment, conversation
from ccnlp.types import Transcript

_STEP: Final = 200


def kept_transcripts(store: Store) -> Iterator[Transcript]:
    """Each conversation once, in the order in which it was scored; memory does not grow."""
    query = select_newest(conversation.c.transcript).order_by(assessment.c.id)
    decode = msgspec.json.Decoder(Transcript).decode
    with store.engine.connect() as connection:
        for row in connection.execution_options(yield_per=_STEP).execute(query):
            yield decode(unpack(row.transcript))
