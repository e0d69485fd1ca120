"""The settings of the hook: configs/live/default.yaml."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from ccnlp.assets import asset
from ccnlp.errors import ConfigError
from ccnlp.live.sequence import GapRules
from ccnlp.scoring.decisions import REASONS
from ccnlp.yamlfile import line_of, read_as


class Hours(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"since": "from", "until": "to"}
):
    """Hours of some days of the week; 1 is Monday. ``until`` may be 24:00."""

    days: tuple[int, ...]
    since: str
    until: str


class Policy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a queue does about handoffs."""

    raise_at: float = 0.6
    clear_at: float = 0.4
    cooldown_seconds: float = 60.0
    always: tuple[str, ...] = ()
    most_transfers: int = 2
    shadow: bool = False
    zone: str = "Asia/Shanghai"
    hours: tuple[Hours, ...] = ()
    tiers: dict[str, float] = {}

    def is_open(self, at: float) -> bool:
        """Whether people can take over; ``at`` in seconds since 1970."""
        if not self.hours:
            return True
        local = datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(self.zone))
        clock = local.strftime("%H:%M")
        return any(local.isoweekday() in h.days and h.since <= clock < h.until for h in self.hours)


class LiveSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All settings; see configs/live/default.yaml."""

    queues: dict[str, Policy]
    gap: GapRules = GapRules()
    budget_ms: float = 250.0
    most_waiting: int = 64
    retry_after_seconds: int = 1
    sessions: int = 2000
    keep_ended_hours: float = 24.0

    def policy(self, queue: str | None) -> Policy:
        """The policy of a queue."""
        return self.queues.get(queue or "default", self.queues["default"])


def load_settings(path: Path | None = None) -> LiveSettings:
    """Read and check the settings; without a path those that ship.

    Raises
    ------
    ConfigError: naming file, line and key.
    """
    path = path or asset("configs", "live", "default.yaml")
    given = read_as(path, LiveSettings)
    for keys, what, mend in _faults(given):
        where = f"{path}:{line_of(path, keys)}: key {'.'.join(keys)}"
        raise ConfigError(what, where=where, mend=mend)
    return given


def _faults(given: LiveSettings) -> list[tuple[list[str], str, str]]:
    faults: list[tuple[list[str], str, str]] = []
    if "default" not in given.queues:
        faults.append((["queues"], "has no policy 'default'", "it serves every other queue"))
    faults += [
        ([key], "is not above 0", "see configs/live/default.yaml")
        for key in ("budget_ms", "most_waiting", "retry_after_seconds", "sessions")
        if getattr(given, key) <= 0
    ]
    if given.gap.seconds < 0 or given.gap.turns < 1:
        faults.append((["gap"], "seconds below 0 or turns below 1", "2.0 and 4 are usual"))
    for name, policy in given.queues.items():
        at = ["queues", name]
        if not 0 <= policy.clear_at <= policy.raise_at <= 1:
            faults.append((at, "clear_at and raise_at do not rise within 0..1", "0.4 and 0.6"))
        if policy.cooldown_seconds < 0 or policy.most_transfers < 0:
            faults.append((at, "cooldown_seconds or most_transfers is below 0", "use 0 or more"))
        # a recipe may add categories, which are told apart where they are raised
        faults += [
            ([*at, "always"], f"{one!r} is no reason", f"one of {', '.join(REASONS)}")
            for one in policy.always
            if one not in REASONS
        ]
        try:
            ZoneInfo(policy.zone)
        except (ZoneInfoNotFoundError, ValueError):
            faults.append(([*at, "zone"], "is no time zone", "Asia/Shanghai is one"))
        faults += [
            ([*at, "hours"], "is no span of hours", 'write {days: [1], from: "08:00", to: "20:00"}')
            for h in policy.hours
            if not all(1 <= day <= 7 for day in h.days)
            or not all(_is_clock(clock) for clock in (h.since, h.until))
            or h.since >= h.until
        ]
    return faults


def _is_clock(text: str) -> bool:
    hour, _, minute = text.partition(":")
    if len(text) != 5 or not (hour.isdecimal() and minute.isdecimal()):
        return False
    return (int(hour) < 24 and int(minute) < 60) or text == "24:00"
