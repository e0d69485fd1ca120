"""Whether a customer gave what the service asked for, or gave it unasked."""

import re
from typing import Final

from ccnlp.scoring.heard import Heard

#: Giving, confirming or sending something that tells who one is; the service saying that it agrees.
GIVEN: Final = "identity_given"
#: Customer turns after the question in which the answer may come.
_SOON: Final = 2
#: What was asked to be sent where others cannot read it has its answer there.
_PRIVATELY: Final = re.compile("私信|私讯|私聊|私发")
#: Digits in a row, in any script, hidden ones too: two answer a question for the last digits.
_DIGITS: Final = re.compile(r"(?:[0-9*零〇一二三四五六七八九幺两][ -]?){2,}")
#: As many tell who somebody is without a question: numbers of phones, orders, policies, cards.
_NUMBER: Final = re.compile(r"(?:[0-9*a-z零〇一二三四五六七八九幺两][ -]?){6,}")


def is_answered(heard: Heard, turn: int) -> bool:
    """Whether one of the next customer turns gives or confirms it, or it goes another way."""
    if _PRIVATELY.search(heard.said.folded(turn)):
        return True
    soon = [t for t in heard.customer if t > turn][:_SOON]
    given = {a.turn for a in heard.acts(GIVEN)}
    if any(t in given for t in range(turn, soon[-1] + 2 if soon else turn + 2)):
        return True
    told = {p.turn for p in heard.signals.pii}
    return any(t in told or _DIGITS.search(heard.said.folded(t)) for t in soon)


def given_unasked(heard: Heard, before: int) -> int | None:
    """The first customer turn before turn ``before`` that tells an identifying number."""
    for turn in heard.customer:
        if turn >= before:
            return None
        found = _NUMBER.search(heard.said.folded(turn))
        if found is not None and re.search(r"[0-9*零一二三四五六七八九幺两]", found[0]):
            return turn
    return None
