"""The marks lose nothing: what all recognisers find in a turn is found in a batch as well."""

from hypothesis import given, settings
from hypothesis import strategies as st
from privacy_decoys import decoys
from privacy_samples import KINDS, forms

from ccnlp.privacy.recognise import Recogniser
from ccnlp.text.normalise import normalise_many

_RECOGNISER = Recogniser()


def _same(turns: list[tuple[str, str]]) -> None:
    normals = normalise_many([text for _, text in turns])
    looks = _RECOGNISER.look_many(
        [(text, normal, speaker) for (speaker, text), normal in zip(turns, normals, strict=True)]
    )
    for (speaker, text), look in zip(turns, looks, strict=True):
        alone = tuple(_RECOGNISER.find(text, speaker=speaker))
        assert (look.hits if look else ()) == alone, text


def test_forms_and_decoys() -> None:
    turns = [turn for kind in KINDS for form in forms(kind, 150, seed=11) for turn in form.turns]
    turns += [(speaker, text) for _, speaker, text in decoys(1500, seed=11)]
    _same(turns)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.text("0一幺两个三八 -.@a我叫王小明先生的妈妈路号栋微信密码是粤B\n洞", max_size=30),
        max_size=8,
    )
)
def test_made_up_turns(texts: list[str]) -> None:
    _same([("customer", text) for text in texts])


def test_nothing_to_look_at_costs_nothing() -> None:
    turns = [("customer", "好的 谢谢"), ("agent", "不客气"), ("customer", "")]
    normals = normalise_many([text for _, text in turns])
    views = [(t, n, s) for (s, t), n in zip(turns, normals, strict=True)]
    assert _RECOGNISER.look_many(views) == [None, None, None]
    assert _RECOGNISER.look_many([]) == []
