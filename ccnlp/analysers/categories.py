"""The analyser ``categories``: findings of the categories that a recipe adds, from examples.

A detector reads a turn alone, by its vector and its character n-grams. A finding that counts
shows the clause, or the two neighbouring clauses, of which the detector is surest, read alone;
without an encoder, those whose n-grams weigh most.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np

from ccnlp.analysers.base import TurnView
from ccnlp.analysers.evidence import clause_spans, telling_span
from ccnlp.fewshot.detector import (
    USUAL,
    Detector,
    Embedder,
    Encoder,
    grams_of,
    learn_detector,
)  # fmt: skip
from ccnlp.fewshot.folder import load_detector
from ccnlp.judges.encoder import EncoderJudge
from ccnlp.observe import log
from ccnlp.taxonomy import Category
from ccnlp.types import BELOW_THRESHOLD, Finding

#: Below this a detector says nothing at all; between it and its threshold a finding is suppressed,
#: but may support a rule's.
_FLOOR: Final = 0.1

#: Place of the detector, probability, span in the turn's text, line of the nearest example.
_Said = tuple[int, float, tuple[int, int], int | None]


class CategoryAnalyser:
    """Findings of added categories."""

    name = "categories"

    def __init__(
        self, detectors: Sequence[Detector], categories: Mapping[str, Category],
        judge: EncoderJudge | None,
    ) -> None:  # fmt: skip
        """Parameters: ``judge`` reads vectors for the detectors that were learned over it."""
        self._detectors, self._judge = list(detectors), judge
        self._embedder: Embedder | None = judge.encoder if judge is not None else None
        self._categories = [categories[d.category] for d in detectors]
        self._least = [c.findings_from or USUAL for c in self._categories]
        #: Stands in each assessment's provenance.
        self.model_digest = "+".join(f"{d.category}:{d.digest}" for d in detectors)

    def encode(self, views: Sequence[TurnView]) -> Sequence[tuple[_Said, ...]]:
        """What each detector says of a view, from the floor on."""
        said: list[tuple[_Said, ...]] = [()] * len(views)
        heard = {speaker for c in self._categories for speaker in c.speakers}
        own = [i for i, v in enumerate(views) if v.turn.speaker in heard and v.turn.text]
        if not own:
            return said
        vectors = None
        if self._judge is not None:
            # the whole list, as the other analysers ask for it: the encoder reads it once
            vectors = self._judge.encoder.scores(views).embedding[own]
        grams = grams_of([views[i].normal.text for i in own])
        for place, (detector, category) in enumerate(
            zip(self._detectors, self._categories, strict=True)
        ):
            chances = detector.weights.chances(grams, vectors).round(4)
            for at in np.flatnonzero(chances >= _FLOOR).tolist():
                view, chance = views[own[at]], float(chances[at])
                if view.turn.speaker not in category.speakers:
                    continue
                span, line = (0, len(view.normal.text)), None
                if chance >= self._least[place]:
                    span = self._span(detector, view)
                    line = detector.nearest(vectors[at]) if vectors is not None else None
                said[own[at]] = (*said[own[at]], (place, chance, span, line))
        return said

    def start(self) -> None:
        """No state: a detector reads each turn by itself."""

    def step(
        self, state: None, view: TurnView, features: tuple[_Said, ...]
    ) -> tuple[None, Sequence[Finding]]:
        """Findings of this turn."""
        return None, [self._finding(view, *said) for said in features]

    def finish(self, state: None) -> Sequence[Finding]:
        """Nothing is left at the end."""
        return ()

    def _finding(
        self, view: TurnView, place: int, chance: float, span: tuple[int, int], line: int | None
    ) -> Finding:
        category, detector = self._categories[place], self._detectors[place]
        start, end = view.normal.span(*span)
        why = f"少样本模型判断为{category.chinese}"
        if line is not None:
            why += f"，最像示例 {detector.file} 第{line}行"
        return Finding(
            category.id, category.usual_severity, view.index, start, end,
            view.turn.text[start:end], view.turn.speaker, chance, f"model.{category.id}", why,
            None if chance >= self._least[place] else BELOW_THRESHOLD,
        )  # fmt: skip

    def _span(self, detector: Detector, view: TurnView) -> tuple[int, int]:
        """The words that tell why."""
        text = view.normal.text
        if detector.weights.vector is None or self._embedder is None:
            (weights,) = detector.character_weights([text])
            return telling_span(text, view.words, weights)
        clauses = list(clause_spans(text, view.words))
        if len(clauses) < 2:
            return clauses[0] if clauses else (0, len(text))
        spans = [*clauses, *((a[0], b[1]) for a, b in pairwise(clauses))]
        pieces = [text[start:end] for start, end in spans]
        vectors = self._embedder.embed(pieces, view.turn.speaker)
        chances = detector.weights.chances(grams_of(pieces), vectors)
        return spans[int(chances.argmax())]


def build_categories(
    sources: Mapping[str, Path], categories: Mapping[str, Category], judge: EncoderJudge | None
) -> CategoryAnalyser:
    """Load or learn the detector of each added category.

    Parameters
    ----------
    sources: category -> file of labelled examples, or folder of a trained detector.
    judge: the encoder; without one, detectors read character n-grams alone.

    Raises
    ------
    ConfigError: a file of examples is wrong.
    UnavailableError: a folder is missing or corrupt.
    """
    digest = judge.digest if judge is not None else None
    encoder = Encoder(judge.encoder, judge.digest) if judge is not None else None
    detectors = []
    for name, path in sources.items():
        if path.is_file():
            detector = learn_detector(categories[name], path, encoder).detector
        else:
            detector = load_detector(path, name, digest)
        if detector.over is None:
            log.warning("detector_without_encoder", kind=name)
        detectors.append(detector)
    return CategoryAnalyser(detectors, categories, judge)
