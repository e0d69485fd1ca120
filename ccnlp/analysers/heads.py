"""The analyser ``heads``: findings and script acts by learned linear heads.

Rules know wordings, heads know what turns of that kind look like; ``scoring.fuse`` brings both
together. A head's finding shows the stretch of text that spoke most for it.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ccnlp.analysers.base import TurnView
from ccnlp.encoder.linear import SPEAKER_ROWS, LinearHead, LinearReader
from ccnlp.taxonomy import CATEGORIES, DEFAULT_SEVERITY
from ccnlp.types import BELOW_THRESHOLD, Act, Finding, Observation

#: Below this a head says nothing at all; between it and its threshold a finding is suppressed,
#: but may support a rule's.
_FLOOR: Final = 0.1
_FINDING_HEADS: Final = ("customer_findings", "service_findings")
_EXPLANATIONS: Final = {c.id: f"学习模型判断为{c.chinese}" for c in CATEGORIES.values()}
_SPEAKER_ROW: Final = {speaker: row for row, speaker in enumerate(SPEAKER_ROWS)}
#: Who says nothing: nothing may be said of an empty turn.
_NOBODY: Final = len(SPEAKER_ROWS)

#: Head, place of the label in it, probability, and the span in the turn's text that tells it.
_Said = tuple[str, int, float, tuple[int, int]]


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
        self._allowed = {n: _allowed(h) for n, h in self._heads.items()}
        #: Probabilities from which each label is said.
        self._least = {
            n: np.maximum(h.threshold, _FLOOR) if n == "acts" else np.full(len(h.labels), _FLOOR)
            for n, h in self._heads.items()
        }
        self._thresholds = {n: h.threshold.tolist() for n, h in self._heads.items()}
        self._source = f"model.{model.manifest.name}"

    def encode(self, views: Sequence[TurnView]) -> Sequence[tuple[_Said, ...]]:
        """What every head says of a view: findings that reach the floor, acts their threshold."""
        said: list[tuple[_Said, ...]] = [()] * len(views)
        if not views:
            return said
        read = self._reader.read(views)
        speakers = [_SPEAKER_ROW[v.turn.speaker] if v.turn.text else _NOBODY for v in views]
        for name, head in self._heads.items():
            chances = read[name].round(4)
            wanted = (read[name] >= _FLOOR) & (chances >= self._least[name])
            rows, labels = np.nonzero(wanted & self._allowed[name][speakers])
            chances = chances[rows, labels]
            spans = self._spans(name, head, views, rows, labels, chances)
            for row, *one in zip(
                rows.tolist(), labels.tolist(), chances.tolist(), spans, strict=True
            ):
                said[row] = (*said[row], (name, *one))
        return said

    def _spans(
        self, name: str, head: LinearHead, views: Sequence[TurnView],
        rows: NDArray[np.int64], labels: NDArray[np.int64], chances: NDArray[np.float64],
    ) -> list[tuple[int, int]]:  # fmt: skip
        """The telling span of what counts by itself, the whole turn of the rest."""
        texts = [views[row].normal.text for row in rows.tolist()]
        spans = [(0, len(text)) for text in texts]
        if name in _FINDING_HEADS:
            sure = np.flatnonzero(chances >= head.threshold[labels])
            told = self._model.telling_spans(
                head, labels[sure].tolist(), [texts[i] for i in sure.tolist()]
            )
            for place, span in zip(sure.tolist(), told, strict=True):
                spans[place] = _clauses(texts[place], *span)
        return spans

    def start(self) -> None:
        """No state: what a head says depends on the turn and the one before alone."""

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
        self, view: TurnView, name: str, label: int, chance: float, span: tuple[int, int]
    ) -> Observation:
        what = self._heads[name].labels[label]
        start, end = view.normal.span(*span)
        quote = view.turn.text[start:end]
        if name == "acts":
            return Act(what, view.index, start, end, quote, chance, self._source)
        suppressed = None if chance >= self._thresholds[name][label] else BELOW_THRESHOLD
        return Finding(
            what, DEFAULT_SEVERITY[what], view.index, start, end, quote, view.turn.speaker,
            chance, self._source, _EXPLANATIONS[what], suppressed,
        )  # fmt: skip


#: What ends a clause; recognised speech has blanks where it pauses.
_PAUSES: Final = frozenset(" ,，。.!！?？;；、~…:：\n")
#: Longest evidence that is widened to whole clauses, and how far a longer one reaches.
_LONGEST: Final = 24
_REACH: Final = 5


def _clauses(text: str, start: int, end: int) -> tuple[int, int]:
    """The clauses that a stretch lies in: a reader needs more than the piece that weighs most."""
    while start < end - 1 and text[start] in _PAUSES:
        start += 1
    while end - 1 > start and text[end - 1] in _PAUSES:
        end -= 1
    first, last = start, end
    while first > 0 and text[first - 1] not in _PAUSES:
        first -= 1
    while last < len(text) and text[last] not in _PAUSES:
        last += 1
    if last - first > _LONGEST:
        first, last = max(first, start - _REACH), min(last, end + _REACH)
    return first, last


def _allowed(head: LinearHead) -> NDArray[np.bool_]:
    """Of whose turns each label may be said; shape (speakers and nobody, labels)."""
    kinds = [CATEGORIES[x].speakers if x in CATEGORIES else head.speakers for x in head.labels]
    return np.array([[s in kind for kind in kinds] for s in (*SPEAKER_ROWS, "")])
