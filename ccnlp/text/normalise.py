"""Folding of text so that one rule fits all ways to write a thing, with true offsets.

Two views of a turn come out of it:

* ``Normal.text``, the *folded* text: width, case, digit scripts and Traditional or variant
  characters, each code point for one code point. Offsets into it are offsets into the
  original; there is no map to keep and none to get wrong.
* ``Normal.squeezed``, only where a turn needs it: without what stands *inside* words (blanks,
  ``*``, ``-``, emoji between Chinese characters, zero-width characters, combining marks) and
  with a character drawn out (诉诉诉诉) written once. It carries its own offset map.

Both are needed. A blank is a pause in recognised speech and a word boundary in typed text, but
in 投 诉 it is there to dodge a filter: so nothing is rewritten in the folded text, and whoever
matches looks at the squeezed view as well and knows for each hit whether it crossed a gap.

All of it is done for many turns at once on arrays of code points.
"""

import functools
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

#: Longest run of signs that counts as standing inside a word.
_WEDGE_LIMIT = 4

_OTHER, _HAN, _LATIN, _DIGIT, _BLANK, _WEDGE, _UNSEEN = range(7)

_ME, _YAO = ord("么"), ord("幺")
_DIGITS = np.array([ord(c) for c in "0123456789零〇一二两三四五六七八九幺"], dtype=np.uint32)
_BEFORE_ME = np.array([ord(c) for c in "什怎这那多要"], dtype=np.uint32)


class Squeezed(msgspec.Struct, frozen=True, gc=False):
    """A turn without what stands inside words."""

    text: str
    #: ``origin[i]`` is where character ``i`` of ``text`` stands in the original; strictly
    #: increasing. One more entry at the end: the length of the original.
    origin: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The original span of ``text[start:end]``; ``0 <= start < end <= len(text)``."""
        return self.origin[start], self.origin[end - 1] + 1

    def crosses(self, start: int, end: int) -> bool:
        """Whether something was left out inside ``text[start:end]``."""
        return self.origin[end - 1] - self.origin[start] != end - 1 - start


class Normal(msgspec.Struct, frozen=True, gc=False):
    """A text and its folded form, of equal length."""

    original: str
    text: str
    squeezed: Squeezed | None = None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The original span of ``text[start:end]``: the very same."""
        return start, end


class _Tables(msgspec.Struct, frozen=True):
    fold: NDArray[np.uint32]
    script: NDArray[np.uint32]
    kind: NDArray[np.uint8]


@functools.cache
def _data() -> dict[str, Any]:
    data: dict[str, Any] = msgspec.json.decode((Path(__file__).parent / "fold.json").read_bytes())
    return data


@functools.cache
def _tables() -> _Tables:
    """The tables of ``fold.json`` (see ``make_fold``) as arrays over all code points."""
    data = _data()
    fold = np.arange(0x110000, dtype="<u4")
    script = fold.copy()
    # a lone surrogate cannot be handed to native code
    fold[0xD800:0xE000] = script[0xD800:0xE000] = 0xFFFD
    # beyond jieba's range
    for first, last in ((0x3400, 0x4DBF), (0x9FD6, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF)):
        script[first : last + 1] = 0x25A1
    for table, name in ((fold, "fold"), (script, "script")):
        before, after = (np.frombuffer(s.encode("utf-32-le"), "<u4") for s in data[name])
        table[before] = after
    kind = np.full(0x110000, _OTHER, dtype=np.uint8)
    for first, last in ((0x3400, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x323AF)):
        kind[first : last + 1] = _HAN
    kind[0x3007] = _HAN  # 〇
    kind[0x61:0x7B] = _LATIN
    kind[0x30:0x3A] = _DIGIT
    for value, name in ((_WEDGE, "wedge"), (_UNSEEN, "unseen")):
        for first, last in data[name]:
            kind[first : last + 1] = value
    kind[0x20] = _BLANK
    return _Tables(fold, script, kind)


@functools.cache
def character_shares() -> dict[str, float]:
    """Share in running text, in (0, 1), of the most frequent Chinese characters."""
    chars, per_million = _data()["frequent"]
    return {char: n / 1e6 for char, n in zip(chars, per_million, strict=True)}


@functools.cache
def word_shares() -> dict[str, float]:
    """Occurrences a character of running text, in (0, 1), of the most frequent words."""
    return {word: n / 1e6 for word, n in _data()["words"].items()}


@functools.cache
def _fold_map() -> dict[int, str]:
    before, after = _data()["fold"]
    return {ord(a): b for a, b in zip(before, after, strict=True)}


def fold(text: str) -> str:
    """The folded form of a short text, as ``normalise`` gives it; for rules and dictionaries."""
    return text.translate(_fold_map())


def _codes(text: str) -> NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")


def normalise(text: str) -> Normal:
    """Fold one text; ``normalise_many`` is far cheaper a text."""
    return normalise_many((text,))[0]


