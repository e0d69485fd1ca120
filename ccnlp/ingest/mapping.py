"""Column mappings: which column or key holds what, as YAML that a QA lead can write.

See configs/mappings/ for examples and docs/ingest.md for every key.
"""

import datetime
import re
import zoneinfo
from pathlib import Path
from typing import Final, Literal

import msgspec

from ccnlp.errors import ConfigError
from ccnlp.ingest.columns import RECORD_NAMES, TURN_NAMES
from ccnlp.ingest.roles import plain
from ccnlp.types import Channel, Speaker
from ccnlp.yamlfile import line_of, read_as

#: What ``columns`` may name.
FIELDS: Final = frozenset({*RECORD_NAMES, *TURN_NAMES, "turns"})

_OFFSET: Final = re.compile(r"([+-])(\d{2}):(\d{2})")

#: A column by its name, several names of which the first there is taken, or (in a table
#: without a header) its number from 1.
Column = str | int | tuple[str, ...]


class Mapping(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How the columns or keys of a source map onto a transcript."""

    version: Literal[1] = 1
    #: A row a turn, a row a conversation, or told from the columns.
    layout: Literal["auto", "turn", "conversation"] = "auto"
    #: Field (``ccnlp.ingest.mapping.FIELDS``) -> column.
    columns: dict[str, Column] = {}
    #: Whether fields that ``columns`` does not name are found by their usual names.
    detect: bool = True
    #: Label or name -> speaker.
    speakers: dict[str, Speaker] = {}
    #: What an unknown speaker is; ``reject`` sends the conversation to quarantine.
    unknown_speaker: Literal["reject", "customer", "agent", "bot", "system"] = "reject"
    #: Label -> channel.
    channels: dict[str, Channel] = {}
    #: The channel where a record names none.
    channel: Channel = "chat"
    #: Of times that carry none: an offset (``+08:00``) or a zone's name (``Asia/Taipei``).
    timezone: str = "+08:00"
    #: CSV: one character; told from the header where it is missing.
    delimiter: str | None = None
    #: CSV: whether the first row names the columns.
    header: bool = True
    #: How the cell or key that holds all turns is written.
    turns_format: Literal["auto", "json", "text"] = "auto"
    #: Rows of one conversation: in a block, anywhere in the file, or found out.
    grouping: Literal["auto", "contiguous", "scattered"] = "auto"

    def speaker_table(self) -> dict[str, Speaker]:
        """``speakers`` with its keys in the form in which labels are compared."""
        return {plain(label): speaker for label, speaker in self.speakers.items()}

    def zone(self) -> datetime.tzinfo:
        """The time zone of times that carry none."""
        return parse_zone(self.timezone)


def parse_zone(name: str) -> datetime.tzinfo:
    """Time zone of ``+08:00``, ``Z`` or ``Asia/Shanghai``; ``ConfigError`` if it is neither."""
    if name in ("Z", "UTC"):
        return datetime.UTC
    if match := _OFFSET.fullmatch(name):
        sign = -1 if match[1] == "-" else 1
        hours, minutes = int(match[2]), int(match[3])
        if hours < 24 and minutes < 60:
            return datetime.timezone(sign * datetime.timedelta(hours=hours, minutes=minutes))
    else:
        try:
            return zoneinfo.ZoneInfo(name)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
            pass
    raise ConfigError(
        f"{name!r} is no time zone", where="timezone", mend="write +08:00 or Asia/Shanghai"
    )


def load_mapping(path: str | Path) -> Mapping:
    """Read a mapping; ``ConfigError`` names file, line and key of what is wrong."""
    path = Path(path)
    mapping = read_as(path, Mapping)
    try:
        _check(mapping)
    except ConfigError as error:
        keys = error.where.split(".")
        where = f"{path}:{line_of(path, keys)}: key {error.where}"
        raise ConfigError(error.what, where=where, mend=error.mend) from error
    return mapping


def _check(mapping: Mapping) -> None:
    for field, column in mapping.columns.items():
        if field not in FIELDS:
            raise ConfigError(
                f"no field is named {field!r}",
                where=f"columns.{field}",
                mend=f"one of {', '.join(sorted(FIELDS))}",
            )
        if isinstance(column, int) and (mapping.header or column < 1):
            raise ConfigError(
                "columns are numbered from 1, and only where `header: false`",
                where=f"columns.{field}",
                mend="write the column's name",
            )
    if not mapping.header and not mapping.columns:
        raise ConfigError(
            "without a header the columns must be numbered",
            where="header",
            mend="name `columns`, e.g. `text: 3`",
        )
    if mapping.delimiter is not None and (
        len(mapping.delimiter) != 1 or mapping.delimiter in '"\r\n'
    ):
        raise ConfigError("a delimiter is one character", where="delimiter", mend='e.g. ";"')
    parse_zone(mapping.timezone)
