"""Scoring one chunk of conversations: the part of a run that workers do.

A chunk goes in as transcripts and comes out as everything that is written of it, so that the
same bytes leave a run whatever the number of workers.
"""

import functools
import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Protocol

import msgspec

from ccnlp.alerts import load_alerts, queue_reasons
from ccnlp.config import Recipe, load_recipe
from ccnlp.engine import Engine
from ccnlp.errors import ConfigError
from ccnlp.judges.base import Reading
from ccnlp.store.repository import Record, Recorder
from ccnlp.summary import RunSummary
from ccnlp.summing import summarise
from ccnlp.taxonomy import Category
from ccnlp.types import Assessment, Transcript

#: Columns of ``findings.parquet``; see docs/store.md.
FINDING_COLUMNS: Final = (
    "conversation_id", "started_at", "channel", "agent_id", "team", "category", "risk_class",
    "severity", "turn", "start", "end", "quote", "speaker", "confidence", "source",
    "explanation", "recipe",
)  # fmt: skip


#: New objects that may pile up before garbage is looked for. A chunk makes some 100,000, nearly
#: all freed by counting; Python's 700 would walk over the living ones 150 times a chunk.
_GARBAGE_EVERY: Final = 100_000


class Judge(Protocol):
    """What a chunk needs of an engine."""

    def score_many(self, transcripts: Sequence[Transcript]) -> list[Assessment]:
        """Assess several conversations, in order."""
        ...


class Scored(msgspec.Struct, frozen=True):
    """All that comes of one chunk, in input order."""

    conversations: int
    turns: int
    #: Lines of ``assessments.jsonl``.
    lines: bytes
    records: list[Record]
    #: Rows of ``findings.parquet``, each a tuple in the order of ``FINDING_COLUMNS``.
    findings: list[tuple[Any, ...]]
    summary: RunSummary
    #: Place in the chunk, and the type of the error, of what could not be scored.
    failed: list[tuple[int, str]]
    #: What the encoders read for it.
    reading: Reading = Reading()


class Scorer:
    """An engine and what turns its assessments into rows; built once where it runs.

    ``created_at`` is the run's time, which the store's rows carry.
    """

    def __init__(self, recipe: Recipe, created_at: str, engine: Judge | None = None) -> None:
        self.alerts = load_alerts(recipe.alerts)
        self._categories = recipe.categories
        self.not_evaluated: dict[str, str] = {}
        self._built: Engine | None = None
        if engine is None:
            engine = self._built = Engine(recipe)
            self.not_evaluated = self._built.not_evaluated
        self._engine = engine
        self._encoder = msgspec.json.Encoder()
        self._recorder = Recorder(created_at)

    def score(self, transcripts: Sequence[Transcript]) -> Scored:
        """Score a chunk; a conversation that fails is named in ``failed`` and left out."""
        before = self._reading()
        scored: list[tuple[Transcript, Assessment]] = []
        failed: list[tuple[int, str]] = []
        for place, made in enumerate(self._assess(transcripts)):
            if isinstance(made, str):
                failed.append((place, made))
            else:
                scored.append((transcripts[place], made))
        encode = self._encoder.encode
        lines: list[bytes] = []
        records: list[Record] = []
        findings: list[tuple[Any, ...]] = []
        for transcript, made in scored:
            document = encode(made)
            lines.append(document)
            reasons = queue_reasons(self.alerts, made)
            records.append(self._recorder.record(transcript, made, document, reasons))
            findings += _finding_rows(transcript, made, self._categories)
        return Scored(
            conversations=len(scored), turns=sum(len(t.turns) for t, _ in scored),
            lines=b"".join(line + b"\n" for line in lines), records=records, findings=findings,
            summary=summarise(scored, self.alerts, self._categories), failed=failed,
            reading=self._reading() - before,
        )  # fmt: skip

    def _reading(self) -> Reading:
        return self._built.reading() if self._built else Reading()

    def _assess(self, transcripts: Sequence[Transcript]) -> Iterator[Assessment | str]:
        """An assessment each, or the type of the error; never the error's text."""
        try:
            yield from self._engine.score_many(transcripts)
        except Exception:
            for transcript in transcripts:
                try:
                    yield self._engine.score_many([transcript])[0]
                except Exception as error:
                    yield type(error).__name__


class WorkerTask(msgspec.Struct, frozen=True):
    """What a worker has to know to build its scorer; hashable, so that it builds one only."""

    recipe: Path
    digest: str
    created_at: str


@functools.lru_cache(maxsize=1)
def _worker_scorer(task: WorkerTask) -> Scorer:
    recipe = load_recipe(task.recipe)
    if recipe.digest != task.digest:
        raise ConfigError(
            "a file of the recipe was changed while the run began", where=str(task.recipe),
            mend="run the command again",
        )  # fmt: skip
    spare_collector()
    return Scorer(recipe, task.created_at)


def spare_collector() -> None:
    """Let the garbage collector run seldom: a tenth less time, a sixth of a cold start."""
    gc.set_threshold(_GARBAGE_EVERY, 20, 20)


@contextmanager
def spared_collector() -> Iterator[None]:
    """``spare_collector`` for a while."""
    before = gc.get_threshold()
    spare_collector()
    try:
        yield
    finally:
        gc.set_threshold(*before)


def score_in_worker(task: WorkerTask, transcripts: Sequence[Transcript]) -> Scored:
    """Score a chunk in a worker process, which builds its engine at its first chunk.

    Raises
    ------
    ConfigError: the recipe is not the one of the task any more.
    """
    return _worker_scorer(task).score(transcripts)


def missing_in_worker(task: WorkerTask) -> dict[str, str]:
    """Build the worker's engine; answers which analysers are missing, and why."""
    return _worker_scorer(task).not_evaluated


def _finding_rows(
    transcript: Transcript, made: Assessment, categories: Mapping[str, Category]
) -> Iterator[tuple[Any, ...]]:
    about = (
        transcript.conversation_id, transcript.started_at, transcript.channel,
        transcript.agent_id, transcript.team,
    )  # fmt: skip
    recipe = made.provenance.recipe
    for f in made.findings:
        known = categories.get(f.category)
        yield (
            *about, f.category, known.risk_class if known else None, f.severity, f.turn, f.start,
            f.end, f.quote, f.speaker, f.confidence, f.source, f.explanation, recipe,
        )  # fmt: skip