def normalise_many(texts: Sequence[str]) -> list[Normal]:
    """Fold many texts at once; the results are in order and independent of each other."""
    if not texts:
        return []
    tables = _tables()
    joined = "\n".join(texts)
    if joined.isascii():
        folded = joined.lower().replace("\t", " ")
        codes = np.frombuffer(folded.encode("ascii"), np.uint8).astype("<u4")
    else:
        codes = tables.fold[_codes(joined)]
        _restore_spoken_one(codes)
        folded = codes.tobytes().decode("utf-32-le")
    kept = _kept(codes, tables.kind[codes])
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    starts = np.concatenate(([0], np.cumsum(lengths + 1)))
    if kept.all():
        views: list[Squeezed | None] = [None] * len(texts)
    else:
        views = _views(codes, kept, starts, lengths)
    result = []
    for text, start, view in zip(texts, starts.tolist(), views, strict=False):
        own = folded[start : start + len(text)]
        result.append(Normal(text, text if own == text else own, view))
    return result


def _restore_spoken_one(codes: NDArray[np.uint32]) -> None:
    """么 beside a digit is 幺, the spoken 1, which Taiwan writes 么; in place."""
    places = np.flatnonzero(codes == _ME)
    if not len(places):
        return
    padded = np.concatenate(([0], codes, [0]))
    before, after = padded[places], padded[places + 2]
    beside = np.isin(before, _DIGITS) | np.isin(after, _DIGITS)
    beside &= ~np.isin(before, _BEFORE_ME)
    if not beside.any():
        return
    codes[places[beside]] = _YAO
    for place in places[~beside].tolist():  # 么么零: a run of them before or after
        run = place
        while run < len(codes) and codes[run] == _ME:
            run += 1
        ahead = run < len(codes) and codes[run] == _YAO and padded[place] not in _BEFORE_ME
        if ahead or (place and codes[place - 1] == _YAO):
            codes[place:run] = _YAO


def _kept(codes: NDArray[np.uint32], kinds: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Which code points the squeezed view holds."""
    kept = kinds != _UNSEEN
    # runs of signs that stand between two characters of a word
    sign = np.concatenate(([False], kinds >= _BLANK, [False]))
    turn = np.flatnonzero(sign[1:] != sign[:-1])
    first, end = turn[::2], turn[1::2]
    inner = (end - first <= _WEDGE_LIMIT) & (first > 0) & (end < len(kinds))
    first, end = first[inner], end[inner]
    before, after = kinds[first - 1], kinds[end]
    inner = (before != _OTHER) & (after != _OTHER)
    digits = (before == _DIGIT) & (after == _DIGIT) & (kinds[first] == _BLANK)
    inner &= (before == _HAN) | (after == _HAN) | digits
    first, end = first[inner], end[inner]
    for distance in range(_WEDGE_LIMIT):
        at = first + distance
        kept[at[at < end]] = False
    # characters drawn out; digits never are, 12333 is a number
    same = np.zeros(len(codes) + 2, dtype=np.bool_)  # same[i]: as the one before
    same[1:-2] = codes[1:] == codes[:-1]
    drawn = same[:-2] & (same[1:-1] | np.concatenate(([False], same[:-3])))
    word = (kinds == _HAN) | (kinds == _LATIN)
    return np.asarray(kept & ~(drawn & word))


def _views(
    codes: NDArray[np.uint32],
    kept: NDArray[np.bool_],
    starts: NDArray[np.int64],
    lengths: NDArray[np.int64],
) -> list[Squeezed | None]:
    """The squeezed view of each turn, ``None`` where it is the same as the folded text."""
    place = np.flatnonzero(kept)
    text = codes[place].tobytes().decode("utf-32-le")
    low = np.searchsorted(place, starts[:-1])
    high = np.searchsorted(place, starts[:-1] + lengths)
    views: list[Squeezed | None] = [None] * len(lengths)
    for number in np.flatnonzero(high - low != lengths).tolist():
        a, b = int(low[number]), int(high[number])
        origin = (place[a:b] - starts[number]).tolist()
        views[number] = Squeezed(text[a:b], (*origin, int(lengths[number])))
    return views


@functools.cache
def _script_pattern() -> re.Pattern[str]:
    """Finds a character that ``fold_script`` would change."""
    changed = np.flatnonzero(_tables().script != np.arange(0x110000))
    # ranges keep the expression small
    breaks = np.flatnonzero(np.diff(changed) != 1) + 1
    ranges = [(int(r[0]), int(r[-1])) for r in np.split(changed, breaks)]
    return re.compile("[" + "".join(f"\\U{a:08x}-\\U{b:08x}" for a, b in ranges) + "]")


def fold_script(text: str) -> str:
    """Traditional to Simplified characters alone, one for one; for segmentation.

    Characters that Simplified text holds too (乾, 著) stay, so that Simplified text comes back
    as it is. Characters that no dictionary knows (rare Chinese ones, lone surrogates) become a
    sign, which is a word of its own.
    """
    if _script_pattern().search(text) is None:
        return text
    return _tables().script[_codes(text)].tobytes().decode("utf-32-le")
