"""Labelled turns as arrays: whole conversations, and single sentences from auxiliary sets.

A *passage* is a run of turns that belong together: a conversation, or one sentence alone. What
a set does not label is masked, never guessed.
"""

import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from ccnlp.encoder.linear import SPEAKER_ROWS
from ccnlp.errors import InputError
from ccnlp.judges.base import ACT_LABELS, EMOTION_LABELS, FINDING_LABELS
from ccnlp.taxonomy import CATEGORIES
from ccnlp.training.encoder.vocabulary import fold_texts

#: Which findings a speaker's turn can hold; shape (speakers, findings).
FINDING_MASK: Final[NDArray[np.bool_]] = np.array(
    [[s in c.speakers for c in CATEGORIES.values()] for s in SPEAKER_ROWS]
)
#: Which speakers' turns can do acts; shape (speakers,).
ACT_MASK: Final[NDArray[np.bool_]] = np.array([s in {"agent", "bot"} for s in SPEAKER_ROWS])


class Passage(msgspec.Struct, frozen=True):
    """Turns that belong together, with their labels."""

    #: Which file it comes from, and its identifier there.
    source: str
    name: str
    texts: tuple[str, ...]
    #: Rows of ``SPEAKER_ROWS``; shape (turns,), int64.
    speakers: NDArray[np.int64]
    #: Place in ``EMOTION_LABELS``, -1 where unlabelled; shape (turns,), int64.
    emotion: NDArray[np.int64]
    #: Shape (turns, findings), float32; 0 or 1.
    findings: NDArray[np.float32]
    #: Shape (turns, acts), float32; 0 or 1.
    acts: NDArray[np.float32]
    #: Whether the findings of a turn are labelled; shape (turns,), bool.
    judged: NDArray[np.bool_]
    #: 1 offensive, 0 not, -1 unlabelled; shape (turns,), int64.
    offensive: NDArray[np.int64]
    #: Whether the acts of a turn are labelled; shape (turns,), bool.
    acted: NDArray[np.bool_]
    #: Weight of the passage in the loss, > 0.
    weight: float = 1.0


def read_conversations(path: Path, *, weight: float = 1.0) -> list[Passage]:
    """Labelled conversations, one JSON object a line (``{"transcript", "gold"}``).

    Where ``gold`` lists ``labelled`` turns, the others are context alone. A folder holds them in
    two files, ``conversations.jsonl`` and ``labels.jsonl``.

    Raises
    ------
    InputError: the file is missing, or a line is none.
    """
    passages = []
    for number, record in _folder(path) if path.is_dir() else _lines(path):
        try:
            passages.append(_conversation(path.stem, record, weight))
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(
                f"no labelled conversation: {error!r}", where=f"{path}: line {number}",
                mend='each line is {"transcript": {...}, "gold": {...}}',
            ) from error  # fmt: skip
    return passages


def read_quotes(path: Path, *, weight: float = 0.5) -> list[Passage]:
    """What the telling quotes of labelled conversations teach, as passages of one turn.

    Each quote alone holds its category; the turn without it holds the others alone. Pairs that
    differ in the telling words only keep a head from leaning on what stands around them.
    """
    passages = []
    for _, record in _lines(path):
        turns = record["transcript"]["turns"]
        found: dict[int, list[tuple[str, str]]] = {}
        for finding in record["gold"]["findings"]:
            found.setdefault(finding["turn"], []).append((finding["category"], finding["quote"]))
        name = record["transcript"]["conversation_id"]
        for turn, pairs in found.items():
            text, speaker = turns[turn]["text"], turns[turn]["speaker"]
            for place, (category, quote) in enumerate(pairs):
                inside = {c for c, q in pairs if q in quote or c == category}
                cases = [(f"{turn}.{place}+", quote, inside)]
                rest = text.replace(quote, " ").strip(" ，。！？,.!?")
                if len(rest) > 3:
                    left = {c for c, q in pairs if q in rest}
                    cases.append((f"{turn}.{place}-", rest, left))
                for key, words, categories in cases:
                    bare = _bare(
                        f"{path.stem} quotes",
                        {
                            "conversation_id": f"{name} {key}",
                            "turns": [{"speaker": speaker, "text": words}],
                        },
                    )
                    for one in categories:
                        bare.findings[0, FINDING_LABELS.index(one)] = 1
                    passages.append(
                        msgspec.structs.replace(bare, judged=np.ones(1, np.bool_), weight=weight)
                    )
    return passages


