"""Every type is found in the forms in which it is written and said; what looks like it is not.

A seeded part of what ``python -m benchmarks.privacy`` measures in full.
"""

import pytest
from privacy_decoys import decoys
from privacy_samples import KINDS, covered, forms

from ccnlp.privacy.recognise import Recogniser
from ccnlp.privacy.thread import Thread
from ccnlp.taxonomy import PII_TYPES

_FORMS, _DECOYS = 600, 4000


@pytest.fixture(scope="module")
def thread() -> Thread:
    return Thread(Recogniser())


def test_forms_cover_the_taxonomy() -> None:
    assert tuple(KINDS) == PII_TYPES


@pytest.mark.parametrize("kind", KINDS)
def test_forms_are_found(thread: Thread, kind: str) -> None:
    missed = [form for form in forms(kind, _FORMS, seed=7) if not covered(thread, form)]
    assert len(missed) <= 0.005 * _FORMS, missed[:5]


def test_look_alikes_are_not_found(thread: Thread) -> None:
    false = [
        (kind, text, spans)
        for kind, speaker, text in decoys(_DECOYS, seed=7)
        if (spans := thread.conversation([(speaker, text)]))
    ]
    assert len(false) <= 0.002 * _DECOYS, false[:8]


def test_forms_are_the_same_for_one_seed() -> None:
    assert list(forms("mobile", 20, 3)) == list(forms("mobile", 20, 3))
    assert list(forms("mobile", 20, 3)) != list(forms("mobile", 20, 4))
