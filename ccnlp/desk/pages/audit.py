"""The audit log, for admins and auditors."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from ccnlp.desk.context import Visitor, desk_of, need
from ccnlp.desk.rights import Right

router = APIRouter(prefix="/audit")
PAGE: Final = 100


@router.get("")
def show_audit(
    request: Request, visitor: Annotated[Visitor, Depends(need(Right.AUDIT))],
    actor: str = "", action: str = "", before: str = "",
) -> Response:  # fmt: skip
    """The newest entries."""
    known = before.isascii() and before.isdigit() and len(before) < 10
    entries = desk_of(request).audit.entries(
        actor=actor, action=action, before=int(before) if known else None, limit=PAGE
    )
    more = entries[-1].seq if len(entries) == PAGE and entries[-1].seq > 1 else None
    return desk_of(request).render(
        request, "audit.html", visitor, entries=entries, actor=actor, action=action, more=more
    )
