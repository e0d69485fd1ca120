"""A company's own script: golden cases, each worked out by hand."""

from pathlib import Path

import msgspec
import pytest
from conversations import talk

from ccnlp.assets import asset
from ccnlp.errors import ConfigError
from ccnlp.scoring.likeness import Said, likeness, wording_of
from ccnlp.scoring.published import unpublished_change
from ccnlp.scoring.score import score_conversation
from ccnlp.scoring.scorecard import Scorecard, load_scorecard
from ccnlp.scoring.stated import FactSpec, states
from ccnlp.types import (
    Act,
    Finding,
    ItemScore,
    PiiSpan,
    Score,
    Signals,
    Transcript,
    Turn,
    TurnEmotion,
)
from ccnlp.yamlfile import read_yaml

EXAMPLE = asset("configs", "scorecards", "example_script.yaml")
CARD = load_scorecard(EXAMPLE)

OPENING = "A 您好,这里是清川通信,工号1032为您服务"
PRICE = "A 续约的话每个月五十九块,合约是一年"
PENALTY = "A 跟您说明一下,合约期内提前取消要付违约金"
BYE = "A 感谢您选择清川通信,祝您生活愉快,再见"


def act(name: str, turn: int, confidence: float = 0.9) -> Act:
    return Act(act=name, turn=turn, start=0, end=1, quote="您", confidence=confidence, source="t")


def found(category: str, turn: int, confidence: float = 0.9) -> Finding:
    return Finding(
        category=category, severity="high", turn=turn, start=0, end=1, quote="我",
        speaker="customer", confidence=confidence, source="phrases.t", explanation="",
    )  # fmt: skip


def step(score: Score, name: str) -> ItemScore:
    return next(i for i in score.items if i.item == name)


def judge(call: Transcript, name: str, card: Scorecard = CARD, **seen: object) -> ItemScore:
    return step(score_conversation(card, call, Signals(**seen)), name)  # type: ignore[arg-type]


class TestSaid:
    def test_a_paraphrase_passes_with_its_words_as_evidence(self) -> None:
        call = talk(
            "A 您好", "C 喂", "A 好的,提醒您一声咱们通话是全程录音的,您请讲", channel="voice"
        )
        timed = msgspec.structs.replace(
            call, turns=tuple(
                msgspec.structs.replace(t, start_seconds=5.0 * i, end_seconds=5.0 * i + 4)
                for i, t in enumerate(call.turns)
            ),
        )  # fmt: skip
        made = judge(timed, "recording_notice")
        assert made.result == "pass"
        assert made.evidence[0].turn == 2
        assert "全程录音" in made.evidence[0].quote
        text = timed.turns[2].text
        span = made.evidence[0]
        assert text[span.start : span.end] == span.quote
        assert made.absence is None

    def test_traditional_writing_is_alike(self) -> None:
        call = talk("A 您好", "C 喂", "A 合約期內提前取消需要支付違約金喔")
        assert judge(call, "penalty").result == "pass"

    def test_a_rules_act_will_do_where_the_card_says_so(self) -> None:
        call = talk("C 气死了", "A 哎呀消消气", "A 嗯")
        angry = (TurnEmotion(0, "angry", 0.9),)
        assert judge(call, "calm_down", emotions=angry).result == "fail"
        assert judge(call, "calm_down", emotions=angry, acts=(act("empathy", 1),)).result == "pass"

    def test_a_customer_who_says_it_does_not_count(self) -> None:
        call = talk("A 您好", "C 合约期内提前取消需要支付违约金吗", "A 嗯")
        assert judge(call, "penalty").result == "fail"

    def test_hidden_personal_information_moves_nothing(self) -> None:
        text = "王建国先生,合约期内提前取消需要支付违约金"
        bare = talk("C 喂", f"A {text}")
        masked = talk("C 喂", f"A {text.replace('王建国', '王**')}")
        pii = (PiiSpan("name", 1, 0, 3, "王建国"),)
        made, again = judge(bare, "penalty", pii=pii), judge(masked, "penalty")
        assert (made.result, made.confidence) == (again.result, again.confidence)


