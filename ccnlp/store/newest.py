"""The newest assessment of each conversation, beside the conversation that it is of."""

from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from ccnlp.store.schema import assessment, conversation


def within(query: Select[Any], since: str | None, until: str | None) -> Select[Any]:
    """``query`` over conversations of these days (``YYYY-MM-DD``), both included."""
    if since:
        query = query.where(conversation.c.started_at >= since)
    if until:
        # "~" sorts after every character of a time, so the whole last day is in.
        query = query.where(conversation.c.started_at <= f"{until}~")
    return query


def select_newest(*columns: ColumnElement[Any]) -> Select[Any]:
    """Rows of ``assessment`` and ``conversation``, one a conversation, with these columns."""
    newest = (
        select(func.max(assessment.c.id).label("id"))
        .group_by(assessment.c.conversation_id)
        .subquery()
    )
    return (
        select(*columns)
        .select_from(assessment)
        .join(newest, newest.c.id == assessment.c.id)
        .join(
            conversation,
            (conversation.c.conversation_id == assessment.c.conversation_id)
            & (conversation.c.content == assessment.c.content),
        )
    )
