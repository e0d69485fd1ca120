"""One verdict a turn and category from what rules and learned heads say of it.

Rules and heads see different things: a rule that a careful reader wrote, and what such turns
look like on the whole. Their probabilities are brought together as log-odds (naive Bayes with
a common prior); a rule that was suppressed for a reason speaks against
the head, since the head does not see negation.
"""

import math
from collections.abc import Container, Sequence

import msgspec

from ccnlp.types import Finding

#: Probability of a head that neither supports nor doubts a rule's hit.
_NEUTRAL = 0.3
#: Probability of a head that said nothing at all.
_SILENT = 0.05
#: How much of the head's evidence counts beside a rule's, since they are not independent.
_WEIGHT = 0.85
#: A head alone needs this much where a rule's hit was suppressed by its scope or allow-list.
_AGAINST_SUPPRESSED = 0.85

#: Findings of one turn and category that are no further apart than so many characters are one.
_NEIGHBOURS = 12


def fuse_findings(found: Sequence[Finding], rules_alone: Container[str] = ()) -> list[Finding]:
    """Findings of rules and heads, those of one turn and category brought together.

    ``rules_alone`` are the categories that no model judges: its silence says nothing there.

    A rule's finding keeps its evidence and takes the joint confidence; a head's finding stands
    alone only where no rule hit. Findings that are not counted keep the reason.
    """
    heads = {(f.turn, f.category): f for f in found if f.source.startswith("model.")}
    rules = [f for f in found if not f.source.startswith("model.")]
    counted = {(f.turn, f.category) for f in rules if f.suppressed is None}
    vetoed = {(f.turn, f.category): f.suppressed for f in rules if f.suppressed is not None}
    fused = [
        f
        if f.suppressed is not None or f.category in rules_alone
        else _joined(f, heads.get((f.turn, f.category)))
        for f in rules
    ]
    for place, head in heads.items():
        if place in counted:
            continue
        veto = vetoed.get(place)
        if veto and head.suppressed is None and head.confidence < _AGAINST_SUPPRESSED:
            head = msgspec.structs.replace(head, suppressed=veto)
        fused.append(head)
    return fused


def join_evidence(findings: Sequence[Finding], texts: Sequence[str]) -> list[Finding]:
    """Neighbouring findings of one turn and category as one, from the first word to the last.

    ``findings`` are ordered by turn and start; ``texts`` are the turns' originals. The surest of
    those that are joined gives confidence, severity, source and reason.
    """
    joined: list[Finding] = []
    last: dict[tuple[int, str], int] = {}
    for finding in findings:
        place = last.get((finding.turn, finding.category))
        before = joined[place] if place is not None else None
        if before is None or place is None or finding.start - before.end > _NEIGHBOURS:
            last[finding.turn, finding.category] = len(joined)
            joined.append(finding)
            continue
        surest = max(before, finding, key=lambda f: f.confidence)
        start, end = before.start, max(before.end, finding.end)
        quote = texts[finding.turn][start:end]
        joined[place] = msgspec.structs.replace(surest, start=start, end=end, quote=quote)
    return joined


def _joined(rule: Finding, head: Finding | None) -> Finding:
    chance = head.confidence if head else _SILENT
    odds = _log_odds(rule.confidence) + _WEIGHT * (_log_odds(chance) - _log_odds(_NEUTRAL))
    return msgspec.structs.replace(rule, confidence=round(1 / (1 + math.exp(-odds)), 4))


def _log_odds(chance: float) -> float:
    chance = min(max(chance, 0.01), 0.99)
    return math.log(chance / (1 - chance))
