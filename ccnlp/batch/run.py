"""A run of ``ccnlp score``: from inputs to assessments, quarantine, findings, queue and summary.

Conversations stream through in chunks of about ``chunk_turns`` turns, so memory does not grow
with their number. Files appear when the run has ended; the store takes whole batches and leaves
alone what it has. A run that is stopped leaves nothing half-written, and the same command does
it again.
"""

import time
from collections import Counter, deque
from collections.abc import Callable, Container, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec

from ccnlp import __version__
from ccnlp.artefacts import read_manifest
from ccnlp.batch.chunk import (
    Judge,
    Scored,
    Scorer,
    WorkerTask,
    missing_in_worker,
    score_in_worker,
    spared_collector,
)  # fmt: skip
from ccnlp.batch.outputs import FindingsFile, PartFile
from ccnlp.config import Recipe, load_recipe
from ccnlp.errors import ConfigError, InputError, UnavailableError
from ccnlp.ingest import Read, Rejected, load_mapping, read
from ccnlp.judges.base import Reading
from ccnlp.observe import log
from ccnlp.store.connection import Store, open_store
from ccnlp.store.repository import Assessments, Record, now
from ccnlp.summary import RunFacts, RunSummary, merge
from ccnlp.taxonomy import CATEGORIES
from ccnlp.types import Transcript

#: Records that go into the store in one transaction.
_BATCH: Final = 500
#: Chunks under way for each worker: one in work, one waiting.
_AHEAD: Final = 2
#: Why a conversation that was read is in quarantine.
ENGINE_FAILED: Final = "engine_failed"


class ScoreJob(msgspec.Struct, frozen=True, kw_only=True):
    """What to score, with what, and where to."""

    inputs: tuple[str, ...]
    out: Path
    #: ``None``: the recipe that ships.
    recipe: Path | None = None
    #: A file or database URL; ``None``: ``ccnlp.sqlite`` in ``out``.
    store: str | None = None
    #: Column mapping (docs/ingest.md).
    mapping: Path | None = None
    #: Format and encoding of all inputs; ``None``: each file tells (docs/ingest.md).
    format: str | None = None
    encoding: str | None = None
    #: Exchange customer and agent in all inputs.
    swap_roles: bool = False
    #: Turns in a chunk, about; at least 1. Results do not depend on it.
    chunk_turns: int = 1000
    #: Worker processes; 1 scores in this process. Results do not depend on it.
    jobs: int = 1


class Progress(msgspec.Struct, frozen=True):
    """How far a run is."""

    conversations: int
    quarantined: int
    seconds: float
    bytes_read: int
    #: ``None`` where the size of an input is not known.
    bytes_total: int | None


class Outcome(msgspec.Struct, frozen=True):
    """What a run did."""

    conversations: int
    turns: int
    quarantined: int
    #: Assessments and queue items that the store did not have before.
    added: int
    queued: int
    seconds: float
    #: Seconds until the first chunk was scored; ``None`` where there was none.
    first_result_seconds: float | None
    out: str
    store: str
    summary: RunSummary


def run_score(
    job: ScoreJob,
    on_progress: Callable[[Progress], None] | None = None,
    engine: Judge | None = None,
) -> Outcome:
    """Score all inputs; ``engine`` replaces the recipe's, in this process alone.

    Raises
    ------
    ConfigError: recipe, mapping or options are wrong.
    InputError: an input is not there, or ``out`` cannot be written.
    StoreError: the store cannot be used.
    UnavailableError: a worker died.
    """
    if job.jobs < 1 or job.chunk_turns < 1:
        raise ConfigError("must be at least 1", where="--jobs, --batch", mend="leave it out")
    recipe = load_recipe(job.recipe)
    try:
        job.out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"is no folder that can be made: {error.strerror}", where=str(job.out),
            mend="name another --out",
        ) from error  # fmt: skip
    with open_store(job.store or job.out / "ccnlp.sqlite") as store:
        return _Run(job, recipe, store, on_progress, engine).go()


