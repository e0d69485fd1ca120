"""Training of an emotion head for a user's own labelled turns, over a frozen encoder.

Logistic regression (scikit-learn's lbfgs) on hashed character n-grams of the turn and of the turn
before, on the encoder's vector of the turn, and on the logarithms of the encoder's own six
probabilities. The figures and the temperature come from folds that never cut a group; where all
turns are of one group, equal texts stay together.
"""

import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file

from ccnlp import __version__
from ccnlp.artefacts import DataSource, Manifest, write_manifest
from ccnlp.errors import InputError, UnavailableError
from ccnlp.judges.base import EMOTION_LABELS, TurnJudge
from ccnlp.judges.emotion_head import LEAST
from ccnlp.training.corpus import LabelledTurn, groups_of
from ccnlp.training.linear import (
    Features,
    LinearSettings,
    calibrate_softmax,
    fit_softmax,
    held_out_scores,
    pack_head,
    tasks,
)
from ccnlp.training.single import single_views
from ccnlp.yamlfile import file_digest

#: Folds where all turns are of one group.
_FOLDS: Final = 3
#: A vector has length about 1 after this, so that it weighs as much as a turn's n-grams.
_VECTOR: Final = 1 / 240
#: The encoder's verdict weighs less: it is there to start from, not to be copied.
_VERDICT: Final = 0.3


def train_emotion_head(
    turns: Sequence[LabelledTurn], source: Path, licence: str, over: TurnJudge,
    settings: LinearSettings, out: Path, command: str,
    report: Callable[[str], None] = lambda _: None,
) -> Manifest:  # fmt: skip
    """Train a head and write its folder.

    Parameters
    ----------
    turns: turns of customers and agents with an emotion.
    source: the file that they came from.
    over: the encoder; it has vectors and judges emotion.
    settings: n-grams and penalty, as for the linear heads.
    out: the folder to write; made if it is missing.
    command: the command that makes the head again, for the manifest.
    report: told, in a line each, what was reached.

    Raises
    ------
    InputError: fewer than two emotions are labelled.
    UnavailableError: scikit-learn is not installed, or ``over`` has no vectors.
    """
    truths = [str(t.emotion) for t in turns]
    if len(set(truths)) < 2:
        raise InputError(
            "fewer than two emotions are labelled", where=str(source), mend="label more turns"
        )
    features = _HeadFeatures(turns, settings, over)
    everything = list(range(len(turns)))
    scores = held_out_scores(
        fit_softmax, features, everything, truths, _groups(turns), EMOTION_LABELS, settings
    )
    calibration, threshold, reached = calibrate_softmax(scores, truths, EMOTION_LABELS)
    temperature = 1 / float(calibration[0, 0])
    matrix = fit_softmax(features.matrix(everything), truths, EMOTION_LABELS, settings)
    task = next(t for t in tasks() if t.name == "emotion")
    dense, rest = matrix[: features.dense], matrix[features.dense :]
    plain = np.stack([np.ones(len(EMOTION_LABELS)), np.zeros(len(EMOTION_LABELS))])
    tensors: dict[str, NDArray[Any]] = {}
    pack_head(tensors, task, rest, plain, threshold, features.size, settings.context)
    tensors |= _packed(dense)
    out.mkdir(parents=True, exist_ok=True)
    save_file(tensors, out / "weights.safetensors")
    figures = {f"emotion.{name}": round(float(value), 4) for name, value in reached.items()}
    for name, value in figures.items():
        report(f"{name} {value:.3f} (held out)")
    manifest = Manifest(
        name=out.parent.name, version=out.name, kind="emotion-head", licence=licence,
        files={"weights.safetensors": file_digest(out / "weights.safetensors")},
        data=(DataSource(source.name, licence, len(turns), file_digest(source)),),
        figures=figures, command=command,
        settings={
            "bits": settings.bits, "longest": settings.longest,
            "heads": {
                "emotion": {
                    "kind": "softmax", "labels": EMOTION_LABELS, "speakers": task.speakers
                }
            },
            "over": over.digest, "temperature": temperature,
            "training": msgspec.to_builtins(settings), "engine": __version__,
        },
    )  # fmt: skip
    write_manifest(out, manifest)
    return manifest


class _HeadFeatures(Features):
    """The linear heads' features, and before them the encoder's vector and verdict."""

    def __init__(
        self, turns: Sequence[LabelledTurn], settings: LinearSettings, over: TurnJudge
    ) -> None:
        super().__init__(turns, settings)
        said = over.judge(single_views(turns))
        if said.embedding is None or said.emotion is None:
            raise UnavailableError(
                "the encoder has no vectors or judges no emotion", where=over.name,
                mend="name a turn encoder",
            )  # fmt: skip
        verdict = np.log(np.maximum(said.emotion, LEAST)) * _VERDICT
        vectors = np.concatenate((said.embedding * _VECTOR, verdict), axis=1)
        #: How many columns stand before those of the linear heads.
        self.dense = vectors.shape[1]
        self.put_before(vectors)


def _packed(dense: NDArray[np.float64]) -> dict[str, NDArray[Any]]:
    """The weights of vector and verdict; those of the vector as 16-bit whole numbers."""
    hidden = len(dense) - len(EMOTION_LABELS)
    vector, verdict = dense[:hidden] * _VECTOR, dense[hidden:] * _VERDICT
    unit = np.maximum(np.abs(vector).max(axis=0), 1e-9) / 32000
    return {
        "vector": np.rint(vector / unit).astype(np.int16), "vector_unit": unit,
        "verdict": np.ascontiguousarray(verdict),
    }  # fmt: skip


def _groups(turns: Sequence[LabelledTurn]) -> list[str]:
    if len(groups_of(turns)) > 1:
        return [t.group for t in turns]
    return [str(zlib.crc32(t.text.encode("utf-8", "replace")) % _FOLDS) for t in turns]
