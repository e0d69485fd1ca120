"""Single labelled turns as conversations of one or two turns."""

from collections.abc import Sequence

from ccnlp.analysers.base import TurnView
from ccnlp.text.normalise import normalise_many
from ccnlp.training.corpus import LabelledTurn
from ccnlp.types import Speaker, Transcript, Turn


def single_transcripts(turns: Sequence[LabelledTurn]) -> list[Transcript]:
    """A transcript each, the labelled turn last.

    The turn before is taken for the other side's: a file of single turns does not say whose it was.
    """
    made = []
    for place, turn in enumerate(turns):
        own = Turn(turn.speaker, turn.text)
        other: Speaker = "agent" if turn.speaker == "customer" else "customer"
        spoken = (Turn(other, turn.before), own) if turn.before else (own,)
        made.append(Transcript(str(place), spoken))
    return made


def single_views(turns: Sequence[LabelledTurn]) -> list[TurnView]:
    """A view each of the labelled turn, with that before where there is one."""
    transcripts = single_transcripts(turns)
    normals = iter(normalise_many([t.text for c in transcripts for t in c.turns]))
    views = []
    for transcript in transcripts:
        view: TurnView | None = None
        for index, turn in enumerate(transcript.turns):
            view = TurnView(index, turn, transcript.channel, next(normals), view)
        if view is not None:
            views.append(view)
    return views
