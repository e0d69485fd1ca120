"""Calibration of raw scores on text that the network did not learn from.

Emotions get one temperature and a bias a class; each finding and act gets a slope and an offset
(Platt). Labels with few positives are held near the slope and offset of all labels together.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ccnlp.encoder.heads import Calibration, sigmoid, softmax
from ccnlp.training.encoder.corpus import ACT_MASK, FINDING_MASK, Passage
from ccnlp.training.encoder.measure import ACTS, EMOTION, FINDINGS, micro_f1

Doubles = NDArray[np.float64]

#: Positives at which a label's own fit counts as much as the fit of all labels together.
_PRIOR = 20.0


def calibrate(passages: Sequence[Passage], raw: NDArray[np.floating]) -> Calibration:
    """Fit on out-of-fold raw scores of all turns, passage after passage."""
    scores: Doubles = raw.astype(np.float64)
    speakers = np.concatenate([p.speakers for p in passages])
    emotion = np.concatenate([p.emotion for p in passages])
    own = (speakers == 0) & (emotion >= 0)
    temperature, bias = fit_emotion(scores[own][:, EMOTION], emotion[own])
    findings = np.concatenate([p.findings for p in passages]) > 0
    acts = np.concatenate([p.acts for p in passages]) > 0
    acting = np.repeat(ACT_MASK[speakers][:, None], acts.shape[1], axis=1)
    allowed = FINDING_MASK[speakers]
    of_findings = _fit_all(scores[:, FINDINGS], findings, allowed)
    of_acts = _fit_all(scores[:, ACTS], acts, acting)
    return Calibration(
        round(temperature, 5), tuple(bias.round(5).tolist()), of_findings, of_acts,
        _best_threshold(scores[:, FINDINGS], of_findings, findings, allowed),
        _best_threshold(scores[:, ACTS], of_acts, acts, acting),
    )  # fmt: skip


def _best_threshold(
    scores: Doubles, fitted: tuple[tuple[float, float], ...], gold: NDArray[np.bool_],
    mask: NDArray[np.bool_],
) -> float:  # fmt: skip
    slopes = np.array(fitted)
    sure = sigmoid(scores * slopes[:, 0] + slopes[:, 1]) * mask
    tried = [round(0.1 + 0.025 * i, 3) for i in range(21)]
    return float(max((micro_f1(gold, sure >= t), -t) for t in tried)[1]) * -1


def fit_emotion(scores: Doubles, gold: NDArray[np.int64]) -> tuple[float, Doubles]:
    """Temperature and class biases that minimise cross-entropy, by gradient steps."""
    log_slope, bias = 0.0, np.zeros(scores.shape[1])
    hot = np.eye(scores.shape[1])[gold]
    for step in range(600):
        rate = 0.5 if step < 300 else 0.1
        p = softmax(scores * np.exp(log_slope) + bias)
        gap = p - hot
        bias -= rate * (gap.mean(axis=0) + 0.002 * bias)
        log_slope -= rate * float((gap * scores).sum(axis=1).mean()) * np.exp(log_slope) * 0.2
    return float(np.exp(-log_slope)), bias - bias.mean()


def _fit_all(
    scores: Doubles, gold: NDArray[np.bool_], mask: NDArray[np.bool_]
) -> tuple[tuple[float, float], ...]:
    pooled = _platt(scores[mask], gold[mask], (1.0, 0.0), 1e-3)
    fitted = []
    for label in range(scores.shape[1]):
        rows = mask[:, label]
        slope, offset = _platt(
            scores[rows, label], gold[rows, label], pooled, _PRIOR / max(1, int(rows.sum()))
        )
        fitted.append((round(slope, 5), round(offset, 5)))
    return tuple(fitted)


def _platt(
    scores: Doubles, gold: NDArray[np.bool_], prior: tuple[float, float], strength: float
) -> tuple[float, float]:
    """Newton steps on cross-entropy plus ``strength`` times the squared way from ``prior``."""
    a, b = prior
    design = np.stack((scores, np.ones_like(scores)), axis=1)
    for _ in range(40):
        p = sigmoid(design @ np.array([a, b]))
        away = np.array([a - prior[0], b - prior[1]])
        slope = design.T @ (p - gold) / len(gold) + 0.02 * strength * away
        curve = (design * (p * (1 - p))[:, None]).T @ design / len(gold)
        step = np.linalg.solve(curve + np.eye(2) * (0.02 * strength + 1e-9), slope)
        a, b = max(0.05, a - float(np.clip(step[0], -1, 1))), b - float(np.clip(step[1], -1, 1))
    return a, b


def calibration_error(probability: Doubles, right: NDArray[np.bool_], bins: int = 10) -> float:
    """Expected calibration error: mean gap of confidence and accuracy over equal-width bins."""
    place = np.minimum((probability * bins).astype(int), bins - 1)
    total = 0.0
    for b in range(bins):
        rows = place == b
        if rows.any():
            total += abs(float(probability[rows].mean() - right[rows].mean())) * int(rows.sum())
    return total / len(probability)
