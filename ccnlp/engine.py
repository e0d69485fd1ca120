"""The engine folds analysers over the turns of conversations and scores what they saw.

Nightly batch and live sessions call the same analysers: ``score_many`` encodes the turns of
many conversations at once, a ``Session`` one turn at a time; both fold the same steps, so both
end in the same assessment.

The analyser ``privacy`` goes first. What it finds is hidden from all others: who somebody is cannot
move a verdict, and a masked conversation is judged as the conversation itself.
"""

import copy
from collections.abc import Sequence
from typing import Any

import msgspec

from ccnlp import __version__
from ccnlp.analysers.base import Analyser, TurnView
from ccnlp.analysers.catalogue import build_analyser
from ccnlp.analysers.privacy import PrivacyAnalyser
from ccnlp.config import Recipe
from ccnlp.encoder.satisfaction import SatisfactionModel, load_satisfaction
from ccnlp.errors import UnavailableError
from ccnlp.judges.base import Reading
from ccnlp.judges.build import Judges
from ccnlp.observe import log
from ccnlp.privacy.masking import hide_turn
from ccnlp.scoring.decisions import decide_complaint, load_decisions
from ccnlp.scoring.frequency import count_phrases
from ccnlp.scoring.fuse import fuse_findings, join_evidence
from ccnlp.scoring.handoff import decide_handoff
from ccnlp.scoring.risk import assess_risk, load_risk_matrix
from ccnlp.scoring.satisfaction import estimate_satisfaction
from ccnlp.scoring.score import score_conversation
from ccnlp.scoring.scorecard import Scorecard, load_scorecard
from ccnlp.scoring.timing import measure_timing
from ccnlp.scoring.topic import topic_words
from ccnlp.scoring.trajectory import measure_trajectories
from ccnlp.taxonomy import CATEGORIES
from ccnlp.text.normalise import Normal, normalise_many
from ccnlp.text.segment import segment_lines
from ccnlp.types import (
    BELOW_THRESHOLD,
    Act,
    Assessment,
    Finding,
    Observation,
    PiiSpan,
    Provenance,
    Satisfaction,
    Signals,
    Trajectories,
    Transcript,
    Turn,
    TurnEmotion,
)  # fmt: skip


class Seen(msgspec.Struct, frozen=True):
    """What was seen of one conversation: all that its assessment rests on beside its data."""

    #: Each turn's text, folded and with personal information hidden.
    texts: Sequence[str]
    #: The words of each of these texts.
    words: Sequence[Sequence[str]]
    signals: Signals


