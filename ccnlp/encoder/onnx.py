"""The turn encoder on ONNX Runtime: one pass a distinct turn, several judgements.

A turn is read alone, with its speaker, into an 8-bit vector; the heads take that vector and
those of the turns before it. What is kept in the cache is the vector, so a greeting said ten
thousand times is read once, whatever stood before it.

Scores do not depend on the batch: a turn is padded to a multiple of eight tokens, which depends
on it alone, matrix products sum whole numbers, and the heads work in whole numbers.
"""

from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import onnxruntime
from numpy.typing import NDArray
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from ccnlp.artefacts import Manifest, read_manifest
from ccnlp.encoder.heads import Calibration, Doubles, Heads, read_heads, sigmoid, softmax
from ccnlp.encoder.hidden import as_anyones
from ccnlp.encoder.linear import SPEAKER_ROWS
from ccnlp.encoder.view import View
from ccnlp.errors import UnavailableError

#: Ids of <s>, <pad> and </s>, and what turns are padded to a multiple of.
_START, _PAD, _END, _STEP = 0, 1, 2, 8
#: Turns whose heads are worked out at once: bounds memory, moves no score.
_ROWS = 1024

Vectors = NDArray[np.int8]
#: (row of the speaker, folded text).
_Key = tuple[int, str]


class TurnScores(msgspec.Struct, frozen=True, gc=False):
    """What the encoder says of one turn; probabilities are calibrated and in [0, 1]."""

    #: In the order of ``TurnEncoder.emotions``; shape (6,), sums to 1.
    emotion: Doubles
    #: In the order of ``TurnEncoder.findings``; 0 where the speaker cannot say such; (19,).
    findings: Doubles
    #: In the order of ``TurnEncoder.acts``; 0 for customers and the system; (9,).
    acts: Doubles
    #: Vector of the turn's words, for topics and likeness; shape (hidden,), int8.
    embedding: Vectors


class BatchScores(msgspec.Struct, frozen=True):
    """``TurnScores`` of several turns, as arrays with a row a turn."""

    emotion: Doubles
    findings: Doubles
    acts: Doubles
    embedding: Vectors

    def turns(self) -> list[TurnScores]:
        """The same, turn by turn."""
        rows = zip(self.emotion, self.findings, self.acts, self.embedding, strict=True)
        return [TurnScores(*row) for row in rows]


class CacheCount(msgspec.Struct):
    """How many turns were judged, and how many texts the network had to read for that."""

    turns: int = 0
    read: int = 0

    @property
    def rate(self) -> float:
        """Share of turns that were not read, since their words were known; in [0, 1]."""
        return max(0.0, 1 - self.read / self.turns) if self.turns else 0.0


