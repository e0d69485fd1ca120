"""Scorecards: the items of a service standard, as data."""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import msgspec

from ccnlp.errors import ConfigError
from ccnlp.taxonomy import CATEGORIES, EMOTIONS
from ccnlp.yamlfile import line_of, read_as


class Where(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which agent or bot turns count: the first or last so many; all where neither is given."""

    first: int | None = None
    last: int | None = None


class Due(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When an item is asked for; elsewhere a missing act is ``na``."""

    #: Due where one of these acts (cues) stands ...
    acts: tuple[str, ...] = ()
    #: ... or a counted finding of these categories: what a complaint asks for remains to be done;
    categories: tuple[str, ...] = ()
    #: not due where one of these acts stands.
    unless_acts: tuple[str, ...] = ()


class ItemSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One item: how it is judged and what it is worth."""

    item: str
    points: float
    #: ``act``: one of the acts stands where it should; ``episode``: each episode of the emotions
    #: is met by one of the acts; ``courtesy``: no finding of the categories, and an act.
    judge: Literal["act", "episode", "courtesy"]
    acts: tuple[str, ...]
    where: Where = Where()
    due: Due | None = None
    emotions: tuple[str, ...] = ()
    #: Agent or bot turns after an episode's end in which it may be met, and the
    #: lowest probability of a customer's emotion that counts, in [0, 1].
    within: int = 2
    emotion_probability: float = 0.5
    categories: tuple[str, ...] = ()
    #: What would have passed: shown with a failed item.
    wording: str = ""


class Scorecard(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A published standard; ``id@version`` never changes once it is used."""

    id: str
    version: int
    title: str
    items: tuple[ItemSpec, ...]
    fatal: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """``id@version``, as assessments quote it."""
        return f"{self.id}@{self.version}"


def load_scorecard(path: Path) -> Scorecard:
    """Read and check a scorecard.

    Raises
    ------
    ConfigError: naming file, line and key.
    """
    card = read_as(path, Scorecard)
    seen: set[str] = set()
    for index, spec in enumerate(card.items):
        keys = ["items", str(index)]
        if spec.item in seen:
            raise _fault(path, [*keys, "item"], f"{spec.item!r} stands twice", "keep one")
        seen.add(spec.item)
        if spec.points < 0:
            raise _fault(path, [*keys, "points"], "points below 0", "use 0 or more")
        _known(path, [*keys, "emotions"], spec.emotions, EMOTIONS)
        _known(path, [*keys, "categories"], spec.categories, CATEGORIES)
        if spec.judge == "episode" and not spec.emotions:
            raise _fault(path, keys, "an episode item needs emotions", "name them: [angry, sad]")
    _known(path, ["fatal"], card.fatal, CATEGORIES)
    if not sum(s.points for s in card.items):
        raise _fault(path, ["items"], "no item has points", "give at least one item points")
    return card


def _known(
    path: Path, keys: list[str], given: tuple[str, ...], known: Mapping[str, object]
) -> None:
    for name in given:
        if name not in known:
            raise _fault(path, keys, f"unknown name {name!r}", f"one of {', '.join(known)}")


def _fault(path: Path, keys: list[str], what: str, mend: str) -> ConfigError:
    where = f"{path}:{line_of(path, keys)}: key {'.'.join(keys)}"
    return ConfigError(what, where=where, mend=mend)
