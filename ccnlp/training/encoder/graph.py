"""The encoder as an ONNX graph, in float32 or in static int8.

The graph is written node by node, so that nothing in it is by chance: matrix products take
8-bit activations with scales fixed at export and 8-bit weights with a scale a column, and sum
whole numbers; everything between them works within one row. With a turn padded to a length
that depends on it alone, its vector is then the same whatever stands beside it in a batch.
"""

from typing import Any, Final

import msgspec
import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from ccnlp.training.encoder.base import Floats, Shape, Table

#: A turn's vector is rounded to whole steps of 1 / this.
VECTOR_STEPS: Final = 12.0
_OPSET, _MICROSOFT, _IR = 20, 1, 9


class Range(msgspec.Struct, frozen=True):
    """Where the values of an activation lie; ``low <= 0 <= high``, ``low < high``."""

    low: float
    high: float
    #: What each channel is divided by before; shape (channels,), > 0. ``None`` for nothing.
    divisors: Floats | None = None

    @property
    def scale(self) -> float:
        """Size of one of 255 steps."""
        return (self.high - self.low) / 255

    @property
    def zero(self) -> int:
        """The step that stands for 0, in 0..255."""
        return int(np.clip(np.rint(-self.low / self.scale), 0, 255))


class Weights(msgspec.Struct, frozen=True):
    """A trained encoder without its heads; tensor names as in ``base.Base``."""

    shape: Shape
    tensors: dict[str, Floats]
    words: Table
    #: Longest input in tokens.
    length: int


def consumers(weights: Weights) -> dict[str, Floats]:
    """The matrix, (out, in), that each activation which may be evened out goes into.

    A few channels of a transformer carry values many times the others'; dividing them, and
    multiplying the matrix's columns instead, leaves the product alone and makes steps finer.
    """
    t, found = weights.tensors, {}
    for i in range(weights.shape.layers):
        before = f"l{i - 1}.oln" if i else "emb.ln"
        found[before] = np.concatenate([t[f"l{i}.{part}.w"] for part in "qkv"])
        found[f"l{i}.aln"] = t[f"l{i}.fi.w"]
        found[f"l{i}.gelu"] = t[f"l{i}.fo.w"]
    return found


def build_graph(weights: Weights, ranges: dict[str, Range] | None) -> onnx.ModelProto:
    """The ONNX model.

    Inputs ``ids`` (batch, length) int32 padded at the end, ``lengths`` (batch,) int32 and
    ``speakers`` (batch,) int32; output ``vector`` (batch, hidden), int8 in steps of
    ``1 / VECTOR_STEPS``.

    Parameters
    ----------
    ranges: of every quantised activation by name; ``None`` builds the float32 model, whose
        further outputs are those activations.
    """
    writer = _Writer(weights, ranges)
    x = writer.embed()
    for layer in range(weights.shape.layers):
        x = writer.layer(layer, x)
    writer.pool(x)
    inputs = [
        helper.make_tensor_value_info("ids", TensorProto.INT32, ["batch", "length"]),
        helper.make_tensor_value_info("lengths", TensorProto.INT32, ["batch"]),
        helper.make_tensor_value_info("speakers", TensorProto.INT32, ["batch"]),
    ]
    kind = TensorProto.INT8
    outputs = [helper.make_tensor_value_info("vector", kind, ["batch", weights.shape.hidden])]
    outputs += [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", "length", None])
        for name in writer.watched
    ]
    graph = helper.make_graph(writer.nodes, "turn_encoder", inputs, outputs, writer.initialisers)
    model = helper.make_model(
        graph, producer_name="ccnlp", ir_version=_IR,
        opset_imports=[
            helper.make_opsetid("", _OPSET), helper.make_opsetid("com.microsoft", _MICROSOFT)
        ],
    )  # fmt: skip
    onnx.checker.check_model(model)
    return model


