"""Whether a full Chinese name begins at a place, and where it ends.

The score is in bits: how much more likely the characters are as a name than as running text,
plus what the place it ends at says, less what speaks against it (an everyday word).
"""

import re
from typing import Final

from ccnlp.privacy.lexicon import Lexicon
from ccnlp.text.numerals import is_digit

#: Bits that a name must reach, by what else speaks for one.
BARE: Final = 10
HINTED: Final = 5
CUED: Final = 2
ASKED: Final = 1

_HAN: Final = re.compile("[一-鿿]")
#: What often follows a name in unpunctuated speech.
_FOLLOWS: Final = re.compile(
    "[的我你您他她是在吗吧嘛呢啊呀哦嗯呃这那就要想也都还又跟和给把被让请麻问说电手号身家住有没已不"
    "先女小同老收签付零一二三四五六七八九十两幺后尾末地订单卡]|本人|对吗|可以"
)
_NEVER: Final = frozenset("我你您他她它们的了吗呢吧啊呀哦谁啥这哪么嘛不没很都也还又再就要会能")
_TITLES: Final = re.compile(
    "先生|女士|小姐|太太|老师|师傅|同学|经理|总|阿姨|叔叔|大爷|医生|律师|妈妈|爸爸|奶奶|"
    "爷爷|家长|母亲|父亲"
)


class NameShape:
    """Scores places in Simplified text."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon

    def end(self, text: str, start: int, *, need: float) -> int | None:
        """Where the name that begins at ``text[start]`` ends; ``None`` if there is none."""
        lexicon = self._lexicon
        if start >= len(text):
            return None
        first = text[start]
        begins_foreign = first in lexicon.minority_begins
        if (
            first not in lexicon.surname_bits
            and not begins_foreign
            and (text[start : start + 2] not in lexicon.compounds)
        ):
            return None
        foreign = lexicon.minority.match(text, start) if begins_foreign else None
        if foreign and need <= HINTED:
            size = foreign.end() - start
            if (
                size >= 4
                or (size == 3 and self.closed(text, foreign.end()))
                or (size == 2 and need <= CUED and self.closed(text, foreign.end()))
            ):
                return foreign.end()
        options: tuple[tuple[int, int, float], ...]
        if text[start : start + 2] in lexicon.compounds:
            options = ((2, 2, 5.0), (2, 1, 5.0))
        else:
            bits = lexicon.surname_bits.get(text[start])
            if bits is None:
                return None
            options = ((1, 2, float(bits)), (1, 1, float(bits)))
        best, best_end = need, None
        for family, size, rank in options:
            end = start + family + size
            given = text[start + family : end]
            if (
                len(given) < size
                or not all(map(_HAN.match, given))
                or self._refused(text, start + family)
            ):
                continue
            score = (
                rank + self._given(given) + self._ending(text, end) + (2.0 if size == 2 else 0.0)
            )
            score += self._words(text, start, end)
            if all(map(is_digit, given)) and is_digit(text[start]) | is_digit(text[end : end + 1]):
                continue
            if score >= best and (best_end is None or score > best):
                best, best_end = score, end
        return best_end

    def closed(self, text: str, end: int) -> bool:
        """Whether no Chinese character follows."""
        return end >= len(text) or not _HAN.match(text[end])

    def _refused(self, text: str, at: int) -> bool:
        words = self._lexicon.not_given
        if text[at - 1 : at + 1] in words:
            return True
        if text[at : at + 2] in words or text[at : at + 3] in words:
            return True
        return text[at : at + 1] in words and self.closed(text, at + 1)

    def _given(self, given: str) -> float:
        bits = self._lexicon.given_bits
        return sum(-20.0 if char in _NEVER else float(bits.get(char, -4)) for char in given)

    def _ending(self, text: str, end: int) -> float:
        if text.startswith("*", end):
            return -20.0  # a masked name
        if self.closed(text, end):
            return 3.0
        if _TITLES.match(text, end):
            return 2.0
        return 1.0 if _FOLLOWS.match(text, end) else -2.0

    def _words(self, text: str, start: int, end: int) -> float:
        lexicon = self._lexicon
        word = text[start:end]
        if (
            any(
                (piece := text[start : start + size]) in lexicon.cue_kinds
                or (size > 2 and piece in lexicon.places)
                for size in (2, 3, 4, 5)
            )
            or word in lexicon.places
        ):
            return -20.0
        cost = 0.0
        if word in lexicon.frequent_words:
            cost -= 12.0
        elif word in lexicon.rare_words:
            cost -= 3.0
        if end - start > 2:
            head = text[start : start + 2]
            if head in lexicon.frequent_words:
                cost -= 5.0
            elif head in lexicon.rare_words:
                cost -= 3.0
            if head in lexicon.places or text[start : start + 3] in lexicon.places:
                cost -= 4.0
        if text[end - 1] in "省市区县镇乡路街村店站" and end - start > 2:
            cost -= 4.0
        return cost
