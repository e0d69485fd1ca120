"""All made-up forms of personal information by type, and how to see whether one was found."""

import random
from collections.abc import Callable, Iterator

import privacy_forms
import privacy_names
from privacy_readings import Form

from ccnlp.privacy.thread import Thread

KINDS: dict[str, Callable[[random.Random], Form]] = {
    "name": privacy_names.name,
    "mobile": privacy_forms.mobile,
    "landline": privacy_forms.landline,
    "id_card": privacy_forms.id_card,
    "passport": privacy_forms.passport,
    "bank_card": privacy_forms.bank_card,
    "address": privacy_names.address,
    "email": privacy_forms.email,
    "plate": privacy_forms.plate,
    "wechat_qq": privacy_forms.wechat_qq,
    "order_id": privacy_forms.order_id,
    "verification_code": privacy_forms.verification_code,
    "password": privacy_forms.password,
}


def forms(kind: str, count: int, seed: int) -> Iterator[Form]:
    """``count`` forms of one type; the same for the same seed."""
    rng = random.Random(f"{kind}-{seed}")
    make = KINDS[kind]
    for _ in range(count):
        yield make(rng)


def covered(thread: Thread, form: Form) -> bool:
    """Whether the found spans, of any type, cover the whole value."""
    places: set[int] = set()
    for span in thread.conversation(form.turns):
        if span.turn == form.turn:
            places.update(range(span.start, span.end))
    return places.issuperset(range(form.start, form.end))
