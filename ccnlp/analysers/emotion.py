"""The analyser ``emotion``: the emotion of every customer and agent turn."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from ccnlp.analysers.base import TurnView
from ccnlp.errors import UnavailableError
from ccnlp.judges.base import EMOTION_LABELS, TurnJudge
from ccnlp.types import TurnEmotion

#: Whose emotions are said.
_FELT: Final = ("customer", "agent")


class EmotionAnalyser:
    """Labels turns with the most probable emotion; features are ``(label, probability)``."""

    name = "emotion"

    def __init__(self, judge: TurnJudge, unsure_below: float = 0.0) -> None:
        """Parameters: ``unsure_below``: less probable emotions are marked as unsure, in [0, 1]."""
        if "emotion" not in judge.parts:
            raise UnavailableError(
                "the model does not judge emotion",
                where=judge.name,
                mend="name another model in the recipe, or train it with emotion labels",
            )
        self._judge = judge
        self._unsure_below = unsure_below
        #: Stands in each assessment's provenance.
        self.model_digest = judge.digest

    def encode(self, views: Sequence[TurnView]) -> Sequence[tuple[str, float] | None]:
        """``(label, probability in [0, 1])`` a view; ``None`` for bot and system turns."""
        if not views:
            return []
        rows = self._judge.judge(views).part("emotion")
        best = rows.argmax(axis=1)
        chances = rows[np.arange(len(rows)), best].round(4).tolist()
        return [
            (EMOTION_LABELS[label], chance) if view.turn.speaker in _FELT else None
            for view, label, chance in zip(views, best.tolist(), chances, strict=True)
        ]

    def start(self) -> None:
        """No state: a turn's emotion depends on it and the turns just before alone."""

    def step(
        self, state: None, view: TurnView, features: tuple[str, float] | None
    ) -> tuple[None, Sequence[TurnEmotion]]:
        """The emotion of this turn."""
        if features is None:
            return None, ()
        label, probability = features
        unsure = probability < self._unsure_below
        return None, (TurnEmotion(view.index, label, probability, unsure),)

    def finish(self, state: None) -> Sequence[TurnEmotion]:
        """Nothing is left at the end."""
        return ()
