"""The analyser ``phrases``: findings and acts by the phrase rules (docs/rules.md)."""

from collections.abc import Sequence

from ccnlp.analysers.base import TurnView
from ccnlp.rules.fold import State, join
from ccnlp.rules.model import TurnHits
from ccnlp.rules.ruleset import RuleSet
from ccnlp.types import Observation


class PhraseAnalyser:
    """Runs a rule set: one scan over all turns of a batch, then a small fold."""

    name = "phrases"

    def __init__(self, rules: RuleSet) -> None:
        self.rules = rules
        self._fold = rules.fold()

    def encode(self, views: Sequence[TurnView]) -> Sequence[TurnHits | None]:
        """What the rules find in each turn by itself."""
        return self.rules.find(
            [view.normal for view in views],
            [view.turn.speaker for view in views],
            [view.channel for view in views],
            [view.words for view in views],
        )

    def start(self) -> State:
        """The state before the first turn."""
        return self._fold.start()

    def step(
        self, state: State, view: TurnView, features: TurnHits | None
    ) -> tuple[State, Sequence[Observation]]:
        """Settle what this turn decides, also for earlier turns."""
        state, answers = self._fold.step(state, view.index, view.turn, features)
        return state, join(answers) if answers else ()

    def finish(self, state: State) -> Sequence[Observation]:
        """Settle what only the end decides."""
        return join(self._fold.finish(state))
