"""Rules are heard on voice channels only, and only where a mishearing is likely."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccnlp.assets import asset
from ccnlp.rules.load import load_rules
from ccnlp.text.normalise import normalise
from ccnlp.text.phrase import Lexicon, PhraseParser
from ccnlp.text.sound import heard, letters_of, plausible, sounds, syllable

HEAD = "category: complaint\nseverity: low\nrules:\n"


@pytest.fixture
def hits(tmp_path):
    """The hits of one rule in one turn of a customer."""

    def find(rule, text, channel="voice"):
        path = tmp_path / "rules.yaml"
        path.write_text(f"{HEAD}- {{id: a, explanation: x, good: [x], {rule}}}\n", "utf-8")
        rules = load_rules([path])
        (found,) = rules.find([normalise(text)], ["customer"], [channel])
        return [] if found is None else list(found.hits)

    return find


@pytest.mark.parametrize(
    ("phrase", "said"),
    [
        ("要投诉你们", "我要透诉你们"),
        ("要投诉你们", "我要投素你们"),
        ("消费者协会", "打给小费者协会"),
        ("找律师告你", "找率师告你"),
        ("携号转网", "我要协号转网"),
        ("曝光你们", "我要报光你们"),
        ("再不退款..投诉", "再不退宽我就投诉"),
        ("(我要|我想)转人工", "我要转仁工"),
        ("银行卡盗刷", "银航卡盗刷"),
        ("金融监管局", "打给今融监管局"),
        ("没人处理", "一直没人处礼"),
        ("要投诉你们", "我要 透 诉你们"),
    ],
)
def test_what_was_misheard_is_found(hits, phrase, said):
    (one,) = hits(f"any: ['{phrase}']", said)
    assert one.note == "按读音匹配"
    assert 0.6 < one.confidence < 0.85 * 0.85
    assert not hits(f"any: ['{phrase}']", said, "chat")
    assert not hits(f"any: ['{phrase}'], speech: false", said)


@pytest.mark.parametrize(
    ("phrase", "said"),
    [
        ("招骗子", "这张照片子"),  # 照片 is a word
        ("是不是骗", "事不是片"),
        ("投诉", "我要透诉"),  # too short to be sure
        ("死客服", "视频客服"),
        ("死客服", "电视客服"),
        ("死客服", "乐视客服"),
        ("要投诉你们", "摇头数你们"),  # too little of it is there
        ("他要告你", "她要高你"),
    ],
)
def test_what_only_sounds_alike_is_not_found(hits, phrase, said):
    assert hits(f"any: ['{phrase}']", said) == []


@pytest.mark.parametrize(
    ("speaker", "said", "name"),
    [
        ("customer", "我要找你们的兼管部门", "regulator_threat"),
        ("customer", "我要透诉你们", "complaint"),
        ("customer", "帮我转仁工客服", "human_request"),
        ("agent", "我把邻居的电化发给您您去谈", "privacy_breach"),
        ("agent", "这个我跟您报证没问题", "overpromise"),
    ],
)
def test_the_shipped_rules_hear_voice_and_read_chat(speaker, said, name):
    rules = load_rules(
        sorted(asset("configs", "rules").glob("*.yaml")),
        sorted(asset("configs", "lexicon").glob("*.yaml")),
    )

    def names(channel, by_sound):
        (found,) = rules.find([normalise(said)], [speaker], [channel])
        hits = found.hits if found is not None else ()
        return {rules.rules[h.rule].name for h in hits if by_sound == (h.note == "按读音匹配")}

    assert name in names("voice", by_sound=True)
    for channel in ("chat", "email", "social"):
        assert not names(channel, by_sound=True)
        assert names(channel, by_sound=False) == names("voice", by_sound=False)


def test_short_phrases_are_heard_if_asked_for(hits):
    assert hits("any: [投诉你], speech: true", "我透诉你")
    assert not hits("any: [投诉], speech: false", "我透诉你")


def test_what_is_written_rightly_is_found_once(hits):
    (one,) = hits("any: [要投诉你们]", "我要投诉你们")
    assert one.note == ""
    assert one.confidence == 0.85


def test_a_step_of_the_script_is_told_once_however_it_is_found(tmp_path):
    path = tmp_path / "rules.yaml"
    path.write_text("act: thanks\nrules:\n- {id: a, any: [谢谢您了], good: [谢谢您了]}\n", "utf-8")
    rules = load_rules([path])
    for text in ("谢谢您了谢谢您了", "谢谢您了谢 谢您了", "谢谢您了射谢您了"):
        (found,) = rules.find([normalise(text)], ["agent"], ["voice"])
        assert [(hit.start, hit.note) for hit in found.hits] == [(0, "")]


def test_conditions_hold_for_what_is_heard(hits):
    assert not hits("any: [要投诉你们], none: [快递]", "我要透诉你们快递")
    assert hits("any: [要投诉你们], all: [快递]", "我要透诉你们快递")
    (one,) = hits("any: [要投诉你们], allow: [透诉你们不行]", "要透诉你们不行")
    assert one.suppressed.startswith("allowed")
    (one,) = hits("any: [要投诉你们]", "我不是要透诉你们")
    assert one.suppressed == "negated"


@pytest.mark.parametrize(
    ("one", "other"),
    [("zhi", "zi"), ("ni", "li"), ("xing", "xin"), ("sheng", "sen"), ("chong", "cong")],
)
def test_confused_syllables_are_one(one, other):
    assert syllable(one) == syllable(other)


@pytest.mark.parametrize(("one", "other"), [("ba", "pa"), ("n", "l"), ("an", "ang"), ("a", "e")])
def test_other_syllables_are_not(one, other):
    assert syllable(one) != syllable(other)


def test_polyphones_have_both_readings():
    ((main, second),) = sounds(["银行"])
    assert main[1] == sounds(["型"])[0][0]
    assert second[1] == sounds(["航"])[0][0]
    tree = heard(PhraseParser(Lexicon()).parse("银行卡"))
    readings = {option[0].text for option in tree.pieces[0].options}
    assert {sounds(["银型"])[0][0], sounds(["银航"])[0][0]} <= {text[:2] for text in readings}


@given(st.text(max_size=30))
def test_sounds_keep_their_places(text):
    folded = normalise(text).text
    ((main, second),) = sounds([folded])
    assert len(main) == len(folded)
    assert second is None or len(second) == len(folded)
    for char, as_heard in zip(folded, main, strict=True):
        if char in "一二三四五六七八九十0123456789abc,。":
            assert as_heard == char


def test_batches_of_sounds_are_those_of_single_texts():
    texts = ["投诉", "", "银行", "abc"]
    assert sounds(texts) == [sounds([text])[0] for text in texts]


def test_a_span_outside_the_letters_is_not_plausible():
    letters = letters_of(PhraseParser(Lexicon()).parse("投诉你").pieces)
    assert letters == frozenset("投诉你")
    assert not plausible("好好的", 0, 3, letters, True, frozenset({0, 1, 2, 3}))