class Engine:
    """Everything a recipe names, loaded once; it holds no state of conversations."""

    def __init__(self, recipe: Recipe) -> None:
        self.recipe = recipe
        self._analysers: list[Analyser] = []
        #: Goes before all others, which read what it leaves; ``None`` where the recipe has none.
        self._privacy: PrivacyAnalyser | None = None
        #: Analyser -> why it is missing; its part of each assessment is ``not_evaluated``.
        self.not_evaluated: dict[str, str] = {}
        #: Back ends of the analysers.
        self.judges = Judges(recipe)
        for name in recipe.analysers:
            try:
                analyser = build_analyser(name, recipe, self.judges)
            except UnavailableError as error:
                self.not_evaluated[name] = str(error)
                log.error("analyser_missing", analyser=name, reason=str(error))
                continue
            if isinstance(analyser, PrivacyAnalyser):
                self._privacy = analyser
            else:
                self._analysers.append(analyser)
        for name, why in self.judges.missing.items():
            self.not_evaluated[f"models.{name}"] = why
        detected = set() if "categories" in self.not_evaluated else set(recipe.detectors)
        #: Added categories that no model judges.
        self._rules_alone = recipe.categories.keys() - CATEGORIES.keys() - detected
        self._cards: dict[str, Scorecard] = {
            tier: load_scorecard(path, recipe.categories)
            for tier, path in recipe.scorecards.items()
        }
        self._matrix = load_risk_matrix(recipe.risk)
        self._decisions = load_decisions(recipe.decisions, recipe.categories)
        self._models = {
            a.name: digest for a in self._analysers if (digest := getattr(a, "model_digest", None))
        }
        self._satisfaction = self._load_satisfaction()

    def _load_satisfaction(self) -> SatisfactionModel | None:
        """The model of satisfaction, where the recipe names one and all it needs is there."""
        folder = self.recipe.models.get("satisfaction")
        if folder is None:
            return None
        there = {a.name for a in self._analysers}
        try:
            model = load_satisfaction(folder)
            missing = [name for name in model.needs if name not in there]
            if missing:
                raise UnavailableError(
                    f"needs what is not there: {', '.join(missing)}", where=str(folder),
                    mend="put it back, or train satisfaction without it",
                )  # fmt: skip
        except UnavailableError as error:
            self.not_evaluated["satisfaction"] = str(error)
            log.error("model_missing", kind="satisfaction", reason=str(error))
            return None
        self._models["satisfaction"] = model.manifest.digest
        return model

    @property
    def model_digests(self) -> dict[str, str]:
        """Who judges with a model -> its digest, as in each assessment's provenance."""
        return dict(self._models)

    def reading(self) -> Reading:
        """What the encoders had to read so far."""
        return self.judges.reading()

    def score(self, transcript: Transcript) -> Assessment:
        """Assess one conversation."""
        return self.score_many([transcript])[0]

    def score_many(self, transcripts: Sequence[Transcript]) -> list[Assessment]:
        """Assess several conversations, encoding all their turns together."""
        return self.assess_many(transcripts, self.observe(transcripts))

    def observe(self, transcripts: Sequence[Transcript]) -> list[Seen]:
        """What the analysers see of several conversations, encoding all their turns together."""
        normals = normalise_many([t.text for c in transcripts for t in c.turns])
        private = self._hide(transcripts, normals)
        views = _views(transcripts, normals)
        flat = [v for conversation in views for v in conversation]
        encoded = [a.encode(flat) for a in self._analysers]
        seen, offset = [], 0
        for transcript, conversation, pii in zip(transcripts, views, private, strict=True):
            observed: list[Observation] = [*pii]
            for analyser, features in zip(self._analysers, encoded, strict=True):
                state = analyser.start()
                for place, view in enumerate(conversation, offset):
                    state, found = analyser.step(state, view, features[place])
                    observed += found
                observed += analyser.finish(state)
            offset += len(conversation)
            seen.append(
                Seen(
                    [view.normal.text for view in conversation],
                    [view.words or () for view in conversation],
                    self.sort_signals(transcript, observed),
                )
            )
        return seen

    def _hide(
        self, transcripts: Sequence[Transcript], normals: list[Normal]
    ) -> list[list[PiiSpan]]:
        """The personal information of each conversation; in ``normals`` it is hidden."""
        privacy = self._privacy
        if privacy is None:
            return [[] for _ in transcripts]
        plain = iter(normals)
        views = [
            TurnView(index, turn, transcript.channel, next(plain))
            for transcript in transcripts
            for index, turn in enumerate(transcript.turns)
        ]
        features = privacy.encode(views)
        answer: list[list[PiiSpan]] = []
        hidden: dict[int, str] = {}
        place = 0
        for transcript in transcripts:
            state, own = privacy.start(), list[PiiSpan]()
            for turn in transcript.turns:
                state, found = privacy.step(state, views[place], features[place])
                if found:
                    own += found
                    hidden[place] = hide_turn(turn.text, views[place].index, found)
                place += 1
            answer.append([*own, *privacy.finish(state)])
        for place, masked in zip(hidden, normalise_many(list(hidden.values())), strict=True):
            normals[place] = msgspec.structs.replace(masked, original=normals[place].original)
        return answer

    def session(self, transcript: Transcript) -> "Session":
        """A conversation under way; ``transcript`` gives its data, and any turns so far."""
        return Session(self, self._privacy, self._analysers, transcript)

    def sort_signals(self, transcript: Transcript, observed: Sequence[Observation]) -> Signals:
        """Observations by kind, each ordered by place; unsure findings count as suppressed."""
        raw: list[Finding] = []
        acts: list[Act] = []
        emotions: list[TurnEmotion] = []
        pii: list[PiiSpan] = []
        for one in observed:
            if isinstance(one, Finding):
                raw.append(one)
            elif isinstance(one, Act):
                acts.append(one)
            elif isinstance(one, TurnEmotion):
                emotions.append(one)
            else:
                pii.append(one)
        least = self.recipe.minimum_confidence
        findings: list[Finding] = []
        suppressed: list[Finding] = []
        for finding in fuse_findings(raw, self._rules_alone):
            by_rule = not finding.source.startswith("model.")
            if by_rule and finding.suppressed is None and finding.confidence < least:
                finding = msgspec.structs.replace(finding, suppressed=f"confidence below {least:g}")
            if finding.suppressed is None:
                findings.append(finding)
            elif finding.suppressed != BELOW_THRESHOLD:
                suppressed.append(finding)
        return Signals(
            findings=tuple(
                join_evidence(
                    sorted(findings, key=_finding_place), [t.text for t in transcript.turns]
                )
            ),
            suppressed=tuple(sorted(suppressed, key=_finding_place)),
            acts=tuple(sorted(acts, key=lambda a: (a.turn, a.start, a.act, a.end))),
            emotions=tuple(sorted(emotions, key=lambda e: e.turn)),
            pii=tuple(sorted(pii, key=lambda p: (p.turn, p.start, p.type))),
            not_evaluated=self.not_evaluated,
        )

    def assess_many(
        self, transcripts: Sequence[Transcript], seen: Sequence[Seen]
    ) -> list[Assessment]:
        """Score what was seen: pure, and cheap beside the analysis."""
        signals = [one.signals for one in seen]
        moods = list(map(measure_trajectories, transcripts, signals))
        estimates = [Satisfaction()] * len(seen)
        if self._satisfaction is not None and seen:
            texts = [one.texts for one in seen]
            estimates = estimate_satisfaction(
                self._satisfaction, transcripts, texts, signals, moods
            )
        return list(map(self._assess, transcripts, seen, moods, estimates))

    def _assess(
        self, transcript: Transcript, seen: Seen, moods: Trajectories, satisfaction: Satisfaction
    ) -> Assessment:
        words, signals = seen.words, seen.signals
        card = self._cards.get(transcript.customer_tier or "default", self._cards["default"])
        return Assessment(
            conversation_id=transcript.conversation_id,
            provenance=Provenance(
                engine=__version__, recipe=self.recipe.digest, scorecard=card.name,
                models=self._models,
            ),
            risk=assess_risk(self._matrix, signals.findings),
            findings=signals.findings,
            emotions=signals.emotions,
            scorecard=score_conversation(card, transcript, signals),
            timing=measure_timing(transcript),
            complaint=decide_complaint(
                self._decisions.complaint, signals, topic_words(words, signals)
            ),
            satisfaction=satisfaction,
            handoff=decide_handoff(self._decisions.handoff, transcript, signals),
            pii=signals.pii,
            frequency=count_phrases(transcript, words, signals),
            suppressed=signals.suppressed,
            acts=signals.acts,
            not_evaluated=signals.not_evaluated,
            trajectory=moods,
        )  # fmt: skip


