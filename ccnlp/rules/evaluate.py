"""One rule against one turn: phrases, distances, allow-lists and scopes."""

from collections.abc import Sequence

from ccnlp.rules.model import Hit, Rule
from ccnlp.text.matcher import Candidates, Matcher, SpanList
from ccnlp.text.scope import scope_of
from ccnlp.text.segment import boundaries


class TurnText:
    """A view of a turn with its candidates; verifies phrases when asked, each once."""

    __slots__ = ("_boundaries", "_matcher", "_spans", "candidates", "text")

    def __init__(self, text: str, candidates: Candidates, matcher: Matcher) -> None:
        self.text = text
        self.candidates = candidates
        self._matcher = matcher
        self._spans: dict[int, SpanList] = {}
        self._boundaries: frozenset[int] | None = None

    def boundaries(self) -> frozenset[int]:
        """Word boundaries, cut at the first need."""
        if self._boundaries is None:
            self._boundaries = boundaries(self.text)
        return self._boundaries

    def spans(self, phrase: int) -> SpanList:
        """The true spans of a phrase."""
        known = self._spans.get(phrase)
        if known is None:
            known = self._verify(phrase)
            self._spans[phrase] = known
        return known

    def _verify(self, phrase: int) -> SpanList:
        candidates = self.candidates.get(phrase)
        if not candidates:
            return []
        return self._matcher.verify(phrase, candidates, self.text, self.boundaries)


class HeardText(TurnText):
    """The same view as it sounds: what is written in it counts, and what is heard."""

    __slots__ = ("_sound", "_written")

    def __init__(
        self, written: TurnText, sound: str, candidates: Candidates, matcher: Matcher
    ) -> None:
        super().__init__(written.text, candidates, matcher)
        self._written = written
        self._sound = sound

    def boundaries(self) -> frozenset[int]:
        """Word boundaries of what is written."""
        return self._written.boundaries()

    def _verify(self, phrase: int) -> SpanList:
        spans = self._written.spans(phrase)
        candidates = self.candidates.get(phrase)
        if not candidates:
            return spans
        return [
            *spans,
            *self._matcher.verify(phrase, candidates, self._sound, self.boundaries),
        ]


def evaluate(rule: Rule, turn: TurnText) -> list[Hit]:
    """The hits of ``rule`` in a turn, also suppressed ones; anchors are not looked at."""
    spans: list[tuple[int, int]] = []
    for phrase in rule.evidence:
        spans.extend(turn.spans(phrase))
    if not spans:
        return []
    if rule.at_least and sum(bool(turn.spans(phrase)) for phrase in rule.of) < rule.at_least:
        return []
    if not all(turn.spans(phrase) for phrase in rule.all):
        return []
    if any(turn.spans(phrase) for phrase in rule.none):
        return []
    if rule.all and (rule.within is not None or rule.order):
        wanted = rule.all if rule.any or rule.of else rule.all[1:]
        spans = [span for span in spans if _near(span, wanted, rule, turn)]
    hits = []
    for start, end in dict.fromkeys(spans):
        reason = _allowed(rule, turn, start, end)
        if reason is None:
            reason = scope_of(turn.text, start, end, rule.unless)
        hits.append(Hit(rule.number, start, end, rule.confidence, reason))
    return hits


def _near(span: tuple[int, int], wanted: Sequence[int], rule: Rule, turn: TurnText) -> bool:
    """Whether the phrases of ``all`` stand near enough, and in order if that is asked."""
    reach = rule.within if rule.within is not None else len(turn.text)
    start, end = span
    if not rule.order:
        return all(
            any(max(start - e, s - end) <= reach for s, e in turn.spans(phrase))
            for phrase in wanted
        )
    at = end
    for phrase in wanted:
        ends = [e for s, e in turn.spans(phrase) if s >= at and s - end <= reach]
        if not ends:
            return False
        at = min(ends)
    return True


def _allowed(rule: Rule, turn: TurnText, start: int, end: int) -> str | None:
    """The phrase of the allow-list that a span overlaps, as a reason."""
    for phrase in rule.allow:
        for s, e in turn.spans(phrase):
            if s < end and start < e:
                return f"allowed: {turn.text[s:e]}"
    return None
