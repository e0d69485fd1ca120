"""Labelled turns for training and evaluation, from JSONL of two kinds, and CSV of one.

* ``{"transcript": {...}, "gold": {...}}``: conversations (data/README.md); where ``gold`` lists
  ``labelled`` turns, the others are context alone;
* ``{"text": "...", "label": "angry"}``: single turns with an emotion, optionally with
  ``speaker`` (default customer), ``before`` (the turn before) and ``group``; a CSV file has
  these names in its first line.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from ccnlp.errors import InputError
from ccnlp.taxonomy import EMOTIONS, SPEAKERS
from ccnlp.types import Speaker, Transcript


class LabelledTurn(msgspec.Struct, frozen=True):
    """One turn and what is known of it; ``None`` where it was not labelled."""

    text: str
    speaker: Speaker
    before: str
    #: Who wrote it: folds of cross-validation never cut a group.
    group: str
    emotion: str | None = None
    findings: frozenset[str] | None = None
    acts: frozenset[str] | None = None


class LabelledConversation(msgspec.Struct, frozen=True):
    """A transcript with its labels."""

    transcript: Transcript
    gold: dict[str, Any]


def read_conversations(path: Path) -> list[LabelledConversation]:
    """Labelled conversations of one file; for sample data, labels beside the transcripts.

    ``conversations.jsonl`` may stand beside ``labels.jsonl`` with the same ids.

    Raises
    ------
    InputError: naming the file and line.
    """
    labels = path.with_name("labels.jsonl")
    if path.name == "conversations.jsonl" and labels.is_file():
        gold = {r["conversation_id"]: r["gold"] for _, r in _records(labels)}
        rows = [
            (n, {"transcript": r, "gold": gold[r["conversation_id"]]}) for n, r in _records(path)
        ]
    else:
        rows = list(_records(path))
    answer = []
    for number, row in rows:
        try:
            answer.append(msgspec.convert(row, LabelledConversation))
        except msgspec.ValidationError as error:
            raise InputError(
                f"is no labelled conversation: {error}", where=f"{path}:{number}",
                mend="see data/README.md",
            ) from error  # fmt: skip
    return answer


def read_turns(paths: Iterable[Path]) -> list[LabelledTurn]:
    """All labelled turns of several files; each file is a group unless its rows say otherwise.

    Raises
    ------
    InputError: naming the file and line.
    """
    turns: list[LabelledTurn] = []
    for path in paths:
        first = next(iter(_records(path)), (0, {}))[1]
        if "text" in first:
            turns += _single_turns(path)
        else:
            for conversation in read_conversations(path):
                turns += conversation_turns(conversation, path.stem)
    return turns


def read_emotions(path: Path) -> list[LabelledTurn]:
    """The customer and agent turns of one file that have an emotion.

    Raises
    ------
    InputError: naming the file and line; or there is no such turn.
    """
    turns = [
        t
        for t in read_turns([path])
        if t.emotion is not None and t.speaker in ("customer", "agent")
    ]
    if not turns:
        raise InputError(
            "holds no turn of a customer or agent with an emotion", where=str(path),
            mend='one {"text": "…", "label": "angry"} a line, or a CSV with these columns',
        )  # fmt: skip
    return turns


def conversation_turns(conversation: LabelledConversation, group: str) -> list[LabelledTurn]:
    """The turns of one conversation with their labels."""
    gold = conversation.gold
    emotions = {**gold.get("emotions", {}), **gold.get("agent_emotions", {})}
    acts: dict[str, list[str]] | None = gold.get("acts")
    labelled: list[int] | None = gold.get("labelled")
    found: dict[int, set[str]] = {}
    for finding in gold.get("findings", []):
        found.setdefault(finding["turn"], set()).add(finding["category"])
    answer, before = [], ""
    for index, turn in enumerate(conversation.transcript.turns):
        served = turn.speaker in ("agent", "bot")
        if labelled is None or index in labelled:
            done = acts.get(str(index), ()) if acts is not None and served else None
            answer.append(
                LabelledTurn(
                    text=turn.text, speaker=turn.speaker, before=before, group=group,
                    emotion=emotions.get(str(index)),
                    findings=frozenset(found.get(index, ())),
                    acts=frozenset(done) if done is not None else None,
                )
            )  # fmt: skip
        before = turn.text
    return answer


def _single_turns(path: Path) -> list[LabelledTurn]:
    turns = []
    for number, row in _records(path):
        label = row.get("label")
        if not label:
            continue
        text: Any = row.get("text")
        speaker: Any = row.get("speaker") or "customer"
        if not isinstance(text, str) or speaker not in SPEAKERS:
            what = "has no text" if not isinstance(text, str) else f"unknown speaker {speaker!r}"
            raise InputError(
                what, where=f"{path}:{number}", mend="see docs/training.md"
            )  # fmt: skip
        if label not in EMOTIONS:
            raise InputError(
                f"unknown emotion {label!r}", where=f"{path}:{number}",
                mend=f"one of {', '.join(EMOTIONS)}, or null",
            )  # fmt: skip
        turns.append(
            LabelledTurn(
                text=text, speaker=speaker, before=row.get("before") or "",
                group=row.get("group") or path.stem, emotion=label,
            )
        )  # fmt: skip
    return turns


def _records(path: Path) -> Iterable[tuple[int, dict[str, Any]]]:
    try:
        content = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot be read: {error}", where=str(path), mend="check it") from error
    if path.suffix.casefold() == ".csv":
        table = csv.DictReader(io.StringIO(content))
        yield from ((table.line_num, dict(row)) for row in table)
        return
    for number, line in enumerate(content.splitlines(), 1):
        if not line.strip():
            continue
        try:
            yield number, msgspec.json.decode(line)
        except msgspec.DecodeError as error:
            raise InputError(
                f"is no JSON: {error}", where=f"{path}:{number}", mend="one object a line"
            ) from error


def groups_of(turns: Sequence[LabelledTurn]) -> list[str]:
    """The groups, in order of appearance."""
    return list(dict.fromkeys(t.group for t in turns))
