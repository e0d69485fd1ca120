"""From an assessment of the turns so far to what the hook answers."""

from ccnlp.live.assist import assist
from ccnlp.live.conversation import Conversation
from ccnlp.live.discipline import Memory, strength
from ccnlp.live.messages import (
    Action,
    BoardRow,
    LiveEmotion,
    LiveHandoff,
    LiveRisk,
    TurnsAnswer,
)
from ccnlp.scoring.scorecard import Scorecard
from ccnlp.types import Assessment, Handoff, Transcript


def make_answer(
    transcript: Transcript, made: Assessment, card: Scorecard, given: Conversation, *,
    sequence: int, told: Memory, action: Action, new_turns: frozenset[int], revised: bool,
    provisional: bool, degraded: bool,
) -> TurnsAnswer:  # fmt: skip
    """The answer; ``given`` is the conversation with the request, ``told`` what was said before."""
    known = set(told.findings)
    return TurnsAnswer(
        conversation_id=transcript.conversation_id, sequence=sequence,
        judged=len(transcript.turns),
        handoff=live_handoff(made.handoff, action),
        findings=tuple(f for f in made.findings if (f.category, f.turn) not in known),
        emotion=live_emotion(transcript, made),
        risk=LiveRisk(made.risk.level, made.risk.score, made.risk.explanation),
        assist=assist(card, transcript, made, new_turns), degraded=degraded,
        provisional=provisional, revised=revised, waiting_for=given.order.waiting_for,
        missing=given.order.missing, revision=given.revision,
    )  # fmt: skip


def live_handoff(handoff: Handoff, action: Action) -> LiveHandoff:
    """The verdict with the action."""
    alarm = handoff.alarms[-1] if handoff.alarms else None
    sure = strength(Handoff(True, alarms=(alarm,), standing=True)) if alarm else 0.0
    return LiveHandoff(
        recommended=handoff.recommended, standing=handoff.standing, turn=handoff.turn,
        target=handoff.target, reasons=handoff.reasons, confidence=round(sure, 4),
        triggers=handoff.triggers, explanation=handoff.explanation, action=action,
    )  # fmt: skip


def live_emotion(transcript: Transcript, made: Assessment) -> LiveEmotion | None:
    """The last emotion, with the trend of its side."""
    if not made.emotions:
        return None
    last = made.emotions[-1]
    agent = transcript.turns[last.turn].speaker == "agent"
    course = made.trajectory.agent if agent else made.trajectory.customer
    return LiveEmotion(
        last.turn, last.label, last.probability, course.trend if course else 0.0, last.unsure
    )


def board_row(answer: TurnsAnswer, given: Conversation) -> BoardRow:
    """The conversation in one line."""
    about, handoff = given.about, answer.handoff
    return BoardRow(
        conversation_id=answer.conversation_id, revision=given.revision, turns=answer.judged,
        risk=answer.risk, action=handoff.action, standing=handoff.standing,
        reasons=handoff.reasons, emotion=answer.emotion, queue=about.queue,
        agent_id=about.agent_id, customer_tier=about.customer_tier, degraded=answer.degraded,
        ended=given.ended,
    )  # fmt: skip
