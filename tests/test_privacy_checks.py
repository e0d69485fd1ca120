"""Check digits: right numbers pass, and one wrong digit is seen."""

import random

import pytest
from privacy_forms import hong_kong_id, luhn_number, resident, taiwan_id

from ccnlp.privacy import checks


def _one_digit_off(rng: random.Random, number: str) -> str:
    place = rng.choice([i for i, c in enumerate(number) if c.isdigit()])
    other = rng.choice([c for c in "0123456789" if c != number[place]])
    return number[:place] + other + number[place + 1 :]


def test_resident_identity_card() -> None:
    assert checks.resident_check("11010519491231002X")
    assert not checks.resident_check("110105194912310021")
    rng = random.Random(1)
    for _ in range(300):
        number = resident(rng)
        assert checks.resident_shape(number)
        assert checks.resident_check(number)
        assert not checks.resident_check(_one_digit_off(rng, number[:17]) + number[17])


@pytest.mark.parametrize(
    "number", ["990105194912310021", "110105194913310021", "11010519491231", "110105184912310021"]
)
def test_resident_shape_needs_province_and_birth_date(number: str) -> None:
    assert not checks.resident_shape(number)


def test_old_resident_identity_card() -> None:
    assert checks.old_resident_shape("110105491231002")
    assert not checks.old_resident_shape("110105491331002")


def test_luhn() -> None:
    rng = random.Random(2)
    for _ in range(300):
        number = luhn_number(rng, "62", 19)
        assert checks.luhn(number)
        assert not checks.luhn(_one_digit_off(rng, number))


def test_taiwan_identity_card() -> None:
    assert checks.taiwan_id_check("A123456789")
    rng = random.Random(3)
    for _ in range(300):
        number = taiwan_id(rng)
        assert checks.taiwan_id_check(number)
    wrong = [_one_digit_off(rng, taiwan_id(rng)) for _ in range(300)]
    # the scheme itself lets some pairs of digits pass where the weight is even or five
    assert sum(map(checks.taiwan_id_check, wrong)) < 40


def test_hong_kong_identity_card() -> None:
    assert checks.hong_kong_id_check("A1234563")
    assert checks.hong_kong_id_check("AB9876543")
    rng = random.Random(4)
    for _ in range(300):
        number = hong_kong_id(rng).replace("(", "").replace(")", "")
        assert checks.hong_kong_id_check(number)


def test_taiwan_company_number() -> None:
    assert checks.taiwan_company_check("04595257")
    assert not checks.taiwan_company_check("04595258")