class _Run:
    """The state of one run."""

    def __init__(
        self, job: ScoreJob, recipe: Recipe, store: Store,
        on_progress: Callable[[Progress], None] | None, engine: Judge | None,
    ) -> None:  # fmt: skip
        self._job, self._recipe, self._engine = job, recipe, engine
        self._began, self._began_at = time.perf_counter(), now()
        self._store, self._assessments = store, Assessments(store)
        self._on_progress = on_progress
        mapping = load_mapping(job.mapping) if job.mapping else None
        self._reading = read(
            job.inputs,
            mapping,
            format=job.format,
            encoding=job.encoding,
            swap_roles=job.swap_roles,
        )
        self._lines = PartFile(job.out / "assessments.jsonl")
        self._quarantine = PartFile(job.out / "quarantine.jsonl")
        self._findings = FindingsFile(job.out / "findings.parquet")
        self._waiting: list[Record] = []
        self._summary: RunSummary | None = None
        self._not_evaluated: dict[str, str] = {}
        self._rejected: Counter[str] = Counter()
        self._conversations = self._turns = self._added = self._queued = 0
        self._first: float | None = None
        self._read = Reading()

    def go(self) -> Outcome:
        files = (self._quarantine, self._findings, self._lines)
        try:
            for chunk, scored in self._scored():
                self._take(chunk, scored)
            self._store_waiting()
            outcome = self._outcome()
            for file in files:
                file.keep()
        except BaseException:
            for file in files:
                file.drop()
            raise
        log.info(
            "run_ended", conversations=outcome.conversations, quarantined=outcome.quarantined,
            seconds=round(outcome.seconds, 3), recipe=self._recipe.digest,
            rate=round(self._read.spared, 4),
        )  # fmt: skip
        return outcome

    # -- reading and scoring --------------------------------------------------------------

    def _chunks(self) -> Iterator[list[Read]]:
        """Conversations in chunks of about ``chunk_turns`` turns; rejected ones are written."""
        chunk: list[Read] = []
        turns = 0
        for item in self._reading:
            if isinstance(item, Rejected):
                self._reject(item)
                continue
            chunk.append(item)
            turns += len(item.transcript.turns)
            if turns >= self._job.chunk_turns:
                yield chunk
                chunk, turns = [], 0
        if chunk:
            yield chunk

    def _scored(self) -> Iterator[tuple[list[Read], Scored]]:
        if self._job.jobs == 1 or self._engine is not None:
            with spared_collector():
                scorer = Scorer(self._recipe, self._began_at, self._engine)
                self._summary = RunSummary(alerts=scorer.alerts)
                self._not_evaluated = scorer.not_evaluated
                for chunk in self._chunks():
                    yield chunk, scorer.score(_transcripts(chunk))
        else:
            yield from self._scored_by_workers()

    def _scored_by_workers(self) -> Iterator[tuple[list[Read], Scored]]:
        import multiprocessing

        # spawn: a fork would copy locks of threads that other libraries may run.
        pool = ProcessPoolExecutor(
            self._job.jobs, multiprocessing.get_context("spawn"), initializer=_ignore_interrupts
        )
        task = WorkerTask(self._recipe.path.resolve(), self._recipe.digest, self._began_at)
        under_way: deque[tuple[list[Read], Future[Scored]]] = deque()
        try:
            with _interrupts_held():
                missing = pool.submit(missing_in_worker, task)
            for chunk in self._chunks():
                future = pool.submit(score_in_worker, task, _transcripts(chunk))
                under_way.append((chunk, future))
                if len(under_way) >= self._job.jobs * _AHEAD:
                    oldest, done = under_way.popleft()
                    yield oldest, done.result()
            while under_way:
                oldest, done = under_way.popleft()
                yield oldest, done.result()
            self._not_evaluated = missing.result()
            pool.shutdown()
        except BrokenProcessPool as error:
            raise UnavailableError(
                "a worker process died", where="--jobs",
                mend="it may have run out of memory: use fewer jobs, or a smaller --batch",
            ) from error  # fmt: skip
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    # -- writing --------------------------------------------------------------------------

    def _take(self, chunk: list[Read], scored: Scored) -> None:
        if self._first is None:
            self._first = time.perf_counter() - self._began
        self._lines.write(scored.lines)
        self._findings.add(scored.findings)
        for place, error in scored.failed:
            self._reject(_engine_failed(chunk[place], error))
        summary = scored.summary
        self._summary = merge(self._summary, summary) if self._summary else summary
        self._read += scored.reading
        self._conversations += scored.conversations
        self._turns += scored.turns
        self._waiting += scored.records
        if len(self._waiting) >= _BATCH:
            self._store_waiting()
        if self._on_progress is not None:
            seen = self._reading.summary()
            self._on_progress(
                Progress(
                    conversations=self._conversations, quarantined=self._rejected.total(),
                    seconds=time.perf_counter() - self._began, bytes_read=seen.bytes_read,
                    bytes_total=seen.bytes_total,
                )
            )  # fmt: skip

    def _reject(self, rejected: Rejected) -> None:
        self._rejected[rejected.code] += 1
        self._quarantine.write(msgspec.json.encode(rejected) + b"\n")
        log.info("record_rejected", kind=rejected.code, file=rejected.file, line=rejected.line)

    def _store_waiting(self) -> None:
        added = self._assessments.add(self._waiting)
        self._added += added.assessments
        self._queued += added.queued
        self._waiting = []

    def _outcome(self) -> Outcome:
        seen = self._reading.summary()
        seconds = time.perf_counter() - self._began
        finished = now()
        facts = RunFacts(
            recipe=self._recipe.name, recipe_digest=self._recipe.digest, engine=__version__,
            started_at=self._began_at, finished_at=finished, seconds=round(seconds, 3),
            inputs=self._job.inputs, files=seen.files,
            quarantined=dict(sorted(self._rejected.items())), warnings=seen.warnings,
            encodings={k: v for k, v in seen.encodings.items() if v},
            not_evaluated=self._not_evaluated,
            categories={n: c for n, c in self._recipe.categories.items() if n not in CATEGORIES},
            models=_models(self._recipe, self._not_evaluated),
            encoder_turns=self._read.turns, encoder_read=self._read.read,
        )  # fmt: skip
        self._assessments.note_recipe(self._recipe)
        self._assessments.note_run(
            {
                "started_at": self._began_at, "finished_at": finished,
                "recipe": self._recipe.digest, "inputs": list(self._job.inputs),
                "conversations": self._conversations, "quarantined": self._rejected.total(),
                "queued": self._queued,
            }
        )  # fmt: skip
        summary = msgspec.structs.replace(self._summary or RunSummary(), run=facts)
        write_summary(self._job.out, summary)
        return Outcome(
            conversations=self._conversations, turns=self._turns,
            quarantined=self._rejected.total(), added=self._added, queued=self._queued,
            seconds=seconds, first_result_seconds=self._first, out=str(self._job.out),
            store=self._store.url, summary=summary,
        )  # fmt: skip


