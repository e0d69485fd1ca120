"""Golden cases of scores, risk, complaint, handoff and timing: worked out by hand."""

from pathlib import Path

import msgspec
import pytest
from conversations import talk

from ccnlp.assets import asset
from ccnlp.errors import ConfigError
from ccnlp.scoring.decisions import decide_complaint, load_decisions
from ccnlp.scoring.episodes import episodes
from ccnlp.scoring.frequency import count_phrases
from ccnlp.scoring.fuse import fuse_findings, join_evidence
from ccnlp.scoring.handoff import decide_handoff
from ccnlp.scoring.risk import assess_risk, load_risk_matrix
from ccnlp.scoring.score import score_conversation
from ccnlp.scoring.scorecard import load_scorecard
from ccnlp.scoring.timing import measure_timing
from ccnlp.types import Act, Finding, Signals, Transcript, Turn, TurnEmotion

CARD = load_scorecard(asset("configs", "scorecards", "default.yaml"))
DECISIONS = load_decisions(asset("configs", "decisions", "default.yaml"))
MATRIX = load_risk_matrix(asset("configs", "risk", "matrix.yaml"))


def act(name: str, turn: int) -> Act:
    return Act(act=name, turn=turn, start=0, end=1, quote="您", confidence=0.9, source="t")


def finding(category: str, turn: int, severity: str = "high", **more: object) -> Finding:
    given = {"confidence": 0.9, "speaker": "customer", "source": "phrases.t", **more}
    return Finding(
        category=category, severity=severity, turn=turn, start=0, end=1, quote="我",  # type: ignore[arg-type]
        explanation="", **given,  # type: ignore[arg-type]
    )  # fmt: skip


def emotion(turn: int, label: str, probability: float = 0.9) -> TurnEmotion:
    return TurnEmotion(turn=turn, label=label, probability=probability)


CALL = talk("A 您好", "C 我家断网了", "A 您是说断网了对吗", "C 烦死了", "A 抱歉 明天来修", "A 再见")


class TestScore:
    def test_items_that_do_not_apply_are_left_out_of_both_sums(self) -> None:
        signals = Signals(
            acts=(act("greeting", 0), act("need_confirmation", 2), act("empathy", 4),
                  act("solution", 4), act("time_commitment", 4), act("farewell", 5),
                  act("courtesy", 0)),
            emotions=(emotion(1, "neutral"), emotion(3, "angry")),
        )  # fmt: skip
        score = score_conversation(CARD, CALL, signals)
        results = {i.item: i.result for i in score.items}
        assert results == {
            "greeting": "pass", "identity_check": "na", "need_confirmation": "pass",
            "empathy": "pass", "solution": "pass", "time_commitment": "pass",
            "closing_check": "fail", "satisfaction_invite": "fail", "farewell": "pass",
            "polite_language": "pass",
        }  # fmt: skip
        # 75 of 90 points: identity_check (10) does not apply
        assert score.total == pytest.approx(83.3)
        assert "75 ÷ 90" in " ".join(score.arithmetic)

    def test_a_fatal_finding_sets_the_total_to_zero(self) -> None:
        rude = finding("agent_rudeness", 2, speaker="agent")
        score = score_conversation(CARD, CALL, Signals(findings=(rude,)))
        assert (score.total, score.fatal) == (0.0, True)

    def test_what_could_not_be_judged_makes_a_range(self) -> None:
        signals = Signals(
            acts=(act("greeting", 0), act("courtesy", 0)), not_evaluated={"emotion": "no model"}
        )
        score = score_conversation(CARD, CALL, signals)
        empathy = next(i for i in score.items if i.item == "empathy")
        assert empathy.result == "not_evaluated"
        assert "no model" in empathy.explanation
        assert score.total is None
        # 20 of 80 judged points, 15 open: 20/80 .. 35/80 (identity, time do not apply: 20 of 100)
        assert (score.minimum, score.maximum) == (25.0, 43.8)

    def test_a_failed_item_says_where_it_looked_and_what_would_pass(self) -> None:
        score = score_conversation(CARD, CALL, Signals())
        greeting = next(i for i in score.items if i.item == "greeting")
        assert greeting.result == "fail"
        assert "第0、2轮" in greeting.explanation
        assert "请问有什么可以帮您" in greeting.explanation

    def test_an_episode_that_nobody_meets_fails(self) -> None:
        signals = Signals(emotions=(emotion(1, "angry"),), acts=(act("empathy", 5),))
        score = score_conversation(CARD, CALL, signals)
        empathy = next(i for i in score.items if i.item == "empathy")
        assert empathy.result == "fail"
        assert empathy.evidence[0].turn == 1

    def test_runs_of_feeling_end_at_a_calm_customer_turn(self) -> None:
        call = talk("C a", "A b", "C c", "A d", "C e", "A f", "C g")
        assert episodes(call, {0, 2, 6}) == [[0, 2], [6]]


