"""All phrases that matter in one scan, each verified where the scan saw it.

The scan is one Aho-Corasick automaton (daachorse, character-wise, overlapping hits) over the
joined text of a batch. A hit is a phrase found (where the phrase is literal), or an anchor of
one: then what the phrase has on either side of it is tried there, forwards on the text and
backwards on the text reversed, one attempt each. Only where both fit does the phrase's whole
expression run, on the few characters around.

Phrases that only matter once something else was found (``none``, ``allow`` ...) are not scanned
for at all; asked for, they are looked up in the turn.
"""

import re
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from typing import Final

import daachorse

from ccnlp.text.expression import Expression, texts_pattern

#: Stands between the turns of a batch; no phrase holds it.
SEPARATOR: Final = "\x00"
# how far expressions look beyond their match (a number's decimals, the end of the turn)
_LOOK_AHEAD: Final = 20
# how an anchor is told: the phrase is this text; an expression on either side decides
_WHOLE, _SIDES = -1, -2
# what may stand before a phrase that asks for the start of the turn, and after one at its end
_LEAD: Final = re.compile(r"(?:[^\w]|_|[嗯喂哦啊呃额诶唉哎]){0,12}")
_TAIL: Final = re.compile(r"(?:[^\w]|_){0,12}")
# Chinese characters, or what stands for their sounds
_SHORT_LENGTH: Final = 2
_SHORT: Final = re.compile(r"[\u3400-\u9fff\ue000-\uf8ff]{1,2}")

SpanList = list[tuple[int, int]]
#: Phrase number -> its spans in one turn, edges not looked at yet.
Found = dict[int, SpanList]


#: What has to match from an anchor on and, backwards, before it (``None``: nothing), and the most
#: characters before it.
Sides = tuple[re.Pattern[str] | None, re.Pattern[str] | None, int]


class Phrases:
    """Expressions by number, compiled when first needed."""

    def __init__(self, expressions: Mapping[int, Expression]) -> None:
        self.expressions = expressions
        self._compiled: dict[int, re.Pattern[str]] = {}
        self._sides: dict[int, Sides] = {}

    def pattern(self, phrase: int) -> re.Pattern[str]:
        """The regular expression of a phrase, also of one that is literal."""
        compiled = self._compiled.get(phrase)
        if compiled is None:
            expression = self.expressions[phrase]
            compiled = re.compile(expression.pattern or texts_pattern(list(expression.texts)))
            self._compiled[phrase] = compiled
        return compiled

    def sides(self, phrase: int) -> Sides:
        """The expressions on both sides of a phrase's anchors."""
        sides = self._sides.get(phrase)
        if sides is None:
            expression = self.expressions[phrase]
            right = re.compile(expression.right) if expression.right else None
            left = re.compile(expression.left) if expression.left else None
            sides = self._sides[phrase] = right, left, expression.anchors[0].before
        return sides

    def matches(self, phrase: int, text: str, low: int, high: int) -> SpanList:
        """For each start in ``low..high`` the one match there, by start."""
        pattern = self.pattern(phrase)
        # out of reach of any match that starts by then; keeps this linear
        limit = high + self.expressions[phrase].width + _LOOK_AHEAD
        spans: SpanList = []
        match = pattern.search(text, low, limit)
        while match is not None and match.start() <= high:
            spans.append(match.span())
            match = pattern.search(text, match.start() + 1, limit)
        return spans

    def look_up(self, phrase: int, text: str) -> SpanList:
        """The spans of a phrase in ``text`` without a scan, edges not looked at."""
        if self.expressions[phrase].pattern:
            return self.matches(phrase, text, 0, len(text))
        return [
            (start, start + len(one))
            for one in self.expressions[phrase].texts
            for start in _places(one, text)
        ]

    def keep(
        self,
        phrase: int,
        spans: SpanList,
        text: str,
        boundaries: Callable[[], Container[int]],
    ) -> SpanList:
        """The spans whose edges are as the phrase asks; ``boundaries`` is called if needed."""
        expression = self.expressions[phrase]
        words = expression.word_start or expression.word_end
        kept: SpanList = []
        for span in spans:
            start, end = span
            if (text[start] < "\x80" or text[end - 1] < "\x80") and _inside_latin(text, start, end):
                continue
            if expression.turn_start and _LEAD.fullmatch(text, 0, start) is None:
                continue
            if expression.turn_end and _TAIL.fullmatch(text, end) is None:
                continue
            if (
                expression.bounded
                and (words or end - start <= _SHORT_LENGTH)
                and not _at_words(expression, span, text, boundaries())
            ):
                continue
            kept.append(span)
        return _inner(kept) if expression.pattern and len(kept) > 1 else kept


