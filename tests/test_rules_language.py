"""What each key of a rule does, on temporary rule files."""

import pytest

from ccnlp.assets import asset
from ccnlp.rules.load import load_rules
from ccnlp.text.normalise import normalise
from ccnlp.types import Act, Finding, Turn

LEXICON = """\
body: [消协, "12315"]
boss: [经理, 主管]
"""
ALIASES = """\
短信: [简讯]
"12315": [幺二三幺五]
"""


@pytest.fixture
def rules_of(tmp_path):
    """Makes a rule set of the given rules (YAML of the list, or of a whole file)."""
    (tmp_path / "words.yaml").write_text(LEXICON, encoding="utf-8")
    (tmp_path / "aliases.yaml").write_text(ALIASES, encoding="utf-8")

    def make(text, **top):
        if not text.lstrip().startswith(("category:", "act:")):
            keys = {"category": "complaint", "severity": "low", **top}
            head = "".join(f"{key}: {value}\n" for key, value in keys.items() if value)
            body = "".join(f"  {line}\n" for line in text.strip("\n").splitlines())
            text = f"{head}rules:\n{body}"
        path = tmp_path / "rules.yaml"
        path.write_text(text, encoding="utf-8")
        return load_rules([path], [tmp_path / "words.yaml", tmp_path / "aliases.yaml"])

    return make


def observed(rules, turns, channel="chat"):
    """What the rules answer to a conversation, before overlaps are joined."""
    fold = rules.fold()
    found = rules.find(
        [normalise(text) for _, text in turns],
        [speaker for speaker, _ in turns],
        [channel] * len(turns),
    )
    state, answers = fold.start(), []
    for index, ((speaker, text), hits) in enumerate(zip(turns, found, strict=True)):
        state, more = fold.step(state, index, Turn(speaker, text), hits)
        answers += more
    answers += fold.finish(state)
    for _, one in answers:
        assert turns[one.turn][1][one.start : one.end] == one.quote
    return [one for _, one in answers]


def firing(rules, turns, channel="chat"):
    """(turn, quote) of what counts."""
    if isinstance(turns, str):
        turns = [("customer", turns)]
    return [
        (one.turn, one.quote)
        for one in observed(rules, turns, channel)
        if not (isinstance(one, Finding) and one.suppressed)
    ]


def suppressed(rules, turns, channel="chat"):
    """Reasons of what does not count."""
    if isinstance(turns, str):
        turns = [("customer", turns)]
    return [one.suppressed for one in observed(rules, turns, channel) if one.suppressed]


def test_any_makes_a_hit_of_each_phrase(rules_of):
    rules = rules_of("- {id: a, explanation: x, any: [去消协, 找法院], good: [去消协]}")
    assert firing(rules, "我去消协也找法院") == [(0, "去消协"), (0, "找法院")]
    assert rules.check() == []


def test_finding_says_what_the_rule_says(rules_of):
    rules = rules_of(
        "- {id: a, severity: high, confidence: 0.7, explanation: 要投诉, any: [要投诉],"
        " good: [要投诉]}"
    )
    (one,) = observed(rules, [("customer", "我要投訴")])
    assert one == Finding(
        "complaint", "high", 0, 1, 4, "要投訴", "customer", 0.7, "phrases.complaint.a", "要投诉"
    )


def test_act_names_its_rule(rules_of):
    rules = rules_of("act: greeting\nrules:\n- {id: hello, any: [您好呀], good: [您好呀]}")
    assert observed(rules, [("agent", "您好呀"), ("customer", "您好呀"), ("bot", "您好呀")]) == [
        Act("greeting", 0, 0, 3, "您好呀", 0.85, "phrases.greeting.hello"),
        Act("greeting", 2, 0, 3, "您好呀", 0.85, "phrases.greeting.hello"),
    ]


def test_all_and_none(rules_of):
    rules = rules_of(
        "- {id: a, explanation: x, any: [要投诉], all: [快递], none: [开玩笑], good: [快递要投诉]}"
    )
    assert firing(rules, "快递三天没到我要投诉")
    assert not firing(rules, "我要投诉")
    assert not firing(rules, "快递没到我要投诉,开玩笑的")


