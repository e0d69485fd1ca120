"""All personal information of one turn, given what was asked for before it."""

import re
from typing import Final

from ccnlp.privacy import tokens
from ccnlp.privacy.addresses import addresses
from ccnlp.privacy.hits import Hit, settle
from ccnlp.privacy.lexicon import Lexicon, load
from ccnlp.privacy.names import Names
from ccnlp.privacy.context import Context
from ccnlp.privacy.numbers import numbers
from ccnlp.text.normalise import Normal, normalise
from ccnlp.text.numerals import digit_runs, fold

_NOTHING: Final[frozenset[str]] = frozenset()


class Recogniser:
    """Finds personal information in single turns; holds no state between calls."""

    def __init__(self, lexicon: Lexicon | None = None) -> None:
        self.lexicon = lexicon or load()
        self._names = Names(self.lexicon)

    def find(
        self,
        text: str,
        *,
        normal: Normal | None = None,
        speaker: str = "customer",
        expected: frozenset[str] = _NOTHING,
    ) -> list[Hit]:
        """Hits in ``text`` in order; they do not overlap.

        ``expected``: types that the other side has just asked for; they make bare numbers and
        names count.
        """
        plain = (normal or normalise(text)).text
        folded = fold(plain)
        context = Context(folded, self.lexicon.cues(folded), expected)
        hits: list[Hit] = list(tokens.emails(folded, agent=speaker in ("agent", "bot")))
        taken = [(h.start, h.end) for h in hits] + tokens.urls(folded)
        hits += tokens.plates(context)
        taken += [(h.start, h.end) for h in hits if h.confidence >= 0.75]
        for run in digit_runs(plain, least=4):
            if any(run.start < end and start < run.end for start, end in taken):
                continue
            hits += numbers(run, context)
        hits += tokens.orders(context, text)
        hits += tokens.accounts(context)
        hits += tokens.secrets(context, text)
        hits += addresses(context, self.lexicon.places)
        hits = [
            h
            for h in hits
            if h.type == "email"
            or not any(h.start < e and s < h.end for s, e in tokens.urls(folded))
        ]
        numbered = settle(hits)
        return settle([*numbered, *self._names.find(context, plain, text, speaker, numbered)])


_SPACE: Final = re.compile(r"\s")
