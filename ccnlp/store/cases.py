"""The queue as the desk shows it: more filters, sorted and paged, searched by its words."""

from collections.abc import Callable
from typing import Any, Final, Literal

import msgspec
from sqlalchemy import DateTime, Float, Select, case, cast, extract, func, insert, select
from sqlalchemy.exc import IntegrityError

from ccnlp.store.connection import Store
from ccnlp.store.desk_schema import queue_text
from ccnlp.store.queue import (
    JOINED,
    SELECT_ITEMS,
    QueueFilter,
    QueueItem,
    ReviewQueue,
    build_items,
    restrict,
)  # fmt: skip
from ccnlp.store.repository import unpack
from ccnlp.store.schema import assessment, conversation, queue_item
from ccnlp.types import Assessment, Transcript

Sort = Literal["urgency", "risk", "newest", "oldest", "score"]
SORTS: Final = ("urgency", "risk", "newest", "oldest", "score")
#: What a day of waiting adds to a priority, which is the risk in [0, 1] and a little more: after
#: four days a medium case goes before a fresh grave one.
AGE_A_DAY: Final = 0.1
_STEP: Final = 200
_CONVERSATION: Final = JOINED.join(
    conversation,
    (conversation.c.conversation_id == assessment.c.conversation_id)
    & (conversation.c.content == assessment.c.content),
)


class CaseFilter(QueueFilter, frozen=True, kw_only=True):
    """Which cases; every condition that is given must hold."""

    channel: str | None = None
    customer_tier: str | None = None
    #: Service score, in 0..100; a range is left out.
    score_from: float | None = None
    score_to: float | None = None
    #: Every word of it stands in the conversation, as it is shown masked.
    text: str | None = None


class Cases:
    """The cases of a store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._queue = ReviewQueue(store)

    def page(
        self, wanted: CaseFilter, sort: Sort = "urgency", limit: int = 50, offset: int = 0
    ) -> list[QueueItem]:
        """Some of the cases, in order."""
        query = _restrict(SELECT_ITEMS, wanted).order_by(*self._order(sort))
        with self._store.engine.connect() as connection:
            rows = connection.execute(query.limit(limit).offset(offset)).mappings().all()
        return list(build_items(rows, self._queue.categories([row["id"] for row in rows])))

    def count(self, wanted: CaseFilter) -> int:
        """Number of cases."""
        query = _restrict(select(func.count()).select_from(JOINED), wanted)
        with self._store.engine.connect() as connection:
            return int(connection.execute(query).scalar_one())

    def by_state(self, agent_id: str | None) -> dict[str, int]:
        """Number of cases in each state; only those of an agent where one is named."""
        query = select(queue_item.c.state, func.count()).group_by(queue_item.c.state)
        if agent_id is not None:
            query = query.where(queue_item.c.agent_id == agent_id)
        with self._store.engine.connect() as connection:
            return {state: int(count) for state, count in connection.execute(query)}

    def get(self, item_id: int) -> tuple[QueueItem, Transcript, Assessment]:
        """One case; errors as of ``ReviewQueue.item``."""
        return self._queue.item(item_id)

    def choices(self) -> dict[str, list[str]]:
        """What the filters can choose from: agents, teams, channels, tiers, assignees."""
        columns = {
            "agent": queue_item.c.agent_id, "team": queue_item.c.team,
            "channel": conversation.c.channel, "tier": conversation.c.customer_tier,
            "assignee": queue_item.c.assignee,
        }  # fmt: skip
        with self._store.engine.connect() as connection:
            return {
                name: [
                    str(value)
                    for value in connection.execute(
                        select(column).where(column.is_not(None)).distinct().order_by(column)
                    ).scalars()
                ]
                for name, column in columns.items()
            }

    def index_texts(self, words: Callable[[Transcript, Assessment], str]) -> int:
        """Make new cases searchable by what ``words`` answers of them; answers how many."""
        done = 0
        while rows := self._unread():
            texts = [{"item_id": row.id, "text": words(*_decoded(row))} for row in rows]
            try:
                with self._store.engine.begin() as connection:
                    connection.execute(insert(queue_text), texts)
            except IntegrityError:
                break  # Somebody else does it just now.
            done += len(rows)
        return done

    def _unread(self) -> Any:
        query = (
            select(queue_item.c.id, conversation.c.transcript, assessment.c.document)
            .select_from(_CONVERSATION)
            .outerjoin(queue_text, queue_text.c.item_id == queue_item.c.id)
            .where(queue_text.c.item_id.is_(None))
            .order_by(queue_item.c.id)
            .limit(_STEP)
        )
        with self._store.engine.connect() as connection:
            return connection.execute(query).all()

    def _order(self, sort: Sort) -> tuple[Any, ...]:
        table = queue_item.c
        if sort == "urgency":
            days: Any
            if self._store.engine.dialect.name == "sqlite":
                days = func.julianday(table.created_at)
            else:
                days = extract("epoch", cast(table.created_at, DateTime(timezone=True))) / 86400
            # A day adds the same to all, so the order needs no present time.
            return ((table.priority - AGE_A_DAY * cast(days, Float)).desc(), table.id)
        return {
            "risk": (table.priority.desc(), table.id),
            "newest": (table.started_at.desc(), table.id),
            "oldest": (table.started_at, table.id),
            "score": (
                case((assessment.c.score.is_(None), 1), else_=0), assessment.c.score, table.id,
            ),
        }[sort]  # fmt: skip


def _restrict(query: Select[Any], wanted: CaseFilter) -> Select[Any]:
    query = restrict(query, wanted)
    for column, given in (
        (conversation.c.channel, wanted.channel),
        (conversation.c.customer_tier, wanted.customer_tier),
    ):
        if given is not None:
            with_it = select(queue_item.c.id).select_from(_CONVERSATION).where(column == given)
            query = query.where(queue_item.c.id.in_(with_it))
    if wanted.score_from is not None:
        query = query.where(assessment.c.score >= wanted.score_from)
    if wanted.score_to is not None:
        query = query.where(assessment.c.score <= wanted.score_to)
    for word in (wanted.text or "").split():
        saying = select(queue_text.c.item_id).where(
            queue_text.c.text.icontains(word, autoescape=True)
        )
        query = query.where(queue_item.c.id.in_(saying))
    return query


def _decoded(row: Any) -> tuple[Transcript, Assessment]:
    return (
        msgspec.json.decode(unpack(row.transcript), type=Transcript),
        msgspec.json.decode(unpack(row.document), type=Assessment),
    )
