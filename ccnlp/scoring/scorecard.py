"""Scorecards: the items of a service standard, as data (docs/scoring.md explains every key)."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final, Literal

import msgspec

from ccnlp.errors import ConfigError
from ccnlp.scoring.stated import FactSpec
from ccnlp.taxonomy import CATEGORIES, CHANNELS, EMOTIONS
from ccnlp.types import Critical
from ccnlp.yamlfile import line_of, read_as

#: The kinds of critical errors, each counted apart.
CRITICAL: Final = ("customer", "business", "compliance")
#: From this likeness to a wording a step is taken as said (docs/scoring.md: measured).
LIKENESS: Final = 0.3
_FACT: Final = re.compile(r"\{([^{}]*)\}")


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
    #: at least so sure, in [0, 1];
    confidence: float = 0.0
    #: not due where one of these acts stands.
    unless_acts: tuple[str, ...] = ()


class When(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The condition of a script's step; ``na`` where it does not hold."""

    channels: tuple[str, ...] = ()
    tiers: tuple[str, ...] = ()
    #: From the first of these events on: a customer turn in one of these emotions, a counted
    #: finding, or an act.
    emotions: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    acts: tuple[str, ...] = ()


class Deadline(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How soon after the event (else the start) a step must come; both hold where both stand."""

    #: Agent or bot turns, >= 1.
    turns: int | None = None
    #: Seconds from the event's end to the turn's start, > 0.
    seconds: float | None = None


class ItemSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One item: how it is judged and what it is worth."""

    item: str
    points: float
    #: ``act``: one of the acts stands where it should; ``episode``: each episode of the emotions
    #: is met by one of the acts; ``courtesy``: no finding of the categories, and an act;
    #: ``wording``: a step of a company's script is said as it supplies it.
    judge: Literal["act", "episode", "courtesy", "wording"]
    acts: tuple[str, ...] = ()
    where: Where = Where()
    due: Due | None = None
    emotions: tuple[str, ...] = ()
    #: Agent or bot turns after an episode's end in which it may be met, and the
    #: lowest probability of a customer's emotion that counts, in [0, 1].
    within: int = 2
    emotion_probability: float = 0.5
    categories: tuple[str, ...] = ()
    #: Of an act: counts only where the customer's next two turns give what was asked for, confirm
    #: it, or send it privately; or, of such an act, where the customer gave it unasked.
    answered: bool = False
    #: Of an act: counts only after the customer first spoke.
    after_customer: bool = False
    #: Of an act: does not count in a turn with a finding of these categories.
    unless_findings: tuple[str, ...] = ()
    #: What would have passed: shown with a failed item. Of a script's step the first wording.
    wording: str = ""
    wordings: tuple[str, ...] = ()
    #: Names of the card's ``facts`` that must be stated, in the turn or the next of the service.
    needs: tuple[str, ...] = ()
    #: Lowest likeness to a wording, in (0, 1].
    likeness: float = LIKENESS
    when: When = When()
    deadline: Deadline | None = None
    #: Items that must have come before, in so far as they passed.
    after: tuple[str, ...] = ()
    #: What kind of critical error failing it is.
    critical: Critical | None = None

    @property
    def recommended(self) -> tuple[str, ...]:
        """Wordings that would have passed."""
        return self.wordings or ((self.wording,) if self.wording else ())


class Scorecard(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A published standard; ``id@version`` never changes once it is used."""

    id: str
    version: int
    title: str
    items: tuple[ItemSpec, ...]
    fatal: tuple[str, ...] = ()
    facts: dict[str, FactSpec] = {}
    #: Kind of critical error -> categories whose findings are one.
    critical: dict[Critical, tuple[str, ...]] = {}

    @property
    def name(self) -> str:
        """``id@version``, as assessments quote it."""
        return f"{self.id}@{self.version}"


def load_scorecard(path: Path, categories: Collection[str] = tuple(CATEGORIES)) -> Scorecard:
    """Read and check a scorecard; the categories that it names are of ``categories``.

    Raises
    ------
    ConfigError: naming file, line and key.
    """
    card = read_as(path, Scorecard)
    for keys, what, mend in _faults(card, categories):
        where = f"{path}:{line_of(path, keys)}: key {'.'.join(keys)}"
        raise ConfigError(what, where=where, mend=mend)
    return card


#: Keys that lead to a fault, what is wrong, how to mend it.
_Fault = tuple[list[str], str, str]


def _faults(card: Scorecard, known: Collection[str]) -> Iterator[_Fault]:
    seen: set[str] = set()
    for index, spec in enumerate(card.items):
        keys = ["items", str(index)]
        if spec.item in seen:
            yield [*keys, "item"], f"{spec.item!r} stands twice", "keep one"
        if spec.points < 0:
            yield [*keys, "points"], "points below 0", "use 0 or more"
        yield from _unknown([*keys, "emotions"], spec.emotions, EMOTIONS)
        for name in ("categories", "unless_findings"):
            yield from _unknown([*keys, name], getattr(spec, name), known)
        if spec.judge == "episode" and not spec.emotions:
            yield keys, "an episode item needs emotions", "name them: [angry, sad]"
        if spec.judge != "wording" and not spec.acts:
            yield keys, f"an item judged by {spec.judge!r} needs acts", "name them: [greeting]"
        yield from _step_faults(card, spec, keys, seen)
        yield from _unknown([*keys, "when", "categories"], spec.when.categories, known)
        seen.add(spec.item)
    yield from _unknown(["fatal"], card.fatal, known)
    for kind, categories in card.critical.items():
        yield from _unknown(["critical", kind], categories, known)
    for name, fact in card.facts.items():
        if [fact.shape is not None, bool(fact.any), fact.attribute is not None].count(True) != 1:
            yield ["facts", name], "is not one of shape, any, attribute", "give one of them"
    if not sum(s.points for s in card.items):
        yield ["items"], "no item has points", "give at least one item points"


def _step_faults(
    card: Scorecard, spec: ItemSpec, keys: list[str], before: set[str]
) -> Iterator[_Fault]:
    """What is wrong with the keys of a script's step; ``before`` are the items above it."""
    if spec.judge != "wording":
        for name in ("wordings", "needs", "deadline", "after"):
            if getattr(spec, name):
                yield [*keys, name], "belongs to steps alone", "write judge: wording"
        if spec.when != When():
            yield [*keys, "when"], "belongs to steps alone", "write judge: wording"
        return
    if not spec.wordings and not spec.acts:
        yield keys, "a step needs wordings or acts", 'write wordings: ["..."]'
    for place, wording in enumerate(spec.wordings):
        for fact in _FACT.findall(wording):
            if fact not in card.facts:
                yield (
                    [*keys, "wordings", str(place)],
                    f"there is no fact {fact!r}", "describe it under facts: of the card",
                )  # fmt: skip
        if len(_FACT.sub("", wording)) < 2:
            yield [*keys, "wordings", str(place)], "is too short", "write the whole sentence"
    yield from _unknown([*keys, "needs"], spec.needs, card.facts)
    yield from _unknown([*keys, "after"], spec.after, sorted(before))
    for name, known in (("channels", CHANNELS), ("emotions", EMOTIONS)):
        yield from _unknown([*keys, "when", name], getattr(spec.when, name), known)
    if not 0 < spec.likeness <= 1:
        yield [*keys, "likeness"], "is not above 0 and at most 1", f"{LIKENESS} is usual"
    if spec.deadline is not None:
        turns, seconds = spec.deadline.turns, spec.deadline.seconds
        if turns is None and seconds is None:
            yield [*keys, "deadline"], "names neither turns nor seconds", "deadline: {turns: 2}"
        if (turns is not None and turns < 1) or (seconds is not None and seconds <= 0):
            yield [*keys, "deadline"], "leaves no time", "use 1 turn, or some seconds, or more"


def _unknown(keys: list[str], given: Sequence[str], known: Iterable[str]) -> Iterator[_Fault]:
    names = list(known)
    for name in given:
        if name not in names:
            mend = f"one of {', '.join(names)}" if names else "there is none to name here"
            yield keys, f"unknown name {name!r}", mend
