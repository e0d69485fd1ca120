"""The analyser ``emotion``: the emotion of every customer and agent turn, by linear heads."""

from collections.abc import Sequence

from ccnlp.analysers.base import TurnView
from ccnlp.encoder.linear import LinearModel
from ccnlp.errors import UnavailableError
from ccnlp.types import TurnEmotion


class EmotionAnalyser:
    """Labels turns with the most probable emotion; features are ``(label, probability)``."""

    name = "emotion"

    def __init__(self, model: LinearModel) -> None:
        if "emotion" not in model.heads:
            raise UnavailableError(
                "the model has no head 'emotion'", where=model.manifest.name,
                mend="name another model in the recipe, or train it with emotion labels",
            )  # fmt: skip
        self._model = model
        self._head = model.heads["emotion"]
        #: Stands in each assessment's provenance.
        self.model_digest = model.manifest.digest

    def encode(self, views: Sequence[TurnView]) -> Sequence[tuple[str, float] | None]:
        """``(label, probability in [0, 1])`` a view; ``None`` for bot and system turns."""
        judged = [v for v in views if v.turn.speaker in self._head.speakers]
        if not judged:
            return [None] * len(views)
        model = self._model
        rows = model.probabilities(
            self._head,
            model.grams([v.normal.text for v in judged]),
            model.grams([v.previous.normal.text if v.previous else "" for v in judged]),
            [v.turn.speaker for v in judged],
        )
        best = rows.argmax(axis=1)
        chances = rows[range(len(best)), best].tolist()
        answers = iter(
            [
                (self._head.labels[label], round(chance, 4))
                for label, chance in zip(best.tolist(), chances, strict=True)
            ]
        )
        return [next(answers) if v.turn.speaker in self._head.speakers else None for v in views]

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
