"""A case laid out for its page: turns cut where evidence begins and ends, moods, subjects."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import msgspec

from ccnlp.store.reviews import Comment, Missed, Said
from ccnlp.taxonomy import CATEGORIES
from ccnlp.types import Assessment, Finding, ItemScore, Transcript

#: Height of an emotion on the line, in [-1, 1].
_HEIGHTS: Final = {"happy": 1.0, "surprise": 0.2, "sad": -0.6, "fear": -0.8, "angry": -1.0}
#: Seconds of silence that are shown between turns.
GAP_SECONDS: Final = 20.0
#: Width of a turn and height of the emotion line, in units of its picture.
STEP, HEIGHT = 24, 64


class Piece(msgspec.Struct, frozen=True):
    """Part of a turn's text: under which subjects it stands, and their risk class."""

    text: str
    start: int
    subjects: tuple[str, ...] = ()
    risk_class: str = ""
    #: Whether a person added it.
    added: bool = False


class Line(msgspec.Struct, frozen=True):
    """A turn as it is shown."""

    number: int
    speaker: str
    pieces: tuple[Piece, ...]
    emotion: str
    unsure: bool
    #: Clock from the start, ``m:ss``; empty where unknown.
    clock: str
    #: Seconds of silence before it; 0 where there was none to speak of.
    gap: int
    #: Seconds by which it began before the last one had ended.
    overlap: int
    comments: tuple[Comment, ...]


class Subject(msgspec.Struct, frozen=True):
    """Something to be judged: the machine's verdict, and the person's beside it."""

    key: str
    said: Said | None
    finding: Finding | None = None
    item: ItemScore | None = None


class Mood(msgspec.Struct, frozen=True):
    """A point of the emotion line."""

    turn: int
    speaker: str
    emotion: str
    x: float
    y: float


class CaseView(msgspec.Struct, frozen=True):
    """All that the page shows of a conversation."""

    lines: tuple[Line, ...]
    findings: tuple[Subject, ...]
    items: tuple[Subject, ...]
    missed: tuple[Missed, ...]
    moods: tuple[Mood, ...]
    #: Points of the polyline of each side.
    courses: dict[str, str]
    width: int

    @property
    def open(self) -> int:
        """Findings that nobody has judged yet."""
        return sum(subject.said is None for subject in self.findings)


def finding_key(finding: Finding) -> str:
    """The name under which verdicts on a finding are kept."""
    return f"finding:{finding.category}:{finding.turn}:{finding.start}:{finding.end}"


def subjects_of(made: Assessment) -> set[str]:
    """Everything that can be judged in an assessment."""
    return {finding_key(f) for f in made.findings} | {
        f"item:{item.item}" for item in made.scorecard.items
    }


def lay_out(
    transcript: Transcript, made: Assessment, said: dict[str, Said], missed: Sequence[Missed],
    comments: Sequence[Comment],
) -> CaseView:  # fmt: skip
    """The view of a conversation and assessment as they are handed over: masked, or not."""
    emotions = {emotion.turn: emotion for emotion in made.emotions}
    lines = []
    for number, turn in enumerate(transcript.turns):
        before = transcript.turns[number - 1] if number else None
        pause = (
            turn.start_seconds - before.end_seconds
            if before and before.end_seconds is not None and turn.start_seconds is not None
            else 0.0
        )
        felt = emotions.get(number)
        lines.append(
            Line(
                number=number, speaker=turn.speaker,
                pieces=cut(turn.text, number, made.findings, missed),
                emotion=felt.label if felt else "", unsure=bool(felt and felt.unsure),
                clock=_clock(turn.start_seconds), gap=int(pause) if pause >= GAP_SECONDS else 0,
                overlap=round(-pause) if pause <= -0.5 else 0,
                comments=tuple(c for c in comments if c.turn == number),
            )
        )  # fmt: skip
    moods = tuple(
        Mood(
            e.turn, transcript.turns[e.turn].speaker, e.label, STEP * (e.turn + 0.5),
            HEIGHT / 2 * (1 - 0.8 * _HEIGHTS.get(e.label, 0.0) * e.probability),
        )
        for e in made.emotions
    )  # fmt: skip
    return CaseView(
        lines=tuple(lines),
        findings=tuple(
            Subject(key := finding_key(f), said.get(key), finding=f)
            for f in sorted(made.findings, key=lambda f: (f.turn, f.start))
        ),
        items=tuple(
            Subject(key := f"item:{item.item}", said.get(key), item=item)
            for item in made.scorecard.items
        ),
        missed=tuple(missed), moods=moods,
        courses={
            side: " ".join(f"{m.x:g},{m.y:.1f}" for m in moods if m.speaker == side)
            for side in ("customer", "agent")
        },
        width=STEP * max(1, len(transcript.turns)),
    )  # fmt: skip


def cut(
    text: str, turn: int, findings: Sequence[Finding], missed: Sequence[Missed]
) -> tuple[Piece, ...]:
    """A turn's text in pieces, each under the same findings; together they are the text."""
    marks = [(f.start, f.end, finding_key(f), f.category, False)
             for f in findings if f.turn == turn]  # fmt: skip
    marks += [(m.start, m.end, f"missed:{m.id}", m.category, True)
              for m in missed if m.turn == turn]  # fmt: skip
    edges = sorted({0, len(text), *(e for mark in marks for e in mark[:2])})
    pieces = []
    for start, end in pairwise(edges):
        over = [mark for mark in marks if mark[0] <= start and end <= mark[1]]
        known = CATEGORIES.get(over[0][3]) if over else None
        pieces.append(
            Piece(
                text[start:end], start, tuple(mark[2] for mark in over),
                (known.risk_class if known else "other") if over else "",
                any(mark[4] for mark in over),
            )
        )  # fmt: skip
    return tuple(pieces)


def _clock(seconds: float | None) -> str:
    return "" if seconds is None else f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
