"""Writing a trained network as a model folder: graph, heads, tokenizer, manifest, model card."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec
import numpy as np
from safetensors.numpy import save

from ccnlp.artefacts import DataSource, Manifest, write_manifest
from ccnlp.encoder.heads import Calibration
from ccnlp.judges.base import ACT_LABELS, EMOTION_LABELS, FINDING_LABELS
from ccnlp.training.encoder.base import Floats, Shape, Table
from ccnlp.training.encoder.card import write_card
from ccnlp.training.encoder.corpus import ACT_MASK, FINDING_MASK
from ccnlp.training.encoder.finetune import Encoded
from ccnlp.training.encoder.graph import VECTOR_STEPS, Weights, build_graph
from ccnlp.training.encoder.measure import ACTS
from ccnlp.training.encoder.network import TurnNetwork
from ccnlp.training.encoder.quantise import find_ranges

FILES: Final = ("model.onnx", "heads.safetensors", "tokenizer.json")
#: Bits by which the products of the mixing layer are shifted before they go on: with 13 no sum can
#: pass 2**53, where float64 stops being exact.
_SHIFT = 13


class Release(msgspec.Struct, frozen=True):
    """What a manifest and a model card say beside the files."""

    name: str
    version: str
    data: tuple[DataSource, ...]
    figures: dict[str, float]
    command: str
    base: str
    base_sha256: str
    length: int


def network_weights(network: TurnNetwork, words: Table, length: int) -> Weights:
    """The encoder part of a network as arrays."""
    state = {n: t.detach().float().numpy() for n, t in network.state_dict().items()}
    tensors = {
        "emb.pos": state["pos"], "emb.type": state["speaker"],
        "emb.ln.w": state["ln.weight"], "emb.ln.b": state["ln.bias"],
    }  # fmt: skip
    for name, value in state.items():
        if name.startswith("layers."):
            _, layer, part, kind = name.split(".")
            tensors[f"l{layer}.{part}.{kind[0]}"] = value
    return Weights(network.shape, tensors, words, length)


def head_tensors(network: TurnNetwork) -> dict[str, Floats]:
    """The heads in whole numbers (see ``ccnlp.encoder.heads``)."""
    state = {n: t.detach().double().numpy() for n, t in network.state_dict().items()}
    mix, direct, deep = (state[f"{n}.weight"].T for n in ("mix", "direct", "deep"))
    mix_unit = np.abs(mix).max() / 32767
    product = mix_unit / VECTOR_STEPS  # what one unit of a product with mix is worth
    direct_unit = np.maximum(np.abs(direct).max(axis=0), 1e-9) / 32767
    deep_unit = np.maximum(np.abs(deep).max(axis=0), 1e-9) / 32767
    return {
        "mix": np.rint(mix / mix_unit).astype(np.int16),
        "mix_bias": np.rint(state["mix.bias"] / product),
        "direct": np.rint(direct / direct_unit).astype(np.int16),
        "deep": np.rint(deep / deep_unit).astype(np.int16),
        "direct_unit": direct_unit / VECTOR_STEPS,
        "deep_unit": deep_unit * product * 2.0**_SHIFT,
        "bias": state["direct.bias"],
        "shift": np.array([_SHIFT], np.int64),
    }


def write_model(
    folder: Path,
    network: TurnNetwork,
    words: Table,
    tokenizer: str,
    sample: Sequence[Encoded],
    length: int,
) -> None:
    """Write the files of a model folder; ``sample`` gives the turns that ranges come from."""
    folder.mkdir(parents=True, exist_ok=True)
    weights = network_weights(network, words, length)
    turns = [i for e in sample for i in e.ids]
    speakers = [int(s) for e in sample for s in e.passage.speakers]
    ranges = find_ranges(weights, turns, speakers)
    model = build_graph(weights, ranges)
    (folder / FILES[0]).write_bytes(model.SerializeToString(deterministic=True))
    # safetensors writes a transposed array as if it were not
    heads = {n: np.ascontiguousarray(t) for n, t in head_tensors(network).items()}
    (folder / FILES[1]).write_bytes(save(heads))
    (folder / FILES[2]).write_text(tokenizer, "utf-8")


def sign_model(folder: Path, shape: Shape, calibration: Calibration, release: Release) -> Manifest:
    """Write the manifest and the model card of a folder whose files stand."""
    manifest = Manifest(
        name=release.name, version=release.version, kind="turn-encoder", licence="Apache-2.0",
        files={f: hashlib.sha256((folder / f).read_bytes()).hexdigest() for f in FILES},
        data=release.data, figures=release.figures, command=release.command,
        settings={
            "emotions": EMOTION_LABELS, "findings": FINDING_LABELS, "acts": ACT_LABELS,
            "finding_mask": FINDING_MASK.astype(int).tolist(),
            "act_mask": ACT_MASK.astype(int).tolist(), "length": release.length,
            "calibration": msgspec.to_builtins(calibration),
            "base": release.base, "base_sha256": release.base_sha256,
            "layers": shape.layers, "hidden": shape.hidden,
        },
    )  # fmt: skip
    write_manifest(folder, manifest)
    write_card(folder, manifest)
    return manifest


def plain_calibration() -> Calibration:
    """Scores as they are."""
    return Calibration(
        1.0, (0.0,) * len(EMOTION_LABELS), ((1.0, 0.0),) * len(FINDING_LABELS),
        ((1.0, 0.0),) * (ACTS.stop - ACTS.start),
    )  # fmt: skip
