"""Which literal pieces of a phrase the scan looks for.

A phrase is looked at only where one of its *anchors* stands: texts one of which every match
holds. Of all such sets the rarest in running text is taken, by the frequency of characters; that
choice decides how often an expression runs at all.
"""

import functools
import math
from typing import Final

import msgspec

from ccnlp.text.measure import width_of
from ccnlp.text.normalise import character_shares, word_shares
from ccnlp.text.phrase import Blank, Choice, Digits, Literal, Node, Optional, Sequence

#: Most texts in one set of anchors.
ANCHORS_LIMIT: Final = 1_000
#: Digits as they are written, said and hidden, and the units of numbers.
NUMERALS: Final = frozenset("0123456789零〇一二两三四五六七八九幺*十百千万亿半")
_NEEDS_LIMIT: Final = 2
#: A set of characters that is found in about every turn is not worth looking for.
_NEED_SHARE: Final = 0.06
_SOUND: Final = 2.5e-3
_OTHER_HAN: Final = 6e-5
_ASCII: Final = 4e-3
#: Weight of each further text of a set against its frequency: texts cost memory.
_TEXT_COST: Final = 2e-7


class Anchor(msgspec.Struct, frozen=True):
    """Literal text that a match holds, at most ``before`` characters after its start."""

    text: str
    before: int


def texts_of(pieces: Sequence, limit: int) -> list[str] | None:
    """All texts that pieces stand for, ``None`` if they are not literal or more than ``limit``."""
    texts = [""]
    for piece in pieces:
        own = piece_texts(piece, limit)
        if own is None or len(own) * len(texts) > limit:
            return None
        texts = [text + end for text in texts for end in own]
    return list(dict.fromkeys(texts))


@functools.lru_cache(maxsize=4096)
def piece_texts(node: Node, limit: int) -> list[str] | None:
    """All texts that one piece stands for, or ``None``; kept, so never to be changed."""
    match node:
        case Literal(text):
            return [text]
        case Blank():
            return ["", " "]
        case Optional(piece):
            own = piece_texts(piece, limit)
            return None if own is None else ["", *own]
        case Choice(options):
            result: dict[str, None] = {}
            for option in options:
                texts = texts_of(option, limit)
                if texts is None or len(result) + len(texts) > limit:
                    return None
                result.update(dict.fromkeys(texts))
            return list(result)
        case _:
            return None


@functools.cache
def share_of(text: str) -> float:
    """About how often ``text`` begins at a character of running text."""
    if text in word_shares():
        return word_shares()[text]
    # the rarest way to cut it in two: a word is rarer than its parts, and than its characters
    shares = character_shares()
    alone = math.prod(shares.get(c) or _unlisted(c) for c in text)
    cuts = (share_of(text[:i]) * share_of(text[i:]) for i in range(1, len(text)))
    return max(alone, *cuts) if len(text) > 1 else alone


def _unlisted(char: str) -> float:
    if char.isascii():
        return _ASCII
    return _SOUND if "\ue000" <= char <= "\uf8ff" else _OTHER_HAN


class Anchored(msgspec.Struct, frozen=True):
    """What to scan for, and what else has to be in the turn for a match."""

    anchors: tuple[Anchor, ...]
    #: The pieces that an anchor is the whole of; none where anchors lie inside one piece.
    pieces: range
    #: Of each of these sets one character at least stands in every match.
    needs: tuple[frozenset[str], ...]


class _Part(msgspec.Struct):
    """A piece as an anchor: its texts and how frequent they are, if it is literal."""

    texts: list[str] | None
    share: float
    #: Anchors inside a choice whose options are not all literal, and how frequent they are.
    inner: list[Anchor] | None
    inner_share: float


def anchors_of(pieces: Sequence, widths: list[int]) -> Anchored | None:
    """The rarest set of texts of which each match holds one, ``None`` if there is none.

    ``widths`` are the most characters that each piece can match.
    """
    anchors, _, used, whole = _best(pieces, widths)
    if anchors is None:
        return None
    if whole:
        return Anchored(tuple(anchors), used, ())
    rest = [keys for at, piece in enumerate(pieces) if at not in used and (keys := _keys(piece))]
    rest = [keys for keys in rest if sum(map(share_of, keys)) < _NEED_SHARE]
    rest.sort(key=lambda keys: sum(map(share_of, keys)))
    return Anchored(tuple(anchors), range(0), tuple(rest[:_NEEDS_LIMIT]))


def _keys(node: Node) -> frozenset[str] | None:
    """Characters one of which each match of a piece holds, the rarest of each option."""
    match node:
        case Literal(text):
            return frozenset((min(text, key=share_of),)) if text else None
        case Digits():
            return NUMERALS
        case Choice(options):
            keys: set[str] = set()
            for option in options:
                own = [found for piece in option if (found := _keys(piece))]
                if not own:
                    return None
                keys |= min(own, key=lambda found: sum(map(share_of, found)))
            return frozenset(keys)
        case _:
            return None


def _best(pieces: Sequence, widths: list[int]) -> tuple[list[Anchor] | None, float, range, bool]:
    """Anchors, how frequent they are, the pieces they are of, and whether they are all of them."""
    parts = [_part(piece) for piece in pieces]
    best: tuple[float, int, int] | None = None  # cost, first and last piece
    inner: tuple[float, int] | None = None
    for first, part in enumerate(parts):
        if part.inner is not None and (inner is None or part.inner_share < inner[0]):
            inner = part.inner_share, first
        share, count, empty = 1.0, 1, True
        for last in range(first, len(parts)):
            texts = parts[last].texts
            if texts is None:
                break
            share *= parts[last].share
            count *= len(texts)
            empty = empty and "" in texts
            if count > ANCHORS_LIMIT:
                break
            cost = share + count * _TEXT_COST
            if not empty and (best is None or cost < best[0]):
                best = cost, first, last + 1
    if best is not None and (inner is None or best[0] <= inner[0]):
        _, first, end = best
        texts = texts_of(pieces[first:end], ANCHORS_LIMIT) or []
        before = sum(widths[:first])
        found = [Anchor(text, before) for text in texts if text]
        return found, best[0], range(first, end), True
    if inner is not None:
        cost, first = inner
        before = sum(widths[:first])
        found = [Anchor(a.text, a.before + before) for a in parts[first].inner or ()]
        return found, cost, range(first, first + 1), False
    return None, 1.0, range(0), False


def _part(node: Node) -> _Part:
    texts = piece_texts(node, ANCHORS_LIMIT)
    if texts is not None:
        return _Part(texts, sum(map(share_of, texts)), None, 1.0)
    if not isinstance(node, Choice):
        return _Part(None, 1.0, None, 1.0)
    inner: list[Anchor] = []
    share = 0.0
    for option in node.options:
        anchors, cost, _, _ = _best(option, [width_of(piece)[1] for piece in option])
        if anchors is None:
            return _Part(None, 1.0, None, 1.0)
        inner.extend(anchors)
        share += cost
    if len(inner) > ANCHORS_LIMIT:
        return _Part(None, 1.0, None, 1.0)
    return _Part(None, 1.0, inner, share)
