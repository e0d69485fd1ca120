"""From a phrase's tree to what the matcher runs: literals for the scan, an expression to verify.

A phrase that stands for few enough literal texts (no gap, no number) *is* these texts: a hit of
the scan is a hit of the phrase. Any other phrase has *anchors*, literal pieces one of which is
always there; a hit of an anchor sends a bounded expression over the characters before it.

The work an anchor can cause is limited here, at load: spans have a limit, gaps have, and so has
the product of all choices. Matching is therefore linear in the text whatever is written in a
rule, with ``re`` and no engine beside it.
"""

import functools
import math
import re
from typing import Final

import msgspec

from ccnlp.text.anchors import Anchor, anchors_of, piece_texts, texts_of
from ccnlp.text.measure import LEAD_LIMIT, NUMBER_LIMIT, chinese_of, choices_of, gaps_of, width_of
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
    Start,
    Tree,
    Wild,
)

#: Longest text a phrase may match, in characters.
SPAN_LIMIT: Final = 80
_GAPS_LIMIT: Final = 4
#: Highest product of the lengths that repetitions and gaps of one phrase may take.
_CHOICE_LIMIT: Final = 100_000
#: A phrase of at most so many literal texts needs no expression.
_TEXTS_LIMIT: Final = 300
_OPTIONS_LIMIT: Final = 2_000
#: Digits as they are written, said and hidden; numbers hold their units as well.
DIGITS: Final = "0-9零〇一二两三四五六七八九幺*"
NUMBERS: Final = DIGITS + "十百千万亿半"
#: What ends a clause.
CLAUSE_END: Final = ",。!?;…\n"


class Expression(msgspec.Struct, frozen=True):
    """What the matcher needs of a phrase."""

    source: str
    #: The phrase is one of these texts ...
    texts: tuple[str, ...]
    #: ... or holds one of these and matches ``pattern``.
    anchors: tuple[Anchor, ...]
    #: A regular expression, empty where the texts are all.
    pattern: str
    #: Most characters of a match.
    width: int
    #: What has to match from an anchor's start on, and what before it, read backwards; both empty
    #: where anchors lie inside a piece.
    right: str
    left: str
    #: Of each of these sets one character at least stands in every match.
    needs: tuple[frozenset[str], ...]
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
    widths = [width_of(piece)[1] for piece in pieces]
    _check(tree, sum(widths))
    ends = {
        "turn_start": tree.turn_start, "turn_end": tree.turn_end,
        "word_start": tree.word_start, "word_end": tree.word_end,
        "bounded": tree.raw is None, "chinese": sum(map(chinese_of, pieces)),
    }  # fmt: skip
    if tree.raw is None:
        texts = texts_of(pieces, _TEXTS_LIMIT)
        if texts is not None and "" not in texts:
            return Expression(
                tree.source, tuple(texts), (), "", sum(widths), "", "", (),
                **ends,  # type: ignore[arg-type]
            )  # fmt: skip
    found = anchors_of(pieces, widths)
    if found is None:
        raise PhraseError(
            f"phrase {tree.source!r} holds no text that is always there",
            mend="give it at least one literal piece outside ( )?",
        )
    right = left = ""
    if tree.raw is None and found.pieces:
        right = _pattern(pieces[found.pieces.start :])
        left = _backwards(pieces[: found.pieces.start])
    pattern = tree.raw if tree.raw is not None else _pattern(pieces)
    return Expression(
        tree.source, (), found.anchors, pattern, sum(widths), right, left, found.needs,
        **ends,  # type: ignore[arg-type]
    )  # fmt: skip


def _check(tree: Tree, most: int) -> None:
    """Refuse what could match too much, or be tried in too many ways."""
    if most > SPAN_LIMIT:
        raise PhraseError(
            f"phrase {tree.source!r} can span {most} characters",
            mend=f"at most {SPAN_LIMIT}: shorten its gaps or make two phrases with 'all'",
        )
    gaps = sum(map(gaps_of, tree.pieces))
    if gaps > _GAPS_LIMIT:
        raise PhraseError(
            f"phrase {tree.source!r} has {gaps} gaps",
            mend=f"at most {_GAPS_LIMIT}: make two phrases with 'all'",
        )
    choices = math.prod(map(choices_of, tree.pieces))
    if choices > _CHOICE_LIMIT:
        raise PhraseError(
            f"phrase {tree.source!r} can be matched in {choices} ways",
            mend=f"at most {_CHOICE_LIMIT}: shorten its gaps",
        )


