"""The phrase language: what each sign matches, and what is refused with a reason."""

import pytest

from ccnlp.text.expression import express
from ccnlp.text.matcher import Phrases, Scanner
from ccnlp.text.normalise import normalise
from ccnlp.text.phrase import Lexicon, PhraseError, PhraseParser
from ccnlp.text.raw import parse_raw
from ccnlp.text.segment import boundaries

LEXICON = Lexicon(
    {
        "body": ("消协", "12315", "消费者协会", "{court}"),
        "court": ("法院", "仲裁委"),
        "loop": ("甲", "{pool}"),
        "pool": ("{loop}",),
        "edge": ("^甲",),
    },
    {"短信": ("简讯", "簡訊"), "12315": ("幺二三幺五",), "人工客服": ("rgkf",), "人工": ("真人",)},
)


def compiled(source):
    tree = parse_raw(source) if source.startswith("re:") else PhraseParser(LEXICON).parse(source)
    return express(tree)


def matches(source, text):
    """Texts that a phrase is found as, by scan and by look-up, which must agree."""
    phrases = Phrases({0: compiled(source)})
    folded = normalise(text).text
    edges = lambda: boundaries(folded)  # noqa: E731
    found = Scanner(phrases, [0]).scan([folded])[0]
    by_scan = phrases.keep(0, found[0], folded, edges) if found else []
    by_look_up = phrases.keep(0, phrases.look_up(0, folded), folded, edges)
    assert sorted(by_scan) == sorted(by_look_up)
    return sorted(folded[start:end] for start, end in by_scan)


@pytest.mark.parametrize(
    ("phrase", "text", "found"),
    [
        ("我要投诉", "我要投訴你", ["我要投诉"]),
        ("我要投訴", "我要投诉你", ["我要投诉"]),
        ("ＶＩＰ客户", "vip客户", ["vip客户"]),
        ("(去|找|打)消协", "我去消协找消协", ["去消协", "找消协"]),
        ("((我|俺)要)?投诉你们", "俺要投诉你们", ["俺要投诉你们", "投诉你们"]),
        ("我?要投诉", "要投诉", ["要投诉"]),
        ("投诉到{body}", "投诉到12315", ["投诉到12315"]),
        ("投诉到{body}", "投诉到仲裁委", ["投诉到仲裁委"]),
        ("投诉到{body}", "投诉到幺二三幺五", ["投诉到幺二三幺五"]),
        ("发{body}?短信", "发簡訊", ["发简讯"]),
        ("再不..退钱", "再不给我退钱", ["再不给我退钱"]),
        ("再不..退钱", "再不给我们大家全部都退钱", []),
        ("再不..12退钱", "再不给我们大家全部都退钱", ["再不给我们大家全部都退钱"]),
        ("再不..退钱", "再不,退钱", []),
        ("再不，退钱", "再不,退钱", ["再不,退钱"]),
        ("再不，退钱", "再不退钱", ["再不退钱"]),
        ("去..12315", "去给我打12315", ["去给我打12315"]),
        ("line pay", "用linepay付", ["linepay"]),
        ("line pay", "用line pay付", ["line pay"]),
        ("line ?pay", "用LINE PAY付", ["line pay"]),
        ("^谢谢你", "嗯,谢谢你", ["谢谢你"]),
        ("^谢谢你", "不用谢谢你", []),
        ("谢谢你$", "谢谢你!", ["谢谢你"]),
        ("谢谢你$", "谢谢你啊", []),
        ("谢谢(你|$)", "好的谢谢。", ["谢谢"]),
        ("(^|我)要投诉", "要投诉", ["要投诉"]),
        ("(^|我)要投诉", "他要投诉", []),
        ("第#次打", "第三次打", ["第三次打"]),
        ("第#次打", "第3次打", ["第3次打"]),
        ("第#次打", "第十三次打", []),
        ("等了#+天", "等了15天", ["等了15天"]),
        ("等了#+天", "等了十五天", ["等了十五天"]),
        ("#+天了", "等了15天了", ["15天了"]),
        ("#+元", "3.5元", ["3.5元"]),
        ("^我?要投诉", "我要投诉", ["我要投诉"]),
        ("##:##", "在09:30到", ["09:30"]),
        ("大麻", "大麻烦", []),
        ("大麻", "吸大麻的人", ["大麻"]),
        ("口交", "路口交通", []),
        ("<法院>", "在法院门口", ["法院"]),
        ("12315", "1231567", []),
        ("dy", "body", []),
        ("抖音|dy", "上dy曝光", ["dy"]),
        ("消协", "消协找消协", ["消协", "消协"]),
        ("消费者(协会)?", "找消费者协会", ["消费者", "消费者协会"]),
        (r"多少\?", "多少?", ["多少?"]),
        (r"\(备注\)", "(备注)", ["(备注)"]),
        ("什么？", "什么?", ["什么?"]),
        ("人工客服在吗", "rgkf在吗", ["rgkf在吗"]),
        ("转人工吧", "转真人吧", ["转真人吧"]),
        ("打12315", "打幺二三幺五", ["打幺二三幺五"]),
        ("打12315", "打一两三幺五", ["打一两三幺五"]),
        ("打12315", "打幺二三五五", []),
        ("第12次", "第一二次", []),  # two digits are no number said digit by digit
        ("app9800", "app九八零零", ["app九八零零"]),
        ("(不退，|再不)投诉", "不退，投诉", ["不退,投诉"]),
        ("##号单", "**号单", ["**号单"]),
        ("卡号#+吧", "卡号62**7890吧", ["卡号62**7890吧"]),
        ("re:第[二三四]次来", "第三次来", ["第三次来"]),
        ("re:[0-9]{6,8}号单", "单1234567号单", ["1234567号单"]),
        ("re:投訴.{0,3}你", "投诉死你", ["投诉死你"]),
    ],
)
def test_phrase_matches(phrase, text, found):
    assert matches(phrase, text) == sorted(found)


