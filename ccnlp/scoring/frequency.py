"""How often risky phrases are said, and what share of an agent's words they are."""

from collections import Counter
from collections.abc import Sequence

from ccnlp.types import PhraseFrequency, Signals, Transcript

_SERVICE = frozenset({"agent", "bot"})


def count_phrases(
    transcript: Transcript, words: Sequence[Sequence[str]], signals: Signals
) -> PhraseFrequency:
    """Hits a category, and words inside agent findings / all words of agent and bot turns.

    ``words`` holds the segmented words of each turn, in order, signs among them; signs do not
    count, so that typed text and recognised speech, which has none, have like rates.
    """
    counts = Counter(f.category for f in signals.findings)
    spoken: dict[str, int] = {"customer": 0, "service": 0}
    for turn, pieces in zip(transcript.turns, words, strict=True):
        side = "service" if turn.speaker in _SERVICE else turn.speaker
        if side in spoken:
            spoken[side] += sum(map(_is_word, pieces))
    covered: dict[int, set[int]] = {}
    for finding in signals.findings:
        if finding.speaker in _SERVICE:
            covered.setdefault(finding.turn, set()).update(range(finding.start, finding.end))
    risky = sum(_words_touched(words[turn], places) for turn, places in covered.items())
    share = min(1.0, risky / spoken["service"]) if spoken["service"] else 0.0
    return PhraseFrequency(
        counts=dict(sorted(counts.items())), agent_words=spoken["service"],
        agent_risk_share=round(share, 6), customer_words=spoken["customer"],
    )  # fmt: skip


def _is_word(piece: str) -> bool:
    return piece[0].isalnum()


def _words_touched(pieces: Sequence[str], places: set[int]) -> int:
    """Words that a set of code points touches.

    The words are those of the folded text, which is as long as the original.
    """
    touched, at = 0, 0
    for piece in pieces:
        touched += _is_word(piece) and not places.isdisjoint(range(at, at + len(piece)))
        at += len(piece)
    return touched
