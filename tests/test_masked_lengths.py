from assessments import assessment, transcript
from hypothesis import given
from hypothesis import strategies as st

from ccnlp.masked import mask_turn, shown
from ccnlp.types import PiiSpan, Transcript


def test_every_quote_is_its_masked_text() -> None:
    said, made = shown(transcript(), assessment())
    assert "13800138000" not in repr(said) + repr(made)
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
    assert said.customer_id == "***********"
    assert said.attributes == {
        "phone": "***********", "deep": [{"note": "打***********"}], "rows": 12,
    }  # fmt: skip


@given(st.text(max_size=40), st.data())
def test_masking_keeps_lengths(text: str, data: st.DataObject) -> None:
    spans = []
    for _ in range(data.draw(st.integers(0, 3))):
        start = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(start, len(text)))
        if start < end:
            spans.append(PiiSpan("name", 0, start, end, text[start:end]))
    masked = mask_turn(text, 0, spans)
    assert len(masked) == len(text)
    for span in spans:
        assert set(masked[span.start : span.end]) == {"*"}