def test_all_alone_takes_its_first_as_evidence(rules_of):
    rules = rules_of("- {id: a, explanation: x, all: [投诉你, 快递员], good: [快递员投诉你]}")
    assert firing(rules, "我投诉你那个快递员") == [(0, "投诉你")]


def test_at_least_counts_different_phrases(rules_of):
    rules = rules_of(
        "- {id: a, explanation: x, at_least: {count: 2, of: [打了三次, 上次说, 一直没来]},"
        " good: [打了三次上次说]}"
    )
    assert not firing(rules, "打了三次打了三次")
    assert firing(rules, "上次说今天,我打了三次") == [(0, "上次说"), (0, "打了三次")]


def test_at_least_beside_any_is_a_condition(rules_of):
    rules = rules_of(
        "- {id: a, explanation: x, any: [要投诉], at_least: {count: 1, of: [消协, 法院门口]},"
        " good: [要投诉去消协]}"
    )
    assert firing(rules, "要投诉去消协") == [(0, "要投诉")]
    assert not firing(rules, "我要投诉")


def test_within_and_order(rules_of):
    near = rules_of(
        "- {id: a, explanation: x, any: ['{boss}'], all: [叫你们], within: 3, good: [叫你们经理]}"
    )
    assert firing(near, "叫你们那个经理来")
    assert not firing(near, "叫你们看看这到底怎么回事,经理")
    ordered = rules_of(
        "- {id: a, explanation: x, any: [叫你们], all: ['{boss}', 接电话], order: true,"
        " good: [叫你们经理接电话]}"
    )
    assert firing(ordered, "叫你们主管来接电话")
    assert not firing(ordered, "接电话,叫你们主管来")
    both = rules_of(
        "- {id: a, explanation: x, any: [叫你们], all: ['{boss}'], order: true, within: 2,"
        " good: [叫你们经理]}"
    )
    assert firing(both, "叫你们的主管")
    assert not firing(both, "叫你们那边值班的主管")


def test_allow_list_keeps_the_hit_as_suppressed(rules_of):
    rules = rules_of(
        "- {id: a, explanation: x, any: ['去{body}'], allow: ['{body}附近'], good: [去消协]}"
    )
    assert not firing(rules, "我去消协附近吃饭")
    assert suppressed(rules, "我去消协附近吃饭") == ["allowed: 消协附近"]
    assert firing(rules, "我去消协") == [(0, "去消协")]


def test_scopes_suppress_by_name(rules_of):
    rules = rules_of("- {id: a, explanation: x, any: [投诉你们], good: [投诉你们]}")
    assert suppressed(rules, "我不是要投诉你们") == ["negated"]
    assert suppressed(rules, "客户说要投诉你们") == ["reported"]
    assert firing(rules, "如果今天不到我就投诉你们")
    bare = rules_of("- {id: a, explanation: x, any: [投诉你们], unless: [], good: [投诉你们]}")
    assert firing(bare, "我不是要投诉你们")
    strict = rules_of(
        "- {id: a, explanation: x, any: [投诉你们], good: [投诉你们]}", unless="[hypothetical]"
    )
    assert suppressed(strict, "如果我投诉你们会怎样") == ["hypothetical"]


def test_acts_are_only_denied_by_default(rules_of):
    rules = rules_of("act: solution\nrules:\n- {id: a, any: [给您退款], good: [给您退款]}")
    assert not firing(rules, [("agent", "不能给您退款")])
    assert firing(rules, [("agent", "客户说要给您退款")])


def test_speaker_and_channel(rules_of):
    rules = rules_of(
        "- {id: a, explanation: x, speaker: [agent], channel: voice, any: [没办法], good: [没办法]}"
    )
    assert firing(rules, [("agent", "没办法")], "voice")
    assert not firing(rules, [("agent", "没办法")], "chat")
    assert not firing(rules, [("customer", "没办法")], "voice")
    assert rules.check() == []


def test_taxonomy_names_the_speakers(rules_of):
    rules = rules_of(
        "category: stonewalling\nseverity: low\nrules:\n"
        "- {id: a, explanation: x, any: [没办法], good: [没办法]}"
    )
    turns = [("agent", "没办法"), ("bot", "没办法"), ("customer", "没办法"), ("system", "没办法")]
    assert [turn for turn, _ in firing(rules, turns)] == [0, 1]


