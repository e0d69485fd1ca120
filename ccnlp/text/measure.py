"""How much a phrase can match: its width, its gaps, the ways it can be tried."""

import math
from typing import Final

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
    Start,
    Wild,
)

#: Most digits and units in a number, without its decimals.
NUMBER_LIMIT: Final = 12
#: Most signs and interjections passed over at the start of a turn.
LEAD_LIMIT: Final = 6


def width_of(node: Node) -> tuple[int, int]:
    """Fewest and most characters a piece can match."""
    match node:
        case Literal(text):
            return len(text), len(text)
        case Choice(options):
            widths = [[width_of(piece) for piece in option] for option in options]
            sums = [(sum(a for a, _ in w), sum(b for _, b in w)) for w in widths]
            return min(a for a, _ in sums), max(b for _, b in sums)
        case Optional(piece):
            return 0, width_of(piece)[1]
        case Gap(limit):
            return 0, limit
        case Digits(count):
            return (count, count) if count else (1, NUMBER_LIMIT + 5)
        case Comma():
            return 0, 2
        case Blank():
            return 0, 1
        case Start():
            return 0, LEAD_LIMIT
        case End():
            return 0, 0
        case Wild(least, most):
            return least, most


def gaps_of(node: Node) -> int:
    """Most gaps that one match passes."""
    match node:
        case Gap():
            return 1
        case Choice(options):
            return max(sum(gaps_of(piece) for piece in option) for option in options)
        case Optional(piece):
            return gaps_of(piece)
        case _:
            return 0


def choices_of(node: Node) -> int:
    """How many lengths a piece can take, a bound on what backtracking can try."""
    match node:
        case Literal():
            return 1
        case Choice(options):
            ways = max(math.prod(map(choices_of, option)) for option in options)
            return max(ways, _prefixes(options))
        case Start():
            return 1
        case Digits():
            return 2  # a number is taken whole, with or without its decimals
        case Optional(piece):
            return 1 + choices_of(piece)
        case _:
            least, most = width_of(node)
            return most - least + 1


def _prefixes(options: tuple[tuple[Node, ...], ...]) -> int:
    """How many options can match at one place: of plain texts those that begin one another."""
    texts = {
        option[0].text for option in options if len(option) == 1 and isinstance(option[0], Literal)
    }
    rest = len(options) - len(texts)
    if not texts:
        return min(4, rest)
    longest = max(sum(text[:end] in texts for end in range(1, len(text) + 1)) for text in texts)
    return longest + min(3, rest)


def chinese_of(node: Node) -> int:
    """Fewest Chinese characters that a match holds literally; of a word with aliases its own."""
    match node:
        case Literal(text):
            return sum("\u3400" <= char <= "\u9fff" for char in text)
        case Choice(options, alike):
            counts = (sum(chinese_of(piece) for piece in option) for option in options)
            return next(counts) if alike else min(counts)
        case _:
            return 0