class Scanner:
    """One automaton over the literals of some phrases."""

    def __init__(self, phrases: Phrases, numbers: Iterable[int]) -> None:
        self._phrases = phrases
        #: The phrases that are scanned for.
        self.numbers = tuple(numbers)
        owners: dict[str, list[tuple[int, int]]] = {}
        for number in self.numbers:
            expression = phrases.expressions[number]
            for text in expression.texts:
                owners.setdefault(text, []).append((number, _WHOLE))
            for anchor in expression.anchors:
                before = _SIDES if expression.right else anchor.before
                owners.setdefault(anchor.text, []).append((number, before))
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
        places: dict[int, list[int]] = {}
        windows: dict[int, tuple[int, int]] = {}
        for start, end, literal in self._automaton.find_overlapping(SEPARATOR.join(texts)):
            if end > end_of_turn:
                if places or windows:
                    self._confirm(texts[turn], places, windows, found)
                    places, windows = {}, {}
                if found:
                    results[turn] = found
                    found = {}
                while end > end_of_turn:
                    turn += 1
                    base = end_of_turn + 1
                    end_of_turn = base + len(texts[turn])
            start -= base
            for phrase, before in owners[literal]:
                if before == _SIDES:
                    if phrase in places:
                        places[phrase].append(start)
                    else:
                        places[phrase] = [start]
                elif before == _WHOLE:
                    if phrase in found:
                        found[phrase].append((start, end - base))
                    else:
                        found[phrase] = [(start, end - base)]
                elif phrase in windows:
                    low, high = windows[phrase]
                    windows[phrase] = (min(low, start - before), max(high, start))
                else:
                    windows[phrase] = (start - before, start)
        if places or windows:
            self._confirm(texts[turn], places, windows, found)
        if found:
            results[turn] = found
        return results

    def _confirm(
        self,
        text: str,
        places: dict[int, list[int]],
        windows: dict[int, tuple[int, int]],
        found: Found,
    ) -> None:
        """Run the expressions of a turn where their anchors stand."""
        phrases = self._phrases
        length = len(text)
        backwards = ""
        for phrase, starts in places.items():
            right, left, before = phrases.sides(phrase)
            if left is None:  # the anchor begins the phrase
                spans = [m.span() for at in starts if (m := right.match(text, at))]  # type: ignore[union-attr]
            else:
                backwards = backwards or text[::-1]
                likely = [
                    at
                    for at in starts
                    if (right is None or right.match(text, at))
                    and left.match(backwards, length - at)
                ]
                if not likely:
                    continue
                low = max(0, min(likely) - before)
                spans = phrases.matches(phrase, text, low, max(likely))
            if spans:
                found[phrase] = spans
        for phrase, (low, high) in windows.items():
            needs = phrases.expressions[phrase].needs
            if not any(needed.isdisjoint(text) for needed in needs):
                spans = phrases.matches(phrase, text, max(low, 0), high)
                if spans:
                    found[phrase] = spans


def _places(one: str, text: str) -> Iterable[int]:
    at = text.find(one)
    while at >= 0:
        yield at
        at = text.find(one, at + 1)


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
    boundaries: Container[int],
) -> bool:
    """Whether a span keeps to the word boundaries that are asked of it."""
    start, end = span
    short = end - start <= _SHORT_LENGTH and _SHORT.fullmatch(text, start, end) is not None
    if (short or expression.word_start) and start not in boundaries:
        return False
    return not ((short or expression.word_end) and end not in boundaries)
