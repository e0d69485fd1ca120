"""Labels that ship without their text, joined to the transcripts that a user holds.

Some sets may be trained on but not passed on. Their labels name conversations and places alone;
``python -m ccnlp.training.join TRANSCRIPTS LABELS OUT`` makes labelled conversations of both,
``{"transcript", "gold"}`` a line, for training on this machine.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from ccnlp.errors import InputError


def join(transcripts: Path, labels: Path, out: Path) -> int:
    """Write the labelled conversations; answers how many.

    Parameters
    ----------
    transcripts: transcripts a line, or rows that hold one under ``transcript``.
    labels: ``{"conversation_id", "gold"}`` a line; each of its findings has ``category``,
        ``turn``, ``start`` and ``end`` (code points of the turn's text).
    out: the file to write; findings get their ``quote``.

    Raises
    ------
    InputError: a labelled conversation is not among the transcripts, or a place not in its turn.
    """
    held = {t["conversation_id"]: t for r in _rows(transcripts) for t in [r.get("transcript", r)]}
    lines = []
    for row in _rows(labels):
        name = row["conversation_id"]
        if name not in held:
            raise InputError(
                f"labels of {name!r}, which is not among the transcripts", where=str(labels),
                mend=f"name the file that holds it instead of {transcripts}",
            )  # fmt: skip
        turns = held[name]["turns"]
        findings = []
        for one in row["gold"].get("findings", []):
            text, start, end = turns[one["turn"]]["text"], one["start"], one["end"]
            if not 0 <= start < end <= len(text):
                raise InputError(
                    f"{name!r}, turn {one['turn']}: no characters {start} to {end}",
                    where=str(labels), mend="the transcripts are another edition of the set",
                )  # fmt: skip
            findings.append({**one, "quote": text[start:end]})
        gold = {**row["gold"], "findings": findings}
        lines.append(msgspec.json.encode({"transcript": held[name], "gold": gold}))
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(b"\n".join([*lines, b""]))
    return len(lines)


def _rows(path: Path) -> list[dict[str, Any]]:
    try:
        return [msgspec.json.decode(x) for x in path.read_bytes().splitlines() if x.strip()]
    except (OSError, msgspec.DecodeError) as error:
        raise InputError(f"cannot be read: {error}", where=str(path), mend="check it") from error


def main(arguments: Sequence[str] | None = None) -> int:
    """Join labels and transcripts."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    for name in ("transcripts", "labels", "out"):
        parser.add_argument(name, type=Path)
    given = parser.parse_args(arguments)
    print(join(given.transcripts, given.labels, given.out))  # noqa: T201 - what it answers
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
