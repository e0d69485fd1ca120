"""All phrases that matter in one scan, each verified where the scan saw it.

The scan is one Aho-Corasick automaton (daachorse, character-wise, overlapping hits) over the
joined text of a batch. A hit is a phrase found (where the phrase is literal) or opens a window
in which that phrase's bounded expression runs. All hits of one phrase in one turn share a
window, so an expression runs once a turn at most, and most turns run very few.

Phrases that only matter once something else was found (``none``, ``allow`` ...) are not scanned
for at all; asked for, they are looked up in the turn.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

import daachorse

from ccnlp.text.expression import SPAN_LIMIT, Expression, texts_pattern

#: Stands between the turns of a batch; no phrase holds it.
SEPARATOR: Final = "\x00"
# how far behind its start a match or what it looks at can reach, with room to spare
_BEYOND: Final = 2 * SPAN_LIMIT
# what may stand before a phrase that asks for the start of the turn, and after one at its end
_LEAD: Final = re.compile(r"(?:[^\w]|_|[嗯喂哦啊呃额诶唉哎]){0,12}")
_TAIL: Final = re.compile(r"(?:[^\w]|_){0,12}")
# Chinese characters, or what stands for their sounds
_SHORT: Final = re.compile(r"[\u3400-\u9fff\ue000-\uf8ff]{1,2}")

SpanList = list[tuple[int, int]]
#: Phrase number -> its spans in one turn, edges not looked at yet.
Found = dict[int, SpanList]


class Phrases:
    """Expressions by number, compiled when first needed."""

    def __init__(self, expressions: Mapping[int, Expression]) -> None:
        self.expressions = expressions
        self._compiled: dict[int, re.Pattern[str]] = {}

    def pattern(self, phrase: int) -> re.Pattern[str]:
        """The regular expression of a phrase, also of one that is literal."""
        compiled = self._compiled.get(phrase)
        if compiled is None:
            expression = self.expressions[phrase]
            compiled = re.compile(expression.pattern or texts_pattern(list(expression.texts)))
            self._compiled[phrase] = compiled
        return compiled

    def look_up(self, phrase: int, text: str) -> SpanList:
        """The spans of a phrase in ``text`` without a scan, edges not looked at."""
        pattern = self.pattern(phrase)
        first = pattern.search(text)
        if first is None:
            return []
        if self.expressions[phrase].pattern:
            return _matches(pattern, text, first, len(text))
        return [
            (start, start + len(one))
            for one in self.expressions[phrase].texts
            for start in _places(one, text, first.start())
        ]

    def keep(
        self,
        phrase: int,
        spans: SpanList,
        text: str,
        boundaries: Callable[[], frozenset[int]],
    ) -> SpanList:
        """The spans whose edges are as the phrase asks; ``boundaries`` is called if needed."""
        expression = self.expressions[phrase]
        spans = [span for span in spans if not _inside_latin(text, *span)]
        if expression.turn_start:
            spans = [span for span in spans if _LEAD.fullmatch(text, 0, span[0])]
        if expression.turn_end:
            spans = [span for span in spans if _TAIL.fullmatch(text, span[1])]
        if expression.bounded:
            spans = [span for span in spans if _at_words(expression, span, text, boundaries)]
        return _inner(spans) if expression.pattern and len(spans) > 1 else spans


class Gate:
    """Which of some phrases may stand in a text at all; the others need not be looked up."""

    def __init__(self, phrases: Phrases, numbers: Iterable[int]) -> None:
        owners: dict[str, dict[int, None]] = {}
        for number in numbers:
            expression = phrases.expressions[number]
            for text in (*expression.texts, *(anchor.text for anchor in expression.anchors)):
                owners.setdefault(text, {})[number] = None
        self._owners = [tuple(own) for own in owners.values()]
        self._automaton = daachorse.CharwiseDoubleArrayAhoCorasick(list(owners))

    def possible(self, text: str) -> set[int]:
        """The phrases that may stand in ``text``."""
        found: set[int] = set()
        for _, _, literal in self._automaton.find_overlapping(text):
            found.update(self._owners[literal])
        return found


class Scanner:
    """One automaton over the literals of some phrases."""

    def __init__(self, phrases: Phrases, numbers: Iterable[int]) -> None:
        self._phrases = phrases
        self._needs: dict[int, tuple[frozenset[str], ...]] = {}
        owners: dict[str, list[tuple[int, int]]] = {}
        for number in numbers:
            expression = phrases.expressions[number]
            for text in expression.texts:
                owners.setdefault(text, []).append((number, -1))
            for anchor in expression.anchors:
                owners.setdefault(anchor.text, []).append((number, anchor.before))
            self._needs[number] = expression.needs
        self._owners = [tuple(own) for own in owners.values()]
        self._automaton = daachorse.CharwiseDoubleArrayAhoCorasick(list(owners)) if owners else None

    def scan(self, texts: Sequence[str]) -> list[Found | None]:
        """The phrases found in each text, in order; ``None`` where there are none."""
        results: list[Found | None] = [None] * len(texts)
        if self._automaton is None or not texts:
            return results
        owners = self._owners
        turn, base, end_of_turn = 0, 0, len(texts[0])
        found: Found = {}
        windows: dict[int, tuple[int, int]] = {}
        for start, end, literal in self._automaton.find_overlapping(SEPARATOR.join(texts)):
            if end > end_of_turn:
                if windows:
                    self._open(windows, texts[turn], found)
                    windows = {}
                if found:
                    results[turn] = found
                    found = {}
                while end > end_of_turn:
                    turn += 1
                    base = end_of_turn + 1
                    end_of_turn = base + len(texts[turn])
            start -= base
            for phrase, before in owners[literal]:
                if before < 0:
                    span = start, end - base
                    if phrase in found:
                        found[phrase].append(span)
                    else:
                        found[phrase] = [span]
                elif phrase in windows:
                    low, high = windows[phrase]
                    windows[phrase] = (min(low, start - before), max(high, start))
                else:
                    windows[phrase] = (start - before, start)
        if windows:
            self._open(windows, texts[turn], found)
        if found:
            results[turn] = found
        return results

    def _open(self, windows: dict[int, tuple[int, int]], text: str, found: Found) -> None:
        """Run the expressions of a turn in their windows."""
        pattern_of, needs_of = self._phrases.pattern, self._needs
        present = set(text)
        for phrase, (low, high) in windows.items():
            for needed in needs_of[phrase]:
                if present.isdisjoint(needed):
                    break
            else:
                pattern = pattern_of(phrase)
                low = max(low, 0)
                # the limit is out of any match's reach, and keeps this linear
                first = pattern.search(text, low, high + _BEYOND)
                if first is not None and first.start() <= high:
                    found[phrase] = _matches(pattern, text, first, high)


def _places(one: str, text: str, start: int) -> Iterable[int]:
    at = text.find(one, start)
    while at >= 0:
        yield at
        at = text.find(one, at + 1)


def _matches(pattern: re.Pattern[str], text: str, first: re.Match[str], last: int) -> SpanList:
    """For each start up to ``last`` the one match there, by start."""
    spans: SpanList = []
    match: re.Match[str] | None = first
    while match is not None and match.start() <= last:
        spans.append(match.span())
        match = pattern.search(text, match.start() + 1, last + _BEYOND)
    return spans


def _inner(spans: SpanList) -> SpanList:
    """Of nested spans, in order of their starts, the inner ones."""
    inner: SpanList = []
    nearest = 1 << 60
    for start, end in reversed(spans):
        if end < nearest:  # from the right: a span that reaches beyond a later one holds it
            inner.append((start, end))
            nearest = end
    inner.reverse()
    return inner


def _inside_latin(text: str, start: int, end: int) -> bool:
    """Whether a span cuts a Latin word or a number."""
    return (start > 0 and _joined(text[start - 1], text[start])) or (
        end < len(text) and _joined(text[end - 1], text[end])
    )


def _joined(left: str, right: str) -> bool:
    if not (left.isascii() and right.isascii()):
        return False
    return (left.isdigit() and right.isdigit()) or (left.isalpha() and right.isalpha())


def _at_words(
    expression: Expression,
    span: tuple[int, int],
    text: str,
    boundaries: Callable[[], frozenset[int]],
) -> bool:
    """Whether a span keeps to the word boundaries that are asked of it."""
    start, end = span
    short = end - start <= 2 and _SHORT.fullmatch(text, start, end) is not None
    if (short or expression.word_start) and start not in boundaries():
        return False
    return not ((short or expression.word_end) and end not in boundaries())
