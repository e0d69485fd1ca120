"""A trained detector as a model folder: ``manifest.json`` and ``weights.safetensors``.

It holds the detector twice: over the encoder's vectors and, for runs without that encoder, over
character n-grams alone.
"""

from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from ccnlp import __version__
from ccnlp.artefacts import DataSource, Manifest, read_manifest, write_manifest
from ccnlp.errors import UnavailableError
from ccnlp.fewshot.detector import Detector, Learned
from ccnlp.fewshot.weights import BITS, LONGEST, Weights
from ccnlp.yamlfile import file_digest

KIND: Final = "category-detector"
_FILE: Final = "weights.safetensors"
_NUMBERS: Final = ("gram_unit", "bias", "slope", "offset", "vector_unit")


def write_detector(
    folder: Path, examples: Path, licence: str, command: str, plain: Learned, full: Learned | None
) -> Manifest:
    """Write what was learned without an encoder and, where there is one, with it.

    ``examples`` is the file that both were learned from; ``folder`` is made where it is missing.
    """
    tensors: dict[str, NDArray[Any]] = {}
    best = full or plain
    for name, learned in (("plain", plain), ("full", full)):
        if learned is not None:
            weights = learned.detector.weights
            tensors[f"{name}.grams"] = np.ascontiguousarray(weights.grams)
            tensors[f"{name}.numbers"] = np.array([getattr(weights, n) for n in _NUMBERS])
            if weights.vector is not None:
                tensors[f"{name}.vector"] = weights.vector
            if learned.detector.vectors is not None:
                tensors[f"{name}.vectors"] = np.ascontiguousarray(learned.detector.vectors)
    folder.mkdir(parents=True, exist_ok=True)
    save_file(tensors, folder / _FILE)
    labelled = [one for one in best.left_out if one.example.label is not None]
    manifest = Manifest(
        name=best.detector.category, version=folder.name, kind=KIND, licence=licence,
        files={_FILE: file_digest(folder / _FILE)},
        data=(DataSource(examples.name, licence, len(labelled), file_digest(examples)),),
        figures={f"left_out.{n}": round(v, 4) for n, v in best.figures().items()},
        command=command,
        settings={
            "bits": BITS, "longest": LONGEST, "over": best.detector.over,
            "lines": best.detector.lines, "file": best.detector.file, "engine": __version__,
        },
    )  # fmt: skip
    write_manifest(folder, manifest)
    return manifest


def load_detector(folder: Path, category: str, over: str | None) -> Detector:
    """Read a detector from its folder.

    Parameters
    ----------
    over: digest of the encoder that is there; where it is another than the detector was trained
        over, or ``None``, the detector reads character n-grams alone.

    Raises
    ------
    UnavailableError: the folder is missing or corrupt, or detects another category.
    """
    manifest = read_manifest(folder)
    again = "train it again: `ccnlp train category`"
    if manifest.kind != KIND or manifest.name != category:
        raise UnavailableError(
            f"holds {manifest.kind} {manifest.name}, not a detector of {category}",
            where=str(folder), mend=again,
        )  # fmt: skip
    settings = manifest.settings
    try:
        if (settings["bits"], settings["longest"]) != (BITS, LONGEST):
            raise ValueError("other n-grams")
        tensors = load_file(folder / _FILE)
        full = over is not None and settings["over"] == over
        name = "full" if full else "plain"
        numbers = dict(zip(_NUMBERS, tensors[f"{name}.numbers"].tolist(), strict=True))
        weights = Weights(
            grams=tensors[f"{name}.grams"], vector=tensors.get(f"{name}.vector"), **numbers
        )
        return Detector(
            category=category, weights=weights, over=over if full else None,
            vectors=tensors.get(f"{name}.vectors"),
            lines=tuple(msgspec.convert(settings["lines"], list[int])), file=str(settings["file"]),
        )  # fmt: skip
    except (OSError, SafetensorError, KeyError, ValueError, msgspec.ValidationError) as error:
        raise UnavailableError(
            f"the detector cannot be read: {type(error).__name__}", where=str(folder), mend=again
        ) from error
