"""The nightly run and a live session end in the same assessment, at any prefix and batch."""

import msgspec
from conversations import SENTENCES, talk, transcripts
from hypothesis import given, settings

from ccnlp.config import load_recipe
from ccnlp.engine import Engine
from ccnlp.types import Transcript

ENGINE = Engine(load_recipe())
RICH = talk(*(f"{'ACAC'[i % 4]} {s}" for i, s in enumerate(SENTENCES)), channel="voice")


def test_every_analyser_of_the_recipe_is_there() -> None:
    assert ENGINE.not_evaluated == {}


@settings(max_examples=60, deadline=None)
@given(transcript=transcripts)
def test_every_prefix_live_is_the_nightly_verdict(transcript: Transcript) -> None:
    session = ENGINE.session(msgspec.structs.replace(transcript, turns=()))
    for count, turn in enumerate(transcript.turns, 1):
        session.push(turn)
        prefix = msgspec.structs.replace(transcript, turns=transcript.turns[:count])
        assert session.assess() == ENGINE.score(prefix)


@settings(max_examples=30, deadline=None)
@given(transcript=transcripts)
def test_neighbours_in_a_batch_change_nothing(transcript: Transcript) -> None:
    alone = ENGINE.score(transcript)
    together = ENGINE.score_many([RICH, transcript, RICH, transcript])
    assert together[1] == together[3] == alone


def test_same_input_gives_the_same_bytes() -> None:
    first = msgspec.json.encode(ENGINE.score(RICH))
    assert first == msgspec.json.encode(Engine(load_recipe()).score(RICH))
