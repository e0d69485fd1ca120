"""How the mood of customer and agent went over a conversation: level, trend, peak, recovery.

The mood of a turn is the valence of its emotion (Russell, "A circumplex model of affect", 1980)
times the emotion's probability: 1 happy, -1 angry, sad or fear, 0 neutral or surprise. All can be
worked out again by hand from ``emotions`` of an assessment.
"""

from collections.abc import Sequence
from typing import Final

from ccnlp.types import Signals, Trajectories, Trajectory, Transcript

_VALENCE: Final = {"happy": 1.0, "angry": -1.0, "sad": -1.0, "fear": -1.0}
#: Last turns whose mood is that at the end.
_END: Final = 2


def measure_trajectories(transcript: Transcript, signals: Signals) -> Trajectories:
    """The course of both sides; of a side without a judged turn ``None``.

    ``agent_fatigue`` is the fall of the agent's mood, min(1, max(0, -trend)); ``agent_distress``
    the larger of the confidence of an ``agent_distress`` finding and the depth of the peak.
    """
    moods: dict[str, list[tuple[int, float]]] = {"customer": [], "agent": []}
    for emotion in signals.emotions:
        side = moods.get(transcript.turns[emotion.turn].speaker)
        if side is not None:
            side.append((emotion.turn, _VALENCE.get(emotion.label, 0.0) * emotion.probability))
    customer, agent = (trajectory(moods[side]) for side in ("customer", "agent"))
    if agent is None:
        return Trajectories(customer)
    said = [f.confidence for f in signals.findings if f.category == "agent_distress"]
    return Trajectories(
        customer, agent,
        agent_fatigue=min(1.0, max(0.0, -agent.trend)),
        agent_distress=max([0.0, -(agent.peak or 0.0), *said]),
    )  # fmt: skip


def trajectory(moods: Sequence[tuple[int, float]]) -> Trajectory | None:
    """The course of one side's moods, each ``(turn, mood in [-1, 1])`` in order.

    * ``level``: their mean.
    * ``trend``: what the line of least squares rises from the first turn to the last.
    * ``peak``: the lowest mood below 0, at ``peak_turn``: how a service is remembered rests on
      its peak and its end (Fredrickson and Kahneman, "Duration neglect", 1993).
    * ``recovery``: 1 - end / peak, in [0, 1], where the end is the mean of the last two moods
      behind the peak; 0 where the peak is the last turn, ``None`` where there is no peak.
    """
    if not moods:
        return None
    values = [mood for _, mood in moods]
    low = min(range(len(values)), key=values.__getitem__)
    peak = values[low]
    recovery = None
    if peak < 0:
        behind = values[low + 1 :][-_END:]
        recovery = min(1.0, max(0.0, 1 - sum(behind) / len(behind) / peak)) if behind else 0.0
    return Trajectory(
        level=_rounded(sum(values) / len(values)), trend=_rounded(_rise(values)),
        peak=_rounded(peak) if peak < 0 else None, peak_turn=moods[low][0] if peak < 0 else None,
        recovery=None if recovery is None else _rounded(recovery),
    )  # fmt: skip


def _rise(values: Sequence[float]) -> float:
    """Slope of the line of least squares over 0, 1, 2 ... times the number of steps."""
    count = len(values)
    if count < 2:
        return 0.0
    middle = (count - 1) / 2
    spread = sum((i - middle) ** 2 for i in range(count))
    return sum((i - middle) * v for i, v in enumerate(values)) / spread * (count - 1)


def _rounded(value: float) -> float:
    return round(value, 4) + 0.0  # no -0.0
