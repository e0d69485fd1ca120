"""The analyser ``heads``: findings and script acts by learned linear heads.

Rules know wordings, heads know what turns of that kind look like; ``scoring.fuse`` brings both
together. A head's finding shows the stretch of text that spoke most for it.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np

from ccnlp.analysers.base import TurnView
from ccnlp.encoder.linear import LinearReader
from ccnlp.taxonomy import CATEGORIES, DEFAULT_SEVERITY
from ccnlp.types import BELOW_THRESHOLD, Act, Finding, Observation

#: Below this a head says nothing at all; between it and its threshold a finding is suppressed,
#: but may support a rule's.
_FLOOR: Final = 0.1
_FINDING_HEADS: Final = ("customer_findings", "service_findings")

#: Head, place of the label in it, probability.
_Said = tuple[str, int, float]


class HeadsAnalyser:
    """Findings and acts by the heads of one linear model."""

    name = "heads"

    def __init__(self, reader: LinearReader) -> None:
        model = reader.model
        self._reader = reader
        self._model = model
        self._heads = {n: h for n, h in model.heads.items() if n in (*_FINDING_HEADS, "acts")}
        #: Stands in each assessment's provenance.
        self.model_digest = model.manifest.digest
        #: Whose turns each label may be said of.
        self._allowed = {
            n: [CATEGORIES[x].speakers if x in CATEGORIES else h.speakers for x in h.labels]
            for n, h in self._heads.items()
        }
        self._thresholds = {n: h.threshold.tolist() for n, h in self._heads.items()}
        self._source = f"model.{model.manifest.name}"

    def encode(self, views: Sequence[TurnView]) -> Sequence[tuple[_Said, ...]]:
        """Every label of every head that reaches the floor, a view."""
        read = self._reader.read(views)
        said: list[list[_Said]] = [[] for _ in views]
        for name in self._heads:
            rows, labels = np.nonzero(read[name] >= _FLOOR)
            allowed = self._allowed[name]
            chances = read[name][rows, labels].round(4).tolist()
            for row, label, chance in zip(rows.tolist(), labels.tolist(), chances, strict=True):
                speaker = views[row].turn.speaker
                if speaker in allowed[label]:
                    said[row].append((name, label, chance))
        return [tuple(s) for s in said]

    def start(self) -> None:
        """No state: what a head says depends on the turn and the one before alone."""

    def step(
        self, state: None, view: TurnView, features: tuple[_Said, ...]
    ) -> tuple[None, Sequence[Observation]]:
        """Findings and acts of this turn."""
        if not features or not view.turn.text:
            return None, ()
        return None, [o for said in features if (o := self._observation(view, *said))]

    def finish(self, state: None) -> Sequence[Observation]:
        """Nothing is left at the end."""
        return ()

    def _observation(
        self, view: TurnView, name: str, label: int, chance: float
    ) -> Observation | None:
        head = self._heads[name]
        what = head.labels[label]
        text = view.turn.text
        enough = chance >= self._thresholds[name][label]
        if name == "acts":
            if not enough:
                return None
            return Act(what, view.index, 0, len(text), text, chance, self._source)
        start, end = 0, len(text)
        if enough:
            start, end = view.normal.span(*self._model.telling_span(head, label, view.normal.text))
        return Finding(
            category=what,
            severity=DEFAULT_SEVERITY[what],
            turn=view.index,
            start=start,
            end=end,
            quote=text[start:end],
            speaker=view.turn.speaker,
            confidence=chance,
            source=self._source,
            explanation=f"学习模型判断为{CATEGORIES[what].chinese}",
            suppressed=None if enough else BELOW_THRESHOLD,
        )
