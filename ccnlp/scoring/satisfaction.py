"""Satisfaction without a survey: a conversation's estimated distributions, beside real answers."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ccnlp.encoder.satisfaction import GRADES, JUDGED, SatisfactionModel
from ccnlp.scoring.facts import conversation_facts
from ccnlp.types import Estimate, Satisfaction, Signals, Trajectories, Transcript

#: Shares are told in ten-thousandths.
_PARTS: Final = 10_000


def estimate_satisfaction(
    model: SatisfactionModel,
    transcripts: Sequence[Transcript],
    texts: Sequence[Sequence[str]],
    signals: Sequence[Signals],
    moods: Sequence[Trajectories],
) -> list[Satisfaction]:
    """What judges would say of each conversation; nothing of those in which no customer speaks.

    ``texts`` holds each conversation's turns, folded and with personal information hidden.
    """
    shares = model.distributions(
        [[turn.speaker for turn in t.turns] for t in transcripts],
        texts,
        [conversation_facts(*one) for one in zip(transcripts, signals, moods, strict=True)],
    )
    return [
        Satisfaction(**dict(zip(JUDGED, map(_estimate, parts), strict=True)))
        if any(turn.speaker == "customer" for turn in transcript.turns)
        else Satisfaction()
        for transcript, parts in zip(transcripts, rounded_parts(shares).tolist(), strict=True)
    ]


def rounded_parts(shares: NDArray[np.float64]) -> NDArray[np.int64]:
    """Shares (last axis, sum 1) as ten-thousandths of sum 10,000: the largest takes the rest."""
    parts = np.floor(shares * _PARTS + 1e-6).astype(np.int64)
    rest = _PARTS - parts.sum(axis=-1, keepdims=True)
    largest = parts.argmax(axis=-1)[..., None]
    np.put_along_axis(parts, largest, np.take_along_axis(parts, largest, -1) + rest, -1)
    return parts


def _estimate(parts: Sequence[int]) -> Estimate:
    mean = sum(grade * part for grade, part in zip(GRADES, parts, strict=True))
    return Estimate(mean / _PARTS, tuple(part / _PARTS for part in parts))


def survey_grade(attributes: Mapping[str, Any]) -> float | None:
    """A real survey's answer on the scale of the estimates, -2 to 2; ``None``: there is none.

    ``survey_score`` is the answer; ``survey_scale`` its lowest and highest ("1-5", "0-10" or
    ``[1, 5]``), 1 to 5 where it is missing. What is no number, or lies outside, is no answer.
    """
    score = _number(attributes.get("survey_score"))
    scale = attributes.get("survey_scale", (1, 5))
    ends = scale.split("-") if isinstance(scale, str) else scale
    if score is None or not isinstance(ends, list | tuple) or len(ends) != 2:
        return None
    low, high = _number(ends[0]), _number(ends[1])
    if low is None or high is None or not low <= score <= high or low == high:
        return None
    return GRADES[0] + (score - low) / (high - low) * (GRADES[-1] - GRADES[0])


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
