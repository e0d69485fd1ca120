"""Critical errors: what makes a conversation defective, counted apart by whom it harms.

COPC CX Standard, transaction monitoring: customer-critical (the customer's matter goes wrong or the
customer is treated badly), business-critical (cost or revenue without need), compliance-critical
(law, regulation, data protection); one critical error makes the whole transaction defective for its
kind, whatever the other items say (https://copc.com/glossary/compliance-critical-error).
"""

from collections.abc import Sequence

from ccnlp.scoring.scorecard import CRITICAL, Scorecard
from ccnlp.types import CriticalError, ItemScore, Signals


def critical_errors(
    card: Scorecard, items: Sequence[ItemScore], signals: Signals
) -> tuple[CriticalError, ...]:
    """One for each failed critical item and each critical category found, by kind."""
    failed = {i.item for i in items if i.result == "fail"}
    first: dict[str, int] = {}
    for finding in signals.findings:
        first.setdefault(finding.category, finding.turn)
    errors = [CriticalError(s.critical, s.item) for s in card.items
              if s.critical is not None and s.item in failed]  # fmt: skip
    for kind, categories in card.critical.items():
        errors += [CriticalError(kind, c, first[c]) for c in categories if c in first]
    return tuple(sorted(errors, key=lambda e: CRITICAL.index(e.kind)))
