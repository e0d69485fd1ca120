"""Digits as people write and say them, with a true way back to the text.

A phone number in service text may be ``13800138000``, ``１３８ 0013 8000``, 幺三八零零幺三八零零零,
"一三八 嗯 两个零 一三八 三个零" or "double 8". :func:`digit_runs` finds every such run and answers
its plain digits together with the place of each digit in the ORIGINAL text, so that whatever is
recognised in the digits can be pointed at exactly.

Cardinals (一百二十八, 三千) are amounts, not digit sequences: a digit that belongs to one is no
part of a run. Digits of further scripts (١٢٣, 𝟏𝟐𝟑) are folded by ``ccnlp.text.normalise``, which
keeps offsets: give its folded text where such may come.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

#: Every reading that is a digit wherever it stands.
_STRONG: Final = {
    "0": "零〇○",
    "1": "一幺壹弌",
    "2": "二两兩贰貳弍",
    "3": "三叁叄弎",
    "4": "四肆",
    "5": "五伍",
    "6": "六陆陸",
    "7": "七柒",
    "8": "八捌",
    "9": "九玖",
}
#: Radio readings and what speech recognisers write for a digit: these are words of their own,
#: so they count only between two digits of the kind above.
_WEAK: Final = {
    "0": "洞另凌灵铃",
    "1": "么腰妖夭吆",
    "2": "俩",
    "3": "仨叄",
    "5": "舞武",
    "6": "溜",
    "7": "拐",
    "8": "爸",
    "9": "勾钩酒",
}
_CIRCLED: Final = "⓪①②③④⑤⑥⑦⑧⑨"
_ENGLISH: Final = {
    "zero": "0", "oh": "0", "one": "1", "two": "2", "three": "3", "four": "4",
    "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9",
}  # fmt: skip


def _strong_table() -> dict[str, str]:
    table = {char: digit for digit, chars in _STRONG.items() for char in chars}
    table.update({char: str(value) for value, char in enumerate(_CIRCLED)})
    for start in (0x30, 0xFF10):
        for value in range(10):
            table[chr(start + value)] = str(value)
    return table


_DIGIT: Final = _strong_table()
_LOOSE: Final = {char: digit for digit, chars in _WEAK.items() for char in chars}


def _fold_table() -> dict[int, str]:
    """One character for one character: digits, full-width forms, upper case."""
    table = {ord(char): digit for char, digit in _DIGIT.items()}
    for code in range(0xFF01, 0xFF5F):
        table.setdefault(code, chr(code - 0xFEE0).upper())
    for code in range(ord("a"), ord("z") + 1):
        table[code] = chr(code).upper()
    table[0x3000] = " "
    table[ord("。")] = table.get(ord("。"), "。")
    return table


_FOLD: Final = _fold_table()


def fold(text: str) -> str:
    """``text`` with digits of any script, width and reading as ASCII, letters as upper-case ASCII.

    The answer has the same length, so offsets into it are offsets into ``text``. Ambiguous
    readings (么, 洞, 拐 ...) stay as they are.
    """
    return text.translate(_FOLD)


_D: Final = "".join(_DIGIT)
_W: Final = "".join(_LOOSE)
_HAN_DIGITS: Final = frozenset("".join(_STRONG.values()))
#: What may stand between two digits of one number: blanks, dashes, pauses, key-cap marks.
_GAP: Final = (
    "(?:[ "
    "\\t\u3000\u00a0\u200b\u200c\u200d\ufe0f\u20e3\\-\u2010-\u2015\u2212_.·・,，、。…~～()"
    "（）]{1,3}"
    "|[ ,，、。]{0,2}(?:嗯|呃|额|啊|哦|唔|诶|那个|那個|然后|然後|再来|再來|接着是?|后面是?|後面是?)"
    "{1,2}[ ,，、。]{0,2})"
)
_REPEAT: Final = (
    f"(?:(?:连续|連續|连着|連著|一共|总共)?的?[2-9２-９二两兩三四五六七八九] ?[个個](?:连续|"
    f"連續|连着|連著)?的? ?[{_D}](?![个個])"
    f"|(?i:double|triple|双|雙)[ -]?(?:[{_D}]|(?i:zero|oh|one|two|three|four|five|six|seven|"
    f"eight|nine)))"
)
_UNIT: Final = f"(?:{_REPEAT}|[{_D}])"
_WORD: Final = "(?i:zero|one|two|three|four|five|six|seven|eight|nine)(?![a-zA-Z])"
#: Radio readings, which nothing else is in the middle of digits.
_RADIO: Final = "洞拐勾"
#: These count at the ends of a run of some length as well, where no Chinese character touches.
_EDGE: Final = "洞拐勾么"
_RUN: Final = re.compile(
    f"(?:(?<![\u4e00-\u9fff])[{_EDGE}]{{1,3}}(?=[{_D}]{{2}}))?"
    f"(?:{_REPEAT}|[{_D}]|(?<![a-zA-Z]){_WORD})"
    f"(?:{_GAP}?(?:{_REPEAT}|[{_D}]|(?<![a-zA-Z]){_WORD})| ?[{_W}]{{1,5}}(?=[{_D}]))*"
    f"(?:(?<=[{_D}{_RADIO}][{_D}{_RADIO}][{_D}{_RADIO}])[{_EDGE}]{{1,4}}(?![\u4e00-\u9fff]))?"
)
_PART: Final = re.compile(
    f"(?P<repeat>{_REPEAT})|(?P<digit>[{_D}])|(?P<word>{_WORD})|(?P<weak>[{_W}])|(?P<gap>{_GAP})"
)
#: Where a run may begin.
_SEED: Final = re.compile(
    f"[{_D}连連一总双雙{_EDGE}]|[dD][oO]|[tT][wWhHrR]|[zZ][eE]|[oO][nN]|[fF][oOiI]|[sS][eEiI]"
    "|[eE][iI]|[nN][iI]"
)
#: What makes a run more than one character a digit.
_ODD: Final = re.compile(f"[个個a-zA-Z双雙{_W}]")
_GROUP: Final = re.compile("[0-9]+")
_COUNT: Final = re.compile("[2-9２-９二两兩三四五六七八九]")
_SCALE: Final = frozenset("十百千万萬亿億拾佰仟点點成折")
_BEFORE: Final = frozenset("十百千万萬亿億第初拾佰仟")


class DigitRun(NamedTuple):
    """Digits that belong together; all offsets are code points into the original text."""

    start: int
    end: int
    #: The plain ASCII digits.
    digits: str
    #: Where each digit starts and ends; the digits of one "三个八" share a place.
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    #: Indices into ``digits`` at which a new group begins (after a blank, dash, pause); 0 first.
    groups: tuple[int, ...]
    #: Whether any digit was said or written as a word.
    spoken: bool
    #: How many digits rest on an ambiguous reading (洞, 拐, 么 ...).
    guessed: int = 0

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Start and end in the text of the digits ``first`` to ``last - 1``."""
        return self.starts[first], self.ends[last - 1]


