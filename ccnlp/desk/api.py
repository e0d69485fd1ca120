"""``/api/v1``: what the pages do, for programs that hold a person's key.

A key acts for the person who made it: what the role may not, it may not, and one for reading
changes nothing. Conversations are masked; there is no way to reveal.
"""

from collections.abc import Callable
from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, ConfigDict, Field

from ccnlp.desk.case_view import subjects_of
from ccnlp.desk.context import Person, desk_of
from ccnlp.desk.pages.case import LONGEST, Number, find, hold
from ccnlp.desk.pages.queue import TABS, read_filter
from ccnlp.desk.rights import Right
from ccnlp.desk.searching import index_texts
from ccnlp.masked import shown
from ccnlp.store.cases import Sort
from ccnlp.taxonomy import CATEGORIES

router = APIRouter(prefix="/api/v1", tags=["cases"])
_bearer = HTTPBearer(auto_error=False, description="A key made under 'My account'.")
_Text = Annotated[str, Field(min_length=1, max_length=LONGEST)]


class Body(BaseModel):
    """What is sent; unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")


class Verdict(Body):
    """On ``finding:CATEGORY:TURN:START:END`` or ``item:ITEM``; wrong needs a reason."""

    subject: str
    verdict: Literal["right", "partly", "wrong"]
    reason: _Text | None = None


class MissedFinding(Body):
    """Code points of the turn's text; 0 <= start < end <= its length."""

    category: str
    turn: int = Field(ge=0)
    start: int = Field(ge=0)
    end: int = Field(ge=1)


class Remark(Body):
    """On a turn, or on the case."""

    text: _Text
    turn: int | None = Field(default=None, ge=0)


class Closing(Body):
    """How a case ends."""

    resolution: Literal["confirmed", "dismissed"]
    note: _Text | None = None


def key_for(right: Right) -> Callable[..., Person]:
    """A dependency: whose key it is, with this right; a key for reading reads."""

    def person(
        request: Request, given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
    ) -> Person:
        found = desk_of(request).accounts.token(given.credentials) if given else None
        if found is None:
            raise HTTPException(401, "no valid key", {"WWW-Authenticate": "Bearer"})
        token, who = found
        caller = Person(who)
        if not caller.may(right) or (right is Right.REVIEW and token.scope != "review"):
            raise HTTPException(403, "the key may not do this")
        return caller

    return person


Reader = Annotated[Person, Depends(key_for(Right.SEE_OWN))]
Judge = Annotated[Person, Depends(key_for(Right.REVIEW))]


@router.get("/cases")
def list_cases(
    request: Request, caller: Reader,
    state: Literal["waiting", "open", "closed", "all"] = "waiting",
    risk: Literal["low", "medium", "high", "critical"] | None = None,
    category: str | None = None, agent: str | None = None, team: str | None = None,
    channel: str | None = None, tier: str | None = None, assignee: str | None = None,
    since: str | None = None, until: str | None = None,
    score_from: Annotated[float | None, Query(ge=0, le=100)] = None,
    score_to: Annotated[float | None, Query(ge=0, le=100)] = None,
    text: Annotated[str | None, Query(max_length=100)] = None,
    sort: Sort = "urgency", limit: Annotated[int, Query(ge=1, le=200)] = 50,
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
) -> dict[str, Any]:  # fmt: skip
    """Cases in order, and how many there are in all."""
    cases = desk_of(request).cases
    index_texts(cases)
    named = {
        "risk": risk, "category": category, "agent": agent, "team": team, "channel": channel,
        "tier": tier, "assignee": assignee, "since": since, "until": until, "text": text,
        "score_from": None if score_from is None else str(score_from),
        "score_to": None if score_to is None else str(score_to),
    }  # fmt: skip
    given = {name: value for name, value in named.items() if value}
    wanted = read_filter(given, TABS[state], caller)
    items = msgspec.to_builtins(cases.page(wanted, sort, limit, offset))
    return {"count": cases.count(wanted), "items": items}


