"""Personal information in the light of the conversation: questions, pieces, repetitions."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccnlp.privacy.recognise import Recogniser
from ccnlp.privacy.thread import START, Thread
from ccnlp.text.normalise import normalise

_THREAD = Thread(Recogniser())


def found(*turns: str) -> list[tuple[str, int, str]]:
    """(type, turn, quote) in turns like ``"C: 我叫..."``; A agent, B bot, C customer."""
    speakers = {"A": "agent", "B": "bot", "C": "customer", "S": "system"}
    spans = _THREAD.conversation([(speakers[t[0]], t[3:]) for t in turns])
    for span in spans:
        assert turns[span.turn][3:][span.start : span.end] == span.quote
    return [(s.type, s.turn, s.quote) for s in spans]


def test_a_number_over_several_turns_has_a_span_a_piece() -> None:
    turns = ("B: 请说出您的手机号码", "C: 幺五八", "B: 请继续", "C: 零零七幺", "C: 六四三二")
    assert found(*turns) == [
        ("mobile", 1, "幺五八"),
        ("mobile", 3, "零零七幺"),
        ("mobile", 4, "六四三二"),
    ]


def test_typed_bursts_are_joined_without_a_question() -> None:
    assert found("C: 139", "C: 0022", "C: 4455") == [
        ("mobile", 0, "139"), ("mobile", 1, "0022"), ("mobile", 2, "4455"),
    ]  # fmt: skip


def test_an_identity_card_over_two_turns() -> None:
    assert found("A: 身份证号报一下", "C: 110105 19491231", "A: 嗯", "C: 0021") == [
        ("id_card", 1, "110105 19491231"), ("id_card", 3, "0021"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("ask", "answer", "kind", "quote"),
    [
        ("手机号报一下", "嗯 幺三九零零二二四四五五", "mobile", "幺三九零零二二四四五五"),
        ("留的电话是多少", "三五四四 零六幺九", "landline", "三五四四 零六幺九"),
        ("您贵姓大名", "路小川", "name", "路小川"),
        ("孩子叫什么名字", "欧阳晨", "name", "欧阳晨"),
        ("麻煩提供訂購人姓名", "葉淑真 末三碼 207", "name", "葉淑真"),
        ("护照上的英文姓名", "LIN/MEI HUA", "name", "LIN/MEI HUA"),
        ("订单号", "7204118830554", "order_id", "7204118830554"),
        ("保单号多少", "A Z 二零二六零幺幺五八", "order_id", "A Z 二零二六零幺幺五八"),
        ("保单号念一下", "3204417785", "order_id", "3204417785"),
        ("訂位代號麻煩給我", "R3T9WB", "order_id", "R3T9WB"),
        ("验证码发我", "304 518", "verification_code", "304 518"),
        ("车牌号", "苏A五K三零六", "plate", "苏A五K三零六"),
        ("請問車號", "ABC-1234", "plate", "ABC-1234"),
        ("房号是", "7-1-1002", "address", "7-1-1002"),
        ("门牌报一下", "十三栋二单元五零六", "address", "十三栋二单元五零六"),
        ("卡号", "6225 8801 0203 0409", "bank_card", "6225 8801 0203 0409"),
        ("護照號碼", "三六一二四七八九零", "passport", "三六一二四七八九零"),
        ("方便留个微信吗", "lin_xiao88", "wechat_qq", "lin_xiao88"),
        ("邮箱发我", "lin.x@example.com", "email", "lin.x@example.com"),
    ],
)
def test_an_answer_is_what_was_asked_for(ask: str, answer: str, kind: str, quote: str) -> None:
    assert found(f"A: {ask}", f"C: {answer}") == [(kind, 1, quote)]


@pytest.mark.parametrize(
    "turns",
    [
        ("A: 身份证后四位报一下", "C: 二四幺九"),
        ("A: 麻烦报一下尾号", "C: 0718"),
        ("A: 单号报一下", "C: SF1350022446688"),
        ("A: 请您不要把验证码告诉任何人", "C: 好 刚才那个短信 204518 是干嘛的"),
        ("A: 请问您贵姓", "C: 我姓温"),
        ("A: 您怎么称呼", "C: 我很高兴你能帮我"),
        ("A: 姓名报一下", "C: 方便一会儿再说吗"),
    ],
)
def test_what_was_not_asked_for_in_full_is_nothing(turns: tuple[str, ...]) -> None:
    assert found(*turns) == []


@pytest.mark.parametrize(
    "turn",
    [
        "A: 您好 我叫李娜 工号幺零三二",
        "A: 我是金老师",
        "A: 我姓许 这里是客服",
        "C: 你们那个客服叫王小丽",
        "C: 王女士",
        "C: 快递单号七七零三二二九四五幺八六零",
        "C: 扣了我12386.00元",
        "C: 二零二六年三月十二号",
        "C: 打10086和400-820-8820都没人接",
        "C: 版本8.15.3",
        "C: 坐CA1832到的",
        "C: 税号 91310115MA1H7K3X26",
        "C: 统一编号 04595257",
        "C: 机器序列号20250817330",
        "C: 大麻烦了",
        "C: 国道三号一百七十四公里",
        "A: 热线二十一号为您服务",
        "C: https://example.com/13812345678/1",
    ],
)
def test_decoys(turn: str) -> None:
    assert found(turn) == []


def test_what_was_found_is_found_again() -> None:
    assert found("A: 户主姓名", "C: 沈桂香", "A: 沈桂香是吧 查到了")[-1] == ("name", 2, "沈桂香")
    assert found("C: 订单FP-8820-1147", "A: 您这单 FP-8820-1147 已送达")[-1][1] == 1


def test_the_number_of_a_shop_is_nobodys() -> None:
    assert found("C: 你们门店的电话是多少 地址在哪", "A: 电话是021-64221234 地址在人民路12号") == []


def test_what_an_agent_confirms_is_the_customers() -> None:
    turn = "A: 胜利大街三十九号院五号楼二零四 电话是四三幺 八五六二 七零幺九对吧"
    assert [kind for kind, _, _ in found(turn)] == ["address", "landline"]


def test_eight_digits_are_a_phone_once_cantonese_is_heard() -> None:
    turns = ("A: 我俾你登記 今日內", "C: 九零一二 四八八六 我姓樊")
    assert found(*turns) == [("mobile", 1, "九零一二 四八八六")]


@pytest.mark.parametrize(
    ("turn", "kind", "quote"),
    [
        ("HKID A123456(3)", "id_card", "A123456(3)"),
        ("我嘅身份證係 a123456（3）", "id_card", "a123456（3）"),
        ("喺度 A123456(3) 呢個", "id_card", "A123456(3)"),  # the check digit alone speaks for it
        ("身分證統一編號 A123456789", "id_card", "A123456789"),
        ("居留證 AB12345678", "id_card", "AB12345678"),
        ("電話零九一二三四五六七八", "mobile", "零九一二三四五六七八"),
        ("電話 +886 912 345 678", "mobile", "+886 912 345 678"),
        ("my number is 138 triple 8 12345", "mobile", "138 triple 8 12345"),
        ("名字係陳大文", "name", "陳大文"),
    ],
)
def test_forms_of_taiwan_and_hong_kong(turn: str, kind: str, quote: str) -> None:
    assert found(f"C: {turn}") == [(kind, 0, quote)]


def test_third_parties_are_named_in_full() -> None:
    assert found("C: 转给一个叫贺小兰的", "C: 贺小兰是谁") == [
        ("name", 0, "贺小兰"),
        ("name", 1, "贺小兰"),
    ]
    assert found("C: 我是韩小雨的妈妈") == [("name", 0, "韩小雨")]
    assert found("A: 请问是孟立新先生吗") == [("name", 0, "孟立新")]
    assert found("C: 我姓佘 邵国平") == [("name", 0, "邵国平")]


_WORDS = st.sampled_from(
    [
        "手机号报一下 ",
        " 幺三八 ",
        " 零零幺三 ",
        " 八零零零 ",
        " 姓名 ",
        " 陆晓峰 ",
        " 好的 ",
        " 身份证后四位 ",
        " 2419 ",
        " 订单号 ",
        " 20260312887 ",
        " 🙂 ",
        " 地址 ",
        " 花园路3号2栋501 ",
        " 验证码 ",
        " 304518 ",
        " A123456789 ",
        " a@b.cn ",
        " 么 ",
        " 三个八 ",
        " \u200b ",
        " 我叫 ",
        " 的妈妈",
    ]
)
#: Any code point, lone surrogates among them, with what usually hurts thrown in often.
_ANY = st.one_of(
    st.sampled_from(
        [*"0一幺①٣１x王叫@-（）路号", "\ud800", "\u0301", "\u20e3", "\ufe0f", "\u202e", "א"]
    ),
    st.sampled_from(["\u200d", "\ufeff", "👨‍👩‍👧", "🇨🇳", "\n", "\x00"]),
    st.characters(codec=None),
)
_TURNS = st.lists(
    st.tuples(
        st.sampled_from(["customer", "agent", "bot", "system"]),
        st.one_of(
            st.lists(_WORDS, max_size=5).map("".join),
            st.lists(st.one_of(_ANY, _WORDS), max_size=20).map("".join),
        ),
    ),
    max_size=12,
)


@settings(max_examples=150, deadline=None)
@given(_TURNS)
def test_spans_are_true_and_apart(turns: list[tuple[str, str]]) -> None:
    spans = _THREAD.conversation(turns)
    for span in spans:
        assert 0 <= span.start < span.end <= len(turns[span.turn][1])
        assert turns[span.turn][1][span.start : span.end] == span.quote
        assert 0 < span.confidence <= 1
    places = sorted((s.turn, s.start, s.end) for s in spans)
    for one, other in itertools.pairwise(places):
        assert one[0] != other[0] or one[2] <= other[1]


@settings(max_examples=60, deadline=None)
@given(_TURNS)
def test_one_by_one_is_the_same_as_all_at_once(turns: list[tuple[str, str]]) -> None:
    recogniser = _THREAD.recogniser
    state, spans = START, []
    for index, (speaker, text) in enumerate(turns):
        normal = normalise(text)
        (look,) = recogniser.look_many([(text, normal, speaker)])
        before = state
        state, made = _THREAD.step(state, index, speaker, text, normal, look)
        assert before == before.__copy__()
        spans += made
    assert sorted(spans, key=lambda s: (s.turn, s.start)) == _THREAD.conversation(turns)
