"""The analyser ``heads``: findings and script acts by learned heads.

Rules know wordings, heads know what turns of that kind look like; ``scoring.fuse`` brings both
together. A head's finding shows the clauses that spoke most for it with the linear heads, whoever
judged: asking an encoder of clause after clause is better, and too dear (docs/encoder.md).
"""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ccnlp.analysers.base import TurnView
from ccnlp.analysers.evidence import telling_span
from ccnlp.errors import UnavailableError
from ccnlp.judges.base import FINDING_LABELS, LABELS, Part, TurnJudge
from ccnlp.judges.linear import LinearJudge
from ccnlp.taxonomy import CATEGORIES, Category
from ccnlp.types import BELOW_THRESHOLD, Act, Finding, Observation

#: Below this a head says nothing at all; between it and its threshold a finding is suppressed,
#: but may support a rule's.
_FLOOR: Final = 0.1
_EXPLANATIONS: Final = {c.id: f"学习模型判断为{c.chinese}" for c in CATEGORIES.values()}
_SAYS: Final[tuple[Part, ...]] = ("findings", "acts")

#: What is said, place of the label in it, probability, and the span in the turn's text.
_Said = tuple[Part, int, float, tuple[int, int]]


class HeadsAnalyser:
    """Findings and acts by learned heads."""

    name = "heads"

    def __init__(
        self, judge: TurnJudge, evidence: LinearJudge | None,
        categories: Mapping[str, Category] = CATEGORIES,
    ) -> None:  # fmt: skip
        """Parameters: ``evidence`` shows the telling words; without it, whole turns are shown.

        ``categories`` say severities and, where they do, from which probability a finding counts.
        """
        if "findings" not in judge.parts:
            raise UnavailableError(
                "the model judges no findings",
                where=judge.name,
                mend="name another model under `judges: heads` in the recipe",
            )
        self._judge, self._evidence = judge, evidence
        #: Stands in each assessment's provenance.
        self.model_digest = judge.digest
        self._parts = [part for part in _SAYS if part in judge.parts]
        self._thresholds = {part: judge.least(part).copy() for part in self._parts}
        for place, label in enumerate(FINDING_LABELS):
            own = categories[label].findings_from
            if own is not None:
                self._thresholds["findings"][place] = own
        self._severities = {c.id: c.usual_severity for c in categories.values()}
        #: Probabilities from which each label is said.
        self._least = {
            "findings": np.full(len(FINDING_LABELS), _FLOOR),
            "acts": np.maximum(self._thresholds.get("acts", _FLOOR), _FLOOR),
        }
        self._source = f"model.{judge.name}"

    def encode(self, views: Sequence[TurnView]) -> Sequence[tuple[_Said, ...]]:
        """What every head says of a view: findings that reach the floor, acts their threshold."""
        said: list[tuple[_Said, ...]] = [()] * len(views)
        if not views:
            return said
        judged = self._judge.judge(views)
        # nothing may be said of an empty turn
        spoken = np.array([bool(v.turn.text) for v in views])[:, None]
        for part in self._parts:
            exact = judged.part(part)
            chances = exact.round(4)
            rows, labels = np.nonzero((exact >= _FLOOR) & (chances >= self._least[part]) & spoken)
            chances = chances[rows, labels]
            spans = self._spans(part, views, rows, labels, chances)
            for row, *one in zip(
                rows.tolist(), labels.tolist(), chances.tolist(), spans, strict=True
            ):
                said[row] = (*said[row], (part, *one))
        return said

    def _spans(
        self, part: Part, views: Sequence[TurnView],
        rows: NDArray[np.int64], labels: NDArray[np.int64], chances: NDArray[np.float64],
    ) -> list[tuple[int, int]]:  # fmt: skip
        """The telling span of what counts by itself, the whole turn of the rest."""
        texts = [views[row].normal.text for row in rows.tolist()]
        spans = [(0, len(text)) for text in texts]
        if part == "findings" and self._evidence is not None:
            sure = np.flatnonzero(chances >= self._thresholds[part][labels])
            weights = self._evidence.character_weights(
                labels[sure].tolist(), [texts[i] for i in sure.tolist()]
            )
            for place, own in zip(sure.tolist(), weights, strict=True):
                spans[place] = telling_span(texts[place], views[rows[place]].words, own)
        return spans

    def start(self) -> None:
        """No state: what a head says depends on the turn and those just before alone."""

    def step(
        self, state: None, view: TurnView, features: tuple[_Said, ...]
    ) -> tuple[None, Sequence[Observation]]:
        """Findings and acts of this turn."""
        if not features:
            return None, ()
        return None, [self._observation(view, *said) for said in features]

    def finish(self, state: None) -> Sequence[Observation]:
        """Nothing is left at the end."""
        return ()

    def _observation(
        self, view: TurnView, part: Part, label: int, chance: float, span: tuple[int, int]
    ) -> Observation:
        what = LABELS[part][label]
        start, end = view.normal.span(*span)
        quote = view.turn.text[start:end]
        if part == "acts":
            return Act(what, view.index, start, end, quote, chance, self._source)
        suppressed = None if chance >= self._thresholds[part][label] else BELOW_THRESHOLD
        return Finding(
            what, self._severities[what], view.index, start, end, quote, view.turn.speaker,
            chance, self._source, _EXPLANATIONS[what], suppressed,
        )  # fmt: skip