@pytest.mark.parametrize(
    ("window", "turns"),
    [
        ("{first: 1}", [0]),
        ("{first: 3}", [0, 2]),
        ("{last: 2}", [4]),
        ("{from: 1, to: 3}", [2]),
        ("{first: 1, of: speaker}", [0]),
        ("{from: 1, to: 1, of: speaker}", [2]),
        ("{last: 1, of: speaker}", [4]),
        ("{first: 1, last: 6}", [0]),
    ],
)
def test_windows(rules_of, window, turns):
    rules = rules_of(f"- {{id: a, explanation: x, any: [要投诉], turns: {window}, good: [要投诉]}}")
    talk = [("customer", "要投诉"), ("agent", "要投诉")] * 2 + [
        ("customer", "要投诉"),
        ("agent", ""),
    ]
    assert [turn for turn, _ in firing(rules, talk)] == turns


AFTER = (
    "- {{id: a, explanation: x, any: [不用了], {key}: {{any: [转人工], {more}}}, good: [不用了]}}"
)


@pytest.mark.parametrize(
    ("key", "more", "gap", "fires"),
    [
        ("after", "within: 2", 1, True),
        ("after", "within: 2", 2, True),
        ("after", "within: 2", 3, False),
        ("after", "within: all", 9, True),
        ("after", "speaker: customer", 1, False),
        ("after", "speaker: [agent, bot]", 1, True),
        ("not_after", "within: 2", 1, False),
        ("not_after", "within: 2", 3, True),
        ("followed_by", "within: 2", -1, True),
        ("followed_by", "within: 2", -2, True),
        ("followed_by", "within: 2", -3, False),
        ("followed_by", "within: all", -9, True),
        ("not_followed_by", "within: 2", -2, False),
        ("not_followed_by", "within: 2", -3, True),
        ("not_followed_by", "within: all", -9, False),
        ("after", "within: 2", None, False),
        ("not_after", "within: 2", None, True),
        ("followed_by", "within: 2", None, False),
        ("not_followed_by", "within: 2", None, True),
    ],
)
def test_anchors(rules_of, key, more, gap, fires):
    rules = rules_of(AFTER.format(key=key, more=more))
    talk = [("customer", "嗯")] * 20
    talk[10] = ("customer", "不用了")
    if gap is not None:
        talk[10 - gap] = ("agent", "帮您转人工")
    assert [turn for turn, _ in firing(rules, talk)] == ([10] if fires else [])
    assert len(suppressed(rules, talk)) == (0 if fires else 1)


def test_the_turn_itself_is_no_anchor(rules_of):
    rules = rules_of(AFTER.format(key="after", more="within: 3"))
    assert not firing(rules, "转人工不用了")
    rules = rules_of(AFTER.format(key="not_followed_by", more="within: 3"))
    assert firing(rules, "转人工不用了")


def test_anchors_on_findings_and_acts(rules_of):
    rules = rules_of(
        """
category: complaint
severity: low
rules:
  - {id: a, explanation: x, any: [投诉你], good: [投诉你]}
  - {id: b, explanation: x, any: [还是这样], after: {category: complaint, within: 2},
     good: [{turns: [[customer, 投诉你], [customer, 还是这样]]}],
     bad: [{turns: [[customer, 不投诉你], [customer, 还是这样]]}, 还是这样]}
"""
    )
    assert rules.check() == []


def test_anchor_on_an_act_of_another_file(rules_of, tmp_path):
    rules_of("- {id: a, explanation: x, any: [要投诉], after: {act: hold}, good: [要投诉]}")
    other = tmp_path / "acts.yaml"
    other.write_text("act: hold\nrules:\n- {id: h, any: [请稍等], good: [请稍等]}", "utf-8")
    rules = load_rules([tmp_path / "rules.yaml", other])
    assert firing(rules, [("agent", "请稍等"), ("customer", "要投诉")])[-1] == (1, "要投诉")
    assert (0, "要投诉") not in firing(rules, [("customer", "要投诉"), ("agent", "请稍等")])


