"""What the engine saw of a conversation, as a few whole numbers: how it went and how it ended.

Every fact is in thousandths, from -1000 to 1000, so that long conversations say no more than short
ones; what is not named is 0. ``training.satisfaction`` learns what each is worth.
"""

import math
from typing import Final

from ccnlp.types import Signals, Trajectories, Trajectory, Transcript

#: One, in thousandths.
WHOLE: Final = 1000
#: Turns above which more make no difference; characters from which a turn is as long as can be.
_MOST_CUSTOMER, _MOST_SERVICE, _LONG = 4, 3, 200
_LOG_LONG: Final = math.log1p(_LONG)


def conversation_facts(
    transcript: Transcript, signals: Signals, moods: Trajectories
) -> dict[str, int]:
    """Facts by name; those that are 0 may be missing. ``moods`` are those of the conversation.

    * ``ends.customer``, ``customer_turns.N``, ``service_turns.N``: 1000 or 0;
    * ``length.*``: log(1 + characters) against that of 200;
    * ``emotion.first|last|mean.LABEL``: probability of the customer's likeliest emotion;
    * ``mood.*``: level, trend, peak and recovery of ``scoring.trajectory``;
    * ``finding.CATEGORY``, ``act.ACT``: the greatest confidence, and with ``.end`` the same from
      the customer's last turn on (where it is not the first too).
    """
    speakers = [turn.speaker for turn in transcript.turns]
    customer = [turn for turn, who in enumerate(speakers) if who == "customer"]
    service = [turn for turn, who in enumerate(speakers) if who in ("agent", "bot")]
    facts = {
        f"customer_turns.{min(len(customer), _MOST_CUSTOMER)}": WHOLE,
        f"service_turns.{min(len(service), _MOST_SERVICE)}": WHOLE,
    }
    if customer and (not service or customer[-1] > service[-1]):
        facts["ends.customer"] = WHOLE
    for name, turns in (("customer", customer), ("service", service)):
        if turns:
            facts[f"length.last_{name}"] = _length(transcript.turns[turns[-1]].text)
    if customer:
        facts["length.first_customer"] = _length(transcript.turns[customer[0]].text)
    _add_emotions(facts, customer, signals)
    _add_mood(facts, "mood.customer", moods.customer)
    _add_mood(facts, "mood.agent", moods.agent)
    end = customer[-1] if len(customer) > 1 else len(speakers)
    said = [(f"finding.{f.category}", f.confidence, f.turn) for f in signals.findings]
    said += [(f"act.{a.act}", a.confidence, a.turn) for a in signals.acts]
    for name, confidence, turn in said:
        value = round(WHOLE * confidence)
        if value > facts.get(name, 0):
            facts[name] = value
        if turn >= end:
            facts[f"{name}.end"] = max(value, facts.get(f"{name}.end", 0))
    return facts


def _add_emotions(facts: dict[str, int], customer: list[int], signals: Signals) -> None:
    if not customer:
        return
    sums: dict[str, float] = {}
    felt = {e.turn: e for e in signals.emotions}
    for turn in customer:
        emotion = felt.get(turn)
        if emotion is None:
            continue
        label, probability = emotion.label, emotion.probability
        sums[label] = sums.get(label, 0.0) + probability
        if turn == customer[0]:
            facts[f"emotion.first.{label}"] = _thousandths(probability)
        elif turn == customer[-1]:
            facts[f"emotion.last.{label}"] = _thousandths(probability)
    for label, total in sums.items():
        facts[f"emotion.mean.{label}"] = _thousandths(total / len(customer))


def _add_mood(facts: dict[str, int], name: str, side: Trajectory | None) -> None:
    if side is None:
        return
    facts[f"{name}.level"] = _thousandths(side.level)
    facts[f"{name}.trend"] = _thousandths(side.trend)
    facts[f"{name}.peak"] = _thousandths(side.peak or 0.0)
    facts[f"{name}.recovery"] = _thousandths(side.recovery or 0.0)


def _length(text: str) -> int:
    return min(WHOLE, round(WHOLE * math.log1p(len(text)) / _LOG_LONG))


def _thousandths(value: float) -> int:
    return round(WHOLE * min(1.0, max(-1.0, value)))
