"""One scan finds what a plain reading of the phrase's tree finds."""

import re

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ccnlp.text.expression import CLAUSE_END, express
from ccnlp.text.matcher import Phrases, Scanner
from ccnlp.text.phrase import (
    Blank,
    Choice,
    Comma,
    Digits,
    Gap,
    Lexicon,
    Literal,
    Optional,
    PhraseError,
    PhraseParser,
)

PARSER = PhraseParser(Lexicon({"who": ("你", "你们", "他")}))
# few characters, so that phrases meet themselves
LETTERS = st.text(alphabet="甲乙丙丁", min_size=1, max_size=3)
PIECES = st.recursive(
    st.one_of(LETTERS, st.sampled_from(["{who}", "..2", "..", "#", "，", "甲?"])),
    lambda inner: st.lists(inner, min_size=1, max_size=3).flatmap(
        lambda options: st.sampled_from(["({})", "({})?"]).map(
            lambda form: form.format("|".join(options))
        )
    ),
    max_leaves=5,
)
PHRASES = st.lists(PIECES, min_size=1, max_size=4).map("".join)
TEXTS = st.text(alphabet="甲乙丙丁你们他,。 12三", max_size=25)


def ends(node, text, start):
    """Where a piece that begins at ``start`` can end, read off the tree."""
    match node:
        case Literal(own):
            return {start + len(own)} if text.startswith(own, start) else set()
        case Choice(options):
            return set().union(*(sequence_ends(option, text, start) for option in options))
        case Optional(piece):
            return {start} | ends(piece, text, start)
        case Gap(limit):
            found = {start}
            for end in range(start + 1, min(start + limit, len(text)) + 1):
                if text[end - 1] in CLAUSE_END:
                    break
                found.add(end)
            return found
        case Digits(count):
            run = re.compile("[0-9零〇一二两三四五六七八九幺]+").match(text, start)
            before = text[start - 1 : start] if start else ""
            alone = not re.match("[0-9零〇一二两三四五六七八九幺]", before)
            return {run.end()} if run and alone and run.end() - start == count else set()
        case Comma():
            signs = re.compile("[,、;:。.!~… \n]{0,2}").match(text, start)
            return set(range(start, signs.end() + 1))
        case Blank():
            return {start, start + 1} if text.startswith(" ", start) else {start}
    raise AssertionError(node)


def sequence_ends(pieces, text, start):
    at = {start}
    for piece in pieces:
        at = set().union(*(ends(piece, text, place) for place in at)) if at else at
    return at


@settings(max_examples=200, deadline=None)
@given(st.lists(PHRASES, min_size=1, max_size=4), st.lists(TEXTS, min_size=1, max_size=4))
def test_scan_finds_what_the_tree_says(sources, texts):
    trees, expressions = [], {}
    for source in sources:
        try:
            tree = PARSER.parse(source)
            expressions[len(trees)] = express(tree)
            trees.append(tree)
        except PhraseError:
            continue
    assume(trees)
    phrases = Phrases(expressions)
    results = Scanner(phrases, expressions).scan(texts)
    for text, found in zip(texts, results, strict=True):
        for number, tree in enumerate(trees):
            spans = set(found.get(number, ())) if found else set()
            expected = {
                (start, end)
                for start in range(len(text) + 1)
                for end in sequence_ends(tree.pieces, text, start)
            }
            assert spans <= expected
            if expressions[number].pattern:
                assert {start for start, _ in spans} == {start for start, _ in expected}
            else:
                assert spans == expected
            assert {*phrases.look_up(number, text)} == spans


def test_no_hit_crosses_from_one_turn_into_the_next():
    phrases = Phrases({0: express(PARSER.parse("甲乙")), 1: express(PARSER.parse("甲..乙"))})
    assert Scanner(phrases, [0, 1]).scan(["丙甲", "乙丙", "", "甲丁乙"]) == [
        None, None, None, {1: [(0, 3)]},
    ]  # fmt: skip


def test_a_scanner_without_phrases_finds_nothing():
    assert Scanner(Phrases({}), []).scan(["甲"]) == [None]
    assert Scanner(Phrases({0: express(PARSER.parse("甲乙"))}), [0]).scan([]) == []