class TestFacts:
    def test_what_is_left_unsaid_is_named(self) -> None:
        made = judge(talk("C 喂", "A 续约后每月五十九块,您看可以吗"), "price_and_term")
        assert made.result == "fail"
        assert "未说明term" in made.explanation
        assert made.absence is not None
        assert made.absence.change == "补充term即合格"

    def test_the_next_turn_may_state_it(self) -> None:
        call = talk("C 喂", "A 续约后每月五十九块", "C 签多久", "A 十二个月")
        assert judge(call, "price_and_term").result == "pass"

    @pytest.mark.parametrize(
        ("spec", "text", "there"),
        [
            (FactSpec(shape="money"), "每月五十九块", True),
            (FactSpec(shape="money"), "nt$599", True),
            (FactSpec(shape="money"), "五十九分钟", False),
            (FactSpec(shape="duration"), "签十二个月", True),
            (FactSpec(shape="duration"), "3到5个工作日", True),
            (FactSpec(shape="duration"), "月费十九元", False),
            (FactSpec(shape="percent"), "百分之五", True),
            (FactSpec(shape="percent"), "五元", False),
            (FactSpec(shape="date"), "3月5号之前", True),
            (FactSpec(shape="date"), "尽快", False),
            (FactSpec(any=("清川通信",)), "这里是清川通信", True),
            (FactSpec(any=("清川通信",)), "这里是别家", False),
            (FactSpec(attribute="product"), "您的光纤", True),
            (FactSpec(attribute="product"), "您的手机", False),
            (FactSpec(attribute="colour"), "您的光纤", None),
        ],
    )
    def test_shapes(self, spec: FactSpec, text: str, there: bool | None) -> None:
        assert states(spec, text, {"product": "光纤"}) is there

    def test_a_fact_of_an_attribute_that_was_not_given_cannot_be_judged(
        self, tmp_path: Path
    ) -> None:
        card = card_of(tmp_path, "needs: [who]", facts="facts: {who: {attribute: agent_name}}")
        made = score_conversation(card, talk("A 本次通话会录音"), Signals())
        assert step(made, "x").result == "not_evaluated"
        assert "agent_name" in step(made, "x").explanation
        assert (made.total, made.minimum, made.maximum) == (None, 0.0, 100.0)


