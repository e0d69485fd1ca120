"""A rule set: all rules, one matcher, and what it finds in turns by themselves."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

from ccnlp.rules.evaluate import HeardText, TurnText, evaluate
from ccnlp.rules.examples import RuleFault, check_examples
from ccnlp.rules.fold import Fold
from ccnlp.rules.model import Anchor, Hit, Rule, TurnHits
from ccnlp.taxonomy import CHANNELS, SPEAKERS
from ccnlp.text.expression import Expression
from ccnlp.text.matcher import Candidates, Matcher
from ccnlp.text.normalise import Normal, Squeezed
from ccnlp.text.sound import sounds

#: (by sound, with signs or blanks inside the words) -> share of the confidence left, and a note.
_SHARES: Final = {
    (False, False): (1.0, ""),
    (False, True): (0.95, "字间夹有符号、空格或重复字"),
    (True, False): (0.8, "按读音匹配"),
    (True, True): (0.75, "按读音匹配"),
}


class RuleSet:
    """Rules and their phrases, compiled. It pickles, by being compiled again."""

    def __init__(
        self,
        rules: tuple[Rule, ...],
        expressions: tuple[Expression, ...],
        heard: Mapping[int, Expression],
        digest: str,
    ) -> None:
        self.rules = rules
        self.expressions = expressions
        self.heard = heard
        #: First 16 hex digits of the SHA-256 over rule files and word classes.
        self.digest = digest
        self._matcher = Matcher(dict(enumerate(expressions)))
        self._ear = Matcher(heard)
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
        return RuleSet, (self.rules, self.expressions, self.heard, self.digest)

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
        owner = [*range(len(normals)), *squeezed]
        wanted += [wanted[i] for i in squeezed]
        found = self._matcher.scan(texts, wanted)
        # by sound: each turn once, as it reads without what stands inside words
        last = {i: place for place, i in enumerate(owner)}
        spoken = [last[i] for i, channel in enumerate(channels) if channel == "voice"]
        heard = self._listen(spoken, texts, wanted) if self.heard and spoken else {}
        results: list[TurnHits | None] = [None] * len(normals)
        for place, i in enumerate(owner):
            if not found[place] and place not in heard:
                continue
            turn = TurnText(texts[place], found[place], self._matcher)
            views = [turn, *(HeardText(turn, *ear, self._ear) for ear in heard.get(place, ()))]
            view = normals[i].squeezed if place >= len(normals) else None
            for one in views:
                if one.candidates:
                    more = self._judge(one, speakers[i], channels[i])
                    if more is not None:
                        share, note = _SHARES[isinstance(one, HeardText), view is not None]
                        results[i] = _join(results[i], more, view, share, note)
        return results

    def _listen(
        self, spoken: Sequence[int], texts: Sequence[str], wanted: Sequence[frozenset[int]]
    ) -> dict[int, list[tuple[str, Candidates]]]:
        """Of each text in ``spoken`` that sounds like a phrase, the sounds and candidates."""
        heard: list[tuple[int, str]] = []
        for place, ways in zip(spoken, sounds([texts[place] for place in spoken]), strict=True):
            heard.extend((place, way) for way in ways if way is not None)
        found = self._ear.scan([way for _, way in heard], [wanted[place] for place, _ in heard])
        result: dict[int, list[tuple[str, Candidates]]] = {}
        for (place, way), candidates in zip(heard, found, strict=True):
            if candidates:
                result.setdefault(place, []).append((way, candidates))
        return result

    def _judge(self, turn: TurnText, speaker: str, channel: str) -> TurnHits | None:
        hits: list[Hit] = []
        seen: set[int] = set()
        anchors: set[int] = set()
        by_sound = isinstance(turn, HeardText)
        for phrase in turn.candidates:
            for rule in self._triggers.get(phrase, ()):
                if (
                    rule.number not in seen
                    and speaker in rule.speakers
                    and channel in rule.channels
                    and (rule.speech or not by_sound)
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
        return TurnHits(tuple(hits), tuple(sorted(anchors)))

    def fold(self) -> Fold:
        """The fold of these rules over a conversation."""
        return Fold(self.rules, self.anchors)

    def check(self) -> list[RuleFault]:
        """Run the good and bad examples of every rule; the faults, in the order of the rules."""
        return check_examples(self.rules, self.fold(), self.find)


def _join(
    known: TurnHits | None, more: TurnHits, view: Squeezed | None, share: float, note: str
) -> TurnHits:
    """Hits known so far, and of those of a further view the ones that they lack."""
    hits = list(known.hits) if known else []
    count = len(hits)
    for hit in more.hits:
        start, end = (hit.start, hit.end) if view is None else view.span(hit.start, hit.end)
        if any(
            one.rule == hit.rule and one.start < end and start < one.end for one in hits[:count]
        ):
            continue
        hits.append(Hit(hit.rule, start, end, hit.confidence * share, hit.suppressed, note))
    hits.sort(key=_place)
    anchors = {*(known.anchors if known else ()), *more.anchors}
    return TurnHits(tuple(hits), tuple(sorted(anchors)))


def _place(hit: Hit) -> tuple[int, int, int]:
    return hit.rule, hit.start, hit.end
