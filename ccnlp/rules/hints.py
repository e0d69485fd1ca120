"""What is right in a rule file but does nothing, or costs much: said by ``ccnlp.rules.check``."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from ccnlp.rules.form import FileForm
from ccnlp.rules.load import load_lexicon
from ccnlp.text.anchors import share_of
from ccnlp.text.expression import express
from ccnlp.text.measure import chinese_of
from ccnlp.text.phrase import Optional, PhraseParser, Tree
from ccnlp.text.raw import PREFIX
from ccnlp.yamlfile import line_of, read_as

#: A phrase of so many Chinese characters matches anywhere, with or without more before it.
_LONG: Final = 3
#: Characters of text for each place that is looked at, below which a phrase costs much.
_OFTEN: Final = 50


def hints(paths: Sequence[Path], lexicon: Sequence[Path]) -> list[str]:
    """Remarks on the phrases under ``any``, one a line, with file and line of the rule.

    The files have to be right: see ``load_rules``.
    """
    known = load_lexicon(lexicon)
    found: list[str] = []
    for path in paths:
        form = read_as(path, FileForm)
        own = {name: tuple(words) for name, words in form.words.items()}
        parser = PhraseParser(known.with_classes(own))
        for place, rule in enumerate(form.rules):
            for phrase in rule.any:
                if phrase.startswith(PREFIX):
                    continue
                for remark in _remarks(parser.parse(phrase)):
                    line = line_of(path, ["rules", str(place)])
                    found.append(f"{path}:{line}: hint: {rule.id}: phrase {phrase!r} {remark}")
    return found


def _remarks(tree: Tree) -> Iterator[str]:
    rest = list(tree.pieces)
    while rest and isinstance(rest[0], Optional):
        del rest[0]
    free = not (tree.turn_start or tree.word_start)
    if free and len(rest) < len(tree.pieces) and sum(map(chinese_of, rest)) >= _LONG:
        yield "begins with what may be missing, which changes nothing: leave it out"
    expression = express(tree)
    texts = expression.texts or tuple(anchor.text for anchor in expression.anchors)
    share = sum(map(share_of, dict.fromkeys(texts)))
    if share > 1 / _OFTEN:
        common = max(texts, key=share_of)
        yield (
            f"is looked at every {max(1, round(1 / share))} characters, for {common!r}: it would "
            "be found faster with a rarer piece that is always there"
        )
