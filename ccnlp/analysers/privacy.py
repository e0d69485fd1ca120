"""The analyser ``privacy``: personal information of all speakers, as :class:`PiiSpan`."""

import re
from collections.abc import Sequence
from typing import Final

from ccnlp.analysers.base import TurnView
from ccnlp.privacy.hits import Hit
from ccnlp.privacy.recognise import Recogniser
from ccnlp.privacy.thread import START, State, Thread
from ccnlp.types import PiiSpan


class PrivacyAnalyser:
    """Finds personal information; see docs/privacy.md."""

    name: Final = "privacy"

    def __init__(self) -> None:
        self._recogniser = Recogniser()
        self._thread = Thread(self._recogniser)

    def encode(self, views: Sequence[TurnView]) -> Sequence[list[Hit] | None]:
        """Hits of each turn by itself; ``None`` where there is nothing to look at."""
        find = self._recogniser.find
        return [find(view.turn.text, speaker=view.turn.speaker) or None for view in views]

    def start(self) -> State:
        """Nothing asked for, nothing found."""
        return START

    def step(
        self, state: State, view: TurnView, features: list[Hit] | None
    ) -> tuple[State, Sequence[PiiSpan]]:
        """Take one turn; spans may point at earlier turns (numbers split over turns)."""
        return self._thread.step(state, view.index, view.turn.speaker, view.turn.text, features)

    def finish(self, state: State) -> Sequence[PiiSpan]:
        """Nothing: what is known is answered at once."""
        return ()
