"""The phrase language of the rule files: from what a quality lead writes to a tree.

``(去|找)..4{regulator}`` becomes a sequence of an alternative, a gap and a word class; the
language itself is described in docs/rules.md. ``expression`` turns trees into what the matcher
runs. Literal text is folded here, as turns are (``normalise``), and words that have aliases
become alternatives.
"""

import re
from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from ccnlp.errors import ConfigError
from ccnlp.text.normalise import fold

#: Longest gap that may be asked for, in characters.
GAP_LIMIT: Final = 30
_GAP: Final = 6
_SPECIAL: Final = frozenset("()|?{}<>#^$\\")
_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")
_NUMBER: Final = re.compile("[0-9]{3,}")
_NUMBER_APART: Final = re.compile("([0-9]{3,})")
#: How each digit is said, in a number said digit by digit; the usual way first.
_SAID: Final = ("零", "幺一", "二两", "三", "四", "五", "六", "七", "八", "九")
_READINGS_LIMIT: Final = 16
_ALNUM: Final = re.compile(r"[0-9a-z]")


class PhraseError(ConfigError):
    """A phrase is wrong; ``what`` says where in it."""


class Literal(msgspec.Struct, frozen=True):
    """Folded text, as it stands."""

    text: str


class Choice(msgspec.Struct, frozen=True, cache_hash=True):
    """One of several sequences."""

    options: tuple["Sequence", ...]
    #: Whether all mean the first: a word with its aliases, a number with its readings.
    alike: bool = False


class Optional(msgspec.Struct, frozen=True):
    """A piece that may be missing."""

    piece: "Node"


class Gap(msgspec.Struct, frozen=True):
    """Up to ``limit`` characters of the same clause."""

    limit: int


class Digits(msgspec.Struct, frozen=True):
    """Exactly ``count`` digits of any script; 0: a number of any length."""

    count: int


class Comma(msgspec.Struct, frozen=True):
    """A clause ends here, or not: a comma, a blank, or nothing."""


class Start(msgspec.Struct, frozen=True):
    """The start of the turn, inside a group."""


class End(msgspec.Struct, frozen=True):
    """The end of the turn, inside a group."""


class Blank(msgspec.Struct, frozen=True):
    """A blank or nothing."""


class Wild(msgspec.Struct, frozen=True):
    """A piece of a raw expression, ``least`` to ``most`` characters of whatever kind."""

    least: int
    most: int


Node = Literal | Choice | Optional | Gap | Digits | Comma | Blank | Start | End | Wild
Sequence = tuple[Node, ...]


class Tree(msgspec.Struct, frozen=True):
    """A parsed phrase: its pieces, and what is asked of its two ends."""

    source: str
    pieces: Sequence
    turn_start: bool = False
    turn_end: bool = False
    word_start: bool = False
    word_end: bool = False
    #: The expression itself, where the phrase was a raw one.
    raw: str | None = None


class Lexicon(msgspec.Struct, frozen=True):
    """Word classes and aliases, as the files give them."""

    #: name -> words, each a phrase without gaps.
    classes: Mapping[str, tuple[str, ...]] = {}
    #: word -> words that mean the same.
    aliases: Mapping[str, tuple[str, ...]] = {}

    def with_classes(self, own: Mapping[str, tuple[str, ...]]) -> "Lexicon":
        """The same with ``own`` classes, which go before those of equal name."""
        return Lexicon({**self.classes, **own}, self.aliases) if own else self


