"""Ranges of activations for static quantisation, from the float32 graph run over real turns."""

from collections.abc import Sequence

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray

from ccnlp.training.encoder.graph import Range

#: Bins of the histograms that ranges are chosen on.
_BINS = 4096


def find_ranges(
    model: onnx.ModelProto,
    ids: Sequence[Sequence[int]],
    speakers: Sequence[int],
    *,
    threads: int = 1,
    batch: int = 16,
) -> dict[str, Range]:
    """The range of each watched activation that loses least when cut into 255 steps.

    Parameters
    ----------
    model: the float32 graph; its outputs after the first are watched.
    ids, speakers: turns to run, as the network reads them.

    Extreme values are rare and wide ranges make every step coarse, so a range is narrowed while
    the squared error over all values seen falls.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    names = [o.name for o in session.get_outputs()][1:]
    order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
    batches = [order[at : at + batch] for at in range(0, len(order), batch)]
    limits = {n: [0.0, 1e-6] for n in names}
    for chosen in batches[:: max(1, len(batches) // 12)]:
        for name, values in zip(names, _run(session, names, ids, speakers, chosen), strict=True):
            limits[name][0] = min(limits[name][0], float(values.min()))
            limits[name][1] = max(limits[name][1], float(values.max()))
    counts = {n: np.zeros(_BINS) for n in names}
    edges = {n: np.linspace(lo, hi, _BINS + 1) for n, (lo, hi) in limits.items()}
    for chosen in batches:
        for name, values in zip(names, _run(session, names, ids, speakers, chosen), strict=True):
            low, high = limits[name]
            clipped = np.clip(values, low, high)
            counts[name] += np.histogram(clipped, _BINS, (low, high))[0]
    return {n: _best(counts[n], edges[n]) for n in names}


def _run(
    session: onnxruntime.InferenceSession,
    names: list[str],
    ids: Sequence[Sequence[int]],
    speakers: Sequence[int],
    chosen: Sequence[int],
) -> list[NDArray[np.float32]]:
    lengths = np.array([len(ids[i]) for i in chosen], np.int32)
    padded = np.ones((len(chosen), int(lengths.max())), np.int32)
    for row, i in enumerate(chosen):
        padded[row, : lengths[row]] = ids[i]
    feed = {
        "ids": padded, "lengths": lengths,
        "speakers": np.array([speakers[i] for i in chosen], np.int32),
    }  # fmt: skip
    inside = np.arange(padded.shape[1])[None] < lengths[:, None]
    return [values[inside] for values in session.run(names, feed)]


def _best(counts: NDArray[np.float64], edges: NDArray[np.float64]) -> Range:
    """The range with the least squared error of rounding and cutting."""
    centres = (edges[1:] + edges[:-1]) / 2
    best = (np.inf, Range(float(edges[0]), float(edges[-1])))
    for share_low in np.linspace(0.2, 1, 17):
        for share_high in np.linspace(0.2, 1, 17):
            low, high = float(edges[0] * share_low), float(edges[-1] * share_high)
            if high - low < 1e-9:
                continue
            step = (high - low) / 255
            beyond = np.maximum(low - centres, 0) + np.maximum(centres - high, 0)
            inside = beyond == 0
            error = float((counts * np.where(inside, step**2 / 12, beyond**2)).sum())
            if error < best[0]:
                best = (error, Range(low, high))
    return best[1]
