"""The analyser ``emotion``: the emotion of every customer and agent turn, by linear heads."""

from collections.abc import Sequence

from ccnlp.analysers.base import TurnView
from ccnlp.encoder.linear import LinearHead
from ccnlp.types import TurnEmotion

#: Whose turns have an emotion; a bot has none.
_JUDGED = frozenset({"customer", "agent"})


class EmotionAnalyser:
    """Labels turns with the most probable emotion; features are ``(label, probability)``."""

    name = "emotion"

    def __init__(self, head: LinearHead) -> None:
        self._head = head
        #: Stands in each assessment's provenance.
        self.model_digest = head.manifest.digest

    def encode(self, views: Sequence[TurnView]) -> Sequence[tuple[str, float] | None]:
        """``(label, probability in [0, 1])`` a view; ``None`` for bot and system turns."""
        judged = [v for v in views if v.turn.speaker in _JUDGED]
        if not judged:
            return [None] * len(views)
        rows = self._head.probabilities(
            [v.normal.text for v in judged],
            [v.turn.speaker for v in judged],
            [v.previous.normal.text if v.previous else "" for v in judged],
        )
        best = rows.argmax(axis=1)
        labels = self._head.labels
        answers = iter(
            [
                (labels[i], round(float(p), 4))
                for i, p in zip(best.tolist(), rows[range(len(best)), best].tolist(), strict=True)
            ]
        )
        return [next(answers) if v.turn.speaker in _JUDGED else None for v in views]

    def start(self) -> None:
        """No state: a turn's emotion depends on it and the turn before alone."""

    def step(
        self, state: None, view: TurnView, features: tuple[str, float] | None
    ) -> tuple[None, Sequence[TurnEmotion]]:
        """The emotion of this turn."""
        if features is None:
            return None, ()
        label, probability = features
        return None, (TurnEmotion(turn=view.index, label=label, probability=probability),)

    def finish(self, state: None) -> Sequence[TurnEmotion]:
        """Nothing is left at the end."""
        return ()
