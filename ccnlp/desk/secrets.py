"""Passwords (Argon2id) and the second factor (TOTP, RFC 6238)."""

import time
from typing import Final

import pyotp
import segno
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

#: Seconds of a time step.
_STEP: Final = 30


class Passwords:
    """Hashes and checks passwords; parameters are those that argon2-cffi recommends."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        # Checked where there is no such account, so that time tells nothing.
        self._nobody = self._hasher.hash("nobody has this password")

    def hash(self, password: str) -> str:
        """A PHC string with its own salt."""
        return self._hasher.hash(password)

    def holds(self, hashed: str | None, password: str) -> bool:
        """Whether it is the password; takes as long where ``hashed`` is ``None``."""
        try:
            return self._hasher.verify(hashed or self._nobody, password) and hashed is not None
        except (VerificationError, InvalidHashError):
            return False

    def outdated(self, hashed: str) -> bool:
        """Whether it was made with weaker parameters than today's."""
        return self._hasher.check_needs_rehash(hashed)


def new_totp() -> str:
    """A fresh base32 secret."""
    return pyotp.random_base32()


def totp_step(secret: str, code: str) -> int | None:
    """The time step that a code of six digits is of, one to either side at most; else ``None``."""
    clock = pyotp.TOTP(secret)
    present = int(time.time()) // _STEP
    for step in (present, present - 1, present + 1):
        if pyotp.utils.strings_equal(clock.at(step * _STEP), code.replace(" ", "")):
            return step
    return None


def totp_picture(secret: str, name: str) -> str:
    """A QR code for an authenticator, as a ``data:`` URL of an SVG."""
    uri = pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name="ccnlp")
    return str(segno.make(uri, error="m").svg_data_uri(scale=4, border=2))
