"""The failures of a period out of a store, for ``ccnlp.fmea``."""

from collections.abc import Iterator
from typing import Final

import msgspec

from ccnlp.fmea import Case
from ccnlp.store.connection import Store
from ccnlp.store.newest import select_newest, within
from ccnlp.store.repository import unpack
from ccnlp.store.schema import assessment, conversation, queue_item
from ccnlp.taxonomy import SEVERITIES
from ccnlp.types import ItemResult, Severity

_STEP: Final = 500


class _Finding(msgspec.Struct, frozen=True, gc=False):
    category: str
    severity: Severity


class _Item(msgspec.Struct, frozen=True, gc=False):
    item: str
    result: ItemResult


class _Card(msgspec.Struct, frozen=True):
    items: tuple[_Item, ...]


class _Judged(msgspec.Struct, frozen=True):
    findings: tuple[_Finding, ...]
    scorecard: _Card


def cases(store: Store, since: str | None = None, until: str | None = None) -> Iterator[Case]:
    """The conversations that began from day ``since`` to day ``until`` (``YYYY-MM-DD``), both in.

    Days are those of the conversation's own clock. Where a day is given, conversations without a
    time are left out. Memory does not grow.
    """
    query = (
        select_newest(
            conversation.c.conversation_id, assessment.c.document,
            queue_item.c.id.label("item_id"), queue_item.c.resolution,
        )
        .outerjoin(queue_item, queue_item.c.assessment_id == assessment.c.id)
        .order_by(assessment.c.id)
    )  # fmt: skip
    query = within(query, since, until)
    decode = msgspec.json.Decoder(_Judged).decode
    with store.engine.connect() as connection:
        for row in connection.execution_options(yield_per=_STEP).execute(query):
            judged = decode(unpack(row.document))
            gravest: dict[str, Severity] = {}
            for finding in judged.findings:
                before = gravest.get(finding.category, "info")
                if SEVERITIES.index(finding.severity) >= SEVERITIES.index(before):
                    gravest[finding.category] = finding.severity
            yield Case(
                conversation_id=row.conversation_id, categories=gravest,
                items={
                    i.item: i.result == "fail"
                    for i in judged.scorecard.items
                    if i.result in ("pass", "fail")
                },
                queued=row.item_id is not None, resolution=row.resolution,
            )  # fmt: skip