class TestRisk:
    def test_nothing_found_is_no_risk(self) -> None:
        assert assess_risk(MATRIX, ()).level == "none"
        assert assess_risk(MATRIX, ()).score == 0.0

    def test_severity_times_likelihood(self) -> None:
        unsure, sure = finding("complaint", 1, confidence=0.55), finding("complaint", 1)
        assert assess_risk(MATRIX, [unsure]).level == "medium"
        assert assess_risk(MATRIX, [sure]).level == "high"
        # two unsure ones together: 1 - 0.45 * 0.45 = 0.80 is "likely"
        both = assess_risk(MATRIX, [unsure, finding("complaint", 3, confidence=0.55)])
        assert both.level == "high"
        assert "0.80" in both.explanation

    def test_many_turns_lift_the_level(self) -> None:
        few = [finding("complaint", t) for t in (1, 3)]
        many = [finding("complaint", t) for t in (1, 3, 5)]
        assert assess_risk(MATRIX, few).level == "high"
        assert assess_risk(MATRIX, many).level == "critical"

    def test_a_matrix_with_a_gap_is_refused_with_its_line(self, tmp_path: Path) -> None:
        file = tmp_path / "matrix.yaml"
        file.write_text("likelihood: {rare: 0.0, sure: 0.9}\nmatrix:\n  high: [low]\n", "utf-8")
        with pytest.raises(ConfigError, match=r"matrix\.yaml:3: key matrix\.high.*1 levels for 2"):
            load_risk_matrix(file)


class TestHandoff:
    def decide(self, call: Transcript, **signals: object) -> tuple[int | None, tuple[str, ...]]:
        made = decide_handoff(DECISIONS.handoff, call, Signals(**signals))  # type: ignore[arg-type]
        return made.turn, made.reasons

    def test_a_threat_calls_for_a_supervisor_at_once(self) -> None:
        call = talk("A 您好", "C 我去12315", "A 您别急")
        made = decide_handoff(
            DECISIONS.handoff, call, Signals(findings=(finding("regulator_threat", 1),))
        )
        assert (made.turn, made.target, made.reasons) == (1, "supervisor", ("regulator_threat",))

    def test_an_unsure_threat_does_not(self) -> None:
        unsure = finding("regulator_threat", 1, confidence=0.5)
        assert self.decide(talk("A 您好", "C 12315"), findings=(unsure,)) == (None, ())

    def test_a_bot_that_failed_twice_hands_over_to_a_person(self) -> None:
        call = talk("B 您好", "C 换货", "B 没听懂", "C 我说换货", "B 没听懂", "C 唉")
        made = decide_handoff(
            DECISIONS.handoff, call, Signals(acts=(act("bot_miss", 2), act("bot_miss", 4)))
        )
        assert (made.turn, made.target, made.reasons) == (5, "human", ("bot_failed",))

    def test_a_vulnerable_customer_who_copes_needs_none(self) -> None:
        call = talk("A 您好", "C 我七十了", "A 好", "C 看不清")
        old = finding("vulnerable_customer", 1, "medium")
        assert self.decide(call, findings=(old,)) == (None, ())
        assert self.decide(call, findings=(old,), acts=(act("not_coping", 3),)) == (
            3, ("vulnerable_customer",),
        )  # fmt: skip

    def test_complaint_alone_is_no_reason(self) -> None:
        assert self.decide(
            talk("A 您好", "C 坏了"), findings=(finding("complaint", 1, "medium"),)
        ) == (None, ())


def test_complaint_needs_a_finding_that_is_sure_enough() -> None:
    sure = decide_complaint(
        DECISIONS.complaint, Signals(findings=(finding("complaint", 1),)), "断网"
    )
    assert (sure.is_complaint, sure.confidence, sure.topic) == (True, 0.9, "断网")
    none = decide_complaint(DECISIONS.complaint, Signals(), "断网")
    assert (none.is_complaint, none.confidence, none.topic) == (False, 1.0, None)


