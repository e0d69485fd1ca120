"""Help for the agent: the step of the script that is due, forbidden words, what to mask."""

from collections.abc import Container
from typing import Final

from ccnlp.live.messages import Assist, Mask, Step
from ccnlp.scoring.scorecard import ItemSpec, Scorecard
from ccnlp.types import Assessment, ItemScore, Transcript

#: What an agent is told at once; other findings on agents are for the quality team.
_FORBIDDEN: Final = frozenset(
    {
        "agent_rudeness", "overpromise", "misleading_statement", "offline_dealing",
        "privacy_breach", "stonewalling",
    }
)  # fmt: skip


def assist(
    card: Scorecard, transcript: Transcript, made: Assessment, new: Container[int]
) -> Assist:
    """Help after the turns ``new``; the step is that of the whole conversation so far."""
    return Assist(
        step=step_due(card, transcript, made.scorecard.items),
        forbidden=tuple(
            f
            for f in made.findings
            if f.turn in new and f.category in _FORBIDDEN and f.speaker in ("agent", "bot")
        ),
        mask=tuple(Mask(p.type, p.turn, p.start, p.end) for p in made.pii if p.turn in new),
    )


def step_due(card: Scorecard, transcript: Transcript, items: tuple[ItemScore, ...]) -> Step | None:
    """The step that the service should make next; ``None`` where the customer is to speak.

    Feelings that were not met come first, then steps with a deadline, then the order of the card,
    of which a step of the opening is left out once its turns have passed, and a step of the end
    waits until nothing else is due.
    """
    spoken = [t.speaker for t in transcript.turns if t.speaker != "system"]
    if spoken and spoken[-1] != "customer":
        return None
    service = sum(s in ("agent", "bot") for s in spoken)
    results = {one.item: one for one in items}
    due = [
        spec
        for spec in card.items
        if (judged := results.get(spec.item)) is not None
        and spec.recommended
        and _is_due(spec, judged, service)
    ]
    if not due:
        return None
    first = min(due, key=lambda spec: (_rank(spec), card.items.index(spec)))
    return Step(first.item, first.recommended, results[first.item].explanation)


def _is_due(spec: ItemSpec, judged: ItemScore, service: int) -> bool:
    if spec.judge == "courtesy":
        return False
    if spec.where.first is not None and service >= spec.where.first:
        return False
    return judged.result == "fail"


def _rank(spec: ItemSpec) -> int:
    if spec.judge == "episode":
        return 0
    if spec.deadline is not None:
        return 1
    return 3 if spec.where.last is not None else 2
