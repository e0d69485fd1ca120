"""One case: read it, judge it, comment, add what was missed, close it."""

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Path, Request
from fastapi.responses import Response

from ccnlp.desk.case_view import CaseView, lay_out, subjects_of
from ccnlp.desk.context import Desk, Person, Visitor, desk_of, need, see_other
from ccnlp.desk.deadlines import due
from ccnlp.desk.pages.queue import Guest, Reviewer, claim_next, may_see
from ccnlp.desk.rights import RIGHTS, Right
from ccnlp.masked import shown
from ccnlp.store.accounts import Account
from ccnlp.store.desk_schema import VERDICTS
from ccnlp.store.queue import QueueItem
from ccnlp.store.schema import RESOLUTIONS
from ccnlp.taxonomy import CATEGORIES
from ccnlp.types import Assessment, Transcript

router = APIRouter(prefix="/cases/{item_id}")
#: Most characters of a reason, remark or comment; fewest of a reason to reveal.
LONGEST, SHORTEST = 1000, 4
#: Number of a row, as databases hold it.
Number = Annotated[int, Path(ge=1, le=2_147_483_647)]


@router.get("")
def show_case(request: Request, item_id: Number, visitor: Guest) -> Response:
    """The case, personal information masked."""
    desk = desk_of(request)
    found = find(desk, item_id, visitor)
    desk.audit.note(visitor.account.name, "case.view", str(item_id))
    return _page(request, desk, visitor, found)


@router.post("/reveal")
def reveal(
    request: Request, item_id: Number, visitor: Annotated[Visitor, Depends(need(Right.REVEAL))]
) -> Response:
    """The case with personal information, once, for a reason that the audit log keeps."""
    desk = desk_of(request)
    found = find(desk, item_id, visitor)
    reason = visitor.form.get("reason", "").strip()
    if not SHORTEST <= len(reason) <= LONGEST:
        return _page(request, desk, visitor, found, status=422, problem="reveal_reason")
    desk.audit.note(visitor.account.name, "case.reveal", str(item_id), reason=reason)
    return _page(request, desk, visitor, found, revealed=True)


@router.post("/claim")
def claim(request: Request, item_id: Number, visitor: Reviewer) -> Response:
    """Take the case."""
    desk = desk_of(request)
    found = find(desk, item_id, visitor)
    if not desk.leases.claim(item_id, visitor.account):
        return _page(request, desk, visitor, found, status=409, problem="held")
    return see_other(f"/cases/{item_id}")


@router.post("/renew")
def renew(request: Request, item_id: Number, visitor: Reviewer) -> Response:
    """Hold on to the case; the page asks for it while it is open."""
    held = desk_of(request).leases.renew(item_id, visitor.account)
    return Response(status_code=204 if held else 409)


@router.post("/release")
def release(request: Request, item_id: Number, visitor: Reviewer) -> Response:
    """Give the case back; a lead also takes it from somebody else."""
    desk = desk_of(request)
    others = visitor.may(Right.ASSIGN)
    desk.leases.release(item_id, visitor.account, others=others)
    return see_other("/queue")


@router.post("/assign")
def assign(
    request: Request, item_id: Number, visitor: Annotated[Visitor, Depends(need(Right.ASSIGN))]
) -> Response:
    """Give the case to a person who may review."""
    desk = desk_of(request)
    found = find(desk, item_id, visitor)
    to = desk.accounts.named(visitor.form.get("to", ""))
    if to is None or to.name not in {one.name for one in _reviewers(desk)}:
        raise HTTPException(422)
    if not desk.leases.assign(item_id, to, visitor.account):
        return _page(request, desk, visitor, found, status=409, problem="closed")
    return see_other(f"/cases/{item_id}")


@router.post("/verdicts")
def judge(request: Request, item_id: Number, visitor: Reviewer) -> Response:
    """Say of a finding or an item whether the machine was right; wrong needs a reason."""
    desk = desk_of(request)
    item, transcript, made = find(desk, item_id, visitor)
    subject, verdict = visitor.form.get("subject", ""), visitor.form.get("verdict", "")
    reason = visitor.form.get("reason", "").strip()
    if subject not in subjects_of(made) or verdict not in VERDICTS or len(reason) > LONGEST:
        raise HTTPException(422)
    if verdict == "wrong" and not reason:
        raise HTTPException(422)
    hold(desk, item_id, visitor)
    desk.reviews.say(item_id, visitor.account, subject, verdict, reason or None)
    return _panel(request, desk, visitor, item, transcript, made)


@router.post("/missed")
def add_missed(request: Request, item_id: Number, visitor: Reviewer) -> Response:
    """Add a finding that the machine missed: a category and its words in a turn."""
    desk = desk_of(request)
    found = find(desk, item_id, visitor)
    form = visitor.form
    category, quote = form.get("category", ""), form.get("quote", "").strip()
    turn = int(form["turn"]) if form.get("turn", "").isdecimal() else -1
    if category not in CATEGORIES or not 0 <= turn < len(found[1].turns) or not quote:
        return _page(request, desk, visitor, found, status=422, problem="missed_form")
    start = place_of(shown(found[1], found[2])[0].turns[turn].text, quote, form.get("start", ""))
    if start is None:
        return _page(request, desk, visitor, found, status=422, problem="missed_quote")
    hold(desk, item_id, visitor)
    desk.reviews.add_missed(item_id, visitor.account, category, turn, start, start + len(quote))
    return see_other(f"/cases/{item_id}#turn-{turn}")


