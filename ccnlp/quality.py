"""How good assessments are against labelled conversations: the figures of docs/quality.md.

Sets of keys are compared, so that a figure never depends on the order of anything.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from statistics import median
from typing import Any

import msgspec

from ccnlp.scoring.handoff import turns_between
from ccnlp.training.corpus import LabelledConversation
from ccnlp.types import Assessment

_Key = tuple[object, ...]


class Quality(msgspec.Struct, frozen=True):
    """Figures in [0, 1] (``turns_early`` in turns), and what disagrees by conversation."""

    figures: dict[str, float]
    #: category -> (precision, recall, F1) over conversations.
    categories: dict[str, tuple[float, float, float]]
    #: item -> share judged as labelled.
    items: dict[str, float]
    #: emotion -> F1 over customer turns.
    emotions: dict[str, float]
    disagreements: tuple[str, ...]


def measure_quality(
    labelled: Sequence[LabelledConversation], assessments: Iterable[Assessment]
) -> Quality:
    """Compare assessments with labels; a conversation without one counts as nothing found.

    Figures: ``findings_conv`` micro F1 over (conversation, category), ``findings_turn`` over
    (conversation, category, turn), ``findings_macro`` mean of the categories' F1, ``evidence``
    share of right turn-level findings whose quote overlaps a labelled one, ``emotion`` macro F1
    over customer turns, ``items`` accuracy (``items_kappa`` Cohen's kappa, ``items_fail`` F1 of
    ``fail``), ``handoff`` F1 and ``handoff_turn`` share of due ones recommended within one
    customer turn, ``complaint`` F1, ``clean_flagged`` share of conversations without labelled
    findings that were flagged, ``pii_recall`` and ``pii_precision`` over spans. Where a customer's
    labelled demand for a person met a handoff, ``turns_early_mean`` and ``turns_early_median`` tell
    how many customer turns the handoff came before it, and ``turns_early_share`` the share in
    which it did come before.
    """
    by_id = {a.conversation_id: a for a in assessments}
    told = _Told()
    for conversation in labelled:
        told.add(conversation, by_id.get(conversation.transcript.conversation_id))
    return told.quality()


class _Told:
    """What was labelled and what was said, as sets and pairs."""

    def __init__(self) -> None:
        self.turns: tuple[set[_Key], set[_Key]] = (set(), set())
        self.complaints: tuple[set[_Key], set[_Key]] = (set(), set())
        self.handoffs: tuple[set[_Key], set[_Key]] = (set(), set())
        self.emotions: list[tuple[str, str]] = []
        self.items: list[tuple[str, str, str]] = []
        self.on_time: list[bool] = []
        self.early: list[int] = []
        self.clean: list[bool] = []
        self.overlaps: list[bool] = []
        self.pii: Counter[str] = Counter()
        self.quotes: dict[tuple[str, str, bool], list[str]] = {}

    def add(self, conversation: LabelledConversation, made: Assessment | None) -> None:
        transcript, gold = conversation.transcript, conversation.gold
        name = transcript.conversation_id
        said = [f for f in made.findings if f.severity != "info"] if made else []
        self.turns[0].update((name, f["category"], f["turn"]) for f in gold["findings"])
        self.turns[1].update((name, f.category, f.turn) for f in said)
        for f in gold["findings"]:
            self.quotes.setdefault((name, f["category"], True), []).append(f["quote"])
        for f in said:
            self.quotes.setdefault((name, f.category, False), []).append(f.quote)
            rivals = [
                _place(transcript.turns[g["turn"]].text, g["quote"])
                for g in gold["findings"]
                if (g["category"], g["turn"]) == (f.category, f.turn)
            ]
            if rivals:
                self.overlaps.append(any(f.start < e and s < f.end for s, e in rivals))
        if not gold["findings"]:
            self.clean.append(bool(said))
        felt = {str(e.turn): e.label for e in made.emotions} if made else {}
        self.emotions += [(g, felt.get(t, "neutral")) for t, g in gold["emotions"].items()]
        judged = {i.item: i.result for i in made.scorecard.items} if made else {}
        self.items += [(i, r, judged.get(i, "not_evaluated")) for i, r in gold["items"].items()]
        if gold["is_complaint"]:
            self.complaints[0].add((name,))
        if made and made.complaint.is_complaint:
            self.complaints[1].add((name,))
        self._add_handoff(conversation, made)
        self._add_pii(conversation, made)

    def _add_handoff(self, conversation: LabelledConversation, made: Assessment | None) -> None:
        transcript, due = conversation.transcript, conversation.gold["handoff_turn"]
        given = made.handoff.turn if made and made.handoff.recommended else None
        key = (transcript.conversation_id,)
        if given is not None:
            self.handoffs[1].add(key)
        demands = [
            f["turn"] for f in conversation.gold["findings"] if f["category"] == "human_request"
        ]
        if given is not None and demands:
            self.early.append(turns_between(transcript, given, min(demands)))
        if due is not None:
            self.handoffs[0].add(key)
            customer = [i for i, t in enumerate(transcript.turns) if t.speaker == "customer"]
            self.on_time.append(
                given in customer and abs(customer.index(given) - customer.index(due)) <= 1
            )

    def _add_pii(self, conversation: LabelledConversation, made: Assessment | None) -> None:
        turns = conversation.transcript.turns
        spans = [(p.turn, p.start, p.end) for p in made.pii] if made else []
        wanted = [
            (g["turn"], *_place(turns[g["turn"]].text, g["quote"]))
            for g in conversation.gold["pii"]
        ]
        for turn, start, end in wanted:
            covered = {i for t, s, e in spans if t == turn for i in range(s, e)}
            self.pii["wanted"] += 1
            self.pii["found"] += covered.issuperset(range(start, end))
        for turn, start, end in spans:
            text = turns[turn].text
            # a value repeated in the turn counts wherever it stands
            right = any(
                t == turn and ((s < end and start < e) or text[s:e] in text[start:end])
                for t, s, e in wanted
            )
            self.pii["said"] += 1
            self.pii["right"] += right

    def quality(self) -> Quality:
        conv = tuple({k[:2] for k in side} for side in self.turns)
        names = sorted({str(k[1]) for k in conv[0]})
        categories = {
            c: f1({k for k in conv[0] if k[1] == c}, {k for k in conv[1] if k[1] == c})
            for c in names
        }
        emotions = {
            label: f1(
                {(i,) for i, (g, _) in enumerate(self.emotions) if g == label},
                {(i,) for i, (_, p) in enumerate(self.emotions) if p == label},
            )[2]
            for label in sorted({g for g, _ in self.emotions})
        }
        pairs = [(g, p) for _, g, p in self.items]
        fails: list[set[_Key]] = [
            {(i,) for i, pair in enumerate(pairs) if pair[side] == "fail"} for side in (0, 1)
        ]
        precision, recall, joint = f1(*conv)
        figures = {
            "conversations": float(len({k[0] for k in conv[0]}) + len(self.clean)),
            "findings_conv": joint, "findings_conv_precision": precision,
            "findings_conv_recall": recall, "findings_turn": f1(*self.turns)[2],
            "findings_macro": _mean([v[2] for v in categories.values()]),
            "evidence": _mean(self.overlaps), "emotion": _mean(list(emotions.values())),
            "emotion_accuracy": _mean([g == p for g, p in self.emotions]),
            "items": _mean([g == p for g, p in pairs]), "items_kappa": cohens_kappa(pairs),
            "items_fail": f1(*fails)[2], "handoff": f1(*self.handoffs)[2],
            "handoff_turn": _mean(self.on_time), "complaint": f1(*self.complaints)[2],
            "clean_flagged": _mean(self.clean),
            "pii_recall": self.pii["found"] / max(1, self.pii["wanted"]),
            "pii_precision": self.pii["right"] / max(1, self.pii["said"]),
        }  # fmt: skip
        if self.early:
            figures["turns_early_mean"] = _mean(self.early)
            figures["turns_early_median"] = float(median(self.early))
            figures["turns_early_share"] = _mean([early > 0 for early in self.early])
        by_item: dict[str, list[bool]] = {}
        for item, right, given in self.items:
            by_item.setdefault(item, []).append(right == given)
        return Quality(
            figures=figures, categories=categories,
            items={k: _mean(v) for k, v in by_item.items()}, emotions=emotions,
            disagreements=tuple(self._disagreements(*conv)),
        )  # fmt: skip

    def _disagreements(self, wanted: set[_Key], said: set[_Key]) -> Iterable[str]:
        for kind, keys, labelled in (
            ("missed", wanted - said, True),
            ("false", said - wanted, False),
        ):
            for name, category in sorted((str(k[0]), str(k[1])) for k in keys):
                quotes = " / ".join(self.quotes.get((name, category, labelled), []))
                yield f"{name}: {kind} {category}: {quotes}"


def f1(wanted: set[_Key], said: set[_Key]) -> tuple[float, float, float]:
    """Precision, recall and F1 of two sets; all 1 where both are empty."""
    hit = len(wanted & said)
    precision = hit / len(said) if said else float(not wanted)
    recall = hit / len(wanted) if wanted else 1.0
    joint = 2 * precision * recall / (precision + recall) if hit else float(not wanted and not said)
    return precision, recall, joint


def cohens_kappa(pairs: Sequence[tuple[Any, Any]]) -> float:
    """Agreement beyond chance of pairs of labels (Cohen, 1960); 1 where chance is certain."""
    if not pairs:
        return 1.0
    total = len(pairs)
    agreed = sum(a == b for a, b in pairs) / total
    first, second = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    chance = sum(n * second[label] for label, n in first.items()) / total**2
    return (agreed - chance) / (1 - chance) if chance < 1 else 1.0


def _place(text: str, quote: str) -> tuple[int, int]:
    start = text.find(quote)
    return start, start + len(quote)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
