"""What a turn asks the other side for: 手机号报一下, 您怎么称呼, 門牌幾號."""

import re
from collections.abc import Sequence
from typing import Final

from ccnlp.privacy.lexicon import Cue

#: What a question for one kind lets expect, where it is not that kind itself.
_IMPLIED: Final = {
    "household": ("order_id",),
    "booking": ("order_id", "booking"),
    "mobile": ("mobile", "landline"),
}
#: A turn of so many characters that holds a cue is a question: 姓名, 订单号.
_TERSE: Final = 12
_ASKS: Final = re.compile(
    "请|麻烦|报|说|提供|发|多少|什么|啥|哪|念|给|留|核对|告诉|[?？]|吗|呢|一下|贵姓|是|方便|"
    "输入|俾|讲|"
    "确认|查|登记|需要|几多|写|填"
)
_WARNING: Final = re.compile(
    "不要|不会|不用|不能|切勿|请勿|勿|别(?!担心|着急|急|慌|怕|挂|生气|哭|激动)|无需|不需要|任何人"
)
_CHANGED: Final = re.compile("修改|重置|更改|重设|忘")
#: The customer asks for the company's own number or address.
_FOR_PUBLIC: Final = re.compile(
    "(?:电话|地址|热线|号码|在哪).{0,8}(?:多少|什么|是啥|哪|几|有吗|有没有|呢|吗|[?？])"
    "|(?:告诉|发|给|问|知道|查).{0,10}(?:电话|地址)|(?:什么|哪).{0,4}(?:电话|地址)"
)


def asked_for(plain: str, cues: Sequence[Cue]) -> tuple[str, ...]:
    """Types that an agent's turn asks for, sorted; ``not_tail`` where it wants last digits only.

    ``plain``: the turn in Simplified.
    """
    kinds: set[str] = set()
    for place, cue in enumerate(cues):
        if cue.kind.startswith("not_") and cue.kind != "not_tail":
            continue
        follow = cues[place + 1] if place + 1 < len(cues) else None
        only_tail = follow and follow.kind == "not_tail" and follow.start - cue.end <= 5
        if only_tail and cue.kind not in ("name", "not_tail"):
            continue
        low, high = max(0, cue.start - 9), min(len(plain), cue.end + 8)
        if _WARNING.search(plain, low, high):
            continue
        if cue.kind == "password" and _CHANGED.search(plain, low, high):
            continue
        kinds.update(_IMPLIED.get(cue.kind, (cue.kind,)))
    if not kinds or not (len(plain) <= _TERSE or _ASKS.search(plain)):
        return ()
    return tuple(sorted(kinds))


def asks_for_public(plain: str) -> bool:
    """Whether a customer's turn asks for a number or address of the company or of a place."""
    return _FOR_PUBLIC.search(plain) is not None
