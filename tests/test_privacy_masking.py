"""Hidden text keeps its length, pseudonyms are consistent, and a rescan finds nothing."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from privacy_samples import KINDS, forms

from ccnlp.errors import ConfigError
from ccnlp.privacy.masking import mask_span, mask_text, mask_turns
from ccnlp.privacy.pseudonyms import Pseudonyms, canonical
from ccnlp.privacy.recognise import Recogniser
from ccnlp.privacy.rescan import export, rescan
from ccnlp.privacy.thread import Thread
from ccnlp.taxonomy import PII_TYPES

_THREAD = Thread(Recogniser())
_KEY = b"0123456789abcdef"


@pytest.mark.parametrize(
    ("quote", "kind", "shown"),
    [
        ("13812345678", "mobile", "138****5678"),
        ("幺三八 一二三四 五六七八", "mobile", "幺三八 **** 五六七八"),
        ("王小明", "name", "王**"),
        ("歐陽靜", "name", "歐陽*"),
        ("阿依古丽", "name", "****"),
        ("LIN MEI HUA", "name", "L** *** ***"),
        ("11010519491231002X", "id_card", "110*************2X"),
        ("6225880102030409", "bank_card", "6225********0409"),
        ("徐汇区宛南新路428弄6号1503", "address", "徐汇区**************"),
        ("lin.x@example.com", "email", "l****@example.com"),
        ("粤B7M208", "plate", "粤B*****"),
        ("736015", "verification_code", "******"),
        ("Ab@1988", "password", "*******"),
        ("010-64221234", "landline", "***-****1234"),
        ("12345", "order_id", "*****"),
        ("LP202605190038827", "order_id", "LP***********8827"),
    ],
)
def test_what_is_shown(quote: str, kind: str, shown: str) -> None:
    assert mask_span(quote, kind) == shown


@given(
    st.text(min_size=1, max_size=30),
    st.sampled_from(PII_TYPES),
    st.sampled_from(["display", "export"]),
)
def test_lengths_stay(quote: str, kind: str, style: str) -> None:
    assert len(mask_span(quote, kind, style)) == len(quote)  # type: ignore[arg-type]


@given(st.text(min_size=4, max_size=30), st.sampled_from(sorted(set(PII_TYPES) - {"name"})))
def test_an_export_shows_no_letter_or_digit(quote: str, kind: str) -> None:
    assert not any(c.isalnum() for c in mask_span(quote, kind, "export"))


def test_only_the_span_is_hidden() -> None:
    assert mask_text("我叫王小明 好", [(2, 5, "name")]) == "我叫王** 好"


def test_what_one_of_two_overlapping_spans_hides_is_hidden() -> None:
    spans = [(0, 11, "mobile"), (9, 11, "password"), (0, 11, "mobile")]
    assert mask_text("13812345678", spans) == "138****56**"


@pytest.mark.parametrize("style", ["display", "export"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_masked_form_holds_nothing(kind: str, style: str) -> None:
    for form in forms(kind, 80, seed=5):
        texts, spans = export(_THREAD, form.turns, style=style)  # type: ignore[arg-type]
        speakers = [speaker for speaker, _ in form.turns]
        assert [len(t) for t in texts] == [len(t) for _, t in form.turns]
        assert rescan(_THREAD, list(zip(speakers, texts, strict=True)), spans) == []


def test_a_rescan_sees_a_value_in_another_reading() -> None:
    turns = [("customer", "手机13812345678"), ("agent", "我念一下幺三八幺二三四五六七八")]
    spans = _THREAD.conversation(turns[:1])
    masked = mask_turns([text for _, text in turns], spans)
    leaks = rescan(_THREAD, [(s, t) for (s, _), t in zip(turns, masked, strict=True)], spans)
    assert {(leak.turn, leak.why) for leak in leaks} == {(1, "recognised"), (1, "known value")}
    assert all("138" not in str(leak) for leak in leaks)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["customer", "agent"]), st.text(max_size=40)), max_size=4)
)
def test_an_export_of_any_text_is_clean(turns: list[tuple[str, str]]) -> None:
    texts, spans = export(_THREAD, turns)
    assert [len(text) for text in texts] == [len(text) for _, text in turns]
    assert rescan(_THREAD, [(s, t) for (s, _), t in zip(turns, texts, strict=True)], spans) == []


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        ("mobile", "13812345678", "+86 138-1234 5678"),
        ("mobile", "13812345678", "幺三八 一二三四 五六七八"),
        ("mobile", "0912345678", "+886 912 345 678"),
        ("mobile", "13888812345", "幺三四个八幺二三四五"),
        ("id_card", "11010519491231002x", "幺幺零幺零五 一九四九一二三一 零零二X"),
        ("id_card", "A123456789", "a 一二三四五六七八九"),
        ("name", "陳小美", "陈小美"),
        ("order_id", "FP-8820-1147", "fp 88201147"),
        ("plate", "粤B·7M208", "粤b七M二零八"),
    ],
)
def test_one_value_has_one_pseudonym(kind: str, one: str, other: str) -> None:
    assert canonical(kind, one) == canonical(kind, other)
    names = Pseudonyms(_KEY)
    assert names.token(kind, one) == names.token(kind, other)


def test_pseudonyms_differ_by_value_type_and_key() -> None:
    ours, theirs = Pseudonyms(_KEY), Pseudonyms(b"another key that is long")
    assert ours.token("mobile", "13812345678") != ours.token("mobile", "13812345679")
    assert ours.token("mobile", "13812345678") != ours.token("order_id", "13812345678")
    assert ours.token("mobile", "13812345678") != theirs.token("mobile", "13812345678")
    assert ours.token("mobile", "13812345678").startswith("mobile_")


def test_replacing_says_where_the_tokens_stand() -> None:
    text = "我叫王小明 手机13812345678。"
    spans = [(s.start, s.end, s.type) for s in _THREAD.conversation([("customer", text)])]
    made = Pseudonyms(_KEY).replace(text, spans)
    assert [kind for _, _, kind in made.spans] == ["name", "mobile"]
    assert all(made.text[s:e].startswith(f"[{kind}_") for s, e, kind in made.spans)
    assert made.text.endswith("]。")
    assert _THREAD.conversation([("customer", made.text)]) == []


def test_a_short_key_is_refused() -> None:
    with pytest.raises(ConfigError, match="16"):
        Pseudonyms(b"short")
