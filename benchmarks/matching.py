"""How fast text is folded, matched and cut into words, against the plain ways to do it.

    python -m benchmarks.matching [FILE.jsonl ...]

The files hold transcripts; without any, the sample data serves. Every ratio comes from one run
on the same turns, one thread; hits have to be identical, or the run fails.

* rules: 2,000 generated phrase rules (literals, alternatives, gaps, numbers; with word boundaries
  and negation scope), as the analyser runs them, against a loop of ``re`` over their expressions;
* all: the same and personal information beside it, recognised and followed over conversations;
* literals: 10,000 generated phrases, overlapping, against one ``re`` alternation in a lookahead;
* words: our segmentation against jieba's.
"""

import argparse
import gc
import json
import random
import re
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from pathlib import Path

import daachorse
import jieba

from ccnlp.assets import asset
from ccnlp.privacy.recognise import Recogniser
from ccnlp.privacy.thread import START, Thread
from ccnlp.rules.evaluate import TurnText
from ccnlp.rules.load import load_rules
from ccnlp.rules.model import TurnHits
from ccnlp.rules.ruleset import RuleSet
from ccnlp.text.expression import Expression, express
from ccnlp.text.matcher import Phrases, Scanner
from ccnlp.text.normalise import normalise_many
from ccnlp.text.phrase import Lexicon, PhraseParser
from ccnlp.text.segment import boundaries, segment

BATCH = 2_000

#: (speaker, text) of the turns of one conversation.
Turns = list[tuple[str, str]]


def read_conversations(paths: Sequence[Path]) -> list[Turns]:
    """Every conversation."""
    conversations = []
    for path in paths:
        for line in path.read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            record = record.get("transcript", record)
            conversations.append([(turn["speaker"], turn["text"]) for turn in record["turns"]])
    return conversations


def best(work: Callable[[], object], times: int = 3) -> float:
    """Fewest CPU seconds of several runs."""
    seconds = []
    for _ in range(times):
        start = time.process_time()
        work()
        seconds.append(time.process_time() - start)
    return min(seconds)


def chinese_pieces(texts: Iterable[str], rng: random.Random, count: int, low: int, high: int
                   ) -> list[str]:  # fmt: skip
    """Distinct pieces of running Chinese text."""
    runs = [run for text in texts for run in re.findall(r"[\u4e00-\u9fff]{4,}", text)]
    pieces: set[str] = set()
    while len(pieces) < count:
        run = rng.choice(runs)
        length = rng.randint(low, min(high, len(run)))
        start = rng.randint(0, len(run) - length)
        pieces.add(run[start : start + length])
    return sorted(pieces)


def generated_rules(texts: Sequence[str], count: int, seed: int = 7) -> str:
    """A rule file of ``count`` rules of all shapes, from pieces of the text."""
    rng = random.Random(seed)
    short = chinese_pieces(texts, rng, 1_500, 2, 2)
    long = chinese_pieces(texts, rng, 4_000, 4, 7)
    lines = ["category: complaint", "severity: low", "unless: [negated]", "rules:"]
    for number in range(count):
        a, b, c = rng.sample(long, 3)
        x, y, z = rng.sample(short, 3)
        phrase = (
            f"{a}", f"({a}|{b}|{c})", f"({x}|{y}|{z})?{b}", f"{x}..{b}", f"{a}..8({y}|{z})",
            f"#+{b}", f"{x}..4({y}|{z})", f"<{x}{z}>", f"({x}|{y}|{z})({a}|{b})", f"{a}?，{c}",
        )[number % 10]  # fmt: skip
        lines += [
            f"  - id: r{number}",
            "    explanation: x",
            f'    any: ["{phrase}"]',
            "    good: [x]",
        ]
    return "\n".join(lines) + "\n"


def match_all(rules: RuleSet, turns: Sequence[tuple[str, str]]) -> list[TurnHits | None]:
    """Fold and match in batches, as the engine does."""
    found: list[TurnHits | None] = []
    for start in range(0, len(turns), BATCH):
        part = turns[start : start + BATCH]
        normals = normalise_many([text for _, text in part])
        found += rules.find(normals, ["customer"] * len(part), ["chat"] * len(part))
    return found


