"""How often risky phrases are said, and what share of an agent's words they are."""

from collections import Counter
from collections.abc import Sequence

from ccnlp.types import PhraseFrequency, Signals, Transcript

_SERVICE = frozenset({"agent", "bot"})


def count_phrases(
    transcript: Transcript, words: Sequence[Sequence[str]], signals: Signals
) -> PhraseFrequency:
    """Hits a category, and words inside agent findings / all words of agent and bot turns.

    ``words`` holds the segmented words of each turn, in order.
    """
    counts = Counter(f.category for f in signals.findings)
    spoken: dict[str, int] = {"customer": 0, "service": 0}
    for turn, pieces in zip(transcript.turns, words, strict=True):
        side = "service" if turn.speaker in _SERVICE else turn.speaker
        if side in spoken:
            spoken[side] += sum(not p.isspace() for p in pieces)
    covered: dict[int, set[int]] = {}
    for finding in signals.findings:
        if finding.speaker in _SERVICE:
            covered.setdefault(finding.turn, set()).update(range(finding.start, finding.end))
    risky = sum(
        _words_touched(transcript.turns[turn].text, words[turn], places)
        for turn, places in covered.items()
    )
    share = min(1.0, risky / spoken["service"]) if spoken["service"] else 0.0
    return PhraseFrequency(
        counts=dict(sorted(counts.items())), agent_words=spoken["service"],
        agent_risk_share=round(share, 6), customer_words=spoken["customer"],
    )  # fmt: skip


def _words_touched(text: str, pieces: Sequence[str], places: set[int]) -> int:
    """Words that a set of code points touches.

    The words are of the normalised text, which may be shorter than ``text``; their places are
    scaled, which is exact wherever nothing was dropped.
    """
    length = sum(len(p) for p in pieces)
    scale = len(text) / length if length else 1.0
    touched, at = 0, 0
    for piece in pieces:
        span = range(int(at * scale), max(int(at * scale) + 1, int((at + len(piece)) * scale)))
        touched += not piece.isspace() and not places.isdisjoint(span)
        at += len(piece)
    return touched
