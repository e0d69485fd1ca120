"""Judging the items of a scorecard from what the analysers saw."""

from collections.abc import Mapping, Sequence

from ccnlp.scoring.answered import given_unasked, is_answered
from ccnlp.scoring.episodes import judge_episodes
from ccnlp.scoring.heard import Heard
from ccnlp.scoring.scorecard import ItemSpec, Scorecard
from ccnlp.scoring.steps import judge_step
from ccnlp.scoring.verdict import failed, missing, places, span_of, surest, verdict
from ccnlp.types import Act, ItemScore, Signals, Span, Transcript


def judge_items(card: Scorecard, transcript: Transcript, signals: Signals) -> tuple[ItemScore, ...]:
    """Pass, fail, na or not_evaluated for each item, with evidence, reason, proof of absence."""
    heard = Heard(transcript, signals)
    judged: dict[str, ItemScore] = {}
    for spec in card.items:
        judged[spec.item] = _judge(card, spec, heard, judged)
    return tuple(judged.values())


def _judge(
    card: Scorecard, spec: ItemSpec, heard: Heard, before: Mapping[str, ItemScore]
) -> ItemScore:
    for analyser in _needed(spec):
        if analyser in heard.signals.not_evaluated:
            why = f"未评估:{heard.signals.not_evaluated[analyser]}"
            return verdict(spec, "not_evaluated", 0.0, (), why)
    if spec.judge == "act":
        return _judge_act(spec, heard)
    if spec.judge == "episode":
        return judge_episodes(spec, heard)
    if spec.judge == "wording":
        return judge_step(card.facts, spec, heard, before)
    return _judge_courtesy(spec, heard)


def _needed(spec: ItemSpec) -> tuple[str, ...]:
    """The analysers without which an item cannot be judged."""
    if spec.judge != "wording":
        return ("phrases", "emotion") if spec.judge == "episode" else ("phrases",)
    phrases = spec.acts or spec.when.acts or spec.when.categories
    return (*(("phrases",) if phrases else ()), *(("emotion",) if spec.when.emotions else ()))


def _judge_act(spec: ItemSpec, heard: Heard) -> ItemScore:
    looked = _looked(spec, heard.service)
    everywhere = [a for a in heard.acts(*spec.acts) if _counts(spec, heard, a)]
    found = surest([a for a in everywhere if a.turn in looked])
    if found is not None:
        why = f"第{found.turn}轮:{found.quote}"
        return verdict(spec, "pass", found.confidence, (span_of(found),), why)
    evidence: tuple[Span, ...] = ()
    confidence, change = 0.8, f"在坐席第{places(looked)}轮中任一轮说出即合格"
    if spec.due is not None:
        cues = heard.acts(*spec.due.acts)
        asked = [
            f for f in heard.findings(*spec.due.categories) if f.confidence >= spec.due.confidence
        ]
        if heard.acts(*spec.due.unless_acts) or not (cues or asked):
            return verdict(spec, "na", confidence, (), "本通会话无需此步骤")
        if spec.answered and cues and not asked:
            told = given_unasked(heard, cues[0].turn)
            if told is not None:
                why = f"第{told}轮客户主动提供"
                return verdict(spec, "pass", 0.6, (heard.whole(told),), why)
        cue = surest(cues) or max(asked, key=lambda f: f.confidence)
        evidence, confidence = (span_of(cue),), 0.7
        if spec.answered and cues:
            change = f"在第{cues[0].turn}轮之前完成即合格"
    elsewhere = [a.turn for a in everywhere]
    if elsewhere:
        change = _misplaced(spec, heard, elsewhere[0])
    return failed(spec, heard, confidence, evidence, missing(spec, looked), looked, change)


def _counts(spec: ItemSpec, heard: Heard, act: Act) -> bool:
    if spec.after_customer and not any(turn < act.turn for turn in heard.customer[:1]):
        return False
    if spec.unless_findings and any(
        f.turn == act.turn for f in heard.findings(*spec.unless_findings)
    ):
        return False
    return not spec.answered or is_answered(heard, act.turn)


def _looked(spec: ItemSpec, service: Sequence[int]) -> Sequence[int]:
    if spec.where.first is not None:
        return service[: spec.where.first]
    if spec.where.last is not None:
        return service[-spec.where.last :]
    return service


def _misplaced(spec: ItemSpec, heard: Heard, turn: int) -> str:
    """What to change where the act stands, but in the wrong place."""
    place = heard.ordinal(turn)
    if spec.where.first is not None:
        return f"第{turn}轮(坐席第{place}次发言)才出现;前{spec.where.first}次发言内即合格"
    back = len(heard.service) - place + 1
    return f"第{turn}轮(坐席倒数第{back}次发言)出现过早;最后{spec.where.last}次发言内即合格"


def _judge_courtesy(spec: ItemSpec, heard: Heard) -> ItemScore:
    rude = heard.findings(*spec.categories)
    if rude:
        worst = max(rude, key=lambda f: f.confidence)
        why = f"第{worst.turn}轮用语不当:{worst.quote}"
        change = "不说这句即合格" if len(rude) == 1 else f"不说这{len(rude)}句即合格"
        return failed(spec, heard, worst.confidence, (span_of(worst),), why, heard.service, change)
    polite = surest(heard.acts(*spec.acts))
    if polite is None:
        change = "任一轮使用敬语即合格"
        why = missing(spec, heard.service)
        return failed(spec, heard, 0.7, (), why, heard.service, change)
    why = f"第{polite.turn}轮:{polite.quote}"
    return verdict(spec, "pass", 0.9, (span_of(polite),), why)