def do_all(rules: RuleSet, thread: Thread, conversations: Sequence[Turns]) -> int:
    """Fold, match, and find personal information, in batches; how many spans there are."""
    spans, batch, size = 0, list[Turns](), 0
    for place, conversation in enumerate(conversations, 1):
        batch.append(conversation)
        size += len(conversation)
        if size < BATCH and place < len(conversations):
            continue
        turns = [turn for one in batch for turn in one]
        normals = normalise_many([text for _, text in turns])
        rules.find(normals, ["customer"] * len(turns), ["chat"] * len(turns))
        views = [(text, n, who) for (who, text), n in zip(turns, normals, strict=True)]
        looks = zip(views, thread.recogniser.look_many(views), strict=True)
        for one in batch:
            state = START
            for index, ((text, normal, who), look) in enumerate(islice(looks, len(one))):
                state, found = thread.step(state, index, who, text, normal, look)
                spans += len(found)
        batch, size = [], 0
    return spans


def plain_expression(expression: Expression) -> re.Pattern[str]:
    """The phrase as one who has only ``re`` would write it, in a lookahead for overlaps."""
    if expression.pattern:
        return re.compile(f"(?=({expression.pattern}))")
    texts = sorted(expression.texts, key=len)
    return re.compile("(?=(" + "|".join(map(re.escape, texts)) + "))")


def loop_all(
    texts: Sequence[str], plain: Sequence[re.Pattern[str]]
) -> list[list[tuple[int, int, int]]]:
    """(phrase, start, end) of every turn by a loop over all expressions."""
    results = []
    for text in texts:
        found = []
        for phrase, pattern in enumerate(plain):
            found += [(phrase, *match.span(1)) for match in pattern.finditer(text)]
        results.append(found)
    return results


def settled(
    rules: RuleSet, text: str, found: Iterable[tuple[int, int, int]]
) -> set[tuple[int, int, int]]:
    """The spans that keep to the edges asked for; for each start the shortest, inner ones only."""
    kept: dict[int, dict[int, int]] = {}
    for phrase, start, end in found:
        expression = rules.expressions[phrase]
        cut = (start > 0 and re.fullmatch("[0-9]{2}|[a-z]{2}", text[start - 1 : start + 1])) or (
            end < len(text) and re.fullmatch("[0-9]{2}|[a-z]{2}", text[end - 1 : end + 1])
        )
        short = re.fullmatch("[\u4e00-\u9fff]{1,2}", text[start:end])
        ends = boundaries(text) if short or expression.word_start or expression.word_end else ()
        if cut or ((short or expression.word_start) and start not in ends):
            continue
        if (short or expression.word_end) and end not in ends:
            continue
        own = kept.setdefault(phrase, {})
        own[start] = min(end, own.get(start, end))
    result = set()
    for phrase, own in kept.items():
        for start, end in own.items():
            if not any(start < s and e <= end for s, e in own.items()):
                result.add((phrase, start, end))
    return result