def texts_pattern(texts: list[str]) -> str:
    """A regular expression for any of ``texts``, the longest first."""
    trie: dict[str, object] = {}
    for text in texts:
        node = trie
        for char in text:
            node = node.setdefault(char, {})  # type: ignore[assignment]
        node[""] = {}
    return _trie_pattern(trie)


def _pattern(pieces: Sequence) -> str:
    return "".join(_piece_pattern(piece) for piece in pieces)


@functools.lru_cache(maxsize=4096)
def _piece_pattern(node: Node) -> str:
    match node:
        case Literal(text):
            return re.escape(text)
        case Choice(options):
            texts = piece_texts(node, _OPTIONS_LIMIT)
            if texts is not None:
                return texts_pattern(texts)
            return "(?:" + "|".join(_pattern(option) for option in options) + ")"
        case Optional(piece):
            return f"(?:{_piece_pattern(piece)})?"
        case Gap(limit):
            return f"[^{CLAUSE_END}]{{0,{limit}}}?"
        case Digits(0):
            number = f"[{NUMBERS}]{{1,{NUMBER_LIMIT}}}(?:\\.[0-9]{{1,4}})?"
            return f"(?<![{NUMBERS}])(?<![0-9]\\.){number}(?![{NUMBERS}])"
        case Digits(count):
            return f"(?<![{DIGITS}])[{DIGITS}]{{{count}}}(?![{DIGITS}])"
        case Comma():
            return r"[,、;:。.!~… \n]{0,2}"
        case Blank():
            return " ?"
        case Start():
            return f"(?<![\\s\\S])(?:[^\\w]|_|[嗯喂哦啊呃额诶唉哎]){{0,{LEAD_LIMIT}}}"
        case End():
            return r"(?![\W_]{0,12}[^\W_])"
        case Wild():
            raise AssertionError("raw expressions are compiled as they are")


def _backwards(pieces: Sequence) -> str:
    """An expression for the pieces read from their end, which allows a little more than they."""
    return "".join(_piece_backwards(piece) for piece in reversed(pieces))


def _piece_backwards(node: Node) -> str:
    match node:
        case Literal(text):
            return re.escape(text[::-1])
        case Choice(options):
            texts = piece_texts(node, _OPTIONS_LIMIT)
            if texts is not None:
                return texts_pattern([text[::-1] for text in texts])
            return "(?:" + "|".join(_backwards(option) for option in options) + ")"
        case Optional(piece):
            return f"(?:{_piece_backwards(piece)})?"
        case Digits(0):
            return f"(?:[0-9]{{1,4}}\\.)?[{NUMBERS}]{{1,{NUMBER_LIMIT}}}"
        case Digits(count):
            return f"[{DIGITS}]{{{count}}}"
        case Start():
            return f"(?:[^\\w]|_|[嗯喂哦啊呃额诶唉哎]){{0,{LEAD_LIMIT}}}"
        case End():
            return ""
        case _:
            return _piece_pattern(node)


def _trie_pattern(node: dict[str, object]) -> str:
    ends = "" in node
    singles: list[str] = []
    options: list[str] = []
    for char, rest in node.items():
        if not char:
            continue
        below: dict[str, object] = rest  # type: ignore[assignment]
        if list(below) == [""]:
            singles.append(re.escape(char))
        else:
            options.append(re.escape(char) + _trie_pattern(below))
    if singles:
        options.append(singles[0] if len(singles) == 1 else "[" + "".join(singles) + "]")
    if not options:
        return ""
    pattern = options[0] if len(options) == 1 and not ends else "(?:" + "|".join(options) + ")"
    return pattern + "?" if ends else pattern