def write_summary(out: Path, summary: RunSummary) -> None:
    """Write ``summary.json`` into a run's folder."""
    file = PartFile(out / "summary.json")
    file.write(msgspec.json.format(msgspec.json.encode(summary), indent=1) + b"\n")
    file.keep()


def read_summary(out: Path) -> RunSummary:
    """The summary of the run that wrote ``out``.

    Raises
    ------
    InputError: there is none, or it cannot be read.
    """
    path = out / "summary.json"
    try:
        return msgspec.json.decode(path.read_bytes(), type=RunSummary)
    except OSError as error:
        raise InputError(
            "holds no run's summary", where=str(path), mend="name the --out folder of a run"
        ) from error
    except msgspec.DecodeError as error:
        raise InputError(
            f"is not a summary of this version: {error}", where=str(path), mend="score again"
        ) from error


def _models(recipe: Recipe, not_evaluated: Container[str]) -> dict[str, str]:
    """The models that judged, as a report names them."""
    models: dict[str, str] = {}
    for head, folder in recipe.models.items():
        if head not in not_evaluated and f"models.{head}" not in not_evaluated:
            try:
                manifest = read_manifest(folder)
            except UnavailableError:
                continue  # no analyser of this recipe asked for it
            models[head] = f"{manifest.name}/{manifest.version} {manifest.digest}"
    return models


def _transcripts(chunk: Iterable[Read]) -> list[Transcript]:
    return [one.transcript for one in chunk]


def _engine_failed(one: Read, error: str) -> Rejected:
    return Rejected(
        file=one.file, line=one.line, code=ENGINE_FAILED,
        reason=f"its analysis failed: {error}",
        mend="please report it with the record, as far as you may; the rest was scored",
        record=msgspec.json.encode(one.transcript).decode(), form="json", lines=one.lines,
        conversation_id=one.transcript.conversation_id,
    )  # fmt: skip


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Processes that start meanwhile never see Ctrl-C, not even before their first line runs.

    It reaches the whole process group, and the parent alone ends the run.
    """
    import signal

    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _ignore_interrupts() -> None:
    """The same where signals cannot be held."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
