"""The examples of rules, run: each good one has to make its rule fire, no bad one may."""

from collections.abc import Callable, Sequence

import msgspec

from ccnlp.rules.fold import Answer, Fold
from ccnlp.rules.model import Example, Rule, TurnHits
from ccnlp.text.normalise import Normal, normalise_many
from ccnlp.types import Finding, Turn

#: Finds what the rules find in turns: normals, speakers, channels.
Finder = Callable[[Sequence[Normal], Sequence[str], Sequence[str]], list[TurnHits | None]]


class RuleFault(msgspec.Struct, frozen=True):
    """An example that does not come out as its rule says."""

    source: str
    #: File and line of the rule.
    where: str
    example: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.source}: {self.what}: {self.example}"


def check_examples(rules: Sequence[Rule], fold: Fold, find: Finder) -> list[RuleFault]:
    """Run the examples of all rules; the faults, in the order of the rules."""
    faults = []
    wanted = [
        (rule, e, i < len(rule.good)) for rule in rules for i, e in enumerate(rule.good + rule.bad)
    ]
    for (rule, example, good), answers in zip(
        wanted, _run([example for _, example, _ in wanted], fold, find), strict=True
    ):
        what = _judge(rule, example, good, answers)
        if what is not None:
            faults.append(RuleFault(rule.source, rule.locate(), example.shown, what))
    return faults


def _run(examples: Sequence[Example], fold: Fold, find: Finder) -> list[list[Answer]]:
    """The answers of all rules to each example."""
    turns = [(e, Turn(speaker, text)) for e in examples for speaker, text in e.turns]
    found = iter(
        find(
            normalise_many([turn.text for _, turn in turns]),
            [turn.speaker for _, turn in turns],
            [e.channel for e, _ in turns],
        )
    )
    results = []
    for example in examples:
        state, answers = fold.start(), list[Answer]()
        for index, (speaker, text) in enumerate(example.turns):
            state, more = fold.step(state, index, Turn(speaker, text), next(found))
            answers += more
        results.append(answers + fold.finish(state))
    return results


def _judge(rule: Rule, example: Example, good: bool, answers: Sequence[Answer]) -> str | None:
    """What is wrong with the answers to an example, or ``None``."""
    own = [observed for by, observed in answers if by.number == rule.number]
    firm = [o for o in own if not (isinstance(o, Finding) and o.suppressed is not None)]
    if not good:
        return f"fires on a bad example, by {firm[0].quote!r}" if firm else None
    if not firm:
        reasons = [o.suppressed for o in own if isinstance(o, Finding) and o.suppressed]
        why = f" (suppressed: {reasons[0]})" if reasons else ""
        return f"does not fire on a good example{why}"
    if example.quote is not None and all(o.quote != example.quote for o in firm):
        return f"the evidence is {firm[0].quote!r}, not {example.quote!r}"
    return None
