"""Chinese cardinals as amounts: 二十四, 两, 一百零五, 24, 二四 (said digit by digit), 半.

``ccnlp.text.numerals`` reads digits in a row, as of a phone number; here the value counts.
"""

import re
from typing import Final

_DIGITS: Final = {
    "零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "俩": 2, "三": 3, "仨": 3, "四": 4, "五": 5,
    "六": 6, "七": 7, "八": 8, "九": 9,
}  # fmt: skip
_SCALES: Final = {"十": 10, "百": 100, "千": 1000}
_TENS: Final = {"廿": 20, "卅": 30}
#: A number in folded text (``ccnlp.text.normalise``): ASCII digits or Chinese ones, or 半.
NUMBER: Final = r"(?:\d{1,6}(?:\.\d{1,3})?|[零〇一二两俩三仨四五六七八九十百千廿卅]{1,9}|半)"
_ARABIC: Final = re.compile(r"\d+(?:\.\d+)?", re.ASCII)


def cardinal(text: str) -> float | None:
    """The amount that a number names, >= 0; ``None`` where it is none.

    >>> cardinal("二十四"), cardinal("一百零五"), cardinal("七二"), cardinal("半")
    (24.0, 105.0, 72.0, 0.5)
    """
    if _ARABIC.fullmatch(text):
        return float(text)
    if text == "半":
        return 0.5
    if text and all(char in _DIGITS for char in text):
        return float("".join(str(_DIGITS[char]) for char in text))
    total, pending = 0, None
    last_scale = 10_000
    for char in text:
        if char in _DIGITS:
            if pending:
                return None
            pending = _DIGITS[char]
        elif char in _TENS:
            if pending or last_scale <= 10:
                return None
            total, pending, last_scale = total + _TENS[char], None, 10
        elif char in _SCALES:
            scale = _SCALES[char]
            if scale >= last_scale or (pending is None and scale != 10):
                return None
            # 十二 is 12, 一百十二 112
            total, pending, last_scale = total + (pending or 1) * scale, None, scale
        else:
            return None
    return float(total + (pending or 0)) if text else None


def spoken_range(text: str) -> tuple[float, float] | None:
    """Both ends of 两三, 三五, 七八: two digits in a row that mean "from .. to".

    二四 and 四八 are digits of 24 and 48: only neighbours, and 三五, are ends.
    """
    if len(text) != 2 or not all(char in _DIGITS for char in text):
        return None
    low, high = (_DIGITS[char] for char in text)
    return (float(low), float(high)) if low and (high == low + 1 or text == "三五") else None
