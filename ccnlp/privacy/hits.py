"""What a recogniser answers, and how overlapping answers are settled."""

from collections.abc import Iterable
from typing import Final, NamedTuple

#: Types from the most to the least specific: where two overlap, the first wins.
_RANK: Final = {
    kind: rank
    for rank, kind in enumerate(
        (
            "email", "id_card", "plate", "bank_card", "mobile", "landline", "passport",
            "verification_code", "password", "wechat_qq", "order_id", "address", "name",
        )
    )
}  # fmt: skip


class Hit(NamedTuple):
    """Personal information in one turn: ``text[start:end]`` of the original."""

    type: str
    start: int
    end: int
    #: Probability in [0, 1] that it is what ``type`` says.
    confidence: float
    #: ``recogniser:evidence``, e.g. ``number:luhn+cue``.
    source: str


def settle(hits: Iterable[Hit]) -> list[Hit]:
    """Hits that do not overlap, in order: what surely counts before what may, specific first.

    Two overlapping hits of one type become one.
    """
    hits = list(hits)
    if len(hits) < 2:
        return hits
    taken: list[Hit] = []
    used = bytearray(max(hit.end for hit in hits))
    for hit in sorted(hits, key=lambda h: (-h.confidence, _RANK[h.type], h.start - h.end)):
        if not any(used[hit.start : hit.end]):
            used[hit.start : hit.end] = b"\1" * (hit.end - hit.start)
            taken.append(hit)
    return sorted(taken, key=lambda h: h.start)