class TurnEncoder:
    """Reads and judges turns. One instance belongs to one thread."""

    def __init__(
        self,
        session: onnxruntime.InferenceSession,
        tokenizer: Tokenizer,
        heads: Heads,
        manifest: Manifest,
        *,
        batch: int = 16,
        cached: int = 50_000,
    ) -> None:
        """Parameters: ``batch`` turns a pass, >= 1; ``cached`` vectors are kept, >= 0."""
        self._session, self._tokenizer, self._heads = session, tokenizer, heads
        self.manifest = manifest
        settings = manifest.settings
        self.emotions: tuple[str, ...] = tuple(settings["emotions"])
        self.findings: tuple[str, ...] = tuple(settings["findings"])
        self.acts: tuple[str, ...] = tuple(settings["acts"])
        calibration = msgspec.convert(settings["calibration"], Calibration)
        #: Probabilities from which F1 over all findings, and over all acts, is best.
        self.findings_threshold = calibration.findings_threshold
        self.acts_threshold = calibration.acts_threshold
        self._temperature = calibration.temperature
        self._emotion_bias = np.array(calibration.emotion_bias)
        self._platt = np.array(calibration.findings + calibration.acts)
        self._finding_mask = np.array(settings["finding_mask"], np.float64)
        self._act_mask = np.array(settings["act_mask"], np.float64)
        self._length = int(settings["length"])
        self._hidden = heads.direct.shape[0]
        self._batch, self._limit = batch, cached
        self._cache: OrderedDict[_Key, bytes] = OrderedDict()
        self._last: tuple[Sequence[View], BatchScores] | None = None
        #: Use of the cache since the encoder was made.
        self.count = CacheCount()

    def encode(self, views: Sequence[View]) -> list[TurnScores]:
        """Scores of each view, in order; they never depend on the other views.

        Asked twice in a row for the very same sequence, it answers what it has.
        """
        return self.scores(views).turns()

    def scores(self, views: Sequence[View]) -> BatchScores:
        """As ``encode``, in whole arrays."""
        if self._last is not None and self._last[0] is views:
            return self._last[1]
        answer = self._judge(*self._placed(views))
        self._last = (views, answer)
        return answer

    def raw(self, views: Sequence[View]) -> Doubles:
        """Scores of each view before calibration; shape (views, outputs)."""
        vectors, slots, _ = self._placed(views)
        return self.raw_scores(vectors, slots)

    def _placed(
        self, views: Sequence[View]
    ) -> tuple[Vectors, NDArray[np.int64], NDArray[np.int64]]:
        """Vectors, the rows of them that each view's heads see, and the views' speakers."""
        self.count.turns += len(views)
        rows: dict[_Key, int] = {}
        slots = np.full((len(views), self._heads.slots), -1, np.int64)
        for place, view in enumerate(views):
            at: View | None = view
            for slot in range(self._heads.slots):
                if at is None:
                    break
                key = SPEAKER_ROWS.index(at.turn.speaker), as_anyones(at.normal.text)
                slots[place, slot] = rows.setdefault(key, len(rows))
                at = at.previous
        vectors = self._vectors(list(rows))
        speakers = np.fromiter(
            (SPEAKER_ROWS.index(v.turn.speaker) for v in views), np.int64, len(views)
        )
        return vectors, slots, speakers

    def embed(self, texts: Sequence[str], speaker: str = "customer") -> Vectors:
        """Vectors of folded texts; shape (texts, hidden), int8 in steps of 1/12.

        Their cosine tells how alike two turns are.
        """
        row = SPEAKER_ROWS.index(speaker)
        return self._vectors([(row, as_anyones(text)) for text in texts])

    def raw_scores(self, vectors: Vectors, slots: NDArray[np.int64]) -> Doubles:
        """Scores before calibration; shape (turns, outputs).

        ``slots`` (turns, slots) are rows of ``vectors``: the turn and those before it, -1 where
        there is none.
        """
        padded = np.concatenate((vectors, np.zeros((1, self._hidden), np.int8)))
        parts = [
            self._heads.scores(padded[slots[at : at + _ROWS]])
            for at in range(0, max(1, len(slots)), _ROWS)
        ]
        return np.concatenate(parts)

    def _judge(
        self, vectors: Vectors, slots: NDArray[np.int64], speakers: NDArray[np.int64]
    ) -> BatchScores:
        raw = self.raw_scores(vectors, slots)
        e, f = len(self.emotions), len(self.findings)
        emotion = softmax(raw[:, :e] / self._temperature + self._emotion_bias)
        sure = sigmoid(raw[:, e : e + len(self._platt)] * self._platt[:, 0] + self._platt[:, 1])
        findings = sure[:, :f] * self._finding_mask[speakers]
        acts = sure[:, f:] * self._act_mask[speakers][:, None]
        own = vectors[slots[:, 0]]
        return BatchScores(emotion, findings, acts, own)

    def _vectors(self, keys: Sequence[_Key]) -> Vectors:
        known = self._cache
        new = list(dict.fromkeys(k for k in keys if k not in known))
        self.count.read += len(new)
        found = self._read(new) if new else {}
        answer = np.empty((len(keys), self._hidden), np.int8)
        for place, key in enumerate(keys):
            raw = found.get(key)
            if raw is None:
                raw = known[key]
                known.move_to_end(key)
            answer[place] = np.frombuffer(raw, np.int8)
        known.update(found)
        while len(known) > self._limit:
            known.popitem(last=False)
        return answer

    def _read(self, keys: list[_Key]) -> dict[_Key, bytes]:
        encodings = self._tokenizer.encode_batch_fast(
            [text for _, text in keys], add_special_tokens=False
        )
        cut = [_clip(e.ids, self._length - 2) for e in encodings]
        widths = [-(-(len(i) + 2) // _STEP) * _STEP for i in cut]
        order = sorted(range(len(keys)), key=widths.__getitem__)
        found: dict[_Key, bytes] = {}
        at = 0
        while at < len(order):
            width, end = widths[order[at]], at
            # a batch never mixes padded lengths: they would depend on the neighbours
            while end < min(len(order), at + self._batch) and widths[order[end]] == width:
                end += 1
            chosen = order[at:end]
            ids = np.full((len(chosen), width), _PAD, np.int32)
            for row, i in enumerate(chosen):
                ids[row, : len(cut[i]) + 2] = (_START, *cut[i], _END)
            feed = {
                "ids": ids,
                "lengths": np.array([len(cut[i]) + 2 for i in chosen], np.int32),
                "speakers": np.array([keys[i][0] for i in chosen], np.int32),
            }
            answer: Vectors = self._session.run(["vector"], feed)[0]
            found.update((keys[i], v.tobytes()) for i, v in zip(chosen, answer, strict=True))
            at = end
        return found


def _clip(ids: list[int], room: int) -> list[int]:
    """What is too long loses its middle: the ends of a turn tell most."""
    if len(ids) <= room:
        return ids
    return ids[: room // 2] + ids[len(ids) - (room - room // 2) :]


def load_encoder(
    folder: Path, *, threads: int = 1, batch: int = 16, cached: int = 50_000
) -> TurnEncoder:
    """Read an encoder from its folder, each file checked against the manifest.

    Parameters
    ----------
    folder: holds ``manifest.json``, ``model.onnx``, ``heads.safetensors``, ``tokenizer.json``.
    threads: of one pass, >= 1; a worker a core with one thread each is fastest.
    batch: turns a pass, 8 to 16 is best.
    cached: vectors that are kept (384 bytes each beside the text).

    Raises
    ------
    UnavailableError: the folder is missing, or a file in it is corrupt.
    """
    manifest = read_manifest(folder)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    try:
        session = onnxruntime.InferenceSession(
            (folder / "model.onnx").read_bytes(), options, providers=["CPUExecutionProvider"]
        )
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        tensors: dict[str, NDArray[Any]] = load_file(folder / "heads.safetensors")
        return TurnEncoder(
            session, tokenizer, read_heads(tensors), manifest, batch=batch, cached=cached
        )
    except Exception as error:  # each native library raises classes of its own
        raise UnavailableError(
            f"the encoder cannot be read: {type(error).__name__}: {error}", where=str(folder),
            mend="put the folder back as it was shipped, or train it again with `ccnlp train`",
        ) from error  # fmt: skip
