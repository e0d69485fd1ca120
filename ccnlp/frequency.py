"""How often risky phrases are said: hits per 1,000 words, how sure that is, and what changed.

A word is a segmented word of the speakers whose words a category looks at: agents and bots for
``agent_rudeness`` and its like, customers for ``complaint`` and its like.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from typing import Final, Literal

import msgspec

from ccnlp.taxonomy import CATEGORIES, Category

#: Two-sided 95 % of the normal distribution.
Z95: Final = 1.959964
#: The group of what was not given.
UNKNOWN: Final = ""

By = Literal["agent", "team", "day", "week", "category"]


class Spoken(msgspec.Struct, frozen=True):
    """What one conversation adds: its place, its words, its hits."""

    day: date | None
    agent_id: str | None
    team: str | None
    agent_words: int
    customer_words: int
    #: Category -> hits.
    counts: dict[str, int]


class Rate(msgspec.Struct, frozen=True):
    """Hits of one category in one group."""

    group: str
    category: str
    hits: int
    words: int
    #: Hits per 1,000 words, with the ends of its 95 % Wilson interval.
    rate: float
    low: float
    high: float


class Change(msgspec.Struct, frozen=True):
    """The latest week beside the weeks before it."""

    group: str
    category: str
    latest: Rate
    trailing: Rate
    #: Latest rate / trailing rate; ``None`` where nothing was said before.
    ratio: float | None
    #: Two-sided p of equal rates: pooled two-proportion z-test.
    p_value: float


def wilson_interval(hits: int, total: int, z: float = Z95) -> tuple[float, float]:
    """Ends of the Wilson score interval of a share, in [0, 1]; the share lies between them.

    E. B. Wilson, "Probable inference, the law of succession, and statistical inference", 1927.
    (0, 1) where ``total`` is 0. ``hits`` above ``total`` count as ``total``.
    """
    if total <= 0:
        return 0.0, 1.0
    share = min(1.0, hits / total)
    spread = z * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    middle = share + z * z / (2 * total)
    scale = 1 + z * z / total
    low = (middle - spread) / scale if hits else 0.0
    high = (middle + spread) / scale if hits < total else 1.0
    return min(low, share), max(high, share)


def phrase_rates(
    spoken: Iterable[Spoken], by: By, categories: Mapping[str, Category] = CATEGORIES
) -> list[Rate]:
    """Rates a group and category, the highest first within each group.

    Every category of a group is there, also with 0 hits: its interval tells how sure that is.
    """
    hits, words = _tally(spoken, _grouping(by), categories)
    rates = [
        _rate(group, category, hits.get((group, category), 0), total)
        for (group, category), total in words.items()
    ]
    return sorted(rates, key=lambda r: (r.group, -r.rate, r.category))


def phrase_changes(
    spoken: Iterable[Spoken], by: Literal["agent", "team", "category"], weeks: int = 4,
    categories: Mapping[str, Category] = CATEGORIES,
) -> list[Change]:  # fmt: skip
    """The latest seven days against the ``weeks`` before them, the surest change first.

    Conversations without a day do not count. Empty where all fall into the latest week.
    """
    dated = [(s.day, s) for s in spoken if s.day is not None]
    if not dated:
        return []
    last = max(day for day, _ in dated)
    split = last - timedelta(days=7)
    first = split - timedelta(weeks=weeks)
    latest = _tally((s for day, s in dated if day > split), _grouping(by), categories)
    earlier = (s for day, s in dated if first < day <= split)
    before = _tally(earlier, _grouping(by), categories)
    changes = []
    for key in latest[1].keys() & before[1].keys():
        now = _rate(*key, latest[0].get(key, 0), latest[1][key])
        then = _rate(*key, before[0].get(key, 0), before[1][key])
        if not now.hits and not then.hits:
            continue
        changes.append(
            Change(
                group=key[0], category=key[1], latest=now, trailing=then,
                ratio=round(now.rate / then.rate, 4) if then.rate else None,
                p_value=_equal_rates(now, then),
            )
        )  # fmt: skip
    return sorted(changes, key=lambda c: (c.p_value, c.group, c.category))


def _grouping(by: By) -> Callable[[Spoken], str]:
    if by == "agent":
        return lambda s: s.agent_id or UNKNOWN
    if by == "team":
        return lambda s: s.team or UNKNOWN
    if by == "day":
        return lambda s: s.day.isoformat() if s.day else UNKNOWN
    if by == "week":
        return lambda s: _monday(s.day).isoformat() if s.day else UNKNOWN
    return lambda _: "all"


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _tally(
    spoken: Iterable[Spoken], group_of: Callable[[Spoken], str],
    categories: Mapping[str, Category],
) -> tuple[dict[tuple[str, str], int], dict[tuple[str, str], int]]:  # fmt: skip
    """Hits and words a (group, category)."""
    hits: dict[tuple[str, str], int] = {}
    words: dict[tuple[str, str], int] = {}
    for one in spoken:
        group = group_of(one)
        for category in categories.values():
            key = (group, category.id)
            total = one.customer_words if "customer" in category.speakers else one.agent_words
            words[key] = words.get(key, 0) + total
            count = one.counts.get(category.id, 0)
            if count:
                hits[key] = hits.get(key, 0) + count
    return hits, words


def _rate(group: str, category: str, hits: int, words: int) -> Rate:
    low, high = wilson_interval(hits, words)
    rate = 1000 * hits / words if words else 0.0
    return Rate(
        group=group, category=category, hits=hits, words=words, rate=round(rate, 4),
        low=round(1000 * low, 4), high=round(1000 * high, 4),
    )  # fmt: skip


def _equal_rates(now: Rate, then: Rate) -> float:
    if not now.words or not then.words:
        return 1.0
    pooled = (now.hits + then.hits) / (now.words + then.words)
    spread = math.sqrt(max(pooled * (1 - pooled), 0.0) * (1 / now.words + 1 / then.words))
    if not spread:
        return 1.0
    z = (now.hits / now.words - then.hits / then.words) / spread
    return round(math.erfc(abs(z) / math.sqrt(2)), 6)


def parse_day(started_at: str | None) -> date | None:
    """Day of an RFC 3339 time; ``None`` where there is none or it is no time."""
    if not started_at:
        return None
    try:
        return date.fromisoformat(started_at[:10])
    except ValueError:
        return None
