"""Segmentation gives jieba's tokens, with user words in both, and true boundaries."""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import jieba
import pytest
from conversations import rough_text
from hypothesis import given, settings
from hypothesis import strategies as st

from ccnlp.assets import asset
from ccnlp.errors import ConfigError
from ccnlp.text.normalise import fold_script, normalise
from ccnlp.text.segment import (
    Segmenter,
    boundaries,
    default_segmenter,
    keywords,
    lazy_boundaries,
    read_words,
    segment,
    segment_lines,
    word_frequencies,
)

REAL = Path(__file__).parent.parent.parent / "shared" / "data" / "dialogues" / "real.jsonl"
SENTENCES = [
    "我要投诉你们的服务态度太差了",
    "订单号10-15号之前1.5.5版本A&B公司C++和3.14%",
    "请问VIP客户的4G+套餐 流量是100GB吗?",
    "T恤和K歌设备,AA制",
    "wifi密码是abc_123,邮箱a.b@c.com",
    "乾隆年间的著作",
    "〇〇后的小张说:好的呢~",
    "",
    " \t\n",
]


@pytest.fixture(scope="module")
def tokenizer():
    """jieba itself, with the shipped user dictionary."""
    jieba.setLogLevel(60)
    tokenizer = jieba.Tokenizer()
    tokenizer.initialize()
    for word, frequency, tag in read_words(asset("configs", "lexicon", "words.txt")):
        tokenizer.add_word(word, frequency, tag)
    return tokenizer


@pytest.mark.parametrize("sentence", SENTENCES)
def test_tokens_are_those_of_jieba(sentence, tokenizer):
    assert segment(sentence) == tokenizer.lcut(sentence)


@settings(max_examples=400, deadline=None)
@given(
    st.text(
        alphabet=st.sampled_from(
            "我要投诉他们的服务了不AT&C+#.-_%0123456789abcXYZ "
            "\u3000\r\n\t，。！〇㐀龥龦鿕鿖\U00020000😊é乾隆著作恤"
        ),
        max_size=30,
    )
)
def test_tokens_are_those_of_jieba_on_any_mixture(tokenizer, text):
    assert segment(fold_script(text)) == tokenizer.lcut(fold_script(text))


@pytest.mark.skipif(not REAL.exists(), reason="the shared dialogues are not here")
def test_tokens_are_those_of_jieba_on_real_turns(tokenizer):
    limit = int(os.environ.get("CCNLP_SEGMENT_TURNS", "3000"))
    turns = [
        turn["text"]
        for line in REAL.read_text(encoding="utf-8").splitlines()
        for turn in json.loads(line)["turns"]
    ][:limit]
    folded = [fold_script(text) for text in turns]
    differing = [text for text in folded if segment(text) != tokenizer.lcut(text)]
    assert differing == []


@pytest.mark.parametrize(
    ("traditional", "words"),
    [
        ("我要投訴客服", ["我要", "投訴", "客服"]),
        ("請問為什麼扣費", ["請問", "為什麼", "扣費"]),
    ],
)
def test_traditional_text_is_cut_as_simplified(traditional, words):
    folded = fold_script(traditional)
    assert "".join(segment(traditional)) == traditional
    assert [len(w) for w in segment(traditional)] == [len(w) for w in segment(folded)]
    assert words[1] in segment(traditional)


@given(st.text(max_size=40))
def test_words_join_to_the_text_and_boundaries_lie_between_them(text):
    words = segment(text)
    assert "".join(words) == text
    ends = [0]
    for word in words:
        ends.append(ends[-1] + len(word))
    assert boundaries(text) == frozenset(ends)


@given(
    st.text(
        alphabet=st.sampled_from(
            "我要投诉他们的大麻烦AT&C+#.-_%01abc ，。！〇㐀龥鿕鿖\U00020000😊é"
        ),
        max_size=30,
    )
)
def test_lazy_boundaries_are_the_same(text):
    lazy, all_of_them = lazy_boundaries(text), boundaries(text)
    for offset in range(len(text) + 1):
        assert (offset in lazy) == (offset in all_of_them)


def test_user_words_are_kept_whole(tmp_path):
    path = tmp_path / "words.txt"
    path.write_text("# names\n花呗逾期 20000 n\n蓝鲸宽带\n", encoding="utf-8")
    own = Segmenter([path])
    plain = jieba.Tokenizer()
    for word, frequency, tag in read_words(path):
        plain.add_word(word, frequency, tag)
    for text in ("我的花呗逾期了", "蓝鲸宽带又断了"):
        assert own.segment(text) == plain.lcut(text)
    assert "花呗逾期" in own.segment("我的花呗逾期了")
    assert "蓝鲸宽带" in own.segment("蓝鲸宽带又断了")


@pytest.mark.parametrize(
    ("content", "says"), [("甲乙 3 n 丙\n", ":1"), ("甲乙\n甲乙 3\n", ":2"), ("甲 x 3\n", ":1")]
)
def test_wrong_user_dictionary_is_named(tmp_path, content, says):
    path = tmp_path / "words.txt"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ConfigError, match=says):
        read_words(path)


def test_nothing_is_loaded_at_import():
    code = (
        "import sys, ccnlp.text.segment, ccnlp.text.normalise, ccnlp.text.sound, ccnlp.rules.load\n"
        "print([m for m in ('rjieba', 'jieba', 'pypinyin', 'opencc') if m in sys.modules],"
        " ccnlp.text.normalise._tables.cache_info().currsize)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[] 0\n"


def test_the_default_segmenter_is_built_once():
    assert default_segmenter() is default_segmenter()


def test_frequencies_leave_out_signs_and_numbers():
    counts = word_frequencies(["投诉,投诉 123 ！", "投訴"])
    assert counts["投诉"] == 3
    assert all(word.strip(",！ ") for word in counts)
    assert "123" not in counts


def test_keywords_are_what_other_texts_do_not_say():
    counts = word_frequencies(["宽带又断了,我们的宽带", "因为宽带没有人修", "我们没有宽带"])
    words = dict(keywords(counts, 5))
    assert next(iter(words)) == "宽带"
    assert all(len(word) > 1 and bits > 0 for word, bits in words.items())
    # 4 of all words, against at most one in 100,000 of running text
    assert words["宽带"] >= 4 / counts.total() * 8
    assert keywords(counts, 1) == [("宽带", words["宽带"])]
    assert keywords(Counter()) == []


@given(lines=st.lists(rough_text, max_size=5))
def test_lines_are_cut_together_as_alone(lines: list[str]) -> None:
    lines = [normalise(line).text.replace("\n", " ").replace("\r", " ") for line in lines]
    assert segment_lines(lines) == [segment(line) for line in lines]
