"""From judged items to a score in 0..100, with the arithmetic written out."""

from ccnlp.scoring.critical import critical_errors
from ccnlp.scoring.items import judge_items
from ccnlp.scoring.scorecard import Scorecard
from ccnlp.types import Score, Signals, Transcript


def score_conversation(card: Scorecard, transcript: Transcript, signals: Signals) -> Score:
    """100 x points / points of the items that apply; 0 after a fatal finding.

    ``na`` items are left out of both sums. An item that is ``not_evaluated`` makes the total a
    range: failed at its minimum, passed at its maximum, and ``total`` is ``None``. Where nobody
    looked for fatal findings the minimum is 0.
    """
    items = judge_items(card, transcript, signals)
    fatal = next((f for f in signals.findings if f.category in card.fatal), None)
    applying = [i for i in items if i.result in ("pass", "fail")]
    open_items = [i for i in items if i.result == "not_evaluated"]
    got = sum(i.points for i in applying)
    possible = sum(i.maximum for i in applying)
    unknown = sum(i.maximum for i in open_items)
    lines = [f"{i.item}: {i.result} {i.points:g}/{i.maximum:g}" for i in items if i.result != "na"]
    left_out = [i.item for i in items if i.result == "na"]
    if left_out:
        lines.append(f"不适用(不计分): {', '.join(left_out)}")
    whole = possible + unknown
    low = 100 * got / whole if whole else 100.0
    high = 100 * (got + unknown) / whole if whole else 100.0
    lines.append(f"得分 = 100 × {got:g} ÷ {whole:g} = {low:.1f}")
    if unknown:
        lines.append(f"未评估 {unknown:g} 分: 得分在 {low:.1f} 与 {high:.1f} 之间")
    if fatal is None and card.fatal and "phrases" in signals.not_evaluated and low:
        lines.append("一票否决未能核查: 得分可能为 0")
        low = 0.0
    if fatal is not None:
        lines.append(f"一票否决: {fatal.category} (第{fatal.turn}轮) → 0")
        low = high = 0.0
    low, high = round(low, 1), round(high, 1)
    return Score(
        total=low if low == high else None, minimum=low, maximum=high, fatal=fatal is not None,
        items=items, arithmetic=tuple(lines), critical=critical_errors(card, items, signals),
    )  # fmt: skip
