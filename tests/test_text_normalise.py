"""Folding is one to one, squeezing keeps a true map, nothing depends on the batch."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccnlp.text.normalise import fold, fold_script, normalise, normalise_many

# any code point, lone surrogates among them, with what usually hurts thrown in often
NASTY = st.sampled_from(
    [
        *"投诉诉诉訴 \t\n\r\x00*-~,。！ABCａ１①²½ﬁİß\u200b\u200d\ufeff\u0301\u20e3\ufe0f🇨🇳👨‍👩‍👧",
        "\ud800",
        "\udfff",
        "\U0010ffff",
        "\u202e",
        "א",
        "م",
        "१",
        "〇",
        "㐀",
        "\U00020000",
    ]
)
ANY = st.text(alphabet=st.one_of(NASTY, st.characters(codec=None)), max_size=60)


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("我要投訴", "我要投诉"),
        ("臺灣 裡面 為什麼 爲什麽", "台湾 里面 为什么 为什么"),
        ("ＡＢＣ１２３　！？，", "abc123 !?,"),
        ("HeLLo", "hello"),
        ("①②", "12"),
        ("१२३", "123"),
        ("著急 看著", "着急 看着"),
        ("帳號 帐号 賬號", "账号 账号 账号"),
        ("說話…“好”「好」😊", "说话…“好”「好」😊"),
        ("么二三零五", "幺二三零五"),
        ("打么么零", "打幺幺零"),
        ("么二三么五", "幺二三幺五"),
        ("零么么", "零幺幺"),
        ("什么3元 这么三天 么么哒 要么一", "什么3元 这么三天 么么哒 要么一"),
        ("ß ﬁ İ ½", "ß ﬁ İ ½"),  # no single character says the same
        ("\ud83d投", "\ufffd投"),
    ],
)
def test_fold_is_as_expected(written, folded):
    normal = normalise(written)
    assert normal.text == folded
    assert normal.original == written
    if "\ud83d" not in written and "么" not in written:
        assert fold(written) == folded


@pytest.mark.parametrize(
    ("written", "squeezed"),
    [
        ("投 诉 你", "投诉你"),
        ("抖*音", "抖音"),
        ("消-协", "消协"),
        ("消·协", "消协"),
        ("投😊诉", "投诉"),
        ("投\u200b诉", "投诉"),
        ("a\u200bb", "ab"),
        ("投诉诉诉诉", "投诉"),
        ("好好好吧", "好吧"),
        ("aaaa", "a"),
        ("1 2 3 1 5", "12315"),
        ("打 12315", "打12315"),
    ],
)
def test_squeeze_sees_through_what_stands_inside_words(written, squeezed):
    assert normalise(written).squeezed.text == squeezed


@pytest.mark.parametrize(
    "written",
    [
        "谢谢",
        "我要投诉,马上",
        "hello world",
        "12333",
        "10000",
        "1.5",
        "好。我要",
        "",
        "😊",
        "a b",
        "- 投诉",
    ],
)
def test_ordinary_text_has_no_squeezed_view(written):
    assert normalise(written).squeezed is None


def test_hits_across_a_gap_are_told_from_others():
    view = normalise("我要投 诉你们公司").squeezed
    at = view.text.index("投诉")
    assert view.crosses(at, at + 2)
    assert view.span(at, at + 2) == (2, 5)
    company = view.text.index("公司")
    assert not view.crosses(company, company + 2)


@given(ANY)
def test_folding_is_one_to_one_and_stable(text):
    normal = normalise(text)
    assert len(normal.text) == len(text)
    assert normal.original == text
    assert normalise(normal.text).text == normal.text
    normal.text.encode("utf-8")  # native code can take it
    assert len(fold_script(text)) == len(text)


@given(ANY)
def test_squeezed_view_maps_back_truly(text):
    normal = normalise(text)
    view = normal.squeezed
    if view is None:
        return
    assert len(view.origin) == len(view.text) + 1
    assert view.origin[-1] == len(text)
    assert all(a < b for a, b in zip(view.origin, view.origin[1:], strict=False))
    assert all(normal.text[o] == c for o, c in zip(view.origin, view.text, strict=False))
    for start in range(len(view.text)):
        for end in (start + 1, len(view.text)):
            a, b = view.span(start, end)
            assert 0 <= a < b <= len(text)
            assert view.crosses(start, end) == (b - a != end - start)


@given(st.lists(ANY, max_size=8))
def test_batch_does_not_matter(texts):
    assert normalise_many(texts) == [normalise(text) for text in texts]


@given(
    st.text(alphabet=st.sampled_from("天地玄黄我们要投诉你公司客服0123abc,。!? 乾著"), max_size=40)
)
def test_simplified_text_is_left_to_segmentation_as_it_is(text):
    assert fold_script(text) == text
