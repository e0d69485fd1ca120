"""The handoff decision: a fold over the turns that raises alarms and clears them.

What it says of a turn depends on that turn and those before it, so that a live session and the
nightly run say the same. An alarm is raised at a customer turn that reaches a threshold, and goes
down later than the threshold alone would let it (hysteresis): see ``ClearSpec``.
"""

from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

from ccnlp.scoring.decisions import HandoffSpec
from ccnlp.types import Alarm, Finding, Handoff, Signals, Transcript, Trigger, TurnEmotion

_Target = Literal["human", "supervisor"]


def decide_handoff(spec: HandoffSpec, transcript: Transcript, signals: Signals) -> Handoff:
    """The first customer turn after which a person should take over, why, and until when."""
    alarms = _Fold(spec, signals).alarms(transcript)
    if not alarms:
        return Handoff(recommended=False)
    first = alarms[0]
    told = ", ".join(map(_told, first.triggers))
    until = "" if first.cleared is None else f"; 第{first.cleared}轮解除"
    return Handoff(
        recommended=True, turn=first.turn, target=first.target,
        reasons=tuple(t.reason for t in first.triggers),
        explanation=f"第{first.turn}轮: {told}{until}",
        triggers=first.triggers, alarms=tuple(alarms), standing=alarms[-1].cleared is None,
        turns_early=_turns_early(transcript, signals.findings, first.turn),
    )  # fmt: skip


def _told(trigger: Trigger) -> str:
    return f"{trigger.reason}: {trigger.measure} {trigger.value:g} ≥ {trigger.threshold:g}"


def turns_between(transcript: Transcript, first: int, second: int) -> int:
    """Customer turns from turn ``first`` to turn ``second``; negative where that comes before."""
    low, high = sorted((first, second))
    count = sum(t.speaker == "customer" for t in transcript.turns[low:high])
    return count if first <= second else -count


def _turns_early(transcript: Transcript, findings: Iterable[Finding], raised: int) -> int | None:
    demands = [f.turn for f in findings if f.category == "human_request"]
    return turns_between(transcript, raised, min(demands)) if demands else None


class _Fold:
    """The state between two turns: what was counted since the last alarm was cleared."""

    def __init__(self, spec: HandoffSpec, signals: Signals) -> None:
        self._spec = spec
        self._findings: dict[int, list[Finding]] = {}
        for finding in signals.findings:
            if finding.confidence >= spec.minimum_confidence:
                self._findings.setdefault(finding.turn, []).append(finding)
        self._failing = {a.turn for a in signals.acts if a.act in spec.bot_failure_acts}
        self._helpless = {a.turn for a in signals.acts if a.act in spec.vulnerable_acts}
        self._emotions = {e.turn: e for e in signals.emotions}
        self._angry = self._failures = self._needy = self._calm = 0
        self._vulnerable = False
        self._served_by = "agent"

    def alarms(self, transcript: Transcript) -> list[Alarm]:
        done: list[Alarm] = []
        standing: Alarm | None = None
        for index, turn in enumerate(transcript.turns):
            here = self._findings.get(index, [])
            if turn.speaker in ("agent", "bot"):
                self._served_by = turn.speaker
            failed = index in self._failing
            if turn.speaker == "bot" and here:
                failed = failed or any(
                    f.category in self._spec.bot_failure_categories for f in here
                )
            self._failures += failed and self._served_by == "bot"
            if turn.speaker == "customer":
                triggers = self._triggers(index, here)
                self._calm = 0 if triggers or self._restless(index) else self._calm + 1
            elif turn.speaker == "system":
                continue
            if standing is not None:
                if self._clears(standing, turn.speaker):
                    done.append(msgspec.structs.replace(standing, cleared=index))
                    standing = None
                    self._angry = self._failures = self._needy = 0
            elif turn.speaker == "customer" and (reached := triggers + self._counted(index)):
                standing = Alarm(index, self._target(), tuple(reached))
                self._calm = 0
        return done if standing is None else [*done, standing]

    def _triggers(self, index: int, here: Sequence[Finding]) -> list[Trigger]:
        """What calls for a person at once, at this turn; counts what does so in the end."""
        spec = self._spec
        emotion = self._sure(index)
        self._angry += (
            emotion is not None
            and emotion.label == "angry"
            and emotion.probability >= spec.angry_probability
        )
        self._vulnerable |= any(f.category == "vulnerable_customer" for f in here)
        found: list[Trigger] = []
        for category in spec.at_once:
            sure = [f.confidence for f in here if f.category == category]
            if sure:
                found.append(Trigger(category, "confidence", max(sure), spec.minimum_confidence))
        return found

    def _counted(self, index: int) -> list[Trigger]:
        """Counts that have reached their thresholds."""
        spec = self._spec
        emotion = self._sure(index)
        feeling = emotion.label if emotion else "neutral"
        in_need = feeling in spec.vulnerable_emotions or index in self._helpless
        self._needy += self._vulnerable and in_need
        counts = (
            ("bot_failed", "bot_failures", self._failures, spec.bot_failures),
            ("anger", "angry_turns", self._angry, spec.angry_turns),
            ("vulnerable_customer", "helpless_turns", self._needy, 1),
        )
        return [
            Trigger(reason, measure, float(value), float(threshold))
            for reason, measure, value, threshold in counts
            if value >= threshold and (reason != "bot_failed" or self._served_by == "bot")
        ]

    def _clears(self, alarm: Alarm, speaker: str) -> bool:
        if alarm.target == "human" and speaker == "agent":
            return True
        spec = self._spec.clear
        stays = any(t.reason in spec.never for t in alarm.triggers)
        return speaker == "customer" and not stays and self._calm >= spec.calm_turns

    def _restless(self, index: int) -> bool:
        spec, emotion = self._spec.clear, self._emotions.get(index)
        return (
            emotion is not None
            and emotion.label in spec.restless_emotions
            and emotion.probability >= spec.restless_probability
        )

    def _sure(self, index: int) -> TurnEmotion | None:
        """The turn's emotion; one that the model is unsure of moves nothing."""
        emotion = self._emotions.get(index)
        return None if emotion is None or emotion.unsure else emotion

    def _target(self) -> _Target:
        return "human" if self._served_by == "bot" else "supervisor"
