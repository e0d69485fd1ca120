"""Back end: the linear heads over character n-grams (``encoder.linear``)."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from ccnlp.encoder.linear import LinearModel, LinearReader
from ccnlp.encoder.view import View
from ccnlp.judges.base import LABELS, Doubles, Judged, Part, may_say, speaker_rows

#: Heads whose columns make up a part; each label is of one head.
_HEADS: Final[dict[Part, tuple[str, ...]]] = {
    "emotion": ("emotion",),
    "findings": ("customer_findings", "service_findings"),
    "acts": ("acts",),
}


class LinearJudge:
    """Judges with one linear model. It needs nothing but numpy, and is fast on any processor."""

    def __init__(self, model: LinearModel) -> None:
        self.model = model
        self.name = model.manifest.name
        self.digest = model.manifest.digest
        self._reader = LinearReader(model)
        #: Head and its columns' places in the part, for each part that the model has heads for.
        self._heads = {
            part: [(name, _places(part, model.heads[name].labels)) for name in names]
            for part, names in _HEADS.items()
            if all(name in model.heads for name in names)
        }
        self.parts = frozenset(self._heads)

    def least(self, part: Part) -> Doubles:
        """Thresholds that favour precision, chosen in training."""
        values = np.ones(len(LABELS[part]))
        for name, places in self._heads[part]:
            values[places] = self.model.heads[name].threshold
        return values

    def judge(self, views: Sequence[View]) -> Judged:
        """As ``TurnJudge.judge``."""
        read = self._reader.read(views)
        speakers = speaker_rows(views)
        made: dict[Part, Doubles] = {}
        for part, heads in self._heads.items():
            values = np.zeros((len(views), len(LABELS[part])))
            for name, places in heads:
                values[:, places] = read[name]
            made[part] = values if part == "emotion" else values * may_say(part, speakers)
        return Judged.of(made)

    def character_weights(self, labels: Sequence[int], texts: Sequence[str]) -> list[Doubles]:
        """How much each character of a text speaks for its finding (place in FINDING_LABELS)."""
        found: list[Doubles] = [np.zeros(0)] * len(texts)
        for name, places in self._heads["findings"]:
            own = {int(place): column for column, place in enumerate(places)}
            rows = [i for i, label in enumerate(labels) if label in own]
            weights = self.model.character_weights(
                self.model.heads[name], [own[labels[i]] for i in rows], [texts[i] for i in rows]
            )
            for row, one in zip(rows, weights, strict=True):
                found[row] = one
        return found


def _places(part: Part, labels: Sequence[str]) -> list[int]:
    return [LABELS[part].index(label) for label in labels]
