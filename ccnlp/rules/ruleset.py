"""A rule set: all rules, one matcher, and what it finds in turns by themselves."""

from collections import defaultdict
from collections.abc import Sequence

from ccnlp.rules.evaluate import TurnText, evaluate
from ccnlp.rules.examples import RuleFault, check_examples
from ccnlp.rules.fold import Fold
from ccnlp.rules.model import Anchor, Hit, Rule, TurnHits
from ccnlp.taxonomy import CHANNELS, SPEAKERS
from ccnlp.text.expression import Expression
from ccnlp.text.matcher import Matcher
from ccnlp.text.normalise import Normal

#: Share of a rule's confidence that is left where signs or blanks stood inside the words.
_SQUEEZED_SHARE = 0.95
_SQUEEZED_NOTE = "字间夹有符号、空格或重复字"


class RuleSet:
    """Rules and their phrases, compiled. It pickles, by being compiled again."""

    def __init__(
        self, rules: tuple[Rule, ...], expressions: tuple[Expression, ...], digest: str
    ) -> None:
        self.rules = rules
        self.expressions = expressions
        #: First 16 hex digits of the SHA-256 over rule files and word classes.
        self.digest = digest
        self._matcher = Matcher(expressions)
        self.anchors: tuple[Anchor, ...] = tuple(
            sorted((a for rule in rules for a in rule.anchors), key=lambda a: a.number)
        )
        self._triggers: dict[int, list[Rule]] = defaultdict(list)
        for rule in rules:
            for phrase in rule.evidence:
                self._triggers[phrase].append(rule)
        self._anchored: dict[int, list[Anchor]] = defaultdict(list)
        for anchor in self.anchors:
            for phrase in anchor.phrases:
                self._anchored[phrase].append(anchor)
        self._wanted = {
            (speaker, channel): self._phrases_for(speaker, channel)
            for speaker in SPEAKERS
            for channel in CHANNELS
        }

    def __reduce__(self) -> tuple[object, ...]:
        return RuleSet, (self.rules, self.expressions, self.digest)

    def _phrases_for(self, speaker: str, channel: str) -> frozenset[int]:
        """The phrases that matter in a turn of this speaker on this channel."""
        wanted: set[int] = set()
        for rule in self.rules:
            if speaker in rule.speakers and channel in rule.channels:
                wanted.update(rule.any, rule.all, rule.none, rule.of, rule.allow)
        for anchor in self.anchors:
            if speaker in anchor.speakers:
                wanted.update(anchor.phrases)
        return frozenset(wanted)

    def find(
        self, normals: Sequence[Normal], speakers: Sequence[str], channels: Sequence[str]
    ) -> list[TurnHits | None]:
        """What the rules find in each turn by itself, in order; ``None``: nothing.

        Anchors and positions in the conversation are not looked at: see ``fold``.
        """
        wanted = [self._wanted[key] for key in zip(speakers, channels, strict=True)]
        squeezed = [i for i, normal in enumerate(normals) if normal.squeezed is not None]
        texts = [normal.text for normal in normals]
        texts += [normals[i].squeezed.text for i in squeezed]  # type: ignore[union-attr]
        found = self._matcher.scan(texts, wanted + [wanted[i] for i in squeezed])
        results: list[TurnHits | None] = []
        for i in range(len(normals)):
            if found[i]:
                turn = TurnText(texts[i], found[i], self._matcher)
                results.append(self._judge(turn, speakers[i], channels[i]))
            else:
                results.append(None)
        for place, i in enumerate(squeezed, len(normals)):
            if found[place]:
                turn = TurnText(texts[place], found[place], self._matcher)
                more = self._judge(turn, speakers[i], channels[i])
                if more is not None:
                    results[i] = _with_squeezed(results[i], more, normals[i])
        return results

    def _judge(self, turn: TurnText, speaker: str, channel: str) -> TurnHits | None:
        hits: list[Hit] = []
        seen: set[int] = set()
        anchors: set[int] = set()
        for phrase in turn.candidates:
            for rule in self._triggers.get(phrase, ()):
                if (
                    rule.number not in seen
                    and speaker in rule.speakers
                    and channel in rule.channels
                ):
                    seen.add(rule.number)
                    hits.extend(evaluate(rule, turn))
            for anchor in self._anchored.get(phrase, ()):
                if (
                    anchor.number not in anchors
                    and speaker in anchor.speakers
                    and turn.spans(phrase)
                ):
                    anchors.add(anchor.number)
        if not hits and not anchors:
            return None
        hits.sort(key=_place)
        return TurnHits(tuple(hits), tuple(sorted(anchors)))

    def fold(self) -> Fold:
        """The fold of these rules over a conversation."""
        return Fold(self.rules, self.anchors)

    def check(self) -> list[RuleFault]:
        """Run the good and bad examples of every rule; the faults, in the order of the rules."""
        return check_examples(self.rules, self.fold(), self.find)


def _place(hit: Hit) -> tuple[int, int, int]:
    return hit.rule, hit.start, hit.end


def _with_squeezed(plain: TurnHits | None, more: TurnHits, normal: Normal) -> TurnHits:
    """Hits of the folded text, and of the squeezed view what they lack."""
    assert normal.squeezed is not None  # noqa: S101 - the caller looked
    hits = list(plain.hits) if plain else []
    known = len(hits)
    for hit in more.hits:
        start, end = normal.squeezed.span(hit.start, hit.end)
        if any(
            one.rule == hit.rule and one.start < end and start < one.end for one in hits[:known]
        ):
            continue
        hits.append(
            Hit(
                hit.rule, start, end, hit.confidence * _SQUEEZED_SHARE, hit.suppressed,
                _SQUEEZED_NOTE,
            )
        )  # fmt: skip
    hits.sort(key=_place)
    anchors = {*(plain.anchors if plain else ()), *more.anchors}
    return TurnHits(tuple(hits), tuple(sorted(anchors)))