def time_rules(conversations: Sequence[Turns], count: int) -> None:
    """Rules, and personal information beside them, against a loop of ``re`` over the rules."""
    turns = [turn for conversation in conversations for turn in conversation]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rules.yaml"
        path.write_text(generated_rules([text for _, text in turns], count), encoding="utf-8")
        start = time.perf_counter()
        rules = load_rules([path])
        loaded = time.perf_counter() - start
    match_all(rules, turns[:10])
    sample = turns[:: max(1, len(turns) // 400)][:400]
    characters = sum(len(text) for _, text in turns)
    some = sum(len(text) for _, text in sample)
    fast = best(lambda: match_all(rules, turns))
    thread = Thread(Recogniser())
    spans = do_all(rules, thread, conversations)
    whole = best(lambda: do_all(rules, thread, conversations), 5)
    total = sum(len(one.hits) for one in match_all(rules, turns) if one is not None)
    ours = best(lambda: match_all(rules, sample))
    plain = [plain_expression(expression) for expression in rules.expressions]
    texts = [normal.text for normal in normalise_many([text for _, text in sample])]
    loop = best(lambda: loop_all(texts, plain), times=1)
    hits = 0
    phrases = range(len(plain))
    scanned = Scanner(rules.reader, phrases).scan(texts)
    for text, scan, found in zip(texts, scanned, loop_all(texts, plain), strict=True):
        turn = TurnText(text, scan or {}, phrases, rules.reader)
        own = {(phrase, *span) for phrase in turn.found for span in turn.spans(phrase)}
        expected = settled(rules, text, found)
        if settled(rules, text, own) != expected:
            raise SystemExit(f"hits differ: {settled(rules, text, own) ^ expected}")
        hits += len(expected)
    print(f"rules: {count} ({len(plain)} phrases, read in {loaded:.2f} s), {characters} characters")
    print(f"  fold + match          {characters / fast / 1e6:6.2f} M characters/s, {total} hits")
    print(f"  loop of re            {some / loop / 1e6:6.4f} M characters/s, on a sample")
    print(f"  ratio on the sample   {loop / ours:6.0f} x, {hits} hits identical")
    print(f"  and personal data     {characters / whole / 1e6:6.2f} M characters/s, {spans} spans")
    print(f"  ratio                 {loop / some * characters / whole:6.0f} x the loop of re")


def time_literals(turns: Sequence[tuple[str, str]], count: int) -> None:
    """Literal phrases against one alternation."""
    texts = [normal.text for normal in normalise_many([text for _, text in turns])]
    phrases = chinese_pieces(texts, random.Random(11), count, 3, 8)
    automaton = daachorse.CharwiseDoubleArrayAhoCorasick(phrases)
    joined = "\0".join(texts)
    part = joined[:20_000]
    longest = "|".join(map(re.escape, sorted(phrases, key=len, reverse=True)))
    pattern = re.compile(f"(?=({longest}))")
    fast = best(lambda: automaton.find_overlapping(joined))
    slow = best(lambda: pattern.findall(part), times=1)
    found: dict[int, int] = {}
    for start, end, _ in automaton.find_overlapping(part):
        found[start] = max(end, found.get(start, 0))
    expected = {match.start(): match.end(1) for match in pattern.finditer(part)}
    if found != expected:
        raise SystemExit("hits differ")
    ratio = (len(joined) / fast) / (len(part) / slow)
    print(f"literals: {len(phrases)}")
    print(f"  one scan              {len(joined) / fast / 1e6:6.2f} M characters/s, overlapping")
    print(f"  re alternation        {len(part) / slow / 1e6:6.4f} M characters/s")
    print(f"  ratio                 {ratio:6.0f} x, the longest hit at each place identical")


def time_growth() -> None:
    """Expressions that backtrack, on text made for them: time must grow with the text alone."""
    parser = PhraseParser(Lexicon())
    slowest = 0.0
    for source, unit in (
        ("甲..18乙..18丙..18丁", "甲甲甲甲乙乙乙乙乙乙丙丙丙丙丙丙丙"),
        ("(甲|甲甲|甲甲甲)(甲|甲甲)?..20(甲|甲甲)?..20乙", "甲" * 40 + "丙" * 20 + "乙"),
        ("#+..12#+..12甲乙", "1丙2丙3丙4丙5丙甲乙,"),
        ("甲..16甲..16乙..16丁戊", "甲" * 30 + "乙" * 18 + "丁戊,丁戊"),
    ):
        scanner = Scanner(Phrases({0: express(parser.parse(source))}), [0])
        times = []
        for length in (4_000, 32_000):
            text = (unit * length)[:length]
            times.append(best(lambda: scanner.scan([text])))  # noqa: B023 - called at once
        growth = times[1] / max(times[0], 1e-6)
        slowest = max(slowest, growth)
        if growth > 24:
            raise SystemExit(f"{source}: 8 times the text took {growth:.0f} times as long")
    print(f"growth: 8 times the text takes at most {slowest:.1f} times as long")


def time_words(turns: Sequence[tuple[str, str]]) -> None:
    """Segmentation against jieba."""
    jieba.setLogLevel(60)
    jieba.initialize()
    jieba.load_userdict(str(asset("configs", "lexicon", "words.txt")))
    texts = [text for _, text in turns]
    segment("预热")
    sample = texts[:3_000]
    characters = sum(map(len, sample))
    fast = best(lambda: [segment(text) for text in sample])
    slow = best(lambda: [jieba.lcut(text) for text in sample], times=1)
    differing = sum(segment(text) != jieba.lcut(text) for text in sample)
    print(f"words: {len(sample)} turns")
    print(f"  segment               {characters / fast / 1e6:6.2f} M characters/s")
    print(f"  jieba                 {characters / slow / 1e6:6.2f} M characters/s")
    print(f"  ratio                 {slow / fast:6.1f} x, {differing} turns differ (Traditional)")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", type=Path)
    shipped = asset("data", "sample").glob("**/conversations*.jsonl")
    files = parser.parse_args().files or sorted(shipped)
    conversations = read_conversations(files)
    turns = [turn for conversation in conversations for turn in conversation]
    gc.set_threshold(100_000, 20, 20)  # as a run does
    time_rules(conversations, 2_000)
    time_literals(turns, 10_000)
    time_words(turns)
    time_growth()


if __name__ == "__main__":
    main()