class TestTime:
    def test_late_by_turns_says_how_many_would_have_passed(self) -> None:
        call = talk("C 我要退订", "A 哦", "C 嗯", "A 这样啊", "C 嗯", "A 好吧", "C 嗯",
                    "A 感谢您多年的支持,我给您申请个老用户优惠")  # fmt: skip
        made = judge(call, "keep_customer", findings=(found("churn", 0),))
        assert made.result == "fail"
        assert made.absence is not None
        assert made.absence.looked == (1, 3, 5)
        assert made.absence.change == "第0轮之后第4次坐席发言才说;3次发言内即合格"
        assert made.absence.nearest is not None
        assert made.absence.nearest.turn == 7
        assert made.absence.likeness >= 0.3

    def test_late_by_seconds(self, tmp_path: Path) -> None:
        card = card_of(tmp_path, "deadline: {seconds: 20}")
        turns = (Turn("agent", "您好", 0.0, 2.0), Turn("agent", "本次通话会录音", 45.0, 48.0))
        made = judge(Transcript("t", turns), "x", card)
        assert made.result == "fail"
        assert made.absence is not None
        assert "45秒才说;20秒内即合格" in made.absence.change

    def test_without_time_stamps_seconds_cannot_be_judged(self, tmp_path: Path) -> None:
        card = card_of(tmp_path, "deadline: {seconds: 20}")
        made = judge(talk("A 本次通话会录音"), "x", card)
        assert made.result == "not_evaluated"
        assert "时间戳" in made.explanation

    def test_order(self) -> None:
        good = judge(talk(OPENING, "C 喂", PRICE, "C 嗯", PENALTY), "penalty")
        assert good.result == "pass"
        made = judge(talk(OPENING, "C 喂", PENALTY, "C 嗯", PRICE), "penalty")
        assert made.result == "fail"
        assert made.absence is not None
        assert made.absence.change == "移到第4轮之后即合格"

    def test_a_step_before_that_was_never_made_breaks_no_order(self) -> None:
        assert judge(talk(OPENING, "C 喂", PENALTY), "penalty").result == "pass"

    def test_acts_out_of_place_say_which_place_would_pass(self) -> None:
        card = load_scorecard(asset("configs", "scorecards", "default.yaml"))
        call = talk("A 嗯", "C 喂", "A 说", "C 断网", "A 您好")
        made = judge(call, "greeting", card, acts=(act("greeting", 4),))
        assert made.absence is not None
        assert made.absence.change == "第4轮(坐席第3次发言)才出现;前2次发言内即合格"

    def test_an_episode_met_late_says_what_would_pass(self) -> None:
        card = load_scorecard(asset("configs", "scorecards", "default.yaml"))
        call = talk("C 气死了", "A 哦", "C 嗯", "A 哦", "C 嗯", "A 实在抱歉")
        made = judge(
            call, "empathy", card, acts=(act("empathy", 5),),
            emotions=(TurnEmotion(0, "angry", 0.9),),
        )  # fmt: skip
        assert made.absence is not None
        assert made.absence.change == "情绪之后第3个坐席轮次(第5轮)才回应;2轮内即合格"
        assert made.absence.looked == (1, 3)


class TestConditions:
    def test_a_channel_without_the_step(self) -> None:
        assert judge(talk(OPENING, channel="chat"), "recording_notice").result == "na"

    def test_an_event_that_did_not_come(self) -> None:
        assert judge(talk(OPENING, "C 喂"), "keep_customer").result == "na"

    def test_what_was_said_before_the_event_does_not_count(self) -> None:
        offer = "A 感谢您多年的支持,我给您申请个老用户优惠"
        call = talk(offer, "C 我要退订", "A 哦")
        assert judge(call, "keep_customer", findings=(found("churn", 1),)).result == "fail"

    def test_a_condition_that_nobody_could_see_is_not_evaluated(self) -> None:
        score = score_conversation(
            CARD, talk(OPENING, "C 喂", BYE), Signals(not_evaluated={"emotion": "no model"})
        )
        made = step(score, "calm_down")
        assert (made.result, "no model" in made.explanation) == ("not_evaluated", True)
        assert score.total is None
        assert score.minimum < score.maximum

    def test_wordings_alone_need_no_analyser(self) -> None:
        score = score_conversation(
            CARD, talk(OPENING, PENALTY), Signals(not_evaluated={"phrases": "broken"})
        )
        assert step(score, "penalty").result == "pass"
        assert step(score, "identity_check").result == "not_evaluated"
        # nobody looked for what is fatal
        assert score.minimum == 0.0
        assert score.total is None

    def test_tiers(self, tmp_path: Path) -> None:
        card = card_of(tmp_path, "when: {tiers: [vip]}")
        assert judge(talk("A 嗯"), "x", card).result == "na"
        assert judge(talk("A 嗯", customer_tier="vip"), "x", card).result == "fail"


class TestProof:
    def test_the_nearest_sentence_and_how_near(self) -> None:
        call = talk("C 喂", "A 您的合约到期会提醒您", "C 嗯", "A 天气不错")
        made = judge(call, "penalty")
        assert made.absence is not None
        assert made.absence.nearest is not None
        assert made.absence.nearest.quote == "您的合约到期会提醒您"
        assert 0 < made.absence.likeness < 0.3
        assert made.absence.looked == (1, 3)
        assert made.absence.wordings[0] == "合约期内提前取消需要支付违约金"

    def test_an_agent_who_says_nothing_has_no_nearest(self) -> None:
        made = judge(talk("C 喂", "C 有人吗"), "penalty")
        assert made.absence is not None
        assert (made.absence.nearest, made.absence.looked) == (None, ())


