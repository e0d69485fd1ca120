"""Small conversations and assessments for tests, made without an engine."""

from ccnlp.taxonomy import RISK_LEVELS
from ccnlp.types import (
    Assessment,
    Complaint,
    Finding,
    Handoff,
    ItemScore,
    PhraseFrequency,
    PiiSpan,
    Provenance,
    Risk,
    Satisfaction,
    Score,
    Timing,
    Transcript,
    Turn,
    TurnEmotion,
)  # fmt: skip

CUSTOMER = "我要投诉你们,打13800138000找我"


def transcript(
    conversation_id: str = "c0", agent: str | None = "A1", team: str | None = "华东"
) -> Transcript:
    """Two turns: a greeting and a complaint with a mobile number."""
    return Transcript(
        conversation_id=conversation_id,
        turns=(
            Turn("agent", "您好,很高兴为您服务", 0.0, 2.0),
            Turn("customer", CUSTOMER, 3.0, 5.0),
        ),
        started_at="2026-03-01T09:00:00+08:00",
        agent_id=agent,
        team=team,
    )


def assessment(conversation_id: str = "c0", risk: int = 3, recipe: str = "recipe-1") -> Assessment:
    """An assessment of ``transcript``; ``risk`` is the level's place, 0 without findings."""
    finding = Finding(
        category="complaint", severity="medium", turn=1, start=0, end=len(CUSTOMER),
        quote=CUSTOMER, speaker="customer", confidence=0.9, source="phrases.complaint.test",
        explanation="test",
    )  # fmt: skip
    return Assessment(
        conversation_id=conversation_id,
        provenance=Provenance(engine="0", recipe=recipe, scorecard="default@1", models={}),
        risk=Risk(level=RISK_LEVELS[risk], score=risk / 5),
        findings=(finding,) if risk else (),
        emotions=(TurnEmotion(0, "happy", 0.9), TurnEmotion(1, "angry", 0.8)),
        scorecard=Score(
            total=50.0, minimum=50.0, maximum=50.0, fatal=False,
            items=(ItemScore("greeting", "pass", 10, 10, 0.9, (), "ok"),),
            arithmetic=("得分 = 50",),
        ),
        timing=Timing(first_response_seconds=float(risk * 20), talk_ratio=0.5),
        complaint=Complaint(is_complaint=bool(risk), confidence=0.9, topic=None),
        satisfaction=Satisfaction(),
        handoff=Handoff(recommended=False),
        pii=(PiiSpan("mobile", 1, 8, 19, "13800138000"),),
        frequency=PhraseFrequency(
            counts={"complaint": 1} if risk else {}, agent_words=5, agent_risk_share=0.0,
            customer_words=6,
        ),
    )  # fmt: skip
