"""One rule against one turn: phrases, distances, allow-lists and scopes."""

from collections.abc import Container, Mapping, Sequence

from ccnlp.rules.model import Hit, Rule
from ccnlp.text.matcher import Found, Phrases, Scanner, SpanList
from ccnlp.text.scope import scope_of
from ccnlp.text.segment import edges, lazy_boundaries
from ccnlp.text.sound import plausible


class TurnText:
    """A view of a turn with the phrases found in it; settles their edges, each once.

    ``scanned`` are the phrases that the scan looked for: those not found are not there. Others
    are looked up when asked for. ``words`` of the text are cut at the first need, if not given.
    """

    __slots__ = ("_boundaries", "_phrases", "_scanned", "_spans", "_words", "found", "text")

    def __init__(
        self,
        text: str,
        found: Found,
        scanned: Container[int],
        phrases: Phrases,
        words: Sequence[str] | None = None,
    ) -> None:
        self.text = text
        self.found = found
        self._scanned = scanned
        self._phrases = phrases
        self._words = words
        self._spans: dict[int, SpanList] = {}
        self._boundaries: Container[int] | None = None

    def boundaries(self) -> Container[int]:
        """Word boundaries, cut where they are asked for."""
        if self._boundaries is None:
            words = self._words
            self._boundaries = lazy_boundaries(self.text) if words is None else edges(words)
        return self._boundaries

    def scan(self, scanner: Scanner) -> Container[int]:
        """Look for further phrases, all at once; those that may be there."""
        found = scanner.scan((self.text,))[0]
        if found is None:
            return ()
        self.found.update(found)
        return found

    def spans(self, phrase: int) -> SpanList:
        """The true spans of a phrase."""
        known = self._spans.get(phrase)
        if known is None:
            known = self._spans[phrase] = self._settle(phrase, self.text)
        return known

    def _settle(self, phrase: int, text: str) -> SpanList:
        spans = self.found.get(phrase)
        if spans is None:
            if phrase in self._scanned:
                return []
            spans = self._phrases.look_up(phrase, text)
        return self._phrases.keep(phrase, spans, text, self.boundaries)


class HeardText(TurnText):
    """The same view as it sounds: what is written in it counts, and what is heard."""

    __slots__ = ("_letters", "_sound", "_written")

    def __init__(
        self,
        written: TurnText,
        sound: str,
        found: Found,
        scanned: Container[int],
        phrases: Phrases,
        letters: Mapping[int, frozenset[str]],
    ) -> None:
        super().__init__(written.text, found, scanned, phrases)
        self._letters = letters
        self._written = written
        self._sound = sound

    def boundaries(self) -> Container[int]:
        """Word boundaries of what is written."""
        return self._written.boundaries()

    def _settle(self, phrase: int, text: str) -> SpanList:
        spans = self._written.spans(phrase)
        if phrase not in self._phrases.expressions:
            return spans
        letters = self._letters[phrase]
        literal = not self._phrases.expressions[phrase].pattern
        return [
            *spans,
            *(
                (start, end)
                for start, end in super()._settle(phrase, self._sound)
                if plausible(text, start, end, letters, literal, self.boundaries())
            ),
        ]


def evaluate(
    rule: Rule, turn: TurnText, evidence: Sequence[int], others: Scanner | None
) -> list[Hit]:
    """The hits of ``rule`` in a turn, also suppressed ones; anchors are not looked at.

    ``evidence`` are the phrases of the rule's evidence that were found in the turn; ``others``
    scans for its other phrases, without it they are looked up one by one.
    """
    if rule.is_act and not (rule.all or rule.none or rule.allow or rule.at_least):
        return _once(rule, turn, evidence)
    spans: SpanList = []
    stand = 0
    for phrase in evidence:
        own = turn.spans(phrase)
        if own:
            spans += own
            stand += 1
    if not spans:
        return []
    none, allow, wanted = rule.none, rule.allow, rule.all
    if others is not None:
        there = turn.scan(others)
        if any(phrase not in there for phrase in wanted):
            return []
        none = tuple(phrase for phrase in none if phrase in there)
        allow = tuple(phrase for phrase in allow if phrase in there)
    if rule.at_least:
        if rule.any:
            stand = sum(bool(turn.spans(phrase)) for phrase in rule.of)
        if stand < rule.at_least:
            return []
    if none and any(turn.spans(phrase) for phrase in none):
        return []
    if wanted:
        if not all(turn.spans(phrase) for phrase in wanted):
            return []
        if rule.within is not None or rule.order:
            others_wanted = wanted if rule.any or rule.of else wanted[1:]
            spans = [span for span in spans if _near(span, others_wanted, rule, turn)]
    hits = []
    for start, end in dict.fromkeys(spans) if len(spans) > 1 else spans:
        reason = _allowed(allow, turn, start, end) if allow else None
        if reason is None and rule.unless:
            reason = scope_of(turn.text, start, end, rule.unless)
        hits.append(Hit(rule.number, start, end, rule.confidence, reason))
        if rule.is_act and reason is None:
            break  # a step of the script is done or not: once is enough
    return hits


def _once(rule: Rule, turn: TurnText, evidence: Sequence[int]) -> list[Hit]:
    """``evaluate`` for a step without conditions: up to the first hit that counts."""
    hits: list[Hit] = []
    seen: set[tuple[int, int]] = set()
    for phrase in evidence:
        for start, end in turn.spans(phrase):
            if (start, end) in seen:
                continue
            seen.add((start, end))
            reason = scope_of(turn.text, start, end, rule.unless) if rule.unless else None
            hits.append(Hit(rule.number, start, end, rule.confidence, reason))
            if reason is None:
                return hits
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


def _allowed(allow: Sequence[int], turn: TurnText, start: int, end: int) -> str | None:
    """The phrase of the allow-list that a span overlaps, as a reason."""
    for phrase in allow:
        for s, e in turn.spans(phrase):
            if s < end and start < e:
                return f"allowed: {turn.text[s:e]}"
    return None
