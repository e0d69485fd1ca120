"""How a judged item is written down: its points, its reason, the proof of what is missing."""

from collections.abc import Sequence

from ccnlp.scoring.heard import Heard
from ccnlp.scoring.scorecard import ItemSpec
from ccnlp.types import Absence, Act, Finding, ItemResult, ItemScore, Span


def verdict(
    spec: ItemSpec, result: ItemResult, confidence: float, evidence: tuple[Span, ...], why: str
) -> ItemScore:
    """A judged item; only ``pass`` earns its points."""
    return ItemScore(
        item=spec.item, result=result, points=spec.points if result == "pass" else 0.0,
        maximum=spec.points, confidence=round(confidence, 4), evidence=evidence, explanation=why,
    )  # fmt: skip


def failed(
    spec: ItemSpec, heard: Heard, confidence: float, evidence: tuple[Span, ...], why: str,
    looked: Sequence[int], change: str,
) -> ItemScore:  # fmt: skip
    """A failed item with its proof: where it was looked for, what came nearest, what would pass."""
    near = heard.nearest(spec.recommended)
    return ItemScore(
        item=spec.item, result="fail", points=0.0, maximum=spec.points,
        confidence=round(confidence, 4), evidence=evidence, explanation=why,
        absence=Absence(
            looked=tuple(looked), wordings=spec.recommended,
            nearest=heard.span(near) if near else None,
            likeness=round(near.likeness, 3) if near else 0.0, change=change,
        ),
    )  # fmt: skip


def missing(spec: ItemSpec, looked: Sequence[int]) -> str:
    """Where it was looked for, and what could have been said."""
    advice = f";可以说:{spec.recommended[0]}" if spec.recommended else ""
    return f"在坐席第{places(looked)}轮中未找到{advice}"


def places(turns: Sequence[int]) -> str:
    """Turns as a text."""
    return "、".join(map(str, turns)) or "无"


def span_of(seen: Act | Finding) -> Span:
    """The evidence of an act or a finding."""
    return Span(seen.turn, seen.start, seen.end, seen.quote)


def surest(acts: Sequence[Act]) -> Act | None:
    """The surest act, the earliest of equals."""
    return max(acts, key=lambda a: (a.confidence, -a.turn), default=None)
