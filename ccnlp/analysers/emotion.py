"""The analyser ``emotion``: the emotion of every customer and agent turn, by linear heads."""

from collections.abc import Sequence

import numpy as np

from ccnlp.analysers.base import TurnView
from ccnlp.encoder.linear import LinearReader
from ccnlp.errors import UnavailableError
from ccnlp.types import TurnEmotion


class EmotionAnalyser:
    """Labels turns with the most probable emotion; features are ``(label, probability)``."""

    name = "emotion"

    def __init__(self, reader: LinearReader) -> None:
        manifest = reader.model.manifest
        if "emotion" not in reader.model.heads:
            raise UnavailableError(
                "the model has no head 'emotion'",
                where=manifest.name,
                mend="name another model in the recipe, or train it with emotion labels",
            )
        self._reader = reader
        self._head = reader.model.heads["emotion"]
        #: Stands in each assessment's provenance.
        self.model_digest = manifest.digest

    def encode(self, views: Sequence[TurnView]) -> Sequence[tuple[str, float] | None]:
        """``(label, probability in [0, 1])`` a view; ``None`` for bot and system turns."""
        rows = self._reader.read(views)["emotion"]
        if not len(rows):
            return []
        labels, speakers = self._head.labels, self._head.speakers
        best = rows.argmax(axis=1)
        chances = rows[np.arange(len(rows)), best].round(4).tolist()
        return [
            (labels[label], chance) if view.turn.speaker in speakers else None
            for view, label, chance in zip(views, best.tolist(), chances, strict=True)
        ]

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
