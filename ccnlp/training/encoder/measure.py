"""Figures of the heads against labelled passages."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ccnlp.judges.base import ACT_LABELS, EMOTION_LABELS, FINDING_LABELS
from ccnlp.training.encoder.corpus import ACT_MASK, FINDING_MASK, Passage

Floats = NDArray[np.floating]
#: Where each head stands in the outputs.
EMOTION = slice(0, len(EMOTION_LABELS))
FINDINGS = slice(EMOTION.stop, EMOTION.stop + len(FINDING_LABELS))
ACTS = slice(FINDINGS.stop, FINDINGS.stop + len(ACT_LABELS))
OFFENSIVE = ACTS.stop


def macro_f1(gold: NDArray[np.int64], answer: NDArray[np.int64], labels: int) -> float:
    """Mean F1 over the labels that occur in ``gold`` or ``answer``."""
    scores = []
    for label in range(labels):
        hit = int(((gold == label) & (answer == label)).sum())
        total = int((gold == label).sum() + (answer == label).sum())
        if total:
            scores.append(2 * hit / total)
    return float(np.mean(scores)) if scores else 0.0


def micro_f1(gold: NDArray[np.bool_], answer: NDArray[np.bool_]) -> float:
    """F1 over all cells of two equal boolean arrays."""
    total = int(gold.sum() + answer.sum())
    return 2 * int((gold & answer).sum()) / total if total else 0.0


def measure(
    passages: Sequence[Passage],
    scores: Floats,
    *,
    threshold: float = 0.0,
    acts_threshold: float | None = None,
) -> dict[str, float]:
    """Figures of raw or calibrated scores (logits) of all turns, passage after passage.

    ``emotion_f1`` and ``emotion_accuracy`` are of customer turns; ``findings_turn`` and
    ``findings_conv`` micro F1 of (turn, category) and (conversation, category) pairs;
    ``acts`` micro F1. ``threshold`` is the score from which a finding is set,
    ``acts_threshold`` that of acts (the same if none).
    """
    speakers = np.concatenate([p.speakers for p in passages])
    emotion = np.concatenate([p.emotion for p in passages])
    own = (speakers == 0) & (emotion >= 0)
    answer = scores[:, EMOTION].argmax(axis=1)
    findings = np.concatenate([p.findings for p in passages]) > 0
    found = (scores[:, FINDINGS] >= threshold) & FINDING_MASK[speakers]
    heads = np.cumsum([0] + [len(p.texts) for p in passages])[:-1]
    figures = {
        "emotion_f1": macro_f1(emotion[own], answer[own], len(EMOTION_LABELS)),
        "emotion_accuracy": float((emotion[own] == answer[own]).mean()),
        "findings_turn": micro_f1(findings, found),
        "findings_conv": micro_f1(
            np.logical_or.reduceat(findings, heads), np.logical_or.reduceat(found, heads)
        ),
    }
    acts = np.concatenate([p.acts for p in passages]) > 0
    if acts.any():
        least = threshold if acts_threshold is None else acts_threshold
        done = (scores[:, ACTS] >= least) & ACT_MASK[speakers][:, None]
        figures["acts"] = micro_f1(acts, done)
    return {name: round(value, 4) for name, value in figures.items()}
