"""Tries rule files: ``python -m ccnlp.rules.check FILE... [--say TEXT]``.

Without ``--say`` the rules' own examples are run and each failing one is printed with its rule;
exit code 0 when all hold, 1 when one fails, 2 when a file is wrong. Hints, which change no exit
code, name what does nothing or costs much. With ``--say`` the rules are run on a conversation, one
turn a ``--say``, and all that they find is printed, also what does not count and why.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import cast

from ccnlp.assets import asset
from ccnlp.errors import CcnlpError
from ccnlp.rules.fold import join
from ccnlp.rules.hints import hints
from ccnlp.rules.load import load_rules
from ccnlp.rules.ruleset import RuleSet
from ccnlp.taxonomy import CHANNELS, SPEAKERS
from ccnlp.text.normalise import normalise_many
from ccnlp.types import Finding, Speaker, Turn


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m ccnlp.rules.check", description=__doc__)
    parser.add_argument("files", nargs="+", type=Path, help="rule files")
    parser.add_argument(
        "--say", action="append", default=[], metavar="TEXT",
        help="a turn to try, of the customer or as 'agent: TEXT'; may be given several times",
    )  # fmt: skip
    parser.add_argument("--channel", choices=CHANNELS, default="chat", help="of --say")
    return parser


def say(rules: RuleSet, sayings: Sequence[str], channel: str) -> list[str]:
    """What the rules find in a conversation, one line each."""
    turns = []
    for saying in sayings:
        speaker, colon, text = saying.partition(":")
        if not (colon and speaker in SPEAKERS):
            speaker, text = "customer", saying
        turns.append(Turn(cast("Speaker", speaker), text.strip()))
    found = rules.find(
        normalise_many([turn.text for turn in turns]),
        [turn.speaker for turn in turns],
        [channel] * len(turns),
    )
    fold = rules.fold()
    state, answers = fold.start(), []
    for index, (turn, hits) in enumerate(zip(turns, found, strict=True)):
        state, more = fold.step(state, index, turn, hits)
        answers += more
    lines = []
    for one in join(answers + fold.finish(state)):
        reason = one.suppressed if isinstance(one, Finding) else None
        remark = f"  does not count: {reason}" if reason else ""
        lines.append(f"turn {one.turn}  {one.source}  {one.quote!r}  {one.confidence:g}{remark}")
    return lines


def main(arguments: Sequence[str]) -> int:
    """Check, or try, the files named, against the shipped word classes."""
    try:
        given = _parser().parse_args(list(arguments))
    except SystemExit as error:
        return int(error.code or 0)
    lexicon = sorted(asset("configs", "lexicon").glob("*.yaml"))
    try:
        rules = load_rules(given.files, lexicon)
        if given.say:
            lines = say(rules, given.say, given.channel)
            sys.stdout.write("\n".join(lines or ["nothing found"]) + "\n")
            return 0
        faults = rules.check()
        remarks = hints(given.files, lexicon)
    except CcnlpError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    for line in (*faults, *remarks):
        sys.stdout.write(f"{line}\n")
    examples = sum(len(rule.good) + len(rule.bad) for rule in rules.rules)
    sys.stdout.write(f"{len(rules.rules)} rules, {examples} examples, {len(faults)} faults\n")
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
