"""Pseudonyms: the same value becomes the same token, within one deployment only.

A token is the head of an HMAC-SHA256 under the deployment's key, so it can be joined and counted
but not undone or made by guessing without the key. Spoken and written forms of a number become
the same token.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable
from typing import Final, NamedTuple

from ccnlp.errors import ConfigError
from ccnlp.text.normalise import normalise
from ccnlp.text.numerals import digit_runs, fold

#: A key shorter than this could be guessed.
_LEAST_KEY: Final = 16
#: Hexadecimal digits of a token: 48 bits, no clash to be expected below ten million values.
_TOKEN_DIGITS: Final = 12
_NUMBERS: Final = frozenset({"mobile", "landline", "bank_card", "verification_code"})
_COUNTRY: Final = re.compile(
    r"^(?:00)?(?:86(?=1[3-9]\d{9}$)|886(?=9\d{8}$)|852(?=\d{8}$)|853(?=\d{8}$))"
)


class Replaced(NamedTuple):
    """A text with pseudonyms, and where they stand in it."""

    text: str
    #: (start, end, type) of each token in ``text``.
    spans: tuple[tuple[int, int, str], ...]


def canonical(kind: str, value: str) -> str:
    """What all ways to write or say one value share.

    >>> canonical("mobile", "幺三八 零零幺三 八零零零") == canonical("mobile", "+86 138-0013-8000")
    True
    """
    plain = normalise(value).text
    if kind == "password":
        return value
    if kind in _NUMBERS:
        digits = "".join(run.digits for run in digit_runs(plain))
        short = _COUNTRY.sub("", digits)
        return "0" + short if digits.lstrip("0").startswith("886") and short != digits else short
    if kind == "id_card":
        digits = "".join(run.digits for run in digit_runs(plain))
        letters = "".join(c for c in fold(plain) if "A" <= c <= "Z" or c == "叉").replace("叉", "X")
        return letters + digits
    return re.sub(r"[\s\-—－,，、.。·()（）/]", "", fold(plain))


class Pseudonyms:
    """Tokens under one key.

    Raises
    ------
    ConfigError: the key has fewer than 16 bytes.
    """

    def __init__(self, key: bytes) -> None:
        if len(key) < _LEAST_KEY:
            raise ConfigError(
                f"the pseudonym key has {len(key)} bytes, fewer than {_LEAST_KEY}",
                where="setting pseudonym_key",
                mend="make one with: python -c 'import secrets; print(secrets.token_hex(32))'",
            )
        self._key = key

    def token(self, kind: str, value: str) -> str:
        """The pseudonym of a value, e.g. ``mobile_0f3a9c12d4e7``."""
        message = f"{kind}\0{canonical(kind, value)}".encode("utf-8", "surrogatepass")
        digest = hmac.new(self._key, message, hashlib.sha256).hexdigest()
        return f"{kind}_{_letters(digest[:_TOKEN_DIGITS])}"

    def replace(self, text: str, spans: Iterable[tuple[int, int, str]]) -> Replaced:
        """``text`` with each span (start, end, type; not overlapping) as ``[token]``."""
        parts: list[str] = []
        made: list[tuple[int, int, str]] = []
        at = length = 0
        for start, end, kind in sorted(spans):
            token = f"[{self.token(kind, text[start:end])}]"
            parts += (text[at:start], token)
            length += start - at
            made.append((length, length + len(token), kind))
            length += len(token)
            at = end
        parts.append(text[at:])
        return Replaced("".join(parts), tuple(made))


def _letters(digest: str) -> str:
    """Hexadecimal as letters a to p: a token must not look like a number itself."""
    return digest.translate(_LETTERS)


_LETTERS: Final = str.maketrans("0123456789abcdef", "ghijklmnopabcdef")
