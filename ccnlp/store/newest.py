"""The newest assessment of each conversation, beside the conversation that it is of."""

from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from ccnlp.store.schema import assessment, conversation


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
