"""Facts that a step of a script has to state: a price, a term, a name."""

import re
from collections.abc import Mapping
from typing import Any, Final, Literal

import msgspec

from ccnlp.text.normalise import fold

Shape = Literal["money", "percent", "duration", "date", "number"]

_N: Final = r"(?:[0-9][0-9,.]*|[零〇一二两三四五六七八九幺十百千万亿半几]+)"
_UNIT: Final = r"(?:秒|分钟|刻钟|小时|钟头|个钟|天|日|工作日|工作天|周|星期|礼拜|月|年|期)"
#: What a fact of each shape looks like in folded text.
SHAPES: Final[dict[Shape, re.Pattern[str]]] = {
    "money": re.compile(
        rf"{_N}(?:多)?(?:元|块|蚊|角|毛|美金|美元|港币|台币|欧)"
        r"|(?:[¥$]|nt\$|hk\$|rmb) ?[0-9][0-9,.]*"
    ),
    "percent": re.compile(rf"{_N} ?%|百分之{_N}|千分之{_N}|万分之{_N}|{_N}(?:个点|折|厘)"),
    "duration": re.compile(rf"{_N}(?:到|至|-|~)?{_N}?个?{_UNIT}"),
    "date": re.compile(
        rf"{_N}(?:月|号|日|点)|[0-9]{{1,4}}[-/.][0-9]{{1,2}}|(?:今|明|后|当|次)[天日晚]"
        rf"|(?:周|星期|礼拜)[一二三四五六日天末]|月[底初]"
    ),
    "number": re.compile(_N),
}


class FactSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What states a fact: exactly one of these stands in the file."""

    #: Anything of this form.
    shape: Shape | None = None
    #: One of these words.
    any: tuple[str, ...] = ()
    #: The value of this attribute of the transcript; ``agent_id`` and ``team`` are known too.
    attribute: str | None = None


def states(spec: FactSpec, folded: str, attributes: Mapping[str, Any]) -> bool | None:
    """Whether folded text states the fact; ``None`` where its attribute was not given."""
    if spec.shape is not None:
        return SHAPES[spec.shape].search(folded) is not None
    if spec.attribute is not None:
        value = attributes.get(spec.attribute)
        return None if value in (None, "") else fold(str(value)) in folded
    return any(fold(word) in folded for word in spec.any)
