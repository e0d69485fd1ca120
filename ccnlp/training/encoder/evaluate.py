"""Figures of a model folder as it runs: ONNX, int8, calibrated."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ccnlp.encoder.heads import Doubles
from ccnlp.encoder.linear import SPEAKER_ROWS
from ccnlp.encoder.onnx import TurnEncoder, load_encoder
from ccnlp.training.encoder.calibrate import calibration_error
from ccnlp.training.encoder.corpus import FINDING_MASK, Passage, read_conversations
from ccnlp.training.encoder.measure import measure


class _Text:
    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text


class _Speaker:
    __slots__ = ("speaker",)

    def __init__(self, speaker: str) -> None:
        self.speaker = speaker


class PassageView:
    """A turn of a passage as the encoder sees turns."""

    __slots__ = ("normal", "previous", "turn")

    def __init__(self, text: str, speaker: str, previous: "PassageView | None") -> None:
        self.normal, self.turn, self.previous = _Text(text), _Speaker(speaker), previous


def passage_views(passages: Sequence[Passage]) -> list[PassageView]:
    """Views of all turns, passage after passage."""
    views: list[PassageView] = []
    for passage in passages:
        previous = None
        for text, row in zip(passage.texts, passage.speakers.tolist(), strict=True):
            previous = PassageView(text, SPEAKER_ROWS[row], previous)
            views.append(previous)
    return views


def probabilities(encoder: TurnEncoder, passages: Sequence[Passage]) -> Doubles:
    """Calibrated probabilities of all turns; shape (turns, 34)."""
    scores = encoder.encode(passage_views(passages))
    return np.stack([np.concatenate((s.emotion, s.findings, s.acts)) for s in scores])


def raw_scores(encoder: TurnEncoder, passages: Sequence[Passage]) -> Doubles:
    """Scores of all turns before calibration; shape (turns, outputs)."""
    return encoder.raw(passage_views(passages))


def evaluate_folder(folder: Path, data: Path, *, threads: int = 1) -> dict[str, float]:
    """Figures of the model at ``folder`` on labelled conversations at ``data``."""
    passages = read_conversations(data)
    encoder = load_encoder(folder, threads=threads)
    found = probabilities(encoder, passages)
    figures = measure(
        passages, found, threshold=encoder.findings_threshold,
        acts_threshold=encoder.acts_threshold,
    )  # fmt: skip
    speakers = np.concatenate([p.speakers for p in passages])
    emotion = np.concatenate([p.emotion for p in passages])
    own = (speakers == 0) & (emotion >= 0)
    six = found[own][:, :6]
    figures["emotion_calibration_error"] = calibration_error(
        six.max(axis=1), six.argmax(axis=1) == emotion[own]
    )
    mask = FINDING_MASK[speakers]
    gold = np.concatenate([p.findings for p in passages]) > 0
    figures["findings_calibration_error"] = calibration_error(found[:, 6:25][mask], gold[mask])
    return {name: round(value, 4) for name, value in figures.items()}
