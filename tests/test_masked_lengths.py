from assessments import assessment, transcript
from hypothesis import given
from hypothesis import strategies as st

from ccnlp.masked import exported, mask_turn, shown
from ccnlp.privacy.recognise import Recogniser
from ccnlp.privacy.rescan import rescan
from ccnlp.privacy.thread import Thread
from ccnlp.types import PiiSpan, Transcript, Turn


def test_every_quote_is_its_masked_text() -> None:
    said, made = shown(transcript(), assessment())
    assert "13800138000" not in repr(said) + repr(made)
    assert said.turns[1].text == "我要投诉你们,打138****8000找我"
    for one in (*made.findings, *made.pii):
        assert said.turns[one.turn].text[one.start : one.end] == one.quote


def test_revealing_changes_no_word() -> None:
    said, made = shown(transcript(), assessment(), reveal=True)
    assert (said, made) == (transcript(), assessment())


def test_attributes_are_masked_at_any_depth() -> None:
    before = Transcript(
        "c", transcript().turns, customer_id="13800138000",
        attributes={"phone": 13800138000, "deep": [{"note": "打13800138000"}], "rows": 12},
    )  # fmt: skip
    said, _ = shown(before, assessment(risk=0))
    assert said.customer_id == "138****8000"
    assert said.attributes == {
        "phone": "138****8000", "deep": [{"note": "打138****8000"}], "rows": 12,
    }  # fmt: skip


def test_numbers_that_nobody_recognised_are_hidden_whole() -> None:
    assert mask_turn("编号99887766", 0, ()) == "编号********"


def test_an_export_is_scanned_again() -> None:
    thread = Thread(Recogniser())
    turns = (
        *transcript().turns,
        Turn("agent", "幺三八零零幺三八零零零对吗 王小明先生"),
        Turn("customer", "对 我的订单是 FP-8820-1147"),
    )
    before = Transcript("c", turns, attributes={"phone": "13800138000"})
    said, made = exported(before, assessment(), thread)
    assert [turn.text for turn in said.turns[1:]] == [
        "我要投诉你们,打***********找我", "***********对吗 王**先生", "对 我的订单是 **-****-****",
    ]  # fmt: skip
    assert said.attributes == {"phone": "***********"}
    assert rescan(thread, [(t.speaker, t.text) for t in said.turns], made.pii) == []
    for one in (*made.findings, *made.pii):
        assert said.turns[one.turn].text[one.start : one.end] == one.quote


@given(st.text(max_size=40), st.data())
def test_masking_keeps_lengths(text: str, data: st.DataObject) -> None:
    spans = []
    for _ in range(data.draw(st.integers(0, 3))):
        start = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(start, len(text)))
        if start < end:
            spans.append(PiiSpan("password", 0, start, end, text[start:end]))
    masked = mask_turn(text, 0, spans)
    assert len(masked) == len(text)
    for span in spans:
        assert set(masked[span.start : span.end]) <= set("* \t\n")