class TestFuse:
    def head(self, chance: float, suppressed: str | None = None) -> Finding:
        return finding(
            "churn", 1, "medium", source="model.linear", confidence=chance, suppressed=suppressed
        )

    def test_a_head_that_agrees_raises_a_rule_and_one_that_does_not_lowers_it(self) -> None:
        rule = finding("churn", 1, "medium", confidence=0.7)
        alone = fuse_findings([rule])[0].confidence
        backed = fuse_findings([rule, self.head(0.6)])[0].confidence
        assert alone < 0.7 < backed

    def test_a_rule_suppressed_by_its_scope_speaks_against_the_head(self) -> None:
        negated = finding("churn", 1, "medium", suppressed="negated")
        fused = fuse_findings([negated, self.head(0.6)])
        assert {f.suppressed for f in fused} == {"negated"}

    def test_a_head_alone_stands(self) -> None:
        assert fuse_findings([self.head(0.8)]) == [self.head(0.8)]

    def test_neighbours_of_one_category_are_one_finding_with_all_the_words(self) -> None:
        text = "我要退订,再也不来了" + "嗯" * 20 + "换别家"
        pieces = [("退订", 0.6), ("再也不来", 0.8), ("换别家", 0.7)]
        found = [
            finding("churn", 0, "medium", confidence=confidence, source=f"phrases.churn.{quote}")
            for quote, confidence in pieces
        ]
        placed = [
            msgspec.structs.replace(
                f, start=text.index(quote), end=text.index(quote) + len(quote), quote=quote
            )
            for f, (quote, _) in zip(found, pieces, strict=True)
        ]
        joined = join_evidence(placed, [text])
        assert [(f.quote, f.confidence) for f in joined] == [
            ("退订,再也不来", 0.8),
            ("换别家", 0.7),
        ]
        assert all(text[f.start : f.end] == f.quote for f in joined)
        other = msgspec.structs.replace(placed[1], category="complaint")
        assert len(join_evidence([placed[0], other], [text])) == 2


class TestTiming:
    def test_by_hand(self) -> None:
        call = Transcript(
            conversation_id="t", wait_seconds=42.0,
            turns=(
                Turn("agent", "您好", 1.2, 3.0), Turn("customer", "断网了", 3.5, 6.0),
                Turn("agent", "好的您", 5.0, 8.0), Turn("customer", "嗯嗯", 22.0, 23.0),
                Turn("agent", "再见", 25.0, 26.0),
            ),
        )  # fmt: skip
        timing = measure_timing(call)
        assert timing.wait_seconds == 42.0
        assert timing.first_response_seconds == 1.2  # the agent opens
        assert timing.mean_response_seconds == 1.0  # 0 (talks over) and 2
        assert timing.longest_gap_seconds == 14.0
        assert timing.overlap_seconds == 1.0
        assert timing.talk_ratio == pytest.approx(7 / 12, abs=1e-4)

    def test_what_has_no_time_stamp_is_null(self) -> None:
        timing = measure_timing(talk("C 喂", "A 您好"))
        assert (timing.first_response_seconds, timing.mean_response_seconds) == (None, None)
        assert (timing.longest_gap_seconds, timing.overlap_seconds) == (None, None)


def test_risk_word_share_counts_words_of_the_agent_inside_findings() -> None:
    call = talk("C 喂", "A 你 有完没完 啊")
    rude = Finding(
        category="agent_rudeness", severity="high", turn=1, start=2, end=6, quote="有完没完",
        speaker="agent", confidence=0.9, source="phrases.t", explanation="",
    )  # fmt: skip
    words = [["喂", "，"], ["你", " ", "有完没完", " ", "啊"]]
    counted = count_phrases(call, words, Signals(findings=(rude,)))
    assert (counted.agent_words, counted.customer_words) == (3, 1)
    assert counted.agent_risk_share == pytest.approx(1 / 3, abs=1e-6)
    assert counted.counts == {"agent_rudeness": 1}


ITEMS = "items:\n  - {item: x, points: 1, judge: act, acts: [a]}\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("id: a\nversion: 1\ntitle: t\nitems: []\n", "no item has points"),
        (
            "id: a\nversion: 1\ntitle: t\n" + ITEMS.replace("1", "-1"),
            r":5: key items\.0\.points: points below 0",
        ),
        (
            "id: a\nversion: 1\ntitle: t\nfatal: [rude]\n" + ITEMS,
            r":4: key fatal: unknown name 'rude'",
        ),
        ("id: a\nversion: one\n", r":2: key version: Expected `int`"),
    ],
)  # fmt: skip
def test_a_wrong_scorecard_is_refused_with_line_and_key(
    tmp_path: Path, text: str, message: str
) -> None:
    file = tmp_path / "card.yaml"
    file.write_text(text, "utf-8")
    with pytest.raises(ConfigError, match=message):
        load_scorecard(file)


@pytest.mark.parametrize("tier", ["default", "vip"])
def test_shipped_scorecards_are_worth_a_hundred_points(tier: str) -> None:
    card = load_scorecard(asset("configs", "scorecards", f"{tier}.yaml"))
    assert sum(i.points for i in card.items) == 100