class TestCritical:
    def test_errors_are_counted_by_whom_they_harm(self) -> None:
        score = score_conversation(
            CARD, talk(OPENING, "C 我要退订", "A 随便"),
            Signals(
                findings=(found("churn", 1), found("stonewalling", 2), found("overpromise", 2))
            ),
        )  # fmt: skip
        told = [(e.kind, e.source) for e in score.critical]
        assert told == [
            ("customer", "stonewalling"), ("business", "keep_customer"),
            ("business", "overpromise"),
            ("compliance", "price_and_term"), ("compliance", "penalty"),
        ]  # fmt: skip

    def test_what_could_not_be_judged_is_no_error(self) -> None:
        score = score_conversation(
            CARD, talk("A 嗯"), Signals(not_evaluated={"emotion": "no model"})
        )
        assert "calm_down" not in [e.source for e in score.critical]


class TestIdentity:
    CARD = load_scorecard(asset("configs", "scorecards", "default.yaml"))

    def judge(self, call: Transcript, **seen: object) -> str:
        return judge(call, "identity_check", self.CARD, **seen).result

    def test_a_question_that_is_answered(self) -> None:
        call = talk("A 报一下手机号", "C 幺三八零零一三八零零零", "A 查到您的账单是五十九块")
        acts = (act("identity_check", 0), act("account_data", 2))
        assert self.judge(call, acts=acts) == "pass"

    def test_a_question_that_nobody_answers_and_nothing_told(self) -> None:
        call = talk("A 编号说一下", "C 什么编号 我说漏气了", "A 马上派人")
        assert self.judge(call, acts=(act("identity_check", 0),)) == "na"

    def test_data_told_without_a_question(self) -> None:
        call = talk("A 您好", "C 查账单", "A 您欠五十九块")
        assert self.judge(call, acts=(act("account_data", 2),)) == "fail"

    def test_a_number_that_the_customer_gives_unasked(self) -> None:
        call = talk("A 您好", "C 查下单号7720150933648", "A 查到了 昨天签收的")
        assert self.judge(call, acts=(act("account_data", 2),)) == "pass"

    def test_a_question_sent_to_private_messages(self) -> None:
        call = talk("C 你们怎么搞的", "A 请私信手机号核实", "C 气死了", channel="social")
        assert self.judge(call, acts=(act("identity_check", 1),)) == "pass"


