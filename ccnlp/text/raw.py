"""Raw expressions (``re:``) of rule files: checked, bounded, refused with a reason otherwise.

``re`` backtracks, so an expression from a rule file must not be able to make it try many ways:
no unlimited repetition, none inside another, no back reference. What passes is measured by the
same limits as a phrase (``expression``).
"""

import re
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, Final

from ccnlp.text.normalise import fold
from ccnlp.text.phrase import (
    Choice,
    Literal,
    Node,
    Optional,
    PhraseError,
    Sequence,
    Tree,
    Wild,
)

PREFIX: Final = "re:"
_HAN: Final = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\uff01-\uff5e]")


def parse_raw(source: str) -> Tree:
    """The tree of a raw expression, written with its prefix ``re:``.

    Raises
    ------
    PhraseError: it is no expression, or not a bounded one.
    """
    text = source[len(PREFIX) :].strip()
    # what is folded in turns has to be folded here; signs of the syntax are left alone
    text = _HAN.sub(lambda found: fold(found.group()), text)
    try:
        parsed = parser.parse(text, 0)
        re.compile(text)
    except (re.error, OverflowError, RecursionError) as error:
        raise PhraseError(
            f"phrase {source!r} is no regular expression: {error}", mend="mend it there"
        ) from error
    if parsed.state.flags & ~re.UNICODE:
        raise _refused(source, "sets flags", "leave them out: text is folded already")
    return Tree(source, _sequence(parsed, source), raw=text)


def _refused(source: str, why: str, mend: str) -> PhraseError:
    return PhraseError(f"phrase {source!r} {why}", mend=mend)


def _sequence(parsed: Any, source: str) -> Sequence:
    nodes: list[Node] = []
    for code, value in parsed:
        node = _node(code, value, source)
        if isinstance(node, Literal) and nodes and isinstance(nodes[-1], Literal):
            nodes[-1] = Literal(nodes[-1].text + node.text)
        elif isinstance(node, tuple):
            nodes.extend(node)
        elif node is not None:
            nodes.append(node)
    return tuple(nodes)


def _node(code: Any, value: Any, source: str) -> Node | Sequence | None:
    if code is codes.LITERAL:
        return Literal(chr(value))
    if code in (codes.IN, codes.ANY, codes.NOT_LITERAL):
        return Wild(1, 1)
    if code is codes.SUBPATTERN:
        if value[1] or value[2]:
            raise _refused(source, "sets flags", "leave them out: text is folded already")
        return _sequence(value[3], source)
    if code is codes.BRANCH:
        return Choice(tuple(_sequence(option, source) for option in value[1]))
    if code in (codes.MAX_REPEAT, codes.MIN_REPEAT):
        return _repeat(value[0], value[1], value[2], source)
    if code is codes.AT:
        raise _refused(
            source, "has an anchor (^ $ \\b)", "use ^ $ < > of the phrase language, without re:"
        )
    if code in (codes.ASSERT, codes.ASSERT_NOT):
        _sequence(value[1], source)  # looks at a bounded stretch: its pieces are checked
        return None
    raise _refused(
        source, f"uses {str(code).lower().replace('_', ' ')}, which is not allowed", "rewrite it"
    )


def _repeat(least: int, most: Any, inner: Any, source: str) -> Node | Sequence:
    if most is codes.MAXREPEAT:
        raise _refused(
            source, "repeats without an upper limit", "write {0,10} and the like for * and +"
        )
    piece = _sequence(inner, source)
    if (least, most) == (0, 1):
        return Optional(Choice((piece,)))
    single = len(inner) == 1 and inner[0][0] in (
        codes.LITERAL, codes.IN, codes.ANY, codes.NOT_LITERAL,
    )  # fmt: skip
    if not single:
        raise _refused(
            source,
            "repeats a group",
            "only a single character or set may be repeated; write the group out",
        )
    if isinstance(piece[0], Literal) and least == most:
        return Literal(piece[0].text * least)
    return Wild(least, most)