def read_sentences(path: Path, *, weight: float = 1.0, limit: int = 0) -> list[Passage]:
    """Single customer sentences: ``{"text", "label"}`` (emotion) or ``{"text", "offensive"}``.

    Rows whose label is null are left out. ``limit`` keeps that many rows, evenly taken (0: all).
    """
    rows = [r for _, r in _lines(path) if r.get("label") is not None or "offensive" in r]
    if limit and len(rows) > limit:
        step = len(rows) / limit
        rows = [rows[int(i * step)] for i in range(limit)]
    texts = fold_texts(r["text"] for r in rows)
    findings = np.zeros((1, len(FINDING_LABELS)), np.float32)
    acts = np.zeros((1, len(ACT_LABELS)), np.float32)
    unknown = np.zeros(1, np.bool_)
    passages = []
    for place, (row, text) in enumerate(zip(rows, texts, strict=True)):
        label = row.get("label")
        emotion = EMOTION_LABELS.index(label) if label is not None else -1
        offensive = np.array([int(row.get("offensive", -1))])
        speakers = np.zeros(1, np.int64)
        passages.append(
            Passage(
                path.stem, str(place), (text,), speakers, np.array([emotion]),
                findings, acts, unknown, offensive, unknown, weight,
            )
        )  # fmt: skip
    return passages


def read_unlabelled(path: Path, *, limit: int = 0, match: str = "") -> list[Passage]:
    """Conversations without labels (transcripts, or labelled ones whose labels are ignored).

    ``match`` keeps conversations whose identifier matches; they serve distillation.
    """
    passages = []
    for _, record in _lines(path):
        transcript = record.get("transcript", record)
        if match and not re.search(match, transcript["conversation_id"]):
            continue
        passages.append(_bare(path.stem, transcript))
        if limit and len(passages) == limit:
            break
    return passages


def _lines(path: Path) -> Iterable[tuple[int, dict[str, Any]]]:
    try:
        raw = path.read_text("utf-8")
    except OSError as error:
        raise InputError(
            "the training set cannot be read", where=str(path), mend="check the path"
        ) from error
    for number, line in enumerate(raw.splitlines(), 1):
        if line.strip():
            try:
                yield number, json.loads(line)
            except json.JSONDecodeError as error:
                raise InputError(f"no JSON: {error}", where=f"{path}: line {number}") from error


def _folder(path: Path) -> Iterable[tuple[int, dict[str, Any]]]:
    labels = {r["conversation_id"]: r["gold"] for _, r in _lines(path / "labels.jsonl")}
    for number, transcript in _lines(path / "conversations.jsonl"):
        gold = labels.get(transcript["conversation_id"])
        if gold is not None:
            yield number, {"transcript": transcript, "gold": gold}


def _bare(source: str, transcript: dict[str, Any]) -> Passage:
    turns = transcript["turns"]
    speakers = np.array([SPEAKER_ROWS.index(t["speaker"]) for t in turns])
    n = len(turns)
    return Passage(
        source, transcript["conversation_id"], tuple(fold_texts(t["text"] for t in turns)),
        speakers, np.full(n, -1), np.zeros((n, len(FINDING_LABELS)), np.float32),
        np.zeros((n, len(ACT_LABELS)), np.float32), np.zeros(n, np.bool_), np.full(n, -1),
        np.zeros(n, np.bool_),
    )  # fmt: skip


def _conversation(source: str, record: dict[str, Any], weight: float) -> Passage:
    bare, gold = _bare(source, record["transcript"]), record["gold"]
    for turn, label in {**gold.get("emotions", {}), **gold.get("agent_emotions", {})}.items():
        bare.emotion[int(turn)] = EMOTION_LABELS.index(label)
    for finding in gold["findings"]:
        bare.findings[finding["turn"], FINDING_LABELS.index(finding["category"])] = 1
    for turn, acts in gold.get("acts", {}).items():
        for act in acts:
            bare.acts[int(turn), ACT_LABELS.index(act)] = 1
    known = np.ones(len(bare.texts), np.bool_)
    if "labelled" in gold:
        known[:] = False
        known[gold["labelled"]] = True
    return msgspec.structs.replace(bare, judged=known, acted=known, weight=weight)


def total_turns(passages: Sequence[Passage]) -> int:
    """How many turns the passages hold."""
    return sum(len(p.texts) for p in passages)
