"""Items of kind ``episode``: each run of feeling is met soon after, or while it lasts."""

from ccnlp.scoring.heard import Heard
from ccnlp.scoring.scorecard import ItemSpec
from ccnlp.scoring.verdict import failed, span_of, verdict
from ccnlp.types import ItemScore, Span, Transcript


def judge_episodes(spec: ItemSpec, heard: Heard) -> ItemScore:
    """``na`` where there is no episode; one that is followed by no service turn is left out."""
    felt = feeling(heard, spec.emotions, spec.emotion_probability)
    if not felt:
        return verdict(spec, "na", 0.8, (), "客户没有明显负面情绪")
    met = {a.turn: a for a in heard.acts(*spec.acts)}
    evidence: list[Span] = []
    for episode in episodes(heard.transcript, felt):
        inside = [t for t in heard.service if episode[0] < t < episode[-1]]
        later = [t for t in heard.service if t > episode[-1]]
        after = later[: spec.within]
        if not inside and not after:
            continue
        answered = next((met[t] for t in [*inside, *after] if t in met), None)
        if answered is not None:
            evidence.append(span_of(answered))
            continue
        turn = episode[0]
        why = f"第{turn}轮客户情绪未在随后{spec.within}轮内得到回应;可以说:{spec.wording}"
        late = next((place for place, t in enumerate(later, 1) if t in met), None)
        change = f"在第{(after or inside)[-1]}轮或之前回应即合格"
        if late is not None:
            change = (
                f"情绪之后第{late}个坐席轮次(第{later[late - 1]}轮)才回应;{spec.within}轮内即合格"
            )
        missed = (heard.whole(turn),)
        return failed(spec, heard, 0.7, missed, why, [*inside, *after], change)
    return verdict(spec, "pass", 0.8, tuple(evidence), f"{len(evidence)}段情绪均得到回应")


def feeling(heard: Heard, emotions: tuple[str, ...], probability: float) -> set[int]:
    """Customer turns in one of the emotions, at least so probable."""
    turns = heard.transcript.turns
    return {
        e.turn
        for e in heard.signals.emotions
        if e.label in emotions
        and e.probability >= probability
        and turns[e.turn].speaker == "customer"
    }


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