@pytest.mark.parametrize(
    ("phrase", "says"),
    [
        ("", "empty"),
        ("(去|找", "never closed"),
        ("去)找", "no partner"),
        ("?去", "nothing before"),
        ("{nothing}", "no word class"),
        ("{bodx}", r"perhaps \{body\}"),
        ("{Body}", "opens no word class"),
        ("{loop}", "holds itself"),
        ("{edge}", r"one of \^"),
        ("去..40找", "a gap of 40"),
        ("去<找", "beginning"),
        ("(去<找)", "inside a group"),
        ("找^去", "beginning"),
        ("(去)?..", "no text that is always there"),
        ("#+", "no text that is always there"),
        ("甲..20乙..20丙..20丁..20戊", "can span"),
        ("甲..2乙..2丙..2丁..2戊..2己", "5 gaps"),
        ("甲..18乙..18丙..18丁..18戊", "ways"),
        ("去\\", "stands at the end"),
        ("re:(", "no regular expression"),
        ("re:投诉.*", "without an upper limit"),
        ("re:投诉+", "without an upper limit"),
        ("re:(投诉){2,3}", "repeats a group"),
        ("re:(?:ab|a|b){0,50}投诉", "repeats a group"),
        (r"re:(投)诉\1", "not allowed"),
        ("re:^投诉", "anchor"),
        ("re:(?i)投诉", "flags"),
        ("re:[0-9]{3}", "no text that is always there"),
        ("re:.{0,70}投诉.{0,70}", "can span"),
    ],
)
def test_phrase_is_refused_with_a_reason(phrase, says):
    with pytest.raises(PhraseError, match=says) as refused:
        compiled(phrase)
    assert refused.value.mend


def test_an_empty_class_is_refused():
    with pytest.raises(PhraseError, match="empty"):
        PhraseParser(Lexicon({"none": ()})).parse("去{none}")


def test_own_classes_go_before_shared_ones():
    lexicon = LEXICON.with_classes({"court": ("最高院",)})
    tree = PhraseParser(lexicon).parse("去{court}")
    assert express(tree).texts == ("去最高院",)
    assert LEXICON.with_classes({}) is LEXICON