@router.post("/missed/{missed_id}/remove")
def remove_missed(request: Request, item_id: int, missed_id: Number, visitor: Reviewer) -> Response:
    """Take back a finding that one has added oneself."""
    desk = desk_of(request)
    find(desk, item_id, visitor)
    hold(desk, item_id, visitor)
    if not desk.reviews.remove_missed(item_id, missed_id, visitor.account):
        raise HTTPException(404)
    return see_other(f"/cases/{item_id}")


@router.post("/comments")
def comment(request: Request, item_id: Number, visitor: Reviewer) -> Response:
    """Remark on a turn, or on the case."""
    desk = desk_of(request)
    _, transcript, _ = find(desk, item_id, visitor)
    text, place = visitor.form.get("text", "").strip(), visitor.form.get("turn", "")
    turn = int(place) if place.isdecimal() else None
    if not 1 <= len(text) <= LONGEST or (turn is not None and turn >= len(transcript.turns)):
        raise HTTPException(422)
    desk.reviews.comment(item_id, visitor.account, turn, text)
    return see_other(f"/cases/{item_id}" + ("" if turn is None else f"#turn-{turn}"))


@router.post("/close")
def close(request: Request, item_id: Number, visitor: Reviewer) -> Response:
    """Close the case as confirmed or dismissed, and go on to the next one."""
    desk = desk_of(request)
    found = find(desk, item_id, visitor)
    resolution, remark = visitor.form.get("resolution", ""), visitor.form.get("note", "").strip()
    if resolution not in RESOLUTIONS or len(remark) > LONGEST:
        raise HTTPException(422)
    if not desk.leases.close(item_id, visitor.account, resolution, remark or None):
        return _page(request, desk, visitor, found, status=409, problem="held")
    following = claim_next(desk, visitor.account)
    return see_other("/queue" if following is None else f"/cases/{following}")


def find(desk: Desk, item_id: int, visitor: Person) -> tuple[QueueItem, Transcript, Assessment]:
    """A case that the visitor may see; others are not there."""
    found = desk.cases.get(item_id)
    if not may_see(visitor, found[0]):
        raise HTTPException(404)
    return found


def place_of(said: str, quote: str, selected: str) -> int | None:
    """Where words stand in a turn as it is shown masked; masked words are as long as the true ones.

    ``selected`` is where a selection begins. Words selected on a page that shows personal
    information are taken by their place alone: nobody finds out a number by trying.
    """
    near = int(selected) if selected.isdecimal() and len(selected) < 7 else None
    start = said.find(quote, near or 0)
    start = said.find(quote) if start < 0 else start
    if start >= 0:
        return start
    return near if near is not None and near + len(quote) <= len(said) else None


def hold(desk: Desk, item_id: int, visitor: Person) -> None:
    """See that the visitor holds the case.

    Raises
    ------
    HTTPException: 409, he or she does not.
    """
    if not desk.leases.renew(item_id, visitor.account):
        raise HTTPException(409)


def _reviewers(desk: Desk) -> list[Account]:
    return [one for one in desk.accounts.all() if one.active and Right.REVIEW in RIGHTS[one.role]]


def _view(desk: Desk, item_id: int, transcript: Transcript, made: Assessment) -> CaseView:
    reviews = desk.reviews
    return lay_out(
        transcript, made, reviews.said(item_id), reviews.missed(item_id), reviews.comments(item_id)
    )


def _page(
    request: Request, desk: Desk, visitor: Visitor, found: tuple[QueueItem, Transcript, Assessment],
    *, status: int = 200, problem: str = "", revealed: bool = False,
) -> Response:  # fmt: skip
    item, transcript, made = found
    item = desk.cases.get(item.id)[0]
    transcript, made = shown(transcript, made, reveal=revealed)
    lease = desk.leases.of([item.id]).get(item.id)
    return desk.render(
        request, "case.html", visitor, status, item=item, transcript=transcript, made=made,
        view=_view(desk, item.id, transcript, made), lease=lease,
        held=bool(lease and lease.account_id == visitor.account.id), problem=problem,
        revealed=revealed, due=due(item, desk.settings), categories=tuple(CATEGORIES),
        people=_reviewers(desk) if visitor.may(Right.ASSIGN) else [],
        comments=[c for c in desk.reviews.comments(item.id) if c.turn is None],
        renew_seconds=max(5, int(desk.settings.lease_minutes * 20)), verdicts=VERDICTS,
    )  # fmt: skip


def _panel(
    request: Request, desk: Desk, visitor: Visitor, item: QueueItem, transcript: Transcript,
    made: Assessment,
) -> Response:  # fmt: skip
    transcript, made = shown(transcript, made)
    return desk.render(
        request, "panel.html", visitor, item=item, made=made, verdicts=VERDICTS, held=True,
        view=_view(desk, item.id, transcript, made),
    )  # fmt: skip