def digit_runs(text: str, *, least: int = 1) -> Iterator[DigitRun]:
    """Every run of at least ``least`` digits in ``text``, from left to right.

    Time is linear in ``len(text)``.
    """
    at = 0
    while (seed := _SEED.search(text, at)) is not None:
        match = _RUN.match(text, seed.start())
        if match is None:
            at = seed.start() + 1
            continue
        start, at = match.span()
        if at - start < least and (least <= 3 or not _ODD.search(text, start, at)):
            continue
        run = _run(text, start, at)
        if run is not None and len(run.digits) >= least:
            yield run


def _run(text: str, start: int, end: int) -> DigitRun | None:
    """The digits of one match, less what belongs to a cardinal at either end."""
    if not _ODD.search(text, start, end):
        return _plain_run(text, start, end)
    digits: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    groups = [0]
    spoken = False
    guessed = 0
    for part in _PART.finditer(text, start, end):
        kind, word = part.lastgroup, part[0]
        if kind == "gap":
            if digits and groups[-1] != len(digits):
                groups.append(len(digits))
            continue
        if kind == "repeat":
            made = _repeat(word)
            spoken = True
        elif kind == "digit":
            made = _DIGIT[word]
            spoken = spoken or word in _HAN_DIGITS
        elif kind == "word":
            made = _ENGLISH[word.lower()]
            spoken = True
        else:
            made = _LOOSE[word]
            spoken = True
            guessed += word not in _RADIO
        for digit in made:
            digits.append(digit)
            starts.append(part.start())
            ends.append(part.end())
    return _trimmed(text, "".join(digits), starts, ends, groups, spoken, guessed)


