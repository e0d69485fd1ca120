"""Linear heads over hashed character n-grams: several judgements from one pass, without torch.

The score of a label is the sum of its weights over the turn's n-grams divided by the square root
of their number (so that long turns do not shout), plus the same over the turn before in a table
of its own, plus a bias by speaker. Weights are 16-bit whole numbers and are summed as whole
numbers: a turn's scores are the same to the bit whatever stands beside it in a batch.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file

from ccnlp.artefacts import Manifest, read_manifest
from ccnlp.encoder.hidden import without_names
from ccnlp.encoder.ngrams import Grams, blur_numbers, hashed_ngrams, shared_out
from ccnlp.encoder.view import View
from ccnlp.errors import UnavailableError

#: Speakers in the order of the bias rows.
SPEAKER_ROWS = ("customer", "agent", "bot", "system")
_SPEAKER_ROW = {speaker: row for row, speaker in enumerate(SPEAKER_ROWS)}


class LinearHead(msgspec.Struct, frozen=True):
    """One judgement: labels, their columns, and the way from scores to probabilities."""

    #: ``softmax``: one label a turn; ``sigmoid``: each label by itself.
    kind: Literal["softmax", "sigmoid"]
    labels: tuple[str, ...]
    #: Whose turns the head was trained on and may judge.
    speakers: tuple[str, ...]
    #: The head's columns in the model's tables.
    columns: slice
    #: Score of one weight unit, a label; shape (labels,), float64.
    unit: NDArray[np.float64]
    #: Bias a speaker and label; shape (4, labels), float64.
    bias: NDArray[np.float64]
    #: Calibration, a label: probability = link(slope x score + intercept); shape (2, labels).
    calibration: NDArray[np.float64]
    #: Probability from which a label is worth reporting, a label; shape (labels,).
    threshold: NDArray[np.float64]


class LinearModel(msgspec.Struct, frozen=True):
    """Heads that share one hashing of n-grams."""

    bits: int
    longest: int
    heads: dict[str, LinearHead]
    #: Weights of a turn's n-grams, all heads side by side, and to their right the weights of the
    #: same n-grams in the turn before; shape (2**bits, 2 * labels), int16.
    weights: NDArray[np.int16]
    manifest: Manifest

    def grams(self, texts: Sequence[str]) -> Grams:
        """The n-grams of folded texts."""
        own = blur_numbers([without_names(text) for text in texts])
        return hashed_ngrams(own, bits=self.bits, longest=self.longest)

    def probabilities(
        self, texts: Sequence[str], before: Sequence[int], speakers: Sequence[str]
    ) -> dict[str, NDArray[np.float64]]:
        """Calibrated probabilities in [0, 1] by head; each of shape (speakers, labels).

        Turn ``i`` is ``texts[i]`` by ``speakers[i]``, after ``texts[before[i]]``; further texts may
        follow that are only the turn before of others.
        """
        if not speakers:
            return {name: np.zeros((0, len(h.labels))) for name, h in self.heads.items()}
        grams = self.grams(texts)
        root = np.sqrt(grams.counts)[:, None]
        summed = exact_sums(grams, self.weights)
        turn, past = np.split(summed, 2, axis=1)
        turn = turn[: len(speakers)] / root[: len(speakers)]
        past = past[list(before)] / root[list(before)]
        rows = [_SPEAKER_ROW[s] for s in speakers]
        answer = {}
        for name, head in self.heads.items():
            scores = (turn[:, head.columns] + past[:, head.columns]) * head.unit + head.bias[rows]
            answer[name] = _link(head, scores * head.calibration[0] + head.calibration[1])
        return answer

    def character_weights(
        self, head: LinearHead, labels: Sequence[int], texts: Sequence[str]
    ) -> list[NDArray[np.float64]]:
        """How much each character of a text speaks for the text's label; shape (characters,).

        Each n-gram shares its weight among its characters. Weights of one text compare with each
        other alone.
        """
        if not texts:
            return []
        grams = self.grams(texts)
        column = head.columns.start + np.repeat(labels, grams.counts)
        return shared_out(grams, self.weights[grams.rows, column], texts)


class LinearReader:
    """Reads views with a model; asked again for the same sequence, it answers what it has.

    Several analysers share one reader, and so one pass over each batch.
    """

    def __init__(self, model: LinearModel) -> None:
        self.model = model
        self._last: Sequence[View] | None = None
        self._answer: dict[str, NDArray[np.float64]] = {}

    def read(self, views: Sequence[View]) -> dict[str, NDArray[np.float64]]:
        """Probabilities of each view by head, each of shape (views, labels)."""
        if views is not self._last or not views:
            texts = [v.normal.text for v in views]
            place = {id(v): i for i, v in enumerate(views)}
            before = []
            for view in views:
                past = view.previous
                where = place.get(id(past)) if past is not None else None
                if where is None:
                    where = len(texts)
                    texts.append(past.normal.text if past is not None else "")
                before.append(where)
            speakers = [v.turn.speaker for v in views]
            self._answer = self.model.probabilities(texts, before, speakers)
            self._last = views
        return self._answer


#: So many 16-bit weights add up to less than 2**24: every sum is exact in float32.
_EXACT = 512


def exact_sums(grams: Grams, table: NDArray[np.int16]) -> NDArray[np.float64]:
    """Sums of the table's rows a text, exact; shape (texts, columns).

    A product with ones is numpy's fastest sum.
    """
    sums = np.empty((len(grams.starts), table.shape[1]), np.float64)
    ones = np.ones(_EXACT, np.float32)
    for text, (at, count) in enumerate(
        zip(grams.starts.tolist(), grams.counts.tolist(), strict=True)
    ):
        own = table.take(grams.rows[at : at + count], axis=0).astype(np.float32)
        sums[text] = ones[:count] @ own if count <= _EXACT else own.sum(axis=0, dtype=np.float64)
    return sums


def _link(head: LinearHead, scores: NDArray[np.float64]) -> NDArray[np.float64]:
    if head.kind == "sigmoid":
        return np.asarray(1.0 / (1.0 + np.exp(-scores)))
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def load_linear(folder: Path) -> LinearModel:
    """Read a linear model from its folder (``manifest.json``, ``weights.safetensors``).

    Raises
    ------
    UnavailableError: the folder is missing, or a file in it is corrupt.
    """
    manifest = read_manifest(folder)
    try:
        tensors = load_file(folder / "weights.safetensors")
        settings = manifest.settings
        heads, at = {}, 0
        for name, about in settings["heads"].items():
            width = len(about["labels"])
            parts = {
                k: tensors[f"{name}.{k}"] for k in ("unit", "bias", "calibration", "threshold")
            }
            heads[name] = LinearHead(
                kind=about["kind"],
                labels=tuple(about["labels"]),
                speakers=tuple(about["speakers"]),
                columns=slice(at, at + width),
                **parts,
            )
            at += width
        tables = [tensors[f"{n}.{kind}"] for kind in ("weights", "context") for n in heads]
        weights = np.concatenate(tables, axis=1)
        return LinearModel(
            int(settings["bits"]), int(settings["longest"]), heads, weights, manifest
        )
    except (OSError, SafetensorError, KeyError, ValueError) as error:
        raise UnavailableError(
            f"the model cannot be read: {type(error).__name__}",
            where=str(folder),
            mend="put the folder back as it was shipped, or train it again with `ccnlp train`",
        ) from error