def test_repeated_counts_turns_of_one_speaker(rules_of):
    rules = rules_of(
        "- {id: a, explanation: x, speaker: [customer, agent], any: [听不懂], repeated: 2,"
        " good: [{turns: [[customer, 听不懂], [customer, 听不懂]]}], bad: [听不懂听不懂]}"
    )
    assert rules.check() == []
    talk = [("customer", "听不懂"), ("agent", "听不懂"), ("customer", "听不懂听不懂")]
    assert firing(rules, talk) == [(2, "听不懂"), (2, "听不懂")]


def test_own_words_of_a_file(rules_of):
    rules = rules_of(
        "category: complaint\nseverity: low\nwords: {boss: [老王], thing: [锅]}\nrules:\n"
        "- {id: a, explanation: x, any: ['找{boss}要{thing}'], good: [找老王要锅],"
        " bad: [找经理要锅]}"
    )
    assert rules.check() == []


def test_aliases_hold_in_phrases(rules_of):
    rules = rules_of(
        "- {id: a, explanation: x, any: ['没收到短信', '打{body}'],"
        " good: [沒收到簡訊, 打幺二三幺五, 打12315]}"
    )
    assert rules.check() == []


@pytest.mark.parametrize(
    ("phrase", "texts"),
    [
        ("要投诉", ["我要客訴", "我要投訴", "要tousu", "要投 訴"]),
        ("没收到短信", ["沒收到簡訊", "没收到短訊"]),
        ("转人工", ["轉人工", "转rg", "zrg"]),
        ("找人工客服", ["找rgkf", "找真人客服"]),
        ("发小红书", ["发xhs", "發小紅書", "发小红薯"]),
        ("加我微信", ["V我", "v 我", "加我vx", "加我微信", "加我V"]),
        ("申请退款", ["申請退款", "申請刷退"]),
        ("携号转网", ["攜碼", "携号转网"]),
        ("找律师函", ["找存證信函", "找律師信"]),
        ("打12315", ["打一二三一五", "打幺两三幺五", "打１２３１５", "打①②③①⑤"]),
    ],
)
def test_the_shipped_aliases_of_regions_letters_and_numbers(tmp_path, phrase, texts):
    path = tmp_path / "rules.yaml"
    rule = f"{{id: a, explanation: x, any: ['{phrase}'], good: {texts}}}"
    path.write_text(f"category: complaint\nseverity: low\nrules:\n- {rule}\n", encoding="utf-8")
    rules = load_rules([path], sorted(asset("configs", "lexicon").glob("*.yaml")))
    assert [str(fault) for fault in rules.check()] == []


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("投 诉 你们", "投 诉 你们"),
        ("我*要*投*诉*你们", "投*诉*你们"),
        ("投诉诉诉你们", "投诉诉诉你们"),
        ("投\u200b诉你们", "投\u200b诉你们"),
        ("😊投訴你們", "投訴你們"),
    ],
)
def test_dodged_words_are_found_with_their_true_span(rules_of, text, quote):
    rules = rules_of("- {id: a, explanation: x, any: [投诉你们], good: [投诉你们]}")
    (one,) = observed(rules, [("customer", text)])
    assert one.quote == quote
    assert one.confidence == (0.85 if quote == "投訴你們" else round(0.85 * 0.95, 4))


def test_a_dodged_hit_is_not_told_twice(rules_of):
    rules = rules_of("- {id: a, explanation: x, any: [投诉你们], good: [投诉你们]}")
    assert len(observed(rules, [("customer", "投诉你们 哼 !!! 好 吧")])) == 1


def test_bad_and_good_examples_are_told(rules_of):
    rules = rules_of(
        """
- {id: a, explanation: x, any: [要投诉], good: [不相干, 不要投诉], bad: [我要投诉]}
- {id: b, explanation: x, any: [要退款], good: [{text: 我要退款, quote: 退款}]}
"""
    )
    faults = rules.check()
    assert [fault.source for fault in faults] == ["phrases.complaint.a"] * 3 + [
        "phrases.complaint.b"
    ]
    shown = [str(fault) for fault in faults]
    assert "does not fire" in shown[0]
    assert "suppressed: negated" in shown[1]
    assert "fires on a bad example, by '要投诉'" in shown[2]
    assert "not '退款'" in shown[3]
    assert "rules.yaml:4" in shown[0]
