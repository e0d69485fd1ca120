"""All phrases of all rules in one scan, then verification.

The scan is one Aho-Corasick automaton (daachorse, character-wise, overlapping hits) over the
joined text of a batch. A hit is a phrase found (where the phrase is literal) or a reason to run
that phrase's bounded expression on the characters around it. Verification is left until a rule
asks for a phrase, and then done once a turn: most candidates are never looked at.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import daachorse

from ccnlp.text.expression import SPAN_LIMIT, Expression

#: Stands between the turns of a batch; no phrase holds it.
SEPARATOR: Final = "\x00"
# what may stand before a phrase that asks for the start of the turn, and after one at its end
_LEAD: Final = re.compile(r"(?:[^\w]|_|[嗯喂哦啊呃额诶唉哎]){0,12}")
_TAIL: Final = re.compile(r"(?:[^\w]|_){0,12}")
# Chinese characters, or what stands for their sounds
_SHORT: Final = re.compile(r"[\u3400-\u9fff\ue000-\uf8ff]{1,2}")

#: A candidate: where the literal starts and ends, and how far before it the phrase may start
#: (-1: the literal is the phrase).
Candidate = tuple[int, int, int]
#: Phrase number -> candidates in one turn.
Candidates = dict[int, list[Candidate]]
SpanList = list[tuple[int, int]]


class Matcher:
    """Finds phrases, which it knows by the numbers they are given under."""

    def __init__(self, expressions: Mapping[int, Expression]) -> None:
        self.expressions = expressions
        owners: dict[str, list[tuple[int, int]]] = {}
        for number, expression in expressions.items():
            for text in expression.texts:
                owners.setdefault(text, []).append((number, -1))
            for anchor in expression.anchors:
                owners.setdefault(anchor.text, []).append((number, anchor.before))
        self._owners = [tuple(own) for own in owners.values()]
        self._automaton = daachorse.CharwiseDoubleArrayAhoCorasick(list(owners)) if owners else None

    def scan(self, texts: Sequence[str], wanted: Sequence[frozenset[int]]) -> list[Candidates]:
        """Candidates of each text; of text ``i`` only phrases in ``wanted[i]``."""
        found: list[Candidates] = [{} for _ in texts]
        if self._automaton is None or not texts:
            return found
        joined = SEPARATOR.join(texts)
        owners = self._owners
        turn, base = 0, 0
        end_of_turn = len(texts[0])
        own, allowed = found[0], wanted[0]
        for start, end, literal in self._automaton.find_overlapping(joined):
            while end > end_of_turn:
                turn += 1
                base = end_of_turn + 1
                end_of_turn = base + len(texts[turn])
                own, allowed = found[turn], wanted[turn]
            for phrase, before in owners[literal]:
                if phrase in allowed:
                    entry = own.get(phrase)
                    if entry is None:
                        own[phrase] = [(start - base, end - base, before)]
                    else:
                        entry.append((start - base, end - base, before))
        return found

    def verify(
        self,
        phrase: int,
        candidates: Sequence[Candidate],
        text: str,
        boundaries: Callable[[], frozenset[int]],
    ) -> SpanList:
        """The true spans of a phrase in ``text``; ``boundaries`` is called if they matter."""
        expression = self.expressions[phrase]
        if expression.pattern is None:
            spans = [(start, end) for start, end, _ in candidates]
        else:
            spans = _expand(expression.pattern, candidates, text)
        spans = [span for span in spans if not _inside_latin(text, *span)]
        if expression.turn_start:
            spans = [span for span in spans if _LEAD.fullmatch(text, 0, span[0])]
        if expression.turn_end:
            spans = [span for span in spans if _TAIL.fullmatch(text, span[1])]
        if not spans:
            return spans
        if expression.bounded:
            spans = [span for span in spans if _at_words(expression, span, text, boundaries)]
        return spans


def _expand(pattern: re.Pattern[str], candidates: Sequence[Candidate], text: str) -> SpanList:
    """Matches around anchors: for each start the one match, and of nested ones the inner."""
    starts: dict[int, int] = {}
    for anchor, end, before in candidates:
        at = max(0, anchor - before)
        limit = anchor + 2 * SPAN_LIMIT  # out of any match's reach; keeps this linear
        while at <= anchor:
            match = pattern.search(text, at, limit)
            if match is None or match.start() > anchor:
                break
            if match.end() >= end:
                starts[match.start()] = match.end()
            at = match.start() + 1
    spans = sorted(starts.items(), key=lambda span: (-span[0], span[1]))
    inner: SpanList = []
    nearest = len(text) + 1
    for start, end in spans:  # from the right: a span that reaches beyond a later one holds it
        if end < nearest:
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
