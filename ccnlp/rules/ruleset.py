"""A rule set: all rules, one matcher, and what it finds in turns by themselves."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from ccnlp.rules.evaluate import HeardText, TurnText, evaluate
from ccnlp.rules.examples import RuleFault, check_examples
from ccnlp.rules.fold import Fold
from ccnlp.rules.model import Anchor, Hit, Rule, TurnHits
from ccnlp.text.expression import Expression
from ccnlp.text.matcher import Found, Phrases, Scanner
from ccnlp.text.normalise import Normal, Squeezed
from ccnlp.text.sound import sounds

#: (by sound, with signs or blanks inside the words) -> share of the confidence left, and a note.
_SHARES: Final = {
    (False, False): (1.0, ""),
    (False, True): (0.95, "字间夹有符号、空格或重复字"),
    (True, False): (0.8, "按读音匹配"),
    (True, True): (0.75, "按读音匹配"),
}


class _Group:
    """What matters in the turns of one speaker on one channel."""

    def __init__(
        self, rules: Iterable[Rule], anchors: Iterable[Anchor], speaker: str, channel: str
    ) -> None:
        triggers: dict[int, list[int]] = defaultdict(list)
        for rule in rules:
            if speaker in rule.speakers and channel in rule.channels:
                for phrase in rule.evidence:
                    triggers[phrase].append(rule.number)
        anchored: dict[int, list[int]] = defaultdict(list)
        for anchor in anchors:
            if speaker in anchor.speakers:
                for phrase in anchor.phrases:
                    anchored[phrase].append(anchor.number)
        #: Phrase -> the rules it may make fire, and the anchors it is one of.
        self.triggers = {phrase: tuple(own) for phrase, own in triggers.items()}
        self.anchored = {phrase: tuple(own) for phrase, own in anchored.items()}
        #: The phrases to scan for.
        self.phrases = frozenset({*triggers, *anchored})


class Heard(msgspec.Struct, frozen=True):
    """A phrase as it sounds, and the characters it is written with."""

    expression: Expression
    letters: frozenset[str]


class Compiled(msgspec.Struct, frozen=True):
    """What rule files come to; it can be kept and read again."""

    rules: tuple[Rule, ...]
    #: The phrases as they are written, by number.
    expressions: tuple[Expression, ...]
    #: Those that are also heard on voice channels, as they sound.
    heard: dict[int, Heard]


class RuleSet:
    """Rules and their phrases, ready to be matched. It pickles; what it builds does not."""

    def __init__(self, compiled: Compiled, digest: str) -> None:
        self._compiled = compiled
        self.rules = compiled.rules
        self.expressions = compiled.expressions
        self.heard = compiled.heard
        #: First 16 hex digits of the SHA-256 over rule files and word classes.
        self.digest = digest
        self.anchors: tuple[Anchor, ...] = tuple(
            sorted((a for rule in self.rules for a in rule.anchors), key=lambda a: a.number)
        )
        self.reader = Phrases(dict(enumerate(self.expressions)))
        self.listener = Phrases({n: one.expression for n, one in self.heard.items()})
        self._letters = {n: one.letters for n, one in self.heard.items()}
        # built at the first turn of the kind, then kept
        self._groups: dict[tuple[str, str], _Group] = {}
        self._further: dict[int, Scanner] = {}
        self._scanners: dict[tuple[bool, frozenset[int]], Scanner] = {}

    def __reduce__(self) -> tuple[object, ...]:
        return RuleSet, (self._compiled, self.digest)

    def _group(self, speaker: str, channel: str) -> _Group:
        group = self._groups.get((speaker, channel))
        if group is None:
            group = _Group(self.rules, self.anchors, speaker, channel)
            self._groups[speaker, channel] = group
        return group

    def _scanner(self, by_sound: bool, phrases: frozenset[int]) -> Scanner:
        scanner = self._scanners.get((by_sound, phrases))
        if scanner is None:
            known = self.listener if by_sound else self.reader
            scanner = Scanner(known, sorted(phrases & known.expressions.keys()))
            self._scanners[by_sound, phrases] = scanner
        return scanner

    def _others(self, rule: Rule, by_sound: bool) -> Scanner | None:
        """What looks for a rule's further phrases; by ear they are looked up one by one."""
        numbers = {*rule.all, *rule.none, *rule.allow, *(rule.of if rule.any else ())}
        if by_sound or not numbers:
            return None
        scanner = self._further.get(rule.number)
        if scanner is None:
            scanner = self._further[rule.number] = Scanner(self.reader, sorted(numbers))
        return scanner

    def find(
        self,
        normals: Sequence[Normal],
        speakers: Sequence[str],
        channels: Sequence[str],
        words: Sequence[Sequence[str] | None] | None = None,
    ) -> list[TurnHits | None]:
        """What the rules find in each turn by itself, in order; ``None``: nothing.

        ``words`` of each turn are cut where they are needed, unless they are given.
        Anchors and positions in the conversation are not looked at: see ``fold``.
        """
        # turns that say the same are looked at once
        kinds: dict[tuple[str, str], dict[str, int]] = {}
        first: list[int] = []
        for place, (normal, *kind) in enumerate(zip(normals, speakers, channels, strict=True)):
            same = kinds.setdefault(tuple(kind), {})  # type: ignore[arg-type]
            first.append(same.setdefault(normal.text, place))
        results: list[TurnHits | None] = [None] * len(normals)
        for (speaker, channel), places in kinds.items():
            group = self._group(speaker, channel)
            own = list(places.values())
            self._find_kind(group, normals, words, own, channel == "voice", results)
        return [results[place] for place in first]

    def _find_kind(
        self,
        group: _Group,
        normals: Sequence[Normal],
        words: Sequence[Sequence[str] | None] | None,
        places: Sequence[int],
        by_sound: bool,
        results: list[TurnHits | None],
    ) -> None:
        """Fill in the results of the turns of one kind."""
        views = [(place, None) for place in places]
        views += [(p, view) for p in places if (view := normals[p].squeezed)]  # type: ignore[misc]
        texts = [normals[place].text if view is None else view.text for place, view in views]
        found = self._scanner(False, group.phrases).scan(texts)
        heard = self._listen(group, views, texts) if by_sound and self.heard else {}
        for number, (place, view) in enumerate(views):
            written = found[number]
            if written is None and number not in heard:
                continue
            cut = words[place] if words is not None and view is None else None
            turn = TurnText(texts[number], written or {}, group.phrases, self.reader, cut)
            if written:
                more = self._judge(turn, group)
                if more is not None:
                    results[place] = self._join(
                        results[place], more, view, *_SHARES[False, view is not None]
                    )
            for sound, by_ear in heard.get(number, ()):
                ear = HeardText(turn, sound, by_ear, group.phrases, self.listener, self._letters)
                more = self._judge(ear, group)
                if more is not None:
                    results[place] = self._join(
                        results[place], more, view, *_SHARES[True, view is not None]
                    )

    def _listen(
        self,
        group: _Group,
        views: Sequence[tuple[int, Squeezed | None]],
        texts: Sequence[str],
    ) -> dict[int, list[tuple[str, Found]]]:
        """Of each view that sounds like a phrase, the sounds and what they are heard as.

        Each turn is listened to once, without what stands inside its words.
        """
        last = {place: number for number, (place, _) in enumerate(views)}
        heard: list[tuple[int, str]] = []
        spoken = list(last.values())
        for number, ways in zip(spoken, sounds([texts[n] for n in spoken]), strict=True):
            heard.extend((number, way) for way in ways if way is not None)
        found = self._scanner(True, group.phrases).scan([way for _, way in heard])
        result: dict[int, list[tuple[str, Found]]] = {}
        for (number, way), own in zip(heard, found, strict=True):
            if own:
                result.setdefault(number, []).append((way, own))
        return result

    def _judge(self, turn: TurnText, group: _Group) -> TurnHits | None:
        by_sound = isinstance(turn, HeardText)
        asked: dict[int, list[int]] = {}
        anchors: set[int] = set()
        for phrase in tuple(turn.found):
            for rule in group.triggers.get(phrase, ()):
                if rule in asked:
                    asked[rule].append(phrase)
                else:
                    asked[rule] = [phrase]
            if phrase in group.anchored and turn.spans(phrase):
                anchors.update(group.anchored[phrase])
        hits: list[Hit] = []
        for number, phrases in asked.items():
            asking = self.rules[number]
            if asking.speech or not by_sound:
                hits += evaluate(asking, turn, phrases, self._others(asking, by_sound))
        if not hits and not anchors:
            return None
        return TurnHits(tuple(hits), tuple(sorted(anchors)))

    def _join(
        self, known: TurnHits | None, more: TurnHits, view: Squeezed | None, share: float, note: str
    ) -> TurnHits:
        """Hits known so far, and of those of a further view the ones that they lack."""
        if known is None and view is None and share == 1.0:
            return more
        hits = list(known.hits) if known else []
        earlier: dict[int, list[Hit]] = {}
        for hit in hits:
            earlier.setdefault(hit.rule, []).append(hit)
        for hit in more.hits:
            same = earlier.get(hit.rule, ())
            if self.rules[hit.rule].is_act and any(one.suppressed is None for one in same):
                continue
            start, end = (hit.start, hit.end) if view is None else view.span(hit.start, hit.end)
            if any(one.start < end and start < one.end for one in same):
                continue
            hits.append(Hit(hit.rule, start, end, hit.confidence * share, hit.suppressed, note))
        hits.sort(key=_place)
        anchors = {*(known.anchors if known else ()), *more.anchors}
        return TurnHits(tuple(hits), tuple(sorted(anchors)))

    def fold(self) -> Fold:
        """The fold of these rules over a conversation."""
        return Fold(self.rules, self.anchors)

    def check(self) -> list[RuleFault]:
        """Run the good and bad examples of every rule; the faults, in the order of the rules."""
        return check_examples(self.rules, self.fold(), self.find)


def _place(hit: Hit) -> tuple[int, int, int]:
    return hit.rule, hit.start, hit.end
