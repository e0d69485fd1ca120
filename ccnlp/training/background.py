"""Draws the background of few-shot detectors: turns of all kinds that none may fire on.

``python -m ccnlp.training.background data/training/*.jsonl > configs/categories/background.jsonl``

Turns stand in the order of the SHA-256 of their text, so that the same files give the same lines.
"""

import hashlib
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import msgspec

from ccnlp.text.normalise import normalise_many
from ccnlp.training.corpus import LabelledTurn, read_turns

#: Turns of customers, and of agents and bots together.
EACH: Final = 600
#: Shorter turns tell nothing; longer ones are seldom, and slow to read.
_LENGTHS: Final = range(2, 121)


def draw_background(turns: Iterable[LabelledTurn], each: int = EACH) -> list[LabelledTurn]:
    """``each`` turns by customers, and as many by agents and bots; no folded text twice."""
    drawn: dict[bool, dict[str, LabelledTurn]] = {True: {}, False: {}}
    listed = [t for t in turns if len(t.text) in _LENGTHS and t.speaker != "system"]
    folded = [n.text for n in normalise_many([t.text for t in listed])]
    places = sorted(range(len(listed)), key=lambda i: (_place(folded[i]), listed[i].speaker))
    for place in places:
        turn = listed[place]
        kept = drawn[turn.speaker == "customer"]
        if len(kept) < each:
            kept.setdefault(folded[place], turn)
    return [*drawn[True].values(), *drawn[False].values()]


def _place(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def main(arguments: Sequence[str]) -> int:
    """Write the turns of the files named to standard output."""
    for turn in draw_background(read_turns(map(Path, arguments))):
        row = msgspec.json.encode({"speaker": turn.speaker, "text": turn.text})
        sys.stdout.write(row.decode() + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
