"""Judging the items of a scorecard from what the analysers saw."""

from collections.abc import Sequence

from ccnlp.scoring.scorecard import ItemSpec
from ccnlp.types import Act, Finding, ItemResult, ItemScore, Signals, Span, Transcript

_SERVICE = frozenset({"agent", "bot"})


def judge_item(
    spec: ItemSpec, transcript: Transcript, signals: Signals, turns: Sequence[int]
) -> ItemScore:
    """Pass, fail, na or not_evaluated, with evidence and the reason.

    ``turns`` are the ``service_turns`` of the transcript.
    """
    needed = ("phrases", "emotion") if spec.judge == "episode" else ("phrases",)
    for analyser in needed:
        if analyser in signals.not_evaluated:
            why = f"未评估:{signals.not_evaluated[analyser]}"
            return _answer(spec, "not_evaluated", 0.0, (), why)
    if spec.judge == "act":
        return _judge_act(spec, signals, turns)
    if spec.judge == "episode":
        return _judge_episodes(spec, transcript, signals, turns)
    return _judge_courtesy(spec, signals, turns)


def service_turns(transcript: Transcript) -> list[int]:
    """Indexes of agent and bot turns; a bot's turns count as the agent's."""
    return [i for i, t in enumerate(transcript.turns) if t.speaker in _SERVICE]


def _judge_act(spec: ItemSpec, signals: Signals, turns: Sequence[int]) -> ItemScore:
    looked = turns
    if spec.where.first is not None:
        looked = turns[: spec.where.first]
    elif spec.where.last is not None:
        looked = turns[-spec.where.last :]
    found = _best([a for a in signals.acts if a.act in spec.acts and a.turn in looked])
    if found is not None:
        return _answer(
            spec, "pass", found.confidence, (_span(found),), f"第{found.turn}轮:{found.quote}"
        )
    if spec.due is not None:
        cues = [a for a in signals.acts if a.act in spec.due.acts]
        excused = [a for a in signals.acts if a.act in spec.due.unless_acts]
        asked = [f for f in signals.findings if f.category in spec.due.categories]
        if excused or not (cues or asked):
            return _answer(spec, "na", 0.8, (), "本通会话无需此步骤")
        cue = _best(cues) or max(asked, key=lambda f: f.confidence, default=None)
        evidence = (_span(cue),) if cue else ()
        return _answer(spec, "fail", 0.7, evidence, _missing(spec, looked))
    return _answer(spec, "fail", 0.8, (), _missing(spec, looked))


def _judge_episodes(
    spec: ItemSpec, transcript: Transcript, signals: Signals, turns: Sequence[int]
) -> ItemScore:
    """Each run of customer turns in one of the emotions is met soon after, or while it lasts."""
    felt = {
        e.turn
        for e in signals.emotions
        if e.label in spec.emotions
        and e.probability >= spec.emotion_probability
        and transcript.turns[e.turn].speaker == "customer"
    }
    if not felt:
        return _answer(spec, "na", 0.8, (), "客户没有明显负面情绪")
    met = {a.turn: a for a in signals.acts if a.act in spec.acts}
    evidence: list[Span] = []
    for episode in episodes(transcript, felt):
        inside = [t for t in turns if episode[0] < t < episode[-1]]
        after = [t for t in turns if t > episode[-1]][: spec.within]
        if not inside and not after:
            continue
        answered = next((met[t] for t in [*inside, *after] if t in met), None)
        if answered is None:
            turn = episode[0]
            text = transcript.turns[turn].text
            why = f"第{turn}轮客户情绪未在随后{spec.within}轮内得到回应;可以说:{spec.wording}"
            missed = Span(turn=turn, start=0, end=len(text), quote=text)
            return _answer(spec, "fail", 0.7, (missed,), why)
        evidence.append(_span(answered))
    return _answer(spec, "pass", 0.8, tuple(evidence), f"{len(evidence)}段情绪均得到回应")


def episodes(transcript: Transcript, felt: set[int]) -> list[list[int]]:
    """Runs of customer turns in ``felt`` with no other customer turn between them."""
    runs: list[list[int]] = []
    open_run = False
    for index, turn in enumerate(transcript.turns):
        if turn.speaker != "customer":
            continue
        if index in felt:
            if open_run:
                runs[-1].append(index)
            else:
                runs.append([index])
            open_run = True
        else:
            open_run = False
    return runs


def _judge_courtesy(spec: ItemSpec, signals: Signals, turns: Sequence[int]) -> ItemScore:
    rude = [f for f in signals.findings if f.category in spec.categories]
    if rude:
        worst = max(rude, key=lambda f: f.confidence)
        span = Span(turn=worst.turn, start=worst.start, end=worst.end, quote=worst.quote)
        return _answer(
            spec, "fail", worst.confidence, (span,), f"第{worst.turn}轮用语不当:{worst.quote}"
        )
    polite = _best([a for a in signals.acts if a.act in spec.acts])
    if polite is None:
        return _answer(spec, "fail", 0.7, (), _missing(spec, turns))
    return _answer(spec, "pass", 0.9, (_span(polite),), f"第{polite.turn}轮:{polite.quote}")


def _best(acts: Sequence[Act]) -> Act | None:
    return max(acts, key=lambda a: (a.confidence, -a.turn), default=None)


def _span(act: Act | Finding) -> Span:
    return Span(turn=act.turn, start=act.start, end=act.end, quote=act.quote)


def _missing(spec: ItemSpec, looked: Sequence[int]) -> str:
    places = "、".join(str(t) for t in looked) or "无"
    return f"在坐席第{places}轮中未找到;可以说:{spec.wording}"


def _answer(
    spec: ItemSpec, result: ItemResult, confidence: float, evidence: tuple[Span, ...], why: str
) -> ItemScore:
    return ItemScore(
        item=spec.item, result=result, points=spec.points if result == "pass" else 0.0,
        maximum=spec.points, confidence=round(confidence, 4), evidence=evidence, explanation=why,
    )  # fmt: skip
