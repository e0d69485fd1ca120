"""Times and limits of the desk, out of a YAML file (configs/desk/default.yaml explains each)."""

from pathlib import Path

import msgspec

from ccnlp.assets import asset
from ccnlp.errors import ConfigError
from ccnlp.store.desk_schema import ROLES
from ccnlp.yamlfile import line_of, read_as


class DeskSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Hours, minutes, counts and bytes as their names say; all above 0."""

    major_hours: float = 24
    answer_hours: float = 48
    solve_hours: float = 72
    lease_minutes: float = 10
    session_hours: float = 10
    idle_minutes: float = 60
    login_failures: int = 5
    lock_minutes: float = 15
    password_length: int = 12
    second_factor_roles: tuple[str, ...] = ()
    requests_a_minute: int = 600
    logins_a_minute: int = 20
    body_bytes: int = 65536


def load_settings(path: Path | None = None) -> DeskSettings:
    """Read and check the settings; the shipped ones where no file is named.

    Raises
    ------
    ConfigError: naming file, line and key.
    """
    path = path or asset("configs", "desk", "default.yaml")
    given = read_as(path, DeskSettings)
    for key in DeskSettings.__struct_fields__:
        value = getattr(given, key)
        wrong = set(value) - set(ROLES) if isinstance(value, tuple) else value <= 0
        if wrong:
            raise ConfigError(
                "is no such role" if isinstance(value, tuple) else "is not above 0",
                where=f"{path}:{line_of(path, [key])}: key {key}",
                mend=f"one of {', '.join(ROLES)}" if isinstance(value, tuple) else "write a number",
            )
    return given
