"""Appraisal of agents: quality, efficiency, and what other systems know, each weighted.

A measure's value becomes points on a straight line from 0 at ``worst`` to 100 at ``best``; a part
is the mean of its measures' points by weight, the whole the mean of the parts by weight. What has
no value leaves a range between its 0 and its 100 points, as with scores.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final, Literal

import msgspec

from ccnlp.assets import asset
from ccnlp.errors import ConfigError, InputError
from ccnlp.types import Timing
from ccnlp.yamlfile import line_of, read_as

#: What is measured from the store; every other measure comes from outside. Seconds and
#: ``talk_ratio`` are means over the conversations that have them, shares are in [0, 1] of all.
KNOWN: Final = (
    "score", "fatal_share", "complaint_share", "critical_customer_share",
    "critical_business_share", "critical_compliance_share", *Timing.__struct_fields__,
)  # fmt: skip
#: Columns of the file from outside.
COLUMNS: Final = ("agent", "measure", "value")


class MeasureSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One measure: its weight in its part, and the values worth 0 and 100 points."""

    measure: str
    weight: float
    worst: float
    best: float


class PartSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A part of the whole, with its weight."""

    weight: float
    measures: tuple[MeasureSpec, ...]


class Standard(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How agents are appraised."""

    parts: dict[str, PartSpec]
    missing: Literal["range", "leave_out"] = "range"
    least_conversations: int = 0

    def outside(self) -> set[str]:
        """The measures that are fed in."""
        named = {m.measure for part in self.parts.values() for m in part.measures}
        return named.difference(KNOWN)


class Worked(msgspec.Struct, frozen=True):
    """What one conversation tells of its agent."""

    agent_id: str
    team: str | None
    #: Ends of the score's range, 0..100.
    minimum: float
    maximum: float
    fatal: bool
    complaint: bool
    #: Kinds of critical errors in it.
    critical: frozenset[str]
    timing: Timing


class Measured(msgspec.Struct, frozen=True):
    """One measure of one agent: its value, and its points in 0..100, a range where it is open."""

    measure: str
    value: float | None
    minimum: float
    maximum: float
    weight: float


class Part(msgspec.Struct, frozen=True):
    """One part of one agent's appraisal, in 0..100."""

    part: str
    weight: float
    minimum: float
    maximum: float
    measures: tuple[Measured, ...]


class Appraisal(msgspec.Struct, frozen=True):
    """One agent; ``total`` in 0..100, ``None`` where it is a range."""

    agent_id: str
    team: str | None
    conversations: int
    total: float | None
    minimum: float
    maximum: float
    #: Too few conversations to rest on.
    provisional: bool
    parts: tuple[Part, ...]


def load_standard(path: Path | None = None) -> Standard:
    """Read and check a standard; without a path the one that ships.

    Raises
    ------
    ConfigError: naming file, line and key.
    """
    path = path or asset("configs", "appraisal", "default.yaml")
    standard = read_as(path, Standard)

    def fault(keys: list[str], what: str, mend: str) -> ConfigError:
        where = f"{path}:{line_of(path, keys)}: key {'.'.join(keys)}"
        return ConfigError(what, where=where, mend=mend)

    if not sum(part.weight for part in standard.parts.values()):
        raise fault(["parts"], "no part has a weight", "give at least one part a weight")
    for name, part in standard.parts.items():
        keys = ["parts", name]
        if part.weight < 0 or any(m.weight < 0 for m in part.measures):
            raise fault(keys, "a weight is below 0", "use 0 or more")
        if not sum(m.weight for m in part.measures):
            raise fault([*keys, "measures"], "no measure has a weight", "give one a weight")
        for place, measure in enumerate(part.measures):
            if measure.worst == measure.best:
                raise fault(
                    [*keys, "measures", str(place)], "worst and best are equal",
                    "set them apart: points run from one to the other",
                )  # fmt: skip
    return standard


def read_outside(path: Path, standard: Standard) -> dict[tuple[str, str], float]:
    """What other systems know: (agent, measure) -> value.

    Raises
    ------
    InputError: the file cannot be read, or a line is wrong; it is named.
    """
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"cannot be read: {error}", where=str(path), mend="name a CSV file in UTF-8"
        ) from error
    rows = csv.reader(io.StringIO(text, newline=""))
    header = [name.strip().lower() for name in next(rows, [])]
    if sorted(header) != sorted(COLUMNS):
        raise InputError(
            f"columns are {', '.join(header) or 'none'}", where=f"{path}:1",
            mend=f"the first line reads {','.join(COLUMNS)}",
        )  # fmt: skip
    known = standard.outside()
    found: dict[tuple[str, str], float] = {}
    for row in rows:
        if not any(cell.strip() for cell in row):
            continue
        agent, measure, value = _outside_row(f"{path}:{rows.line_num}", header, row, known)
        if (agent, measure) in found:
            raise InputError(
                f"{measure} of {agent} stands twice", where=f"{path}:{rows.line_num}",
                mend="keep one line",
            )  # fmt: skip
        found[agent, measure] = value
    return found


