"""Check digits of numbers that carry one: whether a number can be what it looks like.

Each function takes plain ASCII (``ccnlp.text.numerals.fold``), upper case, without blanks.
"""

from typing import Final

#: First two digits of a resident ID: the province (GB/T 2260).
_PROVINCES: Final = frozenset(
    str(code)
    for first, last in (
        (11, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 65), (71, 71), (81, 83), (91, 91),
    )
    for code in range(first, last + 1)
)  # fmt: skip
_RESIDENT_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_RESIDENT_CHECK: Final = "10X98765432"
#: Letters of Taiwan's identity card in the order of their value, 10 to 35.
_TAIWAN_LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVXYWZIO"
_COMPANY_WEIGHTS: Final = (1, 2, 1, 2, 1, 2, 4, 1)


def is_date(digits: str) -> bool:
    """Whether eight digits are a plausible birth date, yyyymmdd, 1900 to 2039."""
    return (
        digits[:2] in ("19", "20")
        and digits[2:4] < ("99a" if digits[:2] == "19" else "40")
        and "01" <= digits[4:6] <= "12"
        and "01" <= digits[6:8] <= "31"
    )


def resident_shape(number: str) -> bool:
    """Whether 18 characters have the province and birth date of a resident ID (GB 11643)."""
    return (
        len(number) == 18
        and number[:17].isdigit()
        and (number[17].isdigit() or number[17] == "X")
        and number[:2] in _PROVINCES
        and is_date(number[6:14])
    )


def resident_check(number: str) -> bool:
    """Whether the last character of a resident ID of 18 is its MOD 11-2 check character.

    >>> resident_check("11010519491231002X")
    True
    """
    total = sum(
        weight * int(digit) for weight, digit in zip(_RESIDENT_WEIGHTS, number, strict=False)
    )
    return number[17] == _RESIDENT_CHECK[total % 11]


def old_resident_shape(number: str) -> bool:
    """Whether 15 digits have the shape of a resident ID of before 1999."""
    return (
        len(number) == 15
        and number.isdigit()
        and number[:2] in _PROVINCES
        and is_date("19" + number[6:12])
    )


def luhn(number: str) -> bool:
    """Whether a digit string passes Luhn's formula (ISO/IEC 7812).

    >>> luhn("4111111111111111"), luhn("4111111111111112")
    (True, False)
    """
    total = 0
    for place, digit in enumerate(reversed(number)):
        value = int(digit)
        if place & 1:
            value = value * 2 - 9 if value > 4 else value * 2
        total += value
    return total % 10 == 0


def taiwan_id_check(number: str) -> bool:
    """Check digit of a Taiwan identity card or residence permit (letter, 1 2 8 or 9, 8 digits).

    >>> taiwan_id_check("A123456789")
    True
    """
    value = _TAIWAN_LETTERS.index(number[0]) + 10
    second = number[1]
    if not second.isdigit():  # permits before 2021: two letters
        second = str((_TAIWAN_LETTERS.index(second) + 10) % 10)
    total = value // 10 + value % 10 * 9
    rest = second + number[2:9]
    total += sum(int(digit) * weight for digit, weight in zip(rest, range(8, 0, -1), strict=True))
    return (total + int(number[9])) % 10 == 0


def hong_kong_id_check(number: str) -> bool:
    """Check digit of a Hong Kong identity card, one or two letters, six digits, check.

    >>> hong_kong_id_check("A1234563"), hong_kong_id_check("A1234564")
    (True, False)
    """
    body, check = number[:-1].rjust(8), number[-1]
    values = [36 if c == " " else ord(c) - 55 if c.isalpha() else int(c) for c in body]
    total = sum(value * weight for value, weight in zip(values, range(9, 1, -1), strict=True))
    return (total + (10 if check == "A" else int(check))) % 11 == 0


def taiwan_company_check(number: str) -> bool:
    """Check of Taiwan's uniform invoice number (統一編號), 8 digits, by the rule of 2023 (mod 5).

    >>> taiwan_company_check("04595257")
    True
    """
    total = 0
    for digit, weight in zip(number, _COMPANY_WEIGHTS, strict=True):
        product = int(digit) * weight
        total += product // 10 + product % 10
    return total % 5 == 0 or (number[6] == "7" and (total + 1) % 5 == 0)
