"""The analyser ``privacy``: personal information of all speakers, as :class:`PiiSpan`."""

from collections.abc import Sequence
from typing import Any, Final

from ccnlp.analysers.base import TurnView
from ccnlp.privacy.lexicon import load
from ccnlp.privacy.recognise import Look, Recogniser
from ccnlp.privacy.thread import START, State, Thread
from ccnlp.types import PiiSpan


class PrivacyAnalyser:
    """Finds personal information; see docs/privacy.md."""

    name: Final = "privacy"

    def __init__(self) -> None:
        self._thread = Thread(Recogniser(load()))

    def __reduce__(self) -> tuple[type["PrivacyAnalyser"], tuple[()]]:
        """Travels as a name; the word lists are read again where it arrives."""
        return PrivacyAnalyser, ()

    def encode(self, views: Sequence[TurnView]) -> Sequence[Look | None]:
        """What each turn holds by itself; ``None`` for nothing."""
        return self._thread.recogniser.look_many(
            [(view.turn.text, view.normal, view.turn.speaker) for view in views]
        )

    def start(self) -> State:
        """Nothing asked for, nothing found."""
        return START

    def step(self, state: State, view: TurnView, features: Any) -> tuple[State, Sequence[PiiSpan]]:
        """Take one turn; spans may point at earlier turns (numbers split over turns)."""
        turn = view.turn
        return self._thread.step(state, view.index, turn.speaker, turn.text, view.normal, features)

    def finish(self, state: State) -> Sequence[PiiSpan]:
        """Nothing: what is known is answered at once."""
        return ()
