"""What speaks for a type around a number: words of the turn, and what was asked for before."""

import bisect
import operator
import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from ccnlp.privacy.lexicon import Cue

#: A cue counts for what begins at most this many characters after it.
_REACH: Final = 16
#: What may stand between a cue and the number that it announces directly.
_DIRECT: Final = re.compile(
    r"[\s:：=#是为系就呢的喺在叫(「『【\[<,，、。~-]*"
    r"(?:(?:是|为|就是|这个|我的|系|号|码|嗯|呃|那个|应该|大概|好像|发你|给你|如下|写的|"
    r"填的|报给你|念给你|记1下|您记|也|还)[\s:：,，、。]*){0,3}"
)
#: What may stand between a number and the cue that names it afterwards.
_POINTING: Final = re.compile(r"[\s,，]{0,2}(?:这个?|那个?|就?是|我的?|我家|的|办|登记|为){0,3}")


class Context(NamedTuple):
    """One folded turn (``ccnlp.text.numerals.fold`` of its Simplified text) and its cues."""

    folded: str
    #: The turn in Simplified, and as it came; all three of one length.
    plain: str
    text: str
    cues: Sequence[Cue]
    #: Types the other side has just asked for; ``not_tail`` where it asked for last digits.
    expected: frozenset[str] = frozenset()


class Announced(NamedTuple):
    """The cue that announces a number."""

    #: "" where there is none.
    kind: str
    #: Whether nothing but small words stands between.
    direct: bool
    #: Characters between cue and number.
    distance: int


_start: Final = operator.attrgetter("start")
_end: Final = operator.attrgetter("end")
NOTHING: Final = Announced("", False, _REACH + 1)


def announced(context: Context, start: int, end: int) -> Announced:
    """The nearest cue before what stands at ``start``, else the one that follows ``end``."""
    cues = context.cues
    place = bisect.bisect_right(cues, start, key=_end)
    if place:
        best = cues[place - 1]
        if start - best.end <= _REACH:
            direct = _DIRECT.fullmatch(context.folded, best.end, start) is not None
            return Announced(best.kind, direct, start - best.end)
    place = bisect.bisect_left(cues, end, lo=place, key=_start)
    if place < len(cues):
        cue = cues[place]
        if (
            cue.start - end <= 6
            and not cue.kind.startswith("not_")
            and _POINTING.fullmatch(context.folded, end, cue.start)
        ):
            return Announced(cue.kind, True, cue.start - end)
    return NOTHING


def in_traditional(context: Context) -> bool:
    """Whether the turn is written in Traditional characters."""
    return any(
        a != b and "\u4e00" <= a <= "\u9fff"
        for a, b in zip(context.text, context.plain, strict=True)
    )


def said_before(context: Context, kind: str, start: int, *, reach: int) -> bool:
    """Whether a cue of ``kind`` stands at most ``reach`` characters before ``start``."""
    cues = context.cues
    first = bisect.bisect_left(cues, start - reach, key=_end)
    for cue in cues[first : first + reach + 1]:
        if cue.end > start:
            return False
        if cue.kind == kind:
            return True
    return False
