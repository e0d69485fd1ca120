"""The queue: what waits, filtered and sorted, and taking the next case."""

from datetime import date
from typing import Annotated, Any, Final, cast
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from ccnlp.desk.context import Desk, Person, Visitor, desk_of, need, see_other
from ccnlp.desk.deadlines import due
from ccnlp.desk.rights import Right
from ccnlp.desk.searching import index_texts
from ccnlp.store.accounts import Account
from ccnlp.store.cases import SORTS, CaseFilter, Sort
from ccnlp.store.queue import QueueItem
from ccnlp.taxonomy import CATEGORIES, CHANNELS, RISK_LEVELS

router = APIRouter()
PAGE: Final = 50
#: What the list shows: states by the name of a tab.
TABS: Final = {
    "waiting": ("open", "assigned"), "mine": ("open", "assigned"), "open": ("open",),
    "closed": ("closed",), "all": (),
}  # fmt: skip
_FIELDS: Final = (
    "risk", "category", "agent", "team", "channel", "tier", "assignee", "since", "until",
    "score_from", "score_to", "text",
)  # fmt: skip
Guest = Annotated[Visitor, Depends(need(Right.SEE_OWN))]
Reviewer = Annotated[Visitor, Depends(need(Right.REVIEW))]


@router.get("/queue")
def show_queue(request: Request, visitor: Guest) -> Response:
    """The list. What the address says that makes no sense is left out."""
    desk = desk_of(request)
    desk.leases.free_expired()
    index_texts(desk.cases)
    asked = dict(request.query_params)
    given = {name: asked[name].strip() for name in _FIELDS if asked.get(name, "").strip()}
    tab = asked.get("tab", "waiting") if visitor.may(Right.SEE) else "all"
    tab = tab if tab in TABS else "waiting"
    sort = cast(Sort, asked["sort"] if asked.get("sort") in SORTS else "urgency")
    wanted = read_filter(given, TABS[tab], visitor, mine=tab == "mine")
    count = desk.cases.count(wanted)
    pages = max(1, -(-count // PAGE))
    page = min(_number(asked.get("page"), 1), pages)
    items = desk.cases.page(wanted, sort, PAGE, PAGE * (page - 1))
    ids = [item.id for item in items]
    return desk.render(
        request, "queue.html", visitor, items=items, count=count, given=given, tab=tab, sort=sort,
        page=page, pages=pages, sorts=SORTS, tabs=tuple(TABS), levels=RISK_LEVELS[1:],
        categories=tuple(CATEGORIES), channels=CHANNELS, choices=_choices(desk, visitor),
        leases=desk.leases.of(ids), judged=desk.reviews.judged(ids),
        dues={item.id: due(item, desk.settings) for item in items},
        states=desk.cases.by_state(_own(visitor)),
        link=lambda **changed: _link({**given, "tab": tab, "sort": sort}, changed),
    )  # fmt: skip


@router.post("/queue/next")
def take_next(request: Request, visitor: Reviewer) -> Response:
    """Take the most urgent case that is free, and open it."""
    taken = claim_next(desk_of(request), visitor.account)
    return see_other("/queue?tab=waiting" if taken is None else f"/cases/{taken}")


def claim_next(desk: Desk, who: Account) -> int | None:
    """The most urgent case that this person could take; those given to him or her go first."""
    desk.leases.free_expired()
    mine = CaseFilter(states=("assigned",), assignee=who.name)
    free = CaseFilter(states=("open",))
    for wanted in (mine, free):
        for item in desk.cases.page(wanted, "urgency", PAGE):
            if desk.leases.claim(item.id, who):
                return item.id
    return None


def read_filter(
    given: dict[str, str], states: tuple[str, ...], visitor: Person, *, mine: bool = False
) -> CaseFilter:
    """The filter that the fields of the page mean, kept to what the visitor may see."""
    risk: Any = given.get("risk")
    return CaseFilter(
        states=states, minimum_risk=risk if risk in RISK_LEVELS else None,
        category=given.get("category"), agent_id=_own(visitor) or given.get("agent"),
        team=given.get("team"), channel=given.get("channel"), customer_tier=given.get("tier"),
        assignee=visitor.account.name if mine else given.get("assignee"),
        since=_day(given.get("since")), until=_day(given.get("until")),
        score_from=_score(given.get("score_from")), score_to=_score(given.get("score_to")),
        text=given.get("text"),
    )  # fmt: skip


def may_see(visitor: Person, item: QueueItem) -> bool:
    """Whether a case is the visitor's own, or all are."""
    return visitor.may(Right.SEE) or item.agent_id == _own(visitor)


def _own(visitor: Person) -> str | None:
    """Of whom are the cases that a visitor is kept to; an agent without an id sees none."""
    return None if visitor.may(Right.SEE) else visitor.account.agent_id or "\0"


def _choices(desk: Desk, visitor: Visitor) -> dict[str, list[str]]:
    return desk.cases.choices() if visitor.may(Right.SEE) else {}


def _link(present: dict[str, str], changed: dict[str, Any]) -> str:
    query = {k: v for k, v in {**present, **changed}.items() if v not in ("", None)}
    return "/queue?" + urlencode(query)


def _number(given: str | None, otherwise: int) -> int:
    ok = given is not None and given.isascii() and given.isdigit() and len(given) < 7
    return max(1, int(given)) if ok and given else otherwise


def _score(given: str | None) -> float | None:
    try:
        score = float(given or "")
    except ValueError:
        return None
    return score if 0 <= score <= 100 else None


def _day(given: str | None) -> str | None:
    try:
        return date.fromisoformat(given or "").isoformat()
    except ValueError:
        return None