class _Writer:
    """Collects nodes and tensors of one graph."""

    def __init__(self, weights: Weights, ranges: dict[str, Range] | None) -> None:
        self._w, self._ranges = weights, ranges
        self.nodes: list[Any] = []
        self.initialisers: list[Any] = []
        self.watched: list[str] = []
        self._names: set[str] = set()

    def constant(self, name: str, value: NDArray[Any]) -> str:
        """A tensor of the graph, written once."""
        if name not in self._names:
            self._names.add(name)
            self.initialisers.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def node(self, kind: str, inputs: list[str], name: str, **attributes: Any) -> str:
        """A node with one output of that name."""
        self.nodes.append(helper.make_node(kind, inputs, [name], name=name, **attributes))
        return name

    def embed(self) -> str:
        """Word, position and speaker rows, normalised."""
        t, hidden = self._w.tensors, self._w.shape.hidden
        blocks = hidden // 32
        # a byte holds value j in its low and value j + hidden/2 in its high bits
        half = hidden // 2
        packed = self._w.words.nibbles[:, :half] | (self._w.words.nibbles[:, half:] << 4)
        self.constant("words", packed)
        self.constant("word_scales", self._w.words.scales)
        self.node("Gather", ["words", "ids"], "packed", axis=0)
        self.node(
            "BitwiseAnd", ["packed", self.constant("low_mask", np.array(15, np.uint8))], "low"
        )
        self.node(
            "BitShift", ["packed", self.constant("four", np.array(4, np.uint8))], "high",
            direction="RIGHT",
        )  # fmt: skip
        self.node("Concat", ["low", "high"], "nibbles", axis=-1)
        self.node("Cast", ["nibbles"], "steps", to=TensorProto.FLOAT)
        self.node("Sub", ["steps", self.constant("eight", np.array(8, np.float32))], "centred")
        self.constant("blocked", np.array([0, 0, blocks, 32], np.int64))
        self.node("Reshape", ["centred", "blocked"], "blocks")
        self.node("Gather", ["word_scales", "ids"], "scales_half", axis=0)
        self.node("Cast", ["scales_half"], "scales_flat", to=TensorProto.FLOAT)
        last = self.constant("last_axis", np.array([-1], np.int64))
        self.node("Unsqueeze", ["scales_flat", last], "scales")
        self.node("Mul", ["blocks", "scales"], "scaled")
        self.constant("flat", np.array([0, 0, hidden], np.int64))
        self.node("Reshape", ["scaled", "flat"], "word")
        self.node("Shape", ["ids"], "size", start=1, end=2)
        zero = self.constant("zero", np.array([0], np.int64))
        self.constant("positions", t["emb.pos"][: self._w.length])
        self.node("Slice", ["positions", zero, "size", zero], "position")
        self.constant("speaker_rows", t["emb.type"])
        self.node("Gather", ["speaker_rows", "speakers"], "speaker_flat", axis=0)
        middle = self.constant("middle_axis", np.array([1], np.int64))
        self.node("Unsqueeze", ["speaker_flat", middle], "speaker")
        self.node("Add", ["word", "position"], "placed")
        self.node("Add", ["placed", "speaker"], "summed")
        self._mask()
        return self._norm("summed", "emb.ln")

    def _mask(self) -> None:
        order = np.arange(self._w.length, dtype=np.int32)
        self.constant("order", order)
        self.node("Slice", ["order", "zero", "size", "zero"], "places")
        self.node("Unsqueeze", ["lengths", self.constant("one", np.array([1], np.int64))], "ends")
        self.node("Less", ["places", "ends"], "inside")
        self.node(
            "Where",
            ["inside", self.constant("none", np.array(0, np.float32)),
             self.constant("far", np.array(-1e4, np.float32))],
            "bias_flat",
        )  # fmt: skip
        self.node(
            "Unsqueeze", ["bias_flat", self.constant("two", np.array([1, 2], np.int64))], "bias"
        )

    def layer(self, i: int, x: str) -> str:
        """One transformer layer."""
        t, shape, p = self._w.tensors, self._w.shape, f"l{i}."
        width = shape.hidden // shape.heads
        # the scale of attention is folded into the queries
        factor = np.float32(1 / np.sqrt(width))
        matrix = np.concatenate((t[p + "q.w"] * factor, t[p + "k.w"], t[p + "v.w"]))
        bias = np.concatenate((t[p + "q.b"] * factor, t[p + "k.b"], t[p + "v.b"]))
        joint = self._product(x, p + "qkv", matrix, bias)
        parts = [p + "q_flat", p + "k_flat", p + "v_flat"]
        split = self.constant("thirds", np.full(3, shape.hidden, np.int64))
        self.nodes.append(helper.make_node("Split", [joint, split], parts, axis=-1))
        self.constant("heads", np.array([0, 0, shape.heads, width], np.int64))
        for part, order in zip("qkv", ([0, 2, 1, 3], [0, 2, 3, 1], [0, 2, 1, 3]), strict=True):
            self.node("Reshape", [p + part + "_flat", "heads"], p + part + "_heads")
            self.node("Transpose", [p + part + "_heads"], p + part, perm=order)
        self.node("MatMul", [p + "q", p + "k"], p + "match")
        self.node("Add", [p + "match", "bias"], p + "masked")
        self.node("Softmax", [p + "masked"], p + "shares", axis=-1)
        self.node("MatMul", [p + "shares", p + "v"], p + "seen_heads")
        self.node("Transpose", [p + "seen_heads"], p + "seen_order", perm=[0, 2, 1, 3])
        self.node("Reshape", [p + "seen_order", "flat"], p + "seen")
        out = self._product(p + "seen", p + "ao", t[p + "ao.w"], t[p + "ao.b"])
        x = self._norm(self.node("Add", [out, x], p + "a"), p + "aln")
        inner = self._product(x, p + "fi", t[p + "fi.w"], t[p + "fi.b"])
        self.node("Gelu", [inner], p + "gelu")
        out = self._product(p + "gelu", p + "fo", t[p + "fo.w"], t[p + "fo.b"])
        return self._norm(self.node("Add", [out, x], p + "b"), p + "oln")

    def pool(self, x: str) -> None:
        """Mean over the turn's tokens, normalised and rounded."""
        hidden = self._w.shape.hidden
        self.node("Cast", ["inside"], "inside_float", to=TensorProto.FLOAT)
        self.node("Unsqueeze", ["inside_float", "middle_axis"], "inside_row")
        # a product a turn, not one reduction over the batch, whose order depends on its size
        self.node("MatMul", ["inside_row", x], "sum_row")
        self.node("Squeeze", ["sum_row", "middle_axis"], "sum")
        self.node("Cast", ["ends"], "count", to=TensorProto.FLOAT)
        self.node("Div", ["sum", "count"], "mean")
        self.constant("unit", np.ones(hidden, np.float32))
        self.constant("nothing", np.zeros(hidden, np.float32))
        self.node(
            "LayerNormalization", ["mean", "unit", "nothing"], "normal", axis=-1, epsilon=1e-5
        )
        step = self.constant("vector_step", np.array(1 / VECTOR_STEPS, np.float32))
        self.node(
            "QuantizeLinear", ["normal", step, self.constant("int8_zero", np.array(0, np.int8))],
            "vector",
        )  # fmt: skip

    def _norm(self, x: str, name: str) -> str:
        t = self._w.tensors
        w = self.constant(name + ".w", t[name + ".w"])
        b = self.constant(name + ".b", t[name + ".b"])
        return self.node(
            "LayerNormalization", [x, w, b], name, axis=-1, epsilon=self._w.shape.epsilon
        )

    def _product(self, x: str, name: str, matrix: Floats, bias: Floats) -> str:
        """``x @ matrix.T + bias``; ``matrix`` is (out, in)."""
        bias_name = self.constant(name + ".bias", bias.astype(np.float32))
        if self._ranges is None:
            if x not in self.watched:
                self.watched.append(x)
            self.node("MatMul", [x, self.constant(name + ".w", matrix.T)], name + ".product")
            return self.node("Add", [name + ".product", bias_name], name)
        reach = self._ranges[x]
        if reach.divisors is not None:
            matrix = matrix * reach.divisors[None]
            even = self.constant(x + ".even", (1 / reach.divisors).astype(np.float32))
            if x + ".evened" not in self._names:
                self._names.add(x + ".evened")
                self.node("Mul", [x, even], x + ".evened")
            x = x + ".evened"
        step = self.constant(x + ".step", np.array(reach.scale, np.float32))
        zero = self.constant(x + ".zero", np.array(reach.zero, np.uint8))
        if x + ".int" not in self._names:
            self._names.add(x + ".int")
            self.node("QuantizeLinear", [x, step, zero], x + ".int")
        scales = np.abs(matrix).max(axis=1) / 127
        whole = np.clip(np.rint(matrix / scales[:, None]), -127, 127).astype(np.int8)
        return self.node(
            "MatMulIntegerToFloat",
            [x + ".int", self.constant(name + ".w", whole.T), step,
             self.constant(name + ".scale", scales.astype(np.float32)), zero, "", bias_name],
            name, domain="com.microsoft",
        )  # fmt: skip