def _plain_run(text: str, start: int, end: int) -> DigitRun | None:
    """A match in which every digit is one character."""
    piece = text[start:end]
    folded = piece.translate(_FOLD)
    if folded.isdigit():
        starts: Sequence[int] = range(start, end)
        ends: Sequence[int] = range(start + 1, end + 1)
        return _trimmed(text, folded, starts, ends, [0], any(c in _HAN_DIGITS for c in piece), 0)
    places: list[int] = []
    groups: list[int] = []
    for group in _GROUP.finditer(folded):
        groups.append(len(places))
        places.extend(range(start + group.start(), start + group.end()))
    digits = "".join([text[i] for i in places]).translate(_FOLD)
    spoken = any(text[i] in _HAN_DIGITS for i in places)
    return _trimmed(text, digits, places, [i + 1 for i in places], groups, spoken, 0)


def _trimmed(
    text: str,
    digits: str,
    starts: Sequence[int],
    ends: Sequence[int],
    groups: list[int],
    spoken: bool,
    guessed: int,
) -> DigitRun | None:
    """A run without the digits that are part of a cardinal (一三八|二十, 第|三...)."""
    low, high = 0, len(digits)
    if not high:
        return None
    last, first = ends[-1], starts[0]
    if last < len(text) and text[last] in _SCALE:
        if text[starts[-1]] in _HAN_DIGITS:
            high -= 1
        elif high > 8 and len(groups) == 1:
            return None
    if first and text[first - 1] in _BEFORE and text[first] in _HAN_DIGITS:
        low += 1
    if low >= high:
        return None
    if low or high < len(digits):
        groups = sorted({0, *(g - low for g in groups if low < g < high)})
        starts, ends, digits = starts[low:high], ends[low:high], digits[low:high]
    return DigitRun(
        starts[0], ends[-1], digits, tuple(starts), tuple(ends), tuple(groups), spoken, guessed
    )


def _repeat(word: str) -> str:
    """``三个八`` -> ``888``, ``double 8`` -> ``88``."""
    lower = word.lower()
    for name, times in (("double", 2), ("triple", 3), ("双", 2), ("雙", 2)):
        if lower.startswith(name):
            tail = lower[len(name) :].strip(" -")
            return (_ENGLISH.get(tail) or _DIGIT[tail]) * times
    count = _COUNT.search(word)
    assert count is not None  # noqa: S101 - the pattern that found ``word`` has it
    return _DIGIT[word[-1]] * int(_DIGIT[count[0]])


def digits_of(text: str) -> str:
    """All digits of ``text`` in plain form, in order: what two ways of saying a number share.

    >>> digits_of("幺三八 三个零 12")
    '13800012'
    """
    return "".join(run.digits for run in digit_runs(text))


def is_digit(char: str) -> bool:
    """Whether ``char`` is a digit, in any width or reading, that stands on its own.

    ``False`` for the empty string.
    """
    return char in _DIGIT
