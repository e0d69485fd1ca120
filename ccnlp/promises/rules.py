"""The settings of the ledger: configs/promises/default.yaml."""

from collections.abc import Collection
from pathlib import Path
from typing import Any

import msgspec

from ccnlp.assets import asset
from ccnlp.errors import ConfigError
from ccnlp.promises.calendar import Calendar, read_calendar
from ccnlp.taxonomy import CATEGORIES
from ccnlp.yamlfile import line_of, read_as


class Outbound(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An attribute that tells that the company began a conversation."""

    attribute: str = "direction"
    values: tuple[str, ...] = ()


class JudgeRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When later contacts break or keep a promise."""

    chase_categories: tuple[str, ...] = ("repeat_contact",)
    #: In [0, 1].
    minimum_confidence: float = 0.5
    #: Days after the deadline in which a chase tells that it was broken.
    horizon_days: int = 30
    #: Days without a contact after the deadline until it counts as kept; 0: never.
    silence_days: int = 7
    outbound: Outbound = Outbound()


class PromiseRules(msgspec.Struct, frozen=True):
    """All settings, checked."""

    calendar: Calendar
    acts: frozenset[str]
    categories: frozenset[str]
    #: Words of clauses whose deadlines bind the customer.
    not_ours: tuple[str, ...]
    #: Kind of promise -> words of it.
    kinds: dict[str, tuple[str, ...]]
    judge: JudgeRules


class _File(msgspec.Struct, forbid_unknown_fields=True):
    zone: str
    closing: str
    working_week: tuple[int, ...]
    acts: tuple[str, ...]
    categories: tuple[str, ...]
    kinds: dict[str, tuple[str, ...]]
    not_ours: tuple[str, ...] = ()
    #: Texts, or what YAML takes for a date.
    holidays: tuple[Any, ...] = ()
    worked: tuple[Any, ...] = ()
    judge: JudgeRules = JudgeRules()


def default_promise_rules_path() -> Path:
    """The settings that ship."""
    return asset("configs", "promises", "default.yaml")


def load_promise_rules(
    path: Path | None = None, categories: Collection[str] = tuple(CATEGORIES)
) -> PromiseRules:
    """Read and check the settings; without a path those that ship.

    They may name the ``categories`` alone.

    Raises
    ------
    ConfigError: naming file, line and key.
    """
    path = path or default_promise_rules_path()
    given = read_as(path, _File)
    for keys, names in (
        (["categories"], given.categories),
        (["judge", "chase_categories"], given.judge.chase_categories),
    ):
        for name in names:
            if name not in categories:
                raise ConfigError(
                    f"unknown category {name!r}",
                    where=f"{path}:{line_of(path, keys)}: key {'.'.join(keys)}",
                    mend="see docs/taxonomy.md",
                )
    return PromiseRules(
        calendar=read_calendar(
            path, zone=given.zone, closing=given.closing, working_week=given.working_week,
            holidays=tuple(map(str, given.holidays)), worked=tuple(map(str, given.worked)),
        ),
        acts=frozenset(given.acts), categories=frozenset(given.categories), kinds=given.kinds,
        not_ours=given.not_ours,
        judge=given.judge,
    )  # fmt: skip
