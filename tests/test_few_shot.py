"""Few-shot detectors: what is learned, that it holds in any batch, and that folders keep it."""

import json
from pathlib import Path

import numpy as np
import pytest

from ccnlp.errors import ConfigError, UnavailableError
from ccnlp.fewshot.detector import Encoder, grams_of, learn, learn_detector
from ccnlp.fewshot.examples import Example, read_background, read_examples
from ccnlp.fewshot.folder import load_detector, write_detector
from ccnlp.fewshot.learn import learn_weights
from ccnlp.taxonomy import Category

ONES = [
    "说好三天退款，这都第八天了钱还没到",
    "我的退款怎么还没到账啊，都一个礼拜了",
    "退货你们早收到了，退款一直没退",
    "上个月就说给我退款，到现在没看到",
    "等了半个月了退款呢",
    "押金退款二十天还没退下来",
    "退款到底什么时候能到，早过期限了",
    "机票退款一个多月没收到",
    "查了银行流水，没有你们的退款进来",
    "昨天就该到的退款今天还是没有",
]
OTHERS = [
    "退款一般几天到账",
    "怎么申请退款",
    "退款收到了，谢谢",
    "我不要退款，给我换一个",
    "快递怎么还没到，都一个礼拜了",
    "我要退货，尺码不对",
    "这个能退吗",
    "发票什么时候能开",
    "师傅说好昨天来，到现在没来",
    "这个月多扣了我三十块钱",
]
CATEGORY = Category(
    "refund_delay", "退款迟迟不到", ("customer",), "service_quality", severity="high"
)


class Bigrams:
    """Makes vectors of 8-bit values from the bigrams of a text, as an encoder would."""

    def embed(self, texts, speaker="customer"):
        made = np.zeros((len(texts), 64), np.int8)
        for row, text in enumerate(texts):
            for i in range(len(text) - 1):
                made[row, (ord(text[i]) * 31 + ord(text[i + 1])) % 64] += 20
        return made


@pytest.fixture
def examples(tmp_path: Path) -> Path:
    rows = [{"text": t, "label": True} for t in ONES] + [
        {"text": t, "label": False} for t in OTHERS
    ]
    return written(tmp_path, rows)


def written(folder: Path, rows: list[dict[str, object]]) -> Path:
    path = folder / "refund_delay.jsonl"
    path.write_text("\n".join(json.dumps(r, ensure_ascii=False) for r in rows), encoding="utf-8")
    return path


@pytest.fixture(params=[None, Encoder(Bigrams(), "b" * 16)], ids=["n-grams", "vectors"])
def encoder(request: pytest.FixtureRequest) -> Encoder | None:
    return request.param


def chances(detector, encoder, texts):
    vectors = encoder.embedder.embed(texts) if encoder else None
    return detector.weights.chances(grams_of(texts), vectors)


def test_it_finds_what_it_has_not_seen_and_leaves_the_background_alone(examples, encoder):
    learned = learn_detector(CATEGORY, examples, encoder)
    new = ["退款都两个礼拜了还没到账", "请问你们几点关门"]
    late, closing = chances(learned.detector, encoder, new)
    assert late > 0.5 > closing
    assert learned.figures()["background"] < 0.01
    known = chances(learned.detector, encoder, ONES + OTHERS)
    assert known[: len(ONES)].min() > known[len(ONES) :].max()


def test_what_is_left_out_is_judged_as_if_it_had_never_been_learned(encoder):
    texts = ONES + OTHERS
    is_one = np.array([True] * len(ONES) + [False] * len(OTHERS))

    def score(chance, weights):
        return (np.log(chance / (1 - chance)) - weights.offset) / weights.slope

    def fit(kept):
        vectors = encoder.embedder.embed([texts[i] for i in kept]) if encoder else None
        return learn_weights(grams_of([texts[i] for i in kept]), vectors, is_one[kept])

    weights, left_out = fit(range(len(texts)))
    for place in (0, 7, 12):
        others, _ = fit([i for i in range(len(texts)) if i != place])
        vectors = encoder.embedder.embed([texts[place]]) if encoder else None
        alone = others.chances(grams_of([texts[place]]), vectors)[0]
        assert score(alone, others) == pytest.approx(score(left_out[place], weights), abs=0.01)


def test_a_turn_is_judged_alike_whatever_stands_beside_it(examples, encoder):
    detector = learn_detector(CATEGORY, examples, encoder).detector
    together = chances(detector, encoder, ONES + OTHERS)
    alone = [chances(detector, encoder, [text])[0] for text in ONES + OTHERS]
    assert together.tolist() == alone


def test_a_folder_keeps_both_detectors_to_the_bit(examples, encoder, tmp_path):
    plain = learn_detector(CATEGORY, examples, None)
    full = learn_detector(CATEGORY, examples, encoder) if encoder else None
    folder = tmp_path / "refund_delay" / "1"
    write_detector(folder, examples, "ours", "command", plain, full)
    digest = encoder.digest if encoder else None
    again = load_detector(folder, "refund_delay", digest)
    assert again.digest == (full or plain).detector.digest
    assert again.lines == tuple(range(1, len(ONES) + 1))
    elsewhere = load_detector(folder, "refund_delay", "another encoder")
    assert elsewhere.over is None
    assert elsewhere.digest == plain.detector.digest


def test_a_damaged_folder_and_one_of_another_category_are_unavailable(examples, tmp_path):
    plain = learn_detector(CATEGORY, examples, None)
    folder = tmp_path / "1"
    write_detector(folder, examples, "ours", "command", plain, None)
    with pytest.raises(UnavailableError, match="not a detector of churn"):
        load_detector(folder, "churn", None)
    (folder / "weights.safetensors").write_bytes(b"broken")
    with pytest.raises(UnavailableError, match="is not the file"):
        load_detector(folder, "refund_delay", None)


def test_labels_that_mean_nothing_are_refused():
    same = [Example("你好请问一下", "customer", i % 2 == 0, i) for i in range(20)]
    with pytest.raises(ConfigError, match="nothing in common"):
        learn("refund_delay", same, (), None)


@pytest.mark.parametrize(
    ("rows", "what"),
    [
        ([{"text": "退款没到"}], "jsonl:1: is no example"),
        ([{"text": "退款没到", "label": "yes"}], "jsonl:1: is no example"),
        ([{"text": " ", "label": True}], "jsonl:1: the text is empty"),
        ([{"text": "退款没到", "label": True, "speaker": "agent"}], "jsonl:1: a agent's turn"),
        (
            [{"text": "退款没到", "label": True}, {"text": "退款沒到", "label": False}],
            "jsonl:2: the same text is labelled otherwise on line 1",
        ),
        ([{"text": t, "label": True} for t in ONES], "0 different texts are labelled false"),
    ],
)
def test_a_wrong_line_is_named(rows, what, tmp_path):
    with pytest.raises(ConfigError) as caught:
        read_examples(written(tmp_path, rows), ("customer",))
    assert what in str(caught.value)


def test_the_background_that_ships_holds_turns_of_both_sides():
    assert len(read_background(("customer",))) == 600
    assert {e.speaker for e in read_background(("agent", "bot"))} == {"agent", "bot"}
