"""From a phrase's tree to what the matcher runs: literals for the scan, an expression to verify.

A phrase that stands for few enough literal texts (no gap, no number) *is* these texts: a hit of
the scan is a hit of the phrase. Any other phrase has *anchors*, literal pieces one of which is
always there; a hit of an anchor sends a bounded expression over the characters before it.

The work an anchor can cause is limited here, at load: spans have a limit, gaps have, and so has
the product of all choices. Matching is therefore linear in the text whatever is written in a
rule, with ``re`` and no engine beside it.
"""

import re
from collections.abc import Iterable
from typing import Final

import msgspec

from ccnlp.text.phrase import (
    Blank,
    Choice,
    Comma,
    Digits,
    End,
    Gap,
    Literal,
    Node,
    Optional,
    PhraseError,
    Sequence,
    Tree,
    Wild,
)

#: Longest text a phrase may match, in characters.
SPAN_LIMIT: Final = 80
_GAPS_LIMIT: Final = 4
#: Highest product of the lengths that repetitions and gaps of one phrase may take.
_CHOICE_LIMIT: Final = 20_000
#: A phrase of at most so many literal texts needs no expression.
_TEXTS_LIMIT: Final = 300
_ANCHORS_LIMIT: Final = 2_000
#: Digits as they are written and said; numbers hold their units as well.
DIGITS: Final = "0-9零〇一二两三四五六七八九幺"
NUMBERS: Final = DIGITS + "十百千万亿半"
_NUMBER_LIMIT: Final = 12
#: What ends a clause.
CLAUSE_END: Final = ",。!?;…\n"


class Anchor(msgspec.Struct, frozen=True):
    """Literal text that a match holds, at most ``before`` characters after its start."""

    text: str
    before: int


class Expression(msgspec.Struct, frozen=True):
    """What the matcher needs of a phrase."""

    source: str
    #: The phrase is one of these texts ...
    texts: tuple[str, ...]
    #: ... or holds one of these and matches ``pattern``.
    anchors: tuple[Anchor, ...]
    pattern: re.Pattern[str] | None
    turn_start: bool
    turn_end: bool
    word_start: bool
    word_end: bool
    #: A hit of one or two Chinese characters must keep to word boundaries.
    bounded: bool
    #: Fewest literal Chinese characters that a match holds.
    chinese: int


def express(tree: Tree) -> Expression:
    """Compile a tree.

    Raises
    ------
    PhraseError: the phrase can match too much, too long, or anything at all.
    """
    pieces = tree.pieces
    most = sum(_width(piece)[1] for piece in pieces)
    if most > SPAN_LIMIT:
        raise PhraseError(
            f"phrase {tree.source!r} can span {most} characters",
            mend=f"at most {SPAN_LIMIT}: shorten its gaps or make two phrases with 'all'",
        )
    gaps = sum(_gaps(piece) for piece in pieces)
    if gaps > _GAPS_LIMIT:
        raise PhraseError(
            f"phrase {tree.source!r} has {gaps} gaps",
            mend=f"at most {_GAPS_LIMIT}: make two phrases with 'all'",
        )
    choices = 1
    for piece in pieces:
        choices *= _choices(piece)
    if choices > _CHOICE_LIMIT:
        raise PhraseError(
            f"phrase {tree.source!r} can be matched in {choices} ways",
            mend=f"at most {_CHOICE_LIMIT}: shorten its gaps",
        )
    ends = {
        "turn_start": tree.turn_start, "turn_end": tree.turn_end,
        "word_start": tree.word_start, "word_end": tree.word_end,
        "bounded": tree.raw is None, "chinese": sum(_chinese(piece) for piece in pieces),
    }  # fmt: skip
    if tree.raw is None:
        texts = _texts(pieces, _TEXTS_LIMIT)
        if texts is not None and "" not in texts:
            return Expression(tree.source, tuple(texts), (), None, **ends)  # type: ignore[arg-type]
    anchors = _anchors(pieces)
    if anchors is None:
        raise PhraseError(
            f"phrase {tree.source!r} holds no text that is always there",
            mend="give it at least one literal piece outside ( )?",
        )
    pattern = tree.raw if tree.raw is not None else _pattern(pieces)
    return Expression(
        tree.source, (), tuple(anchors), re.compile(pattern), **ends  # type: ignore[arg-type]
    )  # fmt: skip


def _width(node: Node) -> tuple[int, int]:
    """Fewest and most characters a piece can match."""
    match node:
        case Literal(text):
            return len(text), len(text)
        case Choice(options):
            widths = [[_width(piece) for piece in option] for option in options]
            sums = [(sum(a for a, _ in w), sum(b for _, b in w)) for w in widths]
            return min(a for a, _ in sums), max(b for _, b in sums)
        case Optional(piece):
            return 0, _width(piece)[1]
        case Gap(limit):
            return 0, limit
        case Digits(count):
            return (count, count) if count else (1, _NUMBER_LIMIT + 5)
        case Comma():
            return 0, 2
        case Blank():
            return 0, 1
        case End():
            return 0, 0
        case Wild(least, most):
            return least, most


def _gaps(node: Node) -> int:
    match node:
        case Gap():
            return 1
        case Choice(options):
            return max(sum(_gaps(piece) for piece in option) for option in options)
        case Optional(piece):
            return _gaps(piece)
        case _:
            return 0


