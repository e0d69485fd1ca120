"""The review queue: what a person should look at, and what became of it."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import Select, func, literal, select, update

from ccnlp.errors import ConfigError, StoreError
from ccnlp.store.connection import Store
from ccnlp.store.repository import now, unpack
from ccnlp.store.schema import (
    RESOLUTIONS,
    STATES,
    assessment,
    conversation,
    queue_category,
    queue_item,
)
from ccnlp.taxonomy import CATEGORIES, RISK_LEVELS
from ccnlp.types import Assessment, RiskLevel, Transcript

#: Rows fetched at a time when the whole queue is read.
_PAGE: Final = 200


class QueueFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which items; every condition that is given must hold."""

    #: States to show; empty for all.
    states: tuple[str, ...] = ("open", "assigned")
    minimum_risk: RiskLevel | None = None
    category: str | None = None
    reason: str | None = None
    agent_id: str | None = None
    team: str | None = None
    assignee: str | None = None
    #: First and last day, ``YYYY-MM-DD``.
    since: str | None = None
    until: str | None = None


class QueueItem(msgspec.Struct, frozen=True):
    """One item of the queue, with what its assessment says in short."""

    id: int
    conversation_id: str
    state: str
    priority: float
    level: str
    #: Risk in [0, 1].
    risk: float
    #: Service score in 0..100; ``None`` where it is a range.
    score: float | None
    fatal: bool
    complaint: bool
    handoff: bool
    reasons: tuple[str, ...]
    categories: tuple[str, ...]
    agent_id: str | None
    team: str | None
    started_at: str | None
    assignee: str | None
    resolution: str | None
    note: str | None
    recipe: str
    created_at: str
    updated_at: str


