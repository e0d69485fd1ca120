"""One conversation made ready for a scorecard: who served when, what was seen and said."""

from functools import cached_property

from ccnlp.privacy.masking import mask_turns
from ccnlp.scoring.likeness import Near, Said, wording_of
from ccnlp.types import Act, Finding, Signals, Span, Transcript

SERVICE = frozenset({"agent", "bot"})


class Heard:
    """What the items of a scorecard are judged on; nothing in it changes."""

    def __init__(self, transcript: Transcript, signals: Signals) -> None:
        self.transcript = transcript
        self.signals = signals
        #: Agent and bot turns; a bot's count as the agent's.
        self.service = [i for i, t in enumerate(transcript.turns) if t.speaker in SERVICE]
        self.customer = [i for i, t in enumerate(transcript.turns) if t.speaker == "customer"]

    @cached_property
    def said(self) -> Said:
        """The words, personal information hidden."""
        return Said(mask_turns([t.text for t in self.transcript.turns], self.signals.pii))

    def acts(self, *names: str) -> list[Act]:
        """The acts of these names, in the order of the conversation."""
        return [a for a in self.signals.acts if a.act in names]

    def findings(self, *categories: str) -> list[Finding]:
        """The counted findings of these categories, in the order of the conversation."""
        return [f for f in self.signals.findings if f.category in categories]

    def nearest(self, wordings: tuple[str, ...]) -> Near | None:
        """The stretch of the service's turns that comes nearest to one of the wordings."""
        return self.said.nearest([wording_of(w) for w in wordings], self.service)

    def span(self, near: Near) -> Span:
        """A stretch as evidence, in the original text."""
        text = self.transcript.turns[near.turn].text
        return Span(near.turn, near.start, near.end, text[near.start : near.end])

    def whole(self, turn: int) -> Span:
        """A whole turn as evidence."""
        text = self.transcript.turns[turn].text
        return Span(turn, 0, len(text), text)

    def ordinal(self, turn: int) -> int:
        """Which turn of the service it is, from 1."""
        return self.service.index(turn) + 1
