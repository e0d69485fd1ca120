"""Who may do what: one table."""

from enum import StrEnum
from typing import Final


class Right(StrEnum):
    """What a page or an action asks for."""

    #: Have an account at all: one's own password, second factor, sessions.
    SELF = "self"
    #: See conversations of one's own.
    SEE_OWN = "see_own"
    #: See every case.
    SEE = "see"
    #: Take cases, judge, comment, close.
    REVIEW = "review"
    #: See personal information, with a reason, into the audit log.
    REVEAL = "reveal"
    #: Give cases to people, and take them back from others.
    ASSIGN = "assign"
    #: Make, change and close accounts.
    ACCOUNTS = "accounts"
    #: Read the audit log.
    AUDIT = "audit"


_REVIEWER: Final = frozenset({Right.SELF, Right.SEE_OWN, Right.SEE, Right.REVIEW, Right.REVEAL})
RIGHTS: Final[dict[str, frozenset[Right]]] = {
    "agent": frozenset({Right.SELF, Right.SEE_OWN}),
    "reviewer": _REVIEWER,
    "lead": _REVIEWER | {Right.ASSIGN},
    "admin": _REVIEWER | {Right.ASSIGN, Right.ACCOUNTS, Right.AUDIT},
    "auditor": frozenset({Right.SELF, Right.SEE_OWN, Right.SEE, Right.AUDIT}),
}
