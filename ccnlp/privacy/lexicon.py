"""What the recognisers know, read from ``configs/privacy``: names, places, words of context."""

import functools
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

import daachorse
import msgspec

from ccnlp.assets import asset
from ccnlp.errors import ConfigError
from ccnlp.taxonomy import PII_TYPES
from ccnlp.yamlfile import read_as

#: Cue kinds that are neither a type nor a decoy.
#: Words that only repeat that a number comes, whatever its kind.
_GENERIC: Final = frozenset({"号码", "编号", "账号", "代码", "账户"})
_OTHER_KINDS: Final = frozenset({"household", "booking"})


class _Surnames(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    bits: dict[str, str]
    compound: str
    latin: str


class _GivenNames(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    minority: str
    not_given: str


class _GivenChars(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    bits: dict[str, str]


class _Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    frequent: str
    rare: str


class _Titles(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    courtesy: str
    staff: str


class _Places(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    provinces: str
    cities: str


class Cue(NamedTuple):
    """A word of context in a turn: what it announces and where it stands."""

    kind: str
    start: int
    end: int


class Lexicon(msgspec.Struct, frozen=True):
    """All word lists, ready to use. Built once by :func:`load`; never changed."""

    #: Cue word (Simplified, lower case) -> kind.
    cue_kinds: dict[str, str]
    #: The words in the order of the automaton, with their kinds and whether they only repeat that a
    #: number comes.
    cue_words: tuple[tuple[str, str, bool], ...]
    cue_automaton: daachorse.CharwiseDoubleArrayAhoCorasick
    #: Character -> bits that speak for it as the beginning of a name.
    surname_bits: dict[str, int]
    compounds: frozenset[str]
    latin_surnames: frozenset[str]
    #: Character -> bits that speak for it in a given name; -4 where it is missing.
    given_bits: dict[str, int]
    #: Names of minorities written in Chinese characters.
    minority: re.Pattern[str]
    #: Characters that such names begin with.
    minority_begins: frozenset[str]
    minority_ends: frozenset[str]
    #: What may stand after a family name without being a given name.
    not_given: frozenset[str]
    frequent_words: frozenset[str]
    rare_words: frozenset[str]
    courtesy: tuple[str, ...]
    staff: tuple[str, ...]
    places: frozenset[str]

    def cues(self, plain: str) -> list[Cue]:
        """Words of context in a turn (Simplified, lower case), in order, the longest at each."""
        return self.cues_many((plain,))[0]

    def cues_many(self, plains: Sequence[str]) -> list[list[Cue]]:
        """Words of context in each turn, found in one scan over all."""
        result: list[list[Cue]] = [[] for _ in plains]
        words = self.cue_words
        joined = "\n".join(plains)  # no cue holds a line break
        turn, base, end_of_turn = -1, 0, -1
        found: list[Cue] = []
        for start, end, which in self.cue_automaton.find(joined):
            word, kind, generic = words[which]
            if _latin(word[0]) and start and _latin(joined[start - 1]):
                continue
            if _latin(word[-1]) and _latin(joined[end : end + 1]):
                continue
            if end > end_of_turn:
                while end > end_of_turn:
                    turn += 1
                    base = end_of_turn + 1
                    end_of_turn = base + len(plains[turn])
                found = result[turn]
            start -= base
            if generic and found and start - found[-1].end <= 1:
                kind = found[-1].kind  # 台胞证号码, 微信账号
            found.append(Cue(kind, start, end - base))
        return result


def _latin(char: str) -> bool:
    return "a" <= char <= "z"


def _cue_kinds(path: Path) -> dict[str, str]:
    known = {*PII_TYPES, *_OTHER_KINDS}
    kinds: dict[str, str] = {}
    for kind, words in read_as(path, dict[str, str]).items():
        if kind not in known and not kind.startswith("not_"):
            raise ConfigError(
                f"unknown kind of cue {kind!r}",
                where=f"{path}: key {kind}",
                mend=f"use one of {', '.join(sorted(known))}, or a decoy that begins with not_",
            )
        for word in words.split():
            kinds.setdefault(word.lower().replace("_", " "), kind)
    return kinds


def _per_character(bits: dict[str, str]) -> dict[str, int]:
    return {char: int(key) for key, line in bits.items() for char in line if not char.isspace()}


@functools.cache
def load(folder: Path | None = None) -> Lexicon:
    """The lexicon in ``folder`` (the shipped one by default); read once.

    Raises
    ------
    ConfigError: a file is missing, holds an unknown key, or names an unknown kind of cue.
    """
    base = folder or asset("configs", "privacy")
    kinds = _cue_kinds(base / "cues.yaml")
    surnames = read_as(base / "surnames.yaml", _Surnames)
    names = read_as(base / "given_names.yaml", _GivenNames)
    chars = read_as(base / "given_chars.yaml", _GivenChars)
    words = read_as(base / "words.yaml", _Words)
    titles = read_as(base / "titles.yaml", _Titles)
    places = read_as(base / "places.yaml", _Places)
    elements = "|".join(sorted(set(names.minority.split()), key=lambda w: (-len(w), w)))
    return Lexicon(
        cue_kinds=kinds,
        cue_words=tuple((word, kind, word in _GENERIC) for word, kind in kinds.items()),
        cue_automaton=daachorse.CharwiseDoubleArrayAhoCorasick(
            list(kinds), daachorse.MATCH_KIND_LEFTMOST_LONGEST
        ),
        surname_bits=_per_character(surnames.bits),
        compounds=frozenset(surnames.compound.split()),
        latin_surnames=frozenset(surnames.latin.split()),
        given_bits=_per_character(chars.bits),
        minority_begins=frozenset(word[0] for word in names.minority.split()),
        minority_ends=frozenset(word[-1] for word in names.minority.split()),
        minority=re.compile(
            f"(?:{elements}){{1,4}}(?:[·•・.](?:{elements}|[一-龥]{{2,5}})){{0,2}}"
        ),
        not_given=frozenset(names.not_given.split()),
        frequent_words=frozenset(words.frequent.split()),
        rare_words=frozenset(words.rare.split()),
        courtesy=tuple(titles.courtesy.split()),
        staff=tuple(titles.staff.split()),
        places=frozenset((places.provinces + " " + places.cities).split()),
    )
