"""How well and how fast personal information is found: ``python -m benchmarks.privacy``.

Recall on 20,000 made-up forms a type, false rate on 20,000 look-alikes, and the cost of the
analyser as a ratio to normalising the same turns in the same run.

Options: ``--forms N`` (a type), ``--seed S``, ``--transcripts FILE`` for the speed on real turns
(JSON lines with ``turns``; made-up ones otherwise).
"""

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from privacy_decoys import decoys
from privacy_samples import KINDS, covered, forms

from ccnlp.privacy.recognise import Recogniser
from ccnlp.privacy.thread import START, Thread
from ccnlp.text.normalise import normalise_many

Turns = list[tuple[str, str]]


def recall(thread: Thread, count: int, seed: int) -> None:
    """Prints the share of forms found, a type a line."""
    for kind in KINDS:
        found = sum(covered(thread, form) for form in forms(kind, count, seed))
        print(f"{kind:18} recall {found / count:.4f}")


def false_rate(thread: Thread, count: int, seed: int) -> None:
    """Prints the share of look-alikes in which anything was found."""
    wrong = sum(
        bool(thread.conversation([(speaker, text)])) for _, speaker, text in decoys(count, seed)
    )
    print(f"{'look-alikes':18} false rate {wrong / count:.5f}")


def speed(thread: Thread, conversations: list[Turns]) -> None:
    """Prints seconds a million characters for each step, and ratios to normalising."""
    turns = [turn for conversation in conversations for turn in conversation]
    characters = sum(len(text) for _, text in turns)
    texts = [text for _, text in turns]
    normals = normalise_many(texts)
    views = [
        (text, normal, speaker) for (speaker, text), normal in zip(turns, normals, strict=True)
    ]
    looks = thread.recogniser.look_many(views)

    def fold() -> None:
        place = 0
        for conversation in conversations:
            state = START
            for index in range(len(conversation)):
                text, normal, speaker = views[place]
                state, _ = thread.step(state, index, speaker, text, normal, looks[place])
                place += 1

    base = _best(lambda: normalise_many(texts))
    look = _best(lambda: thread.recogniser.look_many(views))
    step = _best(fold)
    print(f"{characters:,} characters in {len(turns):,} turns")
    for name, seconds in (
        ("normalise", base),
        ("look", look),
        ("fold", step),
        ("look + fold", look + step),
    ):
        rate = characters / seconds / 1e6
        print(f"{name:18} {rate:7.2f} M characters/s   {seconds / base:5.1f} x normalising")


def growth(thread: Thread) -> None:
    """Prints how time grows with hostile texts, four times as long: 4 is linear."""
    worst = (0.0, "")
    for unit in (
        "1 ",
        "12-",
        "1.",
        "1嗯",
        "两个",
        "叫王",
        "王小明 ",
        "路1号",
        "加v a",
        "a艾特b点",
        " 1栋",
    ):
        short, long = ((unit * size)[:size] for size in (2_000, 8_000))
        base = _best(lambda text=short: thread.conversation([("customer", text)]))
        grown = _best(lambda text=long: thread.conversation([("customer", text)]))
        worst = max(worst, (grown / base, unit))
    print(f"{'hostile texts':18} x 4 takes at most x {worst[0]:.1f} the time ({worst[1]!r})")


def _best(work: Callable[[], object], rounds: int = 3) -> float:
    """Least processor seconds of a few rounds."""
    times = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


def _conversations(path: Path | None) -> list[Turns]:
    if path is None:
        made = [list(form.turns) for kind in KINDS for form in forms(kind, 150, 1)]
        plain = [
            [("customer", "好的 谢谢 我再看看"), ("agent", "不客气 请问还有什么可以帮您")]
        ] * 8000
        return made + plain
    found = []
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            record = record.get("transcript", record)
            found.append([(turn["speaker"], turn["text"]) for turn in record["turns"]])
    return found


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--forms", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--transcripts", type=Path)
    given = parser.parse_args()
    thread = Thread(Recogniser())
    speed(thread, _conversations(given.transcripts))
    growth(thread)
    recall(thread, given.forms, given.seed)
    false_rate(thread, given.forms, given.seed)


if __name__ == "__main__":
    main()
