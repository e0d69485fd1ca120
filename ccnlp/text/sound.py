"""Text as it sounds, for recognised speech only: 透诉 is heard as 投诉.

Each Chinese character becomes one private-use character that stands for its syllable, without
tone and with the usual confusions taken as one (z/zh, c/ch, s/sh, n/l, in/ing, en/eng). Offsets
stay as they are, and the same matcher serves: a phrase that is to be heard is compiled once more
from its own tree with its literals so written (``heard``).

Numerals stay what they are: 一 sounds like half the dictionary.
"""

import functools
import re
from collections.abc import Container
from collections.abc import Sequence as Listed
from pathlib import Path
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from ccnlp.text.normalise import word_shares
from ccnlp.text.phrase import Choice, Literal, Node, Optional, Sequence, Tree

_FIRST: Final = 0xE000
_LAST: Final = 0xF8FF
_NUMERALS: Final = frozenset("零〇一二两三四五六七八九十百千万亿半幺")
#: Most ways to read one literal that are tried.
_READINGS_LIMIT: Final = 8
_CONFUSED: Final = (
    (re.compile(r"^([zcs])h"), r"\1"),
    (re.compile(r"^n(?=.)"), "l"),
    (re.compile(r"(?<=[ie])ng$"), "n"),
)


def syllable(reading: str) -> str:
    """A reading without what speech recognition confuses: ``zheng`` and ``zen`` are one."""
    for pattern, to in _CONFUSED:
        reading = pattern.sub(to, reading)
    return reading


# a span with fewer letters of its phrase sounds like too much else, unless it is the whole phrase
_SURE_LETTERS: Final = 4
# so common that a recogniser writes them rightly, and so short that they sound like anything
_SMALL_WORDS: Final = frozenset(
    "的了是在我你您他她它们这那个就也都有不没吗吧呢啊和与及或把被给让到去来上下里后前要会能可说好很再还"
    "只从对以但而其什么怎谁哪几年月日时分"
)


class _Sounds(msgspec.Struct, frozen=True):
    #: Code point -> code point, the main and the second reading.
    main: NDArray[np.uint32]
    second: NDArray[np.uint32]
    #: Character -> its syllables as private-use characters, the main one first.
    readings: dict[str, str]
    #: Words that are written as they are meant.
    common: frozenset[str]


@functools.cache
def _sounds() -> _Sounds:
    data = msgspec.json.decode((Path(__file__).parent / "sounds.json").read_bytes())
    every = {*data["readings"], *data["second"].values()}
    codes = {s: _FIRST + i for i, s in enumerate(sorted({syllable(r) for r in every}))}
    main = np.arange(0x110000, dtype="<u4")
    main[_FIRST : _LAST + 1] = 0xFFFD  # the text's own private-use characters sound like nothing
    readings: dict[str, str] = {}
    for reading, chars in data["readings"].items():
        code = codes[syllable(reading)]
        for char in chars:
            if char not in _NUMERALS:
                main[ord(char)] = code
                readings[char] = chr(code)
    second = main.copy()
    for char, reading in data["second"].items():
        code = codes[syllable(reading)]
        if char in readings and readings[char] != chr(code):
            second[ord(char)] = code
            readings[char] += chr(code)
    common = frozenset((*data["common"].split(" "), *word_shares()))
    return _Sounds(main, second, readings, common)


def sounds(texts: Listed[str]) -> list[tuple[str, str | None]]:
    """Each folded text as it sounds, character for character.

    The second value has second readings (行 háng); ``None`` where no character has one.
    """
    tables = _sounds()
    codes = np.frombuffer("".join(texts).encode("utf-32-le"), "<u4")
    main_codes, second_codes = tables.main[codes], tables.second[codes]
    main = main_codes.tobytes().decode("utf-32-le")
    second = second_codes.tobytes().decode("utf-32-le")
    result: list[tuple[str, str | None]] = []
    at = 0
    for text in texts:
        end = at + len(text)
        one, other = main[at:end], second[at:end]
        result.append((one, other if other != one else None))
        at = end
    return result


def plausible(
    text: str,
    start: int,
    end: int,
    letters: frozenset[str],
    literal: bool,
    boundaries: Container[int],
) -> bool:
    """Whether ``text[start:end]`` may be a phrase misheard, and not just something alike.

    ``letters`` are the characters that the phrase writes. Most of the span has to be written
    with them; what is not may not lie in a common word (照片 is no 招骗) nor be a small word. A
    phrase that is not ``literal`` needs more letters.
    """
    readings, common = _sounds().readings, _sounds().common
    known = {code for letter in letters for code in readings.get(letter, "")}
    wrong, right = [], 0
    for at in range(start, end):
        char = text[at]
        if char in letters:
            right += 1
        elif readings.get(char, "")[:1] in known and char in readings:
            wrong.append(at)
    if not wrong or len(wrong) > max(1, (right + len(wrong)) // 3) or right < 2:
        return False
    if not literal and right + len(wrong) < _SURE_LETTERS:
        return False
    for at in wrong:
        if text[at] in _SMALL_WORDS:
            return False
        # half of a word that begins before the span or ends after it: 电视客服 is no 死客服
        if at == start and text[max(0, at - 1) : at + 1] in common:
            return False
        if at == end - 1 and text[at : at + 2] in common:
            return False
        low, high = at, at + 1
        while low not in boundaries:
            low -= 1
        while high not in boundaries:
            high += 1
        # a word that begins before the span is not the phrase's: 乐视客服 is no 死客服
        if low < start or (high - low > 1 and text[low:high] in common):
            return False
    return True


def letters_of(pieces: Sequence) -> frozenset[str]:
    """The Chinese characters that a phrase writes."""
    letters: set[str] = set()
    for piece in pieces:
        match piece:
            case Literal(text):
                letters.update(char for char in text if char in _sounds().readings)
            case Choice(options):
                letters.update(*(letters_of(option) for option in options))
            case Optional(inner):
                letters |= letters_of((inner,))
            case _:
                pass
    return frozenset(letters)


def heard(tree: Tree) -> Tree:
    """A phrase's tree with its literals as they sound, in all their readings."""
    return msgspec.structs.replace(tree, pieces=_heard_all(tree.pieces))


def _heard_all(pieces: Sequence) -> Sequence:
    return tuple(_heard(piece) for piece in pieces)


def _heard(node: Node) -> Node:
    match node:
        case Literal(text):
            ways = [""]
            known = _sounds().readings
            for char in text:
                own = known.get(char, char)
                if len(ways) * len(own) > _READINGS_LIMIT:
                    own = own[0]
                ways = [way + one for way in ways for one in own]
            if len(ways) == 1:
                return Literal(ways[0])
            return Choice(tuple((Literal(way),) for way in ways))
        case Choice(options, alike):
            return Choice(tuple(dict.fromkeys(_heard_all(option) for option in options)), alike)
        case Optional(piece):
            return Optional(_heard(piece))
        case _:
            return node
