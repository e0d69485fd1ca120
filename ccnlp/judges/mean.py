"""Back end: the weighted mean of several, which errs less than each where they err differently."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np

from ccnlp.encoder.view import View
from ccnlp.judges.base import Doubles, Judged, Part, TurnJudge
from ccnlp.taxonomy import EMOTIONS


class MeanJudge:
    """Mean of the probabilities, by weight; of each part among those that judge it."""

    def __init__(
        self,
        judges: Sequence[TurnJudge],
        weights: Sequence[float],
        *,
        sharpness: float = 1.0,
        prior: Mapping[str, float] = MappingProxyType({}),
    ) -> None:
        """Parameters: ``weights`` > 0, one a judge, only their ratios count.

        ``sharpness`` > 0: mean emotions are raised to this power and scaled to sum to 1. Means of
        calibrated probabilities are less sure than they may be (Ranjan and Gneiting, "Combining
        probability forecasts", 2010); above 1 makes up for it. No label changes by it.

        ``prior``: emotion -> factor > 0 by which it is more frequent in what is judged than in
        what the models learnt from; probabilities are multiplied by it and scaled to sum to 1
        (Saerens, Latinne and Decaestecker, "Adjusting the outputs of a classifier to new a
        priori probabilities", 2002).
        """
        self._judges, self._weights, self._sharpness = list(judges), list(weights), sharpness
        self._prior = np.array([prior.get(emotion, 1.0) for emotion in EMOTIONS])
        self.name = "+".join(j.name for j in judges)
        self.digest = "+".join(j.digest for j in judges)
        self.parts = frozenset[Part]().union(*(j.parts for j in judges))
        self._last: tuple[Sequence[View], Judged] | None = None

    def least(self, part: Part) -> Doubles:
        """The mean of their thresholds."""
        return self._mean(part, [j.least(part) for j in self._judges if part in j.parts])

    def judge(self, views: Sequence[View]) -> Judged:
        """As ``TurnJudge.judge``."""
        if self._last is not None and self._last[0] is views:
            return self._last[1]
        said = [j.judge(views) for j in self._judges]
        made: dict[Part, Doubles] = {
            part: self._mean(
                part,
                [s.part(part) for s, j in zip(said, self._judges, strict=True) if part in j.parts],
            )
            for part in self.parts
        }
        if "emotion" in made:
            powers = made["emotion"] ** self._sharpness * self._prior
            made["emotion"] = powers / powers.sum(axis=1, keepdims=True)
        vectors = (s.embedding for s in said if s.embedding is not None)
        answer = Judged.of(made, next(vectors, None))
        self._last = (views, answer)
        return answer

    def _mean(self, part: Part, values: Sequence[Doubles]) -> Doubles:
        weights = [
            w for w, j in zip(self._weights, self._judges, strict=True) if part in j.parts
        ]  # fmt: skip
        total = values[0] * (weights[0] / sum(weights))
        for value, weight in zip(values[1:], weights[1:], strict=True):
            total = total + value * (weight / sum(weights))
        return np.asarray(total)