@router.get("/cases/{item_id}")
def read_case(request: Request, item_id: Number, caller: Reader) -> dict[str, Any]:
    """A case, masked: conversation, assessment, and what people said of it."""
    desk = desk_of(request)
    item, transcript, made = find(desk, item_id, caller)
    desk.audit.note(caller.account.name, "case.view", str(item_id), by="api")
    transcript, made = shown(transcript, made)
    answer: dict[str, Any] = msgspec.to_builtins(
        {
            "item": item, "transcript": transcript, "assessment": made,
            "verdicts": list(desk.reviews.said(item_id).values()),
            "missed": desk.reviews.missed(item_id), "comments": desk.reviews.comments(item_id),
        }
    )  # fmt: skip
    return answer


@router.post("/cases/{item_id}/claim")
def claim(request: Request, item_id: Number, caller: Judge) -> dict[str, bool]:
    """Take a case, or hold on to it; 409 where somebody else has it or it is closed."""
    desk = desk_of(request)
    find(desk, item_id, caller)
    if not desk.leases.claim(item_id, caller.account):
        raise HTTPException(409, "somebody else has this case, or it is closed")
    return {"held": True}


@router.post("/cases/{item_id}/release")
def release(request: Request, item_id: Number, caller: Judge) -> dict[str, bool]:
    """Give a case back that the key's person holds."""
    if not desk_of(request).leases.release(item_id, caller.account):
        raise HTTPException(409, "this case is not held")
    return {"held": False}


@router.post("/cases/{item_id}/verdicts", status_code=201)
def judge(request: Request, item_id: Number, caller: Judge, said: Verdict) -> dict[str, bool]:
    """Say whether the machine was right; the case must be held."""
    desk = desk_of(request)
    made = find(desk, item_id, caller)[2]
    if said.subject not in subjects_of(made):
        raise HTTPException(422, "there is no such subject")
    if said.verdict == "wrong" and not said.reason:
        raise HTTPException(422, "wrong needs a reason")
    hold(desk, item_id, caller)
    desk.reviews.say(item_id, caller.account, said.subject, said.verdict, said.reason)
    return {"written": True}


@router.post("/cases/{item_id}/missed", status_code=201)
def add_missed(
    request: Request, item_id: Number, caller: Judge, missed: MissedFinding
) -> dict[str, bool]:
    """Add a finding that the machine missed; the case must be held."""
    desk = desk_of(request)
    turns = find(desk, item_id, caller)[1].turns
    fits = missed.turn < len(turns) and missed.start < missed.end <= len(turns[missed.turn].text)
    if missed.category not in CATEGORIES or not fits:
        raise HTTPException(422, "there is no such category or place")
    hold(desk, item_id, caller)
    added = desk.reviews.add_missed(
        item_id, caller.account, missed.category, missed.turn, missed.start, missed.end
    )
    return {"written": added}


@router.post("/cases/{item_id}/comments", status_code=201)
def comment(request: Request, item_id: Number, caller: Judge, remark: Remark) -> dict[str, bool]:
    """Remark on a turn, or on the case."""
    desk = desk_of(request)
    turns = find(desk, item_id, caller)[1].turns
    if remark.turn is not None and remark.turn >= len(turns):
        raise HTTPException(422, "there is no such turn")
    desk.reviews.comment(item_id, caller.account, remark.turn, remark.text)
    return {"written": True}


@router.post("/cases/{item_id}/close")
def close(request: Request, item_id: Number, caller: Judge, closing: Closing) -> dict[str, bool]:
    """Close a case that the key's person holds."""
    desk = desk_of(request)
    find(desk, item_id, caller)
    if not desk.leases.close(item_id, caller.account, closing.resolution, closing.note):
        raise HTTPException(409, "this case is not held")
    return {"closed": True}
