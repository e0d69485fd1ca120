"""Words: jieba's very tokens at many times its speed.

rjieba is jieba in Rust with the same dictionary and model. It differs where ASCII is joined
("10-15", "1.5.5"): what it joins there is split again with jieba's own expressions, so that both
give the same tokens (a test holds it). Traditional text
is segmented by its Simplified form, which has the same length, and comes back as it was.

``configs/lexicon/words.txt`` is the domain's user dictionary, in jieba's format: a word a line,
with an optional frequency and tag. Nothing loads before the first call.
"""

import functools
import math
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Final

from ccnlp.assets import asset
from ccnlp.errors import ConfigError
from ccnlp.text.normalise import fold_script, word_shares

# what rjieba may leave joined, and how jieba splits it
_SIGNS: Final = re.compile(r"[-_.+#&%]")
_JOINED: Final = re.compile(r"[-_.+#&%][-_.+#&%a-zA-Z0-9]|[a-zA-Z0-9][-_.+#&%]")
_JIEBA_SKIP: Final = re.compile(r"([a-zA-Z0-9]+(?:\.\d+)?%?)")
# what jieba cuts as one run; all else stands by itself
_RUN: Final = re.compile(r"[\u4e00-\u9fff\u3400-\u4dbfa-zA-Z0-9+#&._%-]+")
# shares of running text are counted a character, and of rare words not at all
_CHARACTERS_A_WORD: Final = 1.6
_RARE: Final = 1e-5
_HAN_OR_WORD: Final = re.compile(r"[\u4e00-\u9fffA-Za-z]")


def read_words(path: Path) -> list[tuple[str, int | None, str | None]]:
    """The words of a user dictionary: ``word [frequency] [tag]`` a line, ``#`` for remarks.

    Raises
    ------
    ConfigError: a line is not of that form, or a word stands twice.
    """
    words: dict[str, tuple[str, int | None, str | None]] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        parts = line.split("#", 1)[0].split()
        if not parts:
            continue
        where = f"{path}:{number}"
        frequency, tag = None, None
        for part in parts[1:]:
            if part.isdigit() and frequency is None and tag is None:
                frequency = int(part)
            elif tag is None:
                tag = part
            else:
                raise ConfigError(
                    f"{line.strip()!r} is not a word with a frequency and a tag",
                    where=where,
                    mend="write: word, then optionally a number, then optionally a tag",
                )
        if parts[0] in words:
            raise ConfigError(
                f"the word {parts[0]} stands twice", where=where, mend="leave one of them out"
            )
        words[parts[0]] = (parts[0], frequency, tag)
    return list(words.values())


class Segmenter:
    """Cuts text into words; holds rjieba's dictionary with the user's words added."""

    def __init__(self, dictionaries: Sequence[Path] = ()) -> None:
        import rjieba  # reads its dictionary when it is imported

        self.dictionaries = tuple(dictionaries)
        self._jieba = rjieba.Jieba()
        for path in self.dictionaries:
            for word, frequency, tag in read_words(path):
                self._jieba.add_word(word, frequency, tag)

    def segment(self, text: str) -> list[str]:
        """The words of ``text`` in order; joined they are ``text`` again."""
        folded = fold_script(text)
        words = self._cut(folded)
        return words if folded == text else _as_written(words, text)

    def segment_lines(self, lines: Sequence[str]) -> list[list[str]]:
        """The words of each line, as ``segment`` gives them, in one call.

        Lines hold no line break; one in a line is taken for a blank.
        """
        if not lines:
            return []
        lines = [line.replace("\r", " ").replace("\n", " ") for line in lines]
        joined = "\n".join(lines)
        folded = fold_script(joined)
        signs = [found.start() for found in _JOINED.finditer(folded)]
        words: list[str] = self._jieba.cut(folded)
        words.append("\n")
        result, first, at, sign = [], 0, 0, 0
        for line in lines:
            last = words.index("\n", first)
            own = words[first:last]
            end = at + len(line)
            if sign < len(signs) and signs[sign] < end:
                own = self._split_joined(own)
                sign = bisect_left(signs, end, sign)
            if folded is not joined and not folded.startswith(line, at):
                own = _as_written(own, line)
            result.append(own)
            first, at = last + 1, end + 1
        return result

    def boundaries(self, text: str) -> frozenset[int]:
        """Offsets at which a word begins or ends, 0 and ``len(text)`` among them."""
        return edges(self.segment(text))

    def _cut(self, folded: str) -> list[str]:
        words: list[str] = self._jieba.cut(folded)
        return words if _JOINED.search(folded) is None else self._split_joined(words)

    def _split_joined(self, words: list[str]) -> list[str]:
        result = []
        for word in words:
            # words that mix scripts are the dictionary's own
            if len(word) == 1 or not word.isascii() or not self._is_joined(word):
                result.append(word)
            else:
                result.extend(part for part in _JIEBA_SKIP.split(word) if part)
        return result

    def _is_joined(self, word: str) -> bool:
        return _SIGNS.search(word) is not None and not self._jieba.has_word(word)