class PhraseParser:
    """Parses phrases against one lexicon, whose classes it parses once."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._classes: dict[str, Choice] = {}
        self._open: list[str] = []
        self._aliases = {
            fold(word): tuple(dict.fromkeys(fold(other) for other in others))
            for word, others in lexicon.aliases.items()
        }
        keys = sorted(self._aliases, key=len, reverse=True)
        self._alias = re.compile("|".join(map(re.escape, keys))) if keys else None

    def parse(self, source: str) -> Tree:
        """The tree of a phrase; raw expressions are not parsed here.

        Raises
        ------
        PhraseError: the phrase is not well formed, or names an unknown class.
        """
        return _Reading(self, source).tree()

    def word_class(self, name: str) -> Choice:
        """A class as an alternative of its words."""
        if name in self._classes:
            return self._classes[name]
        words = self._lexicon.classes.get(name)
        if words is None:
            near = [n for n in sorted(self._lexicon.classes) if n[:3] == name[:3]]
            hint = f"perhaps {{{near[0]}}}; " if near else ""
            raise PhraseError(
                f"there is no word class {{{name}}}",
                mend=f"{hint}add it to a file in configs/lexicon or to 'words' of this file",
            )
        if name in self._open:
            chain = " in ".join(f"{{{n}}}" for n in (name, *reversed(self._open)))
            raise PhraseError(f"a word class holds itself: {chain}", mend="break the circle")
        self._open.append(name)
        try:
            options: dict[Sequence, None] = {}
            for word in words:
                tree = self.parse(word)
                if tree.turn_start or tree.turn_end or tree.word_start or tree.word_end:
                    raise PhraseError(
                        f"the word {word!r} of class {{{name}}} has one of ^ $ < >",
                        mend="put the sign into the phrase that uses the class",
                    )
                options[tree.pieces] = None
        finally:
            self._open.pop()
        if not options:
            raise PhraseError(f"the word class {{{name}}} is empty", mend="give it words")
        self._classes[name] = Choice(tuple(options))
        return self._classes[name]

    def literal(self, text: str) -> list[Node]:
        """Folded text as pieces; words with aliases and numbers said aloud are alternatives."""
        text = fold(text)
        if self._alias is None:
            return _said_aloud(text)
        pieces: list[Node] = []
        at = 0
        for found in self._alias.finditer(text):
            word = found.group()
            if _cuts_word(text, found.start()) or _cuts_word(text, found.end()):
                continue
            if found.start() > at:
                pieces += _said_aloud(text[at : found.start()])
            options = dict.fromkeys(
                o for one in (word, *self._aliases[word]) for o in readings(one)
            )
            pieces.append(Choice(tuple((Literal(o),) for o in options), alike=True))
            at = found.end()
        if at < len(text):
            pieces += _said_aloud(text[at:])
        return pieces


def readings(text: str) -> list[str]:
    """``text`` and, where it is a number of three digits or more, the ways to say its digits.

    >>> readings("110")
    ['110', '幺幺零', '幺一零', '一幺零', '一一零']
    """
    if not _NUMBER.fullmatch(text):
        return [text]
    ways = [""]
    for digit in text:
        said = _SAID[int(digit)]
        if len(ways) * len(said) > _READINGS_LIMIT:
            said = said[:1]
        ways = [way + one for way in ways for one in said]
    return [text, *ways]


def _said_aloud(text: str) -> list[Node]:
    """Text as pieces, numbers in it as alternatives of their readings."""
    pieces: list[Node] = []
    for piece in _NUMBER_APART.split(text):
        ways = readings(piece)
        if len(ways) > 1:
            pieces.append(Choice(tuple((Literal(way),) for way in ways), alike=True))
        elif piece:
            pieces.append(Literal(piece))
    return pieces


def _cuts_word(text: str, at: int) -> bool:
    """Whether ``at`` lies inside a Latin word or number."""
    around = text[max(0, at - 1) : at + 1]
    return 0 < at < len(text) and all(_ALNUM.match(char) for char in around)


class _Reading:
    """One phrase being read, by recursive descent."""

    def __init__(self, parser: PhraseParser, source: str) -> None:
        self.parser = parser
        self.source = source
        self.at = 0
        #: How many groups are open.
        self.depth = 0

    def fail(self, what: str, mend: str, at: int | None = None) -> PhraseError:
        place = (self.at if at is None else at) + 1
        return PhraseError(f"phrase {self.source!r}, character {place}: {what}", mend=mend)

    def peek(self) -> str:
        return self.source[self.at] if self.at < len(self.source) else ""

    def take(self, sign: str) -> bool:
        if self.source.startswith(sign, self.at):
            self.at += len(sign)
            return True
        return False

    def tree(self) -> Tree:
        self.source = self.source.strip()
        if not self.source:
            raise self.fail("it is empty", "write the words to look for")
        turn_start = self.take("^")
        word_start = self.take("<")
        options = self.options()
        word_end = self.take(">")
        turn_end = self.take("$")
        if self.at < len(self.source):
            sign = self.peek()
            if sign in "<>^$":
                raise self.fail(
                    f"{sign} may only stand at the phrase's "
                    + ("beginning" if sign in "<^" else "end"),
                    f"move it there, or write \\{sign} for the sign itself",
                )
            raise self.fail(f"{sign} has no partner", f"remove it, or write \\{sign}")
        pieces = options[0] if len(options) == 1 else (Choice(tuple(options)),)
        return Tree(
            self.source, pieces, turn_start=turn_start, turn_end=turn_end,
            word_start=word_start, word_end=word_end,
        )  # fmt: skip

    def options(self) -> list[Sequence]:
        options = [self.sequence()]
        while self.take("|"):
            options.append(self.sequence())
        return options

    def sequence(self) -> Sequence:
        """Pieces up to a ``|``, a ``)``, an end sign or the end."""
        nodes: list[Node] = []
        text: list[str] = []

        def flush() -> None:
            if text:
                nodes.extend(self.parser.literal("".join(text)))
                text.clear()

        while (sign := self.peek()) and sign not in "|)<>":
            start = self.at
            if sign in "^$":
                if not self.depth:
                    break
                self.at += 1
                flush()
                nodes.append(Start() if sign == "^" else End())
                continue
            if sign == "\\":
                text.append(self._escaped())
                self._optional_character(text, flush, nodes)
            elif self.take(".."):
                flush()
                nodes.append(Gap(self._gap_limit(start)))
            elif sign in "({#":
                flush()
                node = self._piece(sign)
                nodes.append(Optional(node) if self.take("?") else node)
            elif sign in ",，":
                self.at += 1
                self.take("?")  # it is optional as it is
                flush()
                nodes.append(Comma())
            elif sign.isspace():
                self.at += 1
                self.take("?")  # so is a blank
                flush()
                if nodes and self.peek() not in ("|", ")", ""):
                    nodes.append(Blank())
            elif sign in _SPECIAL:
                raise self.fail(
                    f"{sign} has nothing before it" if sign == "?" else f"{sign} has no partner",
                    f"remove it, or write \\{sign} for the sign itself",
                )
            else:
                self.at += 1
                text.append(sign)
                self._optional_character(text, flush, nodes)
        flush()
        return tuple(nodes)

    def _optional_character(
        self, text: list[str], flush: Callable[[], None], nodes: list[Node]
    ) -> None:
        """``x?``: the character just read may be missing."""
        if self.take("?"):
            last = text.pop()
            flush()
            nodes.append(Optional(Literal(fold(last))))

    def _escaped(self) -> str:
        self.at += 1
        sign = self.peek()
        if not sign:
            raise self.fail("\\ stands at the end", "remove it, or write \\\\")
        self.at += 1
        return sign

    def _gap_limit(self, start: int) -> int:
        digits = re.match(r"[0-9]*", self.source[self.at :])
        number = digits.group() if digits else ""
        if not number or len(number) > 2:  # three digits and more are text: ..12315
            return _GAP
        limit = int(number)
        self.at += len(number)
        if not 1 <= limit <= GAP_LIMIT:
            raise self.fail(
                f"a gap of {limit} characters", f"a gap is 1 to {GAP_LIMIT} characters", start
            )
        return limit

    def _piece(self, sign: str) -> Node:
        """A group, a word class or digits."""
        start = self.at
        self.at += 1
        if sign == "#":
            if self.take("+"):
                return Digits(0)
            count = 1
            while self.take("#"):
                count += 1
            return Digits(count)
        if sign == "{":
            end = self.source.find("}", self.at)
            name = self.source[self.at : end] if end >= 0 else ""
            if not _NAME.fullmatch(name):
                raise self.fail(
                    "{ opens no word class", "write {name}, or \\{ for the sign itself", start
                )
            self.at = end + 1
            return self.parser.word_class(name)
        self.depth += 1
        options = self.options()
        self.depth -= 1
        if not self.take(")"):
            sign = self.peek()
            if sign and sign in "<>":
                raise self.fail(
                    f"{sign} stands inside a group",
                    f"it may only stand at an end of the phrase; write \\{sign} for the sign",
                )
            raise self.fail("( is never closed", "add ), or write \\( for the sign itself", start)
        return Choice(tuple(options))
