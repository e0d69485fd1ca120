"""Tries the examples of rules: ``python -m ccnlp.rules.check FILE...``.

Prints each failing example with the rule it belongs to; exit code 0 when all hold, 1 when one
fails, 2 when a file is wrong.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from ccnlp.assets import asset
from ccnlp.errors import CcnlpError
from ccnlp.rules.fold import Answer, Fold
from ccnlp.rules.load import load_rules
from ccnlp.rules.model import Example, Rule
from ccnlp.rules.ruleset import RuleSet
from ccnlp.text.normalise import normalise_many
from ccnlp.types import Finding, Turn


class RuleFault(msgspec.Struct, frozen=True):
    """An example that does not come out as its rule says."""

    source: str
    #: File and line of the rule.
    where: str
    example: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.source}: {self.what}: {self.example}"


def check_rules(rules: RuleSet) -> list[RuleFault]:
    """Run the examples of all rules; the faults, in the order of the rules."""
    fold = Fold(rules)
    faults = []
    wanted = [(rule, e, True) for rule in rules.rules for e in rule.good]
    wanted += [(rule, e, False) for rule in rules.rules for e in rule.bad]
    for (rule, example, good), answers in zip(
        wanted, _run(rules, fold, [example for _, example, _ in wanted]), strict=True
    ):
        what = _judge(rule, example, good, answers)
        if what is not None:
            faults.append(RuleFault(rule.source, rule.locate(), example.shown, what))
    return faults


def _run(rules: RuleSet, fold: Fold, examples: Sequence[Example]) -> list[list[Answer]]:
    """The answers of all rules to each example."""
    turns = [(e, Turn(speaker, text)) for e in examples for speaker, text in e.turns]
    found = iter(
        rules.find(
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


def main(arguments: Sequence[str]) -> int:
    """Check the files named, against the shipped word classes."""
    if not arguments:
        sys.stderr.write("usage: python -m ccnlp.rules.check FILE...\n")
        return 2
    lexicon = sorted(asset("configs", "lexicon").glob("*.yaml"))
    try:
        rules = load_rules([Path(name) for name in arguments], lexicon)
        faults = check_rules(rules)
    except CcnlpError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    for fault in faults:
        sys.stdout.write(f"{fault}\n")
    examples = sum(len(rule.good) + len(rule.bad) for rule in rules.rules)
    sys.stdout.write(f"{len(rules.rules)} rules, {examples} examples, {len(faults)} faults\n")
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
