"""The network: a BERT encoder that reads each turn once, and heads that see the turns before.

A turn is encoded alone; its speaker is a row of the type table. The heads take the turn's
vector and the vectors of the turns before it. So each distinct (speaker, text) is encoded once
wherever it stands, and context costs next to nothing.
"""

import math

import msgspec
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from ccnlp.encoder.linear import SPEAKER_ROWS
from ccnlp.training.encoder.base import Base, Shape

#: Largest value of a turn's vector: it is kept in 8 bits.
VECTOR_LIMIT = 10.5


class HeadShape(msgspec.Struct, frozen=True):
    """Sizes of the heads."""

    #: Turns the heads see: the turn itself and those before it.
    slots: int = 4
    #: Width of the layer over all slots.
    width: int = 192
    outputs: int = 35


class Layer(nn.Module):  # type: ignore[misc,unused-ignore]
    """One transformer layer (post-norm, as BERT)."""

    def __init__(self, shape: Shape, dropout: float) -> None:
        super().__init__()
        h = shape.hidden
        self.heads, self.dropout = shape.heads, dropout
        self.q, self.k, self.v, self.ao = (nn.Linear(h, h) for _ in range(4))
        self.fi, self.fo = nn.Linear(h, shape.intermediate), nn.Linear(shape.intermediate, h)
        self.aln, self.oln = (nn.LayerNorm(h, shape.epsilon) for _ in range(2))

    def forward(self, x: Tensor, bias: Tensor) -> Tensor:
        """``x`` (batch, length, hidden), ``bias`` (batch, 1, 1, length) added to attention."""
        b, n, h = x.shape
        q, k, v = (
            f(x).view(b, n, self.heads, h // self.heads).transpose(1, 2)
            for f in (self.q, self.k, self.v)
        )
        weights = (q @ k.transpose(2, 3)) / math.sqrt(h // self.heads) + bias
        seen = weights.softmax(-1).to(v.dtype) @ v
        seen = self.ao(seen.transpose(1, 2).reshape(b, n, h))
        x = self.aln(x + functional.dropout(seen, self.dropout, self.training))
        inner = self.fo(functional.gelu(self.fi(x)))
        out: Tensor = self.oln(x + functional.dropout(inner, self.dropout, self.training))
        return out


class TurnNetwork(nn.Module):  # type: ignore[misc,unused-ignore]
    """Encoder and heads."""

    def __init__(self, shape: Shape, heads: HeadShape, words: NDArray[np.float32]) -> None:
        super().__init__()
        self.shape, self.head_shape = shape, heads
        h = shape.hidden
        #: Frozen: the table stays in its 4-bit blocks and can be trimmed later.
        self.register_buffer("words", torch.from_numpy(words), persistent=False)
        self.pos = nn.Parameter(torch.zeros(512, h))
        self.speaker = nn.Parameter(torch.zeros(len(SPEAKER_ROWS), h))
        self.ln = nn.LayerNorm(h, shape.epsilon)
        self.dropout = 0.1
        self.layers = nn.ModuleList(Layer(shape, self.dropout) for _ in range(shape.layers))
        self.mix = nn.Linear(h * heads.slots, heads.width)
        self.direct = nn.Linear(h, heads.outputs)
        self.deep = nn.Linear(heads.width, heads.outputs, bias=False)
        self.slot_dropout = 0.15

    def encode(self, ids: Tensor, lengths: Tensor, speakers: Tensor) -> Tensor:
        """Vectors of turns, zero mean and unit variance over their values.

        ``ids`` (batch, length) padded at the end, ``lengths`` and ``speakers`` (batch,); answers
        (batch, hidden).
        """
        n = ids.shape[1]
        mask = torch.arange(n)[None] < lengths[:, None]
        words: Tensor = self.words  # type: ignore[assignment,unused-ignore]
        x = words[ids] + self.pos[:n] + self.speaker[speakers][:, None]
        x = functional.dropout(self.ln(x), self.dropout, self.training)
        bias = torch.where(mask, 0.0, -1e4)[:, None, None]
        for layer in self.layers:
            x = layer(x, bias)
        x = x.float() * mask[:, :, None]
        vectors = functional.layer_norm(x.sum(1) / lengths[:, None], (x.shape[2],))
        return vectors.clamp(-VECTOR_LIMIT, VECTOR_LIMIT)

    def judge(self, vectors: Tensor, slots: Tensor) -> Tensor:
        """Raw scores; ``slots`` (turns, slots) are rows of ``vectors``, -1 where none.

        The first slot is the turn itself. Answers (turns, outputs).
        """
        padded = torch.cat((vectors, torch.zeros_like(vectors[:1])))
        seen = padded[slots]  # -1 is the row of zeros
        if self.training:
            keep = torch.rand(slots.shape) >= self.slot_dropout
            keep[:, 0] = True
            seen = seen * keep[:, :, None]
        seen = functional.dropout(seen, self.dropout, self.training)
        mixed = functional.relu(self.mix(seen.flatten(1)))
        mixed = functional.dropout(mixed, self.dropout, self.training)
        scores: Tensor = self.direct(seen[:, 0]) + self.deep(mixed)
        return scores


def from_base(
    base: Base, kept: NDArray[np.int64], layers: list[int], heads: HeadShape
) -> TurnNetwork:
    """A network with the base's weights: some of its layers, some rows of its word table."""
    shape = msgspec.structs.replace(base.shape, layers=len(layers))
    network = TurnNetwork(shape, heads, base.words.take(kept).rows())
    state = {"ln.weight": base.tensors["emb.ln.w"], "ln.bias": base.tensors["emb.ln.b"]}
    for new, old in enumerate(layers):
        for part in ("q", "k", "v", "ao", "fi", "fo", "aln", "oln"):
            state[f"layers.{new}.{part}.weight"] = base.tensors[f"l{old}.{part}.w"]
            state[f"layers.{new}.{part}.bias"] = base.tensors[f"l{old}.{part}.b"]
    tensors = {n: torch.from_numpy(np.array(t)) for n, t in state.items()}
    tensors["pos"] = torch.from_numpy(np.array(base.tensors["emb.pos"]))
    tensors["speaker"] = torch.from_numpy(
        np.repeat(base.tensors["emb.type"][:1], len(SPEAKER_ROWS), axis=0)
    )
    missing, unknown = network.load_state_dict(tensors, strict=False)
    wrong = [m for m in missing if not m.startswith(("mix", "direct", "deep"))]
    if wrong or unknown:
        raise ValueError(f"base does not fit: {wrong} {unknown}")
    return network
