"""What each conversation of a period tells of its agent, for ``ccnlp.appraisal``."""

from collections.abc import Iterator
from typing import Final

import msgspec

from ccnlp.appraisal import Worked
from ccnlp.store.connection import Store
from ccnlp.store.newest import select_newest, within
from ccnlp.store.repository import unpack
from ccnlp.store.schema import assessment, conversation
from ccnlp.types import CriticalError, Timing

_STEP: Final = 500


class _Card(msgspec.Struct, frozen=True):
    minimum: float
    maximum: float
    fatal: bool
    critical: tuple[CriticalError, ...] = ()


class _Judged(msgspec.Struct, frozen=True):
    scorecard: _Card
    timing: Timing


def read_worked(
    store: Store, since: str | None = None, until: str | None = None
) -> Iterator[Worked]:
    """The conversations that began from day ``since`` to day ``until`` (``YYYY-MM-DD``), both in.

    By the newest assessment of each; those without an agent are left out, and where a day is
    given those without a time. Memory does not grow.
    """
    query = (
        select_newest(
            assessment.c.document, assessment.c.complaint, conversation.c.agent_id,
            conversation.c.team,
        )
        .where(conversation.c.agent_id.is_not(None), conversation.c.agent_id != "")
        .order_by(assessment.c.id)
    )  # fmt: skip
    query = within(query, since, until)
    decode = msgspec.json.Decoder(_Judged).decode
    with store.engine.connect() as connection:
        for row in connection.execution_options(yield_per=_STEP).execute(query):
            judged = decode(unpack(row.document))
            card = judged.scorecard
            yield Worked(
                agent_id=row.agent_id, team=row.team, minimum=card.minimum, maximum=card.maximum,
                fatal=card.fatal, complaint=bool(row.complaint),
                critical=frozenset(e.kind for e in card.critical), timing=judged.timing,
            )  # fmt: skip