class ReviewQueue:
    """The review queue of a store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def items(self, wanted: QueueFilter, limit: int | None = None) -> Iterator[QueueItem]:
        """Items, the gravest first; read page by page.

        Raises
        ------
        ConfigError: the filter names something that does not exist.
        """
        self._check(wanted)
        query = restrict(SELECT_ITEMS, wanted).order_by(
            queue_item.c.priority.desc(), queue_item.c.id
        )
        if limit is not None:
            query = query.limit(limit)
        with self._store.engine.connect() as connection:
            rows = connection.execution_options(yield_per=_PAGE).execute(query)
            for page in rows.mappings().partitions():
                yield from build_items(page, self.categories([row["id"] for row in page]))

    def _check(self, wanted: QueueFilter) -> None:
        """See that a filter names what exists; categories that recipes added stand in the store."""
        known = tuple(CATEGORIES)
        if wanted.category and wanted.category not in known:
            with self._store.engine.connect() as connection:
                own = connection.execute(select(queue_category.c.category).distinct()).scalars()
                known = (*known, *(name for name in own if name not in known))
        check_filter(wanted, known)

    def count(self, wanted: QueueFilter) -> int:
        """Number of items."""
        self._check(wanted)
        query = restrict(select(func.count()).select_from(JOINED), wanted)
        with self._store.engine.connect() as connection:
            return int(connection.execute(query).scalar_one())

    def item(self, item_id: int) -> tuple[QueueItem, Transcript, Assessment]:
        """One item with its conversation and assessment.

        Raises
        ------
        ConfigError: there is none of that number.
        """
        with self._store.engine.connect() as connection:
            row = connection.execute(
                SELECT_ITEMS.add_columns(conversation.c.transcript, assessment.c.document)
                .join(
                    conversation,
                    (conversation.c.conversation_id == assessment.c.conversation_id)
                    & (conversation.c.content == assessment.c.content),
                )
                .where(queue_item.c.id == item_id)
            ).mappings().first()  # fmt: skip
        if row is None:
            raise _no_item(item_id)
        (item,) = build_items([row], self.categories([item_id]))
        return (
            item,
            msgspec.json.decode(unpack(row["transcript"]), type=Transcript),
            msgspec.json.decode(unpack(row["document"]), type=Assessment),
        )

    def assign(self, item_id: int, assignee: str) -> None:
        """Give an open or assigned item to a person.

        Raises
        ------
        ConfigError: there is none of that number.
        StoreError: it is closed or superseded.
        """
        self._move(item_id, {"state": "assigned", "assignee": assignee})

    def close(self, item_id: int, resolution: str, note: str | None = None) -> None:
        """Close an open or assigned item as one of ``RESOLUTIONS``.

        Raises
        ------
        ConfigError: there is none of that number, or no such resolution.
        StoreError: it is closed or superseded already.
        """
        if resolution not in RESOLUTIONS:
            raise ConfigError(
                f"{resolution!r} is no resolution", mend=f"one of {', '.join(RESOLUTIONS)}"
            )
        self._move(item_id, {"state": "closed", "resolution": resolution, "note": note})

    def _move(self, item_id: int, values: dict[str, Any]) -> None:
        change = (
            update(queue_item)
            .where(queue_item.c.id == item_id, queue_item.c.state.in_(("open", "assigned")))
            .values(**values, updated_at=now())
        )
        with self._store.engine.begin() as connection:
            if connection.execute(change).rowcount:
                return
            state = connection.execute(
                select(queue_item.c.state).where(queue_item.c.id == item_id)
            ).scalar()
        if state is None:
            raise _no_item(item_id)
        raise StoreError(f"item {item_id} is {state}", mend="only open or assigned items change")

    def categories(self, ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
        """The finding categories of items, in the order of the taxonomy."""
        query = select(queue_category.c.item_id, queue_category.c.category).where(
            queue_category.c.item_id.in_(ids)
        )
        found: dict[int, list[str]] = {}
        with self._store.engine.connect() as connection:
            for item_id, category in connection.execute(query):
                found.setdefault(item_id, []).append(category)
        order = list(CATEGORIES)
        return {
            item: tuple(sorted(names, key=lambda n: order.index(n) if n in order else 99))
            for item, names in found.items()
        }


def check_filter(wanted: QueueFilter, categories: Sequence[str] = tuple(CATEGORIES)) -> None:
    """See that a filter names what exists; ``categories`` are those known.

    Raises
    ------
    ConfigError: it does not.
    """
    for given, known, what in (
        (wanted.states, STATES, "state"),
        ((wanted.category,) if wanted.category else (), categories, "category"),
        ((wanted.minimum_risk,) if wanted.minimum_risk else (), RISK_LEVELS, "risk level"),
    ):
        for name in given:
            if name not in known:
                raise ConfigError(f"there is no {what} {name!r}", mend=f"one of {', '.join(known)}")


JOINED: Final = queue_item.join(assessment, queue_item.c.assessment_id == assessment.c.id)
SELECT_ITEMS: Final[Select[Any]] = select(
    queue_item,
    assessment.c.risk, assessment.c.score, assessment.c.fatal, assessment.c.complaint,
    assessment.c.handoff, assessment.c.recipe,
).select_from(JOINED)  # fmt: skip


def restrict(query: Select[Any], wanted: QueueFilter) -> Select[Any]:
    """A query over ``JOINED`` with the conditions of a filter."""
    table = queue_item.c
    if wanted.states:
        query = query.where(table.state.in_(wanted.states))
    if wanted.minimum_risk:
        query = query.where(table.risk_level >= RISK_LEVELS.index(wanted.minimum_risk))
    if wanted.category:
        having = select(queue_category.c.item_id).where(
            queue_category.c.category == wanted.category
        )
        query = query.where(table.id.in_(having))
    if wanted.reason:
        enclosed = literal(",") + table.reasons + literal(",")
        query = query.where(enclosed.contains(f",{wanted.reason},", autoescape=True))
    for column, given in (
        (table.agent_id, wanted.agent_id),
        (table.team, wanted.team),
        (table.assignee, wanted.assignee),
    ):
        if given is not None:
            query = query.where(column == given)
    if wanted.since:
        query = query.where(table.started_at >= wanted.since)
    if wanted.until:
        # "~" sorts after every character of a time, so the whole last day is in.
        query = query.where(table.started_at <= f"{wanted.until}~")
    return query


def build_items(rows: Sequence[Any], categories: dict[int, tuple[str, ...]]) -> Iterator[QueueItem]:
    """Items of rows of ``SELECT_ITEMS``."""
    fields = set(QueueItem.__struct_fields__) - {"level", "reasons", "categories"}
    for row in rows:
        yield QueueItem(
            **{name: row[name] for name in fields},
            level=RISK_LEVELS[row["risk_level"]],
            reasons=tuple(row["reasons"].split(",")),
            categories=categories.get(row["id"], ()),
        )


def _no_item(item_id: int) -> ConfigError:
    return ConfigError(
        f"there is no item {item_id} in the queue", mend="see `ccnlp queue list --state all`"
    )