class Session:
    """One conversation turn by turn: the cache of a fold, rebuilt by replaying the turns."""

    def __init__(
        self, engine: Engine, privacy: PrivacyAnalyser | None, analysers: Sequence[Analyser],
        transcript: Transcript,
    ) -> None:  # fmt: skip
        self._engine = engine
        self._privacy = privacy
        self._private = privacy.start() if privacy is not None else None
        self._analysers = analysers
        self._states: list[Any] = [a.start() for a in analysers]
        self._observed: list[Observation] = []
        self._turns: list[Turn] = []
        self._words: list[Sequence[str]] = []
        self._texts: list[str] = []
        self._last: TurnView | None = None
        self._about = msgspec.structs.replace(transcript, turns=())
        for turn in transcript.turns:
            self.push(turn)

    def fork(self) -> "Session":
        """The same conversation so far; neither sees what the other is told from now on."""
        twin = copy.copy(self)
        twin._states, twin._observed = [*self._states], [*self._observed]
        twin._turns, twin._words, twin._texts = [*self._turns], [*self._words], [*self._texts]
        return twin

    def push(self, turn: Turn) -> list[Observation]:
        """Take one turn; answer what it brought to light."""
        (normal,) = normalise_many([turn.text])
        new: list[Observation] = []
        if self._privacy is not None and self._private is not None:
            seen = TurnView(len(self._turns), turn, self._about.channel, normal)
            (look,) = self._privacy.encode([seen])
            self._private, spans = self._privacy.step(self._private, seen, look)
            if spans:
                new += spans
                (masked,) = normalise_many([hide_turn(turn.text, seen.index, spans)])
                normal = msgspec.structs.replace(masked, original=turn.text)
        (words,) = segment_lines([normal.text])
        view = TurnView(len(self._turns), turn, self._about.channel, normal, self._last, words)
        self._turns.append(turn)
        self._words.append(words)
        self._texts.append(normal.text)
        self._last = view
        views = [view]  # one list: analysers that share a model ask it for the same sequence
        for place, analyser in enumerate(self._analysers):
            features = analyser.encode(views)[0]
            self._states[place], found = analyser.step(self._states[place], view, features)
            new += found
        self._observed += new
        return new

    def assess(self) -> Assessment:
        """The assessment of the turns so far, as the nightly run would give it for them."""
        observed = list(self._observed)
        if self._privacy is not None and self._private is not None:
            observed += self._privacy.finish(self._private)
        for analyser, state in zip(self._analysers, self._states, strict=True):
            observed += analyser.finish(state)
        transcript = msgspec.structs.replace(self._about, turns=tuple(self._turns))
        signals = self._engine.sort_signals(transcript, observed)
        return self._engine.assess_many([transcript], [Seen(self._texts, self._words, signals)])[0]


def _views(transcripts: Sequence[Transcript], normals: Sequence[Normal]) -> list[list[TurnView]]:
    seen = zip(normals, segment_lines([n.text for n in normals]), strict=True)
    answer = []
    for transcript in transcripts:
        views: list[TurnView] = []
        previous: TurnView | None = None
        for index, turn in enumerate(transcript.turns):
            normal, words = next(seen)
            previous = TurnView(index, turn, transcript.channel, normal, previous, words)
            views.append(previous)
        answer.append(views)
    return answer


def _finding_place(finding: Finding) -> tuple[int, int, str, int, str]:
    return finding.turn, finding.start, finding.category, finding.end, finding.source
