"""Times of the desk's list and search over many cases: ``python -m benchmarks.desk_queue``.

The sample conversations are scored once and stored again and again under other ids. Times are CPU
milliseconds of a page of 50 and its count, median and highest of 15; give another number of cases
as the argument.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from ccnlp.assets import asset
from ccnlp.config import load_recipe
from ccnlp.desk.searching import index_texts
from ccnlp.engine import Engine
from ccnlp.store import Assessments, Recorder, Store, open_store
from ccnlp.store.cases import CaseFilter, Cases, Sort
from ccnlp.store.repository import now
from ccnlp.types import Transcript

LOOKS: tuple[tuple[str, CaseFilter, Sort], ...] = (
    ("all, by urgency", CaseFilter(), "urgency"),
    ("risk high, by risk", CaseFilter(minimum_risk="high"), "risk"),
    ("category", CaseFilter(category="complaint"), "urgency"),
    ("channel and agent", CaseFilter(channel="voice", agent_id="A3022"), "urgency"),
    ("words, frequent", CaseFilter(text="投诉"), "urgency"),
    ("words, nowhere", CaseFilter(text="量子纠缠"), "urgency"),
)


def main() -> None:
    """Fill a store, look at it."""
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    with tempfile.TemporaryDirectory() as folder, open_store(Path(folder) / "s.sqlite") as store:
        fill(store, wanted)
        cases = Cases(store)
        print(f"{wanted:,} cases; made searchable in {spent(lambda: index_texts(cases)):,.0f} ms")
        for name, look, sort in LOOKS:
            times = [
                spent(lambda look=look, sort=sort: (cases.page(look, sort), cases.count(look)))
                for _ in range(15)
            ]
            print(f"{name:<20} {statistics.median(times):7.0f} {max(times):7.0f} ms")


def fill(store: Store, wanted: int) -> None:
    """Store the sample under ``wanted`` ids."""
    lines = asset("data", "sample", "conversations.jsonl").read_bytes().splitlines()
    said = [msgspec.json.decode(line, type=Transcript) for line in lines]
    scored = list(zip(said, Engine(load_recipe()).score_many(said), strict=True))
    recorder, records = Recorder(now()), []
    for place in range(wanted):
        transcript, made = scored[place % len(scored)]
        name = f"c{place}"
        transcript = msgspec.structs.replace(transcript, conversation_id=name)
        made = msgspec.structs.replace(made, conversation_id=name)
        records.append(recorder.record(transcript, made, msgspec.json.encode(made), ["risk"]))
    for start in range(0, wanted, 1000):
        Assessments(store).add(records[start : start + 1000])


def spent(work: Callable[[], object]) -> float:
    """CPU milliseconds of a call."""
    began = time.process_time()
    work()
    return 1000 * (time.process_time() - began)


if __name__ == "__main__":
    main()
