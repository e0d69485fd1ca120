"""Tries the examples of rules: ``python -m ccnlp.rules.check FILE...``.

Prints each failing example with the rule it belongs to; exit code 0 when all hold, 1 when one
fails, 2 when a file is wrong.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from ccnlp.assets import asset
from ccnlp.errors import CcnlpError
from ccnlp.rules.load import load_rules


def main(arguments: Sequence[str]) -> int:
    """Check the files named, against the shipped word classes."""
    if not arguments:
        sys.stderr.write("usage: python -m ccnlp.rules.check FILE...\n")
        return 2
    lexicon = sorted(asset("configs", "lexicon").glob("*.yaml"))
    try:
        rules = load_rules([Path(name) for name in arguments], lexicon)
        faults = rules.check()
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
