"""Hiding personal information changes no verdict: a conversation and its masked twin are one.

The twin is what ``explain`` and ``queue show`` print: numbers without their middle, names by their
family name. The engine judges both from the same text, for it hides what it found itself.
"""

from pathlib import Path

import msgspec
import pytest
from conversations import talk, transcripts
from hypothesis import given, settings

from ccnlp.assets import asset
from ccnlp.config import load_recipe
from ccnlp.engine import Engine
from ccnlp.privacy.masking import mask_turns
from ccnlp.training.corpus import read_conversations
from ccnlp.types import Act, Assessment, Finding, Transcript

ENGINE = Engine(load_recipe())
_DEVELOPMENT = Path("../shared/data/dev_conversations.jsonl")
_FILES = [asset("data", "sample", "conversations.jsonl"), _DEVELOPMENT]


def twin(transcript: Transcript, made: Assessment) -> Transcript:
    """The conversation as it is shown."""
    texts = mask_turns([turn.text for turn in transcript.turns], made.pii)
    turns = (
        msgspec.structs.replace(turn, text=text)
        for turn, text in zip(transcript.turns, texts, strict=True)
    )
    return msgspec.structs.replace(transcript, turns=tuple(turns))


def verdicts(made: Assessment) -> dict[str, object]:
    """All that was judged, without the words quoted."""
    return {
        "findings": [_place(f) for f in made.findings],
        "suppressed": [(*_place(f), f.suppressed) for f in made.suppressed],
        "acts": [_place(a) for a in made.acts],
        "items": [(i.item, i.result, i.points, i.confidence) for i in made.scorecard.items],
        "score": (made.scorecard.total, made.scorecard.minimum, made.scorecard.maximum),
        "risk": made.risk,
        "complaint": made.complaint,
        "handoff": (made.handoff.recommended, made.handoff.turn, made.handoff.target),
        "emotions": [(e.turn, e.label) for e in made.emotions],
        # digits of a number said over several turns are words until it is known to be one
        "frequency": (made.frequency.counts, made.frequency.agent_risk_share),
    }


def _place(one: Finding | Act) -> tuple[object, ...]:
    name = one.category if isinstance(one, Finding) else one.act
    return name, one.turn, one.start, one.end, one.confidence, one.source


@pytest.mark.parametrize("path", _FILES, ids=["sample", "development"])
def test_a_masked_conversation_is_judged_as_itself(path: Path) -> None:
    if not path.is_file():
        pytest.skip(f"{path} is not here")
    originals = [c.transcript for c in read_conversations(path)]
    scored = ENGINE.score_many(originals)
    twins = [twin(t, made) for t, made in zip(originals, scored, strict=True)]
    assert sum(one != other for one, other in zip(originals, twins, strict=True)) > 20
    for made, other in zip(scored, ENGINE.score_many(twins), strict=True):
        assert verdicts(made) == verdicts(other), made.conversation_id


def test_the_verdict_is_the_same_whoever_it_is() -> None:
    told = [
        talk(
            "A 请问您贵姓", f"C 我叫{name} 手机{mobile}", "A 好的已登记",
            f"C 再不解决我{name}就去12315投诉你们",
        )
        for name, mobile in (("王建国", "13800138000"), ("慕容雪", "18955667788"))
    ]  # fmt: skip
    one, other = ENGINE.score_many(told)
    assert one.findings
    assert [p.quote for p in one.pii] == ["王建国", "13800138000", "王建国"]
    assert [(f.category, f.confidence) for f in one.findings] == [
        (f.category, f.confidence) for f in other.findings
    ]


def test_findings_quote_what_was_said() -> None:
    said = talk("A 他叫 温德胜，18802965573，家住松竹园二期5栋301，您直接找他要钱")
    made = ENGINE.score(said)
    (finding,) = [f for f in made.findings if f.category == "privacy_breach"]
    assert finding.quote == said.turns[0].text[finding.start : finding.end]
    assert "温德胜" in finding.quote


def test_a_number_read_aloud_is_known_by_its_mask() -> None:
    turns = ("A 您卡号是6217001234567890吧", "A 您卡号是6217********7890吧")
    for turn in turns:
        made = ENGINE.score(talk(turn))
        assert [f.category for f in made.findings] == ["privacy_breach"], turn


@settings(max_examples=40, deadline=None)
@given(transcript=transcripts)
def test_hiding_moves_no_offset(transcript: Transcript) -> None:
    made = ENGINE.score(transcript)
    for one in (*made.findings, *made.suppressed, *made.acts, *made.pii):
        assert transcript.turns[one.turn].text[one.start : one.end] == one.quote