def _choices(node: Node) -> int:
    """How many lengths a piece can take, a bound on what backtracking can try."""
    match node:
        case Literal():
            return 1
        case Choice(options):
            total = 0
            for option in options:
                product = 1
                for piece in option:
                    product *= _choices(piece)
                total = max(total, product)
            texts = _piece_texts(node, _ANCHORS_LIMIT) if total == 1 else None
            return total if texts is None else _prefixes(texts)
        case Digits():
            return 2  # a number is taken whole, with or without its decimals
        case Optional(piece):
            return 1 + _choices(piece)
        case _:
            least, most = _width(node)
            return most - least + 1


def _prefixes(texts: list[str]) -> int:
    """How many of the texts can match at one place: those that begin one another."""
    known = set(texts)
    return max(sum(text[:end] in known for end in range(len(text) + 1)) for text in texts)


def _chinese(node: Node) -> int:
    match node:
        case Literal(text):
            return sum("\u3400" <= char <= "\u9fff" for char in text)
        case Choice(options):
            return min(sum(_chinese(piece) for piece in option) for option in options)
        case _:
            return 0


def _texts(pieces: Sequence, limit: int) -> list[str] | None:
    """All texts that pieces stand for, ``None`` if not literal or more than ``limit``."""
    texts = [""]
    for piece in pieces:
        own = _piece_texts(piece, limit)
        if own is None or len(own) * len(texts) > limit:
            return None
        texts = [text + end for text in texts for end in own]
    return list(dict.fromkeys(texts))


def _piece_texts(node: Node, limit: int) -> list[str] | None:
    match node:
        case Literal(text):
            return [text]
        case Blank():
            return ["", " "]
        case Optional(piece):
            own = _piece_texts(piece, limit)
            return None if own is None else ["", *own]
        case Choice(options):
            result: dict[str, None] = {}
            for option in options:
                texts = _texts(option, limit)
                if texts is None or len(result) + len(texts) > limit:
                    return None
                result.update(dict.fromkeys(texts))
            return list(result)
        case _:
            return None


def _worth(anchors: Iterable[Anchor]) -> tuple[int, int]:
    """Rank of an anchor set: long texts first (rare), then few of them."""
    texts = {anchor.text for anchor in anchors}
    return min(4, min(map(len, texts))), -len(texts)


def _anchors(pieces: Sequence) -> list[Anchor] | None:
    """The best set of texts of which each match holds one, ``None`` if there is none."""
    best: list[Anchor] | None = None
    start = 0  # most characters before the piece at hand
    for first, piece in enumerate(pieces):
        candidates = []
        inner = _inner_anchors(piece)
        if inner is not None:
            candidates.append([Anchor(a.text, a.before + start) for a in inner])
        for last in range(first + 1, len(pieces) + 1):
            texts = _texts(pieces[first:last], _ANCHORS_LIMIT)
            if texts is None:
                break
            if "" not in texts:
                candidates.append([Anchor(text, start) for text in texts])
        for candidate in candidates:
            if best is None or _worth(candidate) > _worth(best):
                best = candidate
        start += _width(piece)[1]
    return best


def _inner_anchors(node: Node) -> list[Anchor] | None:
    """Anchors inside a choice: each option must have its own."""
    if not isinstance(node, Choice):
        return None
    result: list[Anchor] = []
    for option in node.options:
        anchors = _anchors(option)
        if anchors is None:
            return None
        result.extend(anchors)
    return result if len(result) <= _ANCHORS_LIMIT else None


def _pattern(pieces: Sequence) -> str:
    return "".join(_piece_pattern(piece) for piece in pieces)


def _piece_pattern(node: Node) -> str:
    match node:
        case Literal(text):
            return re.escape(text)
        case Choice(options):
            texts = _piece_texts(node, _ANCHORS_LIMIT)
            if texts is not None:
                return _trie_pattern(texts)
            return "(?:" + "|".join(_pattern(option) for option in options) + ")"
        case Optional(piece):
            return f"(?:{_piece_pattern(piece)})?"
        case Gap(limit):
            return f"[^{CLAUSE_END}]{{0,{limit}}}?"
        case Digits(0):
            number = f"[{NUMBERS}]{{1,{_NUMBER_LIMIT}}}(?:\\.[0-9]{{1,4}})?"
            return f"(?<![{NUMBERS}]){number}(?![{NUMBERS}])"
        case Digits(count):
            return f"(?<![{DIGITS}])[{DIGITS}]{{{count}}}(?![{DIGITS}])"
        case Comma():
            return r"[,、;:。.!~… \n]{0,2}"
        case Blank():
            return " ?"
        case End():
            return r"(?![\W_]{0,12}[^\W_])"
        case Wild():
            raise AssertionError("raw expressions are compiled as they are")


def _trie_pattern(texts: list[str]) -> str:
    """An alternative of many texts as one nested expression, longest first."""
    trie: dict[str, dict[str, object]] = {}
    for text in texts:
        node: dict[str, object] = trie  # type: ignore[assignment]
        for char in text:
            node = node.setdefault(char, {})  # type: ignore[assignment]
        node[""] = {}
    return _trie_node(trie)


def _trie_node(trie: object) -> str:
    node: dict[str, object] = trie  # type: ignore[assignment]
    ends = "" in node
    singles = [c for c, rest in node.items() if c and list(rest) == [""]]  # type: ignore[call-overload]
    options = []
    for char, rest in node.items():
        if char and char not in singles:
            options.append(re.escape(char) + _trie_node(rest))
    if len(singles) == 1:
        options.append(re.escape(singles[0]))
    elif singles:
        options.append("[" + "".join(map(re.escape, singles)) + "]")
    if not options:
        return ""
    pattern = options[0] if len(options) == 1 and not ends else "(?:" + "|".join(options) + ")"
    return pattern + "?" if ends else pattern