def card_of(folder: Path, more: str, facts: str = "") -> Scorecard:
    """A card of one step about recording."""
    file = folder / "card.yaml"
    file.write_text(
        f"id: a\nversion: 1\ntitle: t\n{facts}\nitems:\n"
        "  - item: x\n    points: 1\n    judge: wording\n"
        f"    wordings: [本次通话将被录音]\n    {more}\n",
        "utf-8",
    )
    return load_scorecard(file)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ("needs: [price]", r":10: key items\.0\.needs: unknown name 'price'"),
        ("after: [y]", r":10: key items\.0\.after: unknown name 'y'"),
        ("when: {channels: [fax]}", r":10: key items\.0\.when\.channels: unknown name 'fax'"),
        ("when: {emotions: [cross]}", r"key items\.0\.when\.emotions: unknown name 'cross'"),
        ("deadline: {turns: 0}", r":10: key items\.0\.deadline: leaves no time"),
        ("deadline: {}", r":10: key items\.0\.deadline: names neither turns nor seconds"),
        ("likeness: 1.5", r":10: key items\.0\.likeness"),
        ("deadlin: {turns: 2}", r":6: key items\.0: .*deadlin"),
        ("critical: staff", r":10: key items\.0\.critical: Invalid enum value 'staff'"),
    ],
)  # fmt: skip
def test_a_wrong_step_is_refused_with_line_and_key(tmp_path: Path, more: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        card_of(tmp_path, more)


def test_a_fact_that_nobody_described_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "card.yaml"
    file.write_text(
        "id: a\nversion: 1\ntitle: t\nitems:\n  - item: x\n    points: 1\n    judge: wording\n"
        "    wordings:\n      - 每月{price}元\n", "utf-8",
    )  # fmt: skip
    with pytest.raises(
        ConfigError, match=r":9: key items\.0\.wordings\.0: there is no fact 'price'"
    ):
        load_scorecard(file)


def test_the_example_scores_a_whole_conversation() -> None:
    """The conversation of docs/scoring.md."""
    call = talk(
        OPENING, "C 你们续约什么价", "A 您报一下登记的手机号", "C 13800138000",
        PRICE, "C 太贵了我不用了换别家", "A 感谢您多年支持,给您申请一个老用户优惠",
        "C 行", BYE,
    )  # fmt: skip
    score = score_conversation(
        CARD, call,
        Signals(acts=(act("identity_check", 2), act("account_data", 4)),
                findings=(found("churn", 5),)),
    )  # fmt: skip
    assert {i.item: i.result for i in score.items} == {
        "opening": "pass", "recording_notice": "na", "identity_check": "pass",
        "price_and_term": "pass", "penalty": "fail", "keep_customer": "pass",
        "calm_down": "na", "farewell": "pass",
    }  # fmt: skip
    # 65 of 80 points
    assert score.total == pytest.approx(81.2)
    assert [e.source for e in score.critical] == ["penalty"]
    proof = step(score, "penalty").absence
    assert proof is not None
    assert proof.nearest is not None
    assert (proof.looked, proof.nearest.quote) == ((4, 6, 8), "合约是一年")
    assert proof.change == "在坐席第4、6、8轮中任一轮说出即合格"


@pytest.mark.parametrize("tier", ["default", "vip"])
def test_published_versions_are_as_they_were(tier: str) -> None:
    path = asset("configs", "scorecards", f"{tier}.yaml")
    assert unpublished_change(path, load_scorecard(path)) is None


def test_a_published_version_that_was_changed_is_refused(tmp_path: Path) -> None:
    card = card_of(tmp_path, "")
    (tmp_path / "published.yaml").write_text("a@1: '0000000000000000'\n", "utf-8")
    assert "give it version 2" in str(unpublished_change(tmp_path / "card.yaml", card))
    (tmp_path / "published.yaml").write_text("a@9: '0000000000000000'\n", "utf-8")
    assert unpublished_change(tmp_path / "card.yaml", card) is None


def test_paraphrases_are_nearer_than_what_only_looks_like_the_step() -> None:
    """The figures of docs/scoring.md; a change that lowers them has to say so there."""
    said, other = [], []
    for row in read_yaml(Path(__file__).parent / "data" / "script_wordings.yaml"):
        wording = wording_of(row["wording"])
        for lines, values in ((row["said"], said), (row["other"], other)):
            for line in lines:
                near = Said([line]).in_turn([wording], 0)
                values.append(near.likeness if near else 0.0)
    assert len(said) == len(other) == 60
    ahead = sum((s > o) + (s == o) / 2 for s in said for o in other) / (len(said) * len(other))
    assert ahead >= 0.92
    assert sum(s >= 0.3 for s in said) / len(said) >= 0.8
    assert sum(o >= 0.3 for o in other) / len(other) <= 0.1


def test_likeness_is_between_0_and_1() -> None:
    wording = wording_of("本次通话将被录音")
    assert likeness(wording, wording) == 1.0
    assert likeness(wording, wording_of("天气不错")) == 0.0
    assert likeness(wording_of("的"), wording) == 0.0


def test_a_long_turn_does_not_hold_everything() -> None:
    everything = "通知您话费" + ",嗯" * 40 + ",本子上" + ",嗯" * 40 + ",录得音"
    near = Said([everything]).in_turn([wording_of("本次通话将被录音")], 0)
    assert near is not None
    assert near.likeness < 0.3