def _outside_row(
    where: str, header: Sequence[str], row: Sequence[str], known: set[str]
) -> tuple[str, str, float]:
    if len(row) != len(header):
        raise InputError(
            f"{len(row)} cells for {len(header)} columns", where=where, mend=",".join(COLUMNS)
        )
    cells = {name: cell.strip() for name, cell in zip(header, row, strict=True)}
    if cells["measure"] not in known:
        names = ", ".join(sorted(known)) or "none is fed in"
        raise InputError(
            f"the standard feeds in no measure {cells['measure']!r}", where=where,
            mend=f"one of: {names}",
        )  # fmt: skip
    try:
        value = float(cells["value"])
    except ValueError:
        value = float("nan")
    if value - value != 0:  # neither inf nor nan
        raise InputError(f"{cells['value']!r} is no number", where=where, mend="write 4.5")
    return cells["agent"], cells["measure"], value


def appraise(
    standard: Standard, worked: Iterable[Worked], outside: Mapping[tuple[str, str], float]
) -> list[Appraisal]:
    """Every agent who worked or stands in ``outside``, the best first, then by name."""
    sums: dict[str, _Sums] = {}
    for one in worked:
        sums.setdefault(one.agent_id, _Sums()).add(one)
    for agent, _ in outside:
        sums.setdefault(agent, _Sums())
    made = [_appraised(standard, agent, seen, outside) for agent, seen in sums.items()]
    return sorted(made, key=lambda a: (-(a.minimum + a.maximum), a.agent_id))


class _Sums:
    """Running sums of one agent."""

    def __init__(self) -> None:
        self.conversations = 0
        self.team: str | None = None
        self._scores = (0.0, 0.0)
        self._having: dict[str, int] = {}
        self._times: dict[str, tuple[float, int]] = {}

    def add(self, one: Worked) -> None:
        self.conversations += 1
        self.team = self.team or one.team
        self._scores = self._scores[0] + one.minimum, self._scores[1] + one.maximum
        names = [f"critical_{kind}_share" for kind in one.critical]
        names += ["fatal_share"] * one.fatal + ["complaint_share"] * one.complaint
        for name in names:
            self._having[name] = self._having.get(name, 0) + 1
        for name in Timing.__struct_fields__:
            value = getattr(one.timing, name)
            if value is not None:
                total, count = self._times.get(name, (0.0, 0))
                self._times[name] = total + value, count + 1

    def values(self, measure: str) -> tuple[float, float] | None:
        """Ends of a known measure's range; ``None`` where nothing tells it."""
        if measure in Timing.__struct_fields__:
            if measure not in self._times:
                return None
            total, count = self._times[measure]
            return (total / count,) * 2
        if not self.conversations:
            return None
        if measure == "score":
            low, high = self._scores
            return low / self.conversations, high / self.conversations
        return (self._having.get(measure, 0) / self.conversations,) * 2


def _appraised(
    standard: Standard, agent: str, seen: _Sums, outside: Mapping[tuple[str, str], float]
) -> Appraisal:
    parts = []
    for name, spec in standard.parts.items():
        measures = [_measured(m, agent, seen, outside) for m in spec.measures]
        low, high = _mean(standard, [(m.minimum, m.maximum, m.weight) for m in measures])
        parts.append(Part(name, spec.weight, low, high, tuple(measures)))
    low, high = _mean(standard, [(p.minimum, p.maximum, p.weight) for p in parts])
    return Appraisal(
        agent_id=agent, team=seen.team, conversations=seen.conversations,
        total=low if low == high else None, minimum=low, maximum=high,
        provisional=seen.conversations < standard.least_conversations, parts=tuple(parts),
    )  # fmt: skip


def _measured(
    spec: MeasureSpec, agent: str, seen: _Sums, outside: Mapping[tuple[str, str], float]
) -> Measured:
    if spec.measure in KNOWN:
        found = seen.values(spec.measure)
    else:
        given = outside.get((agent, spec.measure))
        found = None if given is None else (given, given)
    if found is None:
        return Measured(spec.measure, None, 0.0, 100.0, spec.weight)
    points = sorted(_points(spec, value) for value in found)
    value = round((found[0] + found[1]) / 2, 4)
    return Measured(spec.measure, value, points[0], points[1], spec.weight)


def _points(spec: MeasureSpec, value: float) -> float:
    share = (value - spec.worst) / (spec.best - spec.worst)
    return round(100 * min(1.0, max(0.0, share)), 2)


def _mean(standard: Standard, rows: list[tuple[float, float, float]]) -> tuple[float, float]:
    """Weighted means of both ends; what is wholly open is left out where the standard says so."""
    if standard.missing == "leave_out":
        rows = [row for row in rows if row[:2] != (0.0, 100.0)] or rows
    weight = sum(w for *_, w in rows)
    if not weight:
        return 0.0, 100.0
    low = sum(low * w for low, _, w in rows) / weight
    high = sum(high * w for _, high, w in rows) / weight
    return round(low, 2), round(high, 2)