def _as_written(words: Iterable[str], text: str) -> list[str]:
    """The pieces of ``text`` that are as long as ``words``."""
    result, at = [], 0
    for word in words:
        result.append(text[at : at + len(word)])
        at += len(word)
    return result


def edges(words: Iterable[str]) -> frozenset[int]:
    """Offsets at which one of ``words`` begins or ends, 0 and the end of the last among them."""
    return frozenset(accumulate(map(len, words), initial=0))


class LazyBoundaries:
    """The boundaries of a text, for who asks about few places: ``offset in boundaries``.

    Only the run of Chinese and Latin around a place is cut; runs are cut alone by jieba too.
    """

    __slots__ = ("_cut", "_runs", "_text")

    def __init__(self, text: str, segmenter: "Segmenter") -> None:
        self._text = text
        self._cut = segmenter.boundaries
        self._runs: list[tuple[int, int, frozenset[int] | None]] | None = None

    def __contains__(self, offset: object) -> bool:
        """Whether a word begins or ends at ``offset``."""
        if self._runs is None:
            self._runs = [(*run.span(), None) for run in _RUN.finditer(self._text)]
        for place, (start, end, known) in enumerate(self._runs):
            if offset <= start:  # type: ignore[operator]
                return True
            if offset < end:  # type: ignore[operator]
                if known is None:
                    known = self._cut(self._text[start:end])
                    self._runs[place] = (start, end, known)
                return offset - start in known  # type: ignore[operator]
        return True


@functools.cache
def default_segmenter() -> Segmenter:
    """The segmenter with the shipped user dictionary, loaded at the first call (0.2 s)."""
    path = asset("configs", "lexicon", "words.txt")
    return Segmenter((path,) if path.exists() else ())


def segment(text: str) -> list[str]:
    """The words of ``text``, by the shipped dictionaries; joined they are ``text`` again."""
    return default_segmenter().segment(text)


def segment_lines(lines: Sequence[str]) -> list[list[str]]:
    """The words of each line, by the shipped dictionaries, in one call."""
    return default_segmenter().segment_lines(lines)


def boundaries(text: str) -> frozenset[int]:
    """Offsets at which a word of ``text`` begins or ends."""
    return default_segmenter().boundaries(text)


def lazy_boundaries(text: str) -> LazyBoundaries:
    """The boundaries of ``text``, cut where they are asked for."""
    return LazyBoundaries(text, default_segmenter())


def word_frequencies(texts: Iterable[str]) -> Counter[str]:
    """How often each word stands in ``texts``, Traditional words as Simplified ones.

    Signs, blanks and numbers are left out.
    """
    counts: Counter[str] = Counter()
    cut = default_segmenter().segment
    for text in texts:
        counts.update(word for word in cut(fold_script(text)) if _HAN_OR_WORD.search(word))
    return counts


def keywords(counts: Counter[str], most: int = 20) -> list[tuple[str, float]]:
    """The words that mark texts off from running Chinese text, the most telling first.

    ``counts`` as ``word_frequencies`` gives them. The score of a word is its part of the
    Kullback-Leibler divergence, p log2(p / q) in bits, p being its share of the counts and q its
    share of running text (Tomokiyo and Hurst, "A language model approach to keyphrase extraction",
    2003). Words of one character, and words no more frequent than usual, are left out.
    """
    total = sum(counts.values())
    usual = word_shares()
    scores = []
    for word, count in counts.items():
        share = count / total
        ratio = share / max(usual.get(word, 0.0) * _CHARACTERS_A_WORD, _RARE)
        if len(word) > 1 and ratio > 1:
            scores.append((word, round(share * math.log2(ratio), 6)))
    return sorted(scores, key=lambda pair: (-pair[1], pair[0]))[:most]
