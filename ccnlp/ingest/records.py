"""A record that holds a whole conversation - a JSON object, a row - made into a transcript.

This is the patient way: it says which key of which turn is wrong, knows the usual other
names of keys, and keeps under ``attributes`` what has no field. Well-formed JSONL never
comes here.
"""

import contextlib
from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec

from ccnlp.ingest.builder import Builder, Terms, kind
from ccnlp.ingest.clock import as_offset, parse_moment
from ccnlp.ingest.columns import RECORD_NAMES, TURN_NAMES, TURNS_NAMES, find
from ccnlp.ingest.items import BadRecordError
from ccnlp.ingest.mapping import Column, Mapping
from ccnlp.ingest.strict_json import parse
from ccnlp.types import Transcript, Turn

_KEYS: Final = frozenset(Transcript.__struct_fields__)
_TURN_KEYS: Final = frozenset(Turn.__struct_fields__)
_TURN_FIELDS: Final = ("speaker", "text", "start_seconds", "end_seconds")
_PLAIN: Final = ("agent_id", "team", "customer_id", "customer_tier")
#: Distinct sets of keys that are remembered; a source has a few.
_PLANS: Final = 256

#: Puts the turns of a dialogue that is written as text into the builder.
ParseText = Callable[[Builder, Sequence[str]], None]


def resolve(
    names: Sequence[str], fields: dict[str, tuple[str, ...]], mapping: Mapping
) -> dict[str, str]:
    """Field -> the name among ``names`` that holds it, by the mapping, then by usual names."""
    plan: dict[str, str] = {}
    for field in fields:
        if field in mapping.columns:
            name = _mapped(names, mapping.columns[field])
            if name is not None:
                plan[field] = name
    if mapping.detect:
        free = [name for name in names if name not in plan.values()]
        for field, usual in fields.items():
            if field not in plan and field not in mapping.columns:
                name = find(free, usual)
                if name is not None:
                    plan[field] = name
                    free.remove(name)
    return plan


def _mapped(names: Sequence[str], column: Column) -> str | None:
    for wanted in column if isinstance(column, tuple) else (column,):
        if isinstance(wanted, int):
            return names[wanted - 1] if wanted <= len(names) else None
        if wanted in names:
            return wanted
    return None


def quick(record: dict[str, Any]) -> Transcript | None:
    """A transcript that is well-formed but for keys that are unknown: these become attributes.

    ``None`` where anything else is out of the ordinary; the patient way looks at it then.
    """
    turns, attributes = record.get("turns"), record.get("attributes")
    if not isinstance(turns, list) or not isinstance(attributes, dict | None):
        return None
    try:
        if any(turn.keys() - _TURN_KEYS for turn in turns):
            return None
        transcript = msgspec.convert(record, Transcript)
    except (msgspec.ValidationError, AttributeError, TypeError):
        return None
    # With its own attributes a name may be taken already.
    unknown = {k: v for k, v in record.items() if k not in _KEYS and v is not None}
    if not unknown:
        return transcript
    if transcript.attributes.keys() & unknown.keys():
        return None
    return msgspec.structs.replace(transcript, attributes={**transcript.attributes, **unknown})


class Records:
    """Builds transcripts from mappings of key to value."""

    def __init__(self, terms: Terms, parse_text: ParseText, *, table: bool = False) -> None:
        self._terms, self._parse_text = terms, parse_text
        self._plans: dict[tuple[str, ...], dict[str, str]] = {}
        self._turn_plans: dict[tuple[str, ...], dict[str, str]] = {}
        # What has our own names is ours: other keys in it are attributes, whatever they are
        # called. Usual names are for records of another make, and for tables.
        self._strict = not table and not terms.mapping.columns
        self._fields = {**RECORD_NAMES, "turns": TURNS_NAMES}
        if table:
            self._fields["turns"] = TURNS_NAMES + TURN_NAMES["text"]
            self._fields["started_at"] = RECORD_NAMES["started_at"] + TURN_NAMES["time"]

    def fill(self, builder: Builder, record: dict[str, Any]) -> None:
        """Put a record's fields and turns into ``builder``, or raise ``BadRecordError``."""
        if self._strict and "conversation_id" in record and "turns" in record:
            plan = {field: field for field in self._fields if field in record}
        else:
            plan = _cached(self._plans, tuple(record), self._fields, self._terms.mapping)
        self.fill_fields(builder, {field: record[name] for field, name in plan.items()})
        # Attributes keep their names; an unknown field of a name that is taken gets a number.
        self._attributes(builder, record.get("attributes"))
        used = {"attributes", *plan.values()}
        for name, value in record.items():
            if name not in used and value is not None:
                builder.keep(name, value)
        if "turns" not in plan:
            raise BadRecordError("missing_field", "turns is missing")
        self._turns(builder, record[plan["turns"]])

    @staticmethod
    def fill_fields(builder: Builder, values: dict[str, Any]) -> None:
        """Put a conversation's own fields (not its turns) into ``builder``."""
        builder.set_text("conversation_id", values.get("conversation_id"))
        for field in _PLAIN:
            builder.set_text(field, values.get(field))
        builder.set_channel(values.get("channel"))
        builder.set_started(values.get("started_at"))
        builder.set_wait(values.get("wait_seconds"))

    @staticmethod
    def _attributes(builder: Builder, value: Any) -> None:
        if isinstance(value, str) and value[:1] == "{":
            with contextlib.suppress(BadRecordError):
                value = parse(value.encode("utf-8"))
        if isinstance(value, dict):
            for name, item in value.items():
                builder.keep(str(name), item)
        elif value is not None:
            builder.keep("attributes", value)
            builder.remark(
                "type_mended", f"attributes was {kind(value)}; kept as attributes.attributes"
            )

    def _turns(self, builder: Builder, value: Any) -> None:
        how = self._terms.mapping.turns_format
        if isinstance(value, str):
            head = value.lstrip()[:1]
            if how == "json" or (how == "auto" and head in ("[", "{")):
                value = _decode(value, strict=how == "json" or head == "{")
        if isinstance(value, str):
            self._parse_text(builder, value.splitlines())
            return
        if isinstance(value, dict):
            value = _transposed(value)
        if not isinstance(value, list | tuple):
            raise BadRecordError("wrong_type", f"turns is {kind(value)}, not a list")
        if value and all(isinstance(item, str) for item in value):
            self._parse_text(builder, [line for item in value for line in item.splitlines()])
            return
        for number, turn in enumerate(value):
            self._turn(builder, number, turn)

    def _turn(self, builder: Builder, number: int, turn: Any) -> None:
        if not isinstance(turn, dict):
            raise BadRecordError(
                "wrong_type", f"turns[{number}] is {kind(turn)}, not an object", turn=number
            )
        if self._strict and "speaker" in turn and "text" in turn:
            plan = {field: field for field in _TURN_FIELDS if field in turn}
        else:
            plan = _cached(self._turn_plans, tuple(turn), TURN_NAMES, self._terms.mapping)
        for field in ("speaker", "text"):
            if field not in plan:
                raise BadRecordError(
                    "missing_field", f"turns[{number}].{field} is missing", turn=number
                )
        label = self._string(builder, number, "speaker", turn[plan["speaker"]])
        text = self._string(builder, number, "text", turn[plan["text"]])
        seconds: dict[str, float | None] = {"start": None, "end": None}
        for side in seconds:
            for field, scale in ((f"{side}_seconds", 1.0), (f"{side}_ms", 1000.0)):
                if field in plan and seconds[side] is None:
                    seconds[side] = self._seconds(builder, number, field, turn[plan[field]], scale)
        moment = end_moment = None
        if "time" in plan:
            moment = self._moment(builder, number, "time", turn[plan["time"]])
        if "end_time" in plan:
            end_moment = self._moment(builder, number, "end_time", turn[plan["end_time"]])
        for name, value in turn.items():
            if name not in plan.values() and value is not None:
                builder.keep_turn(number, name, value)
        if "turn_index" in plan:
            builder.keep_turn(number, plan["turn_index"], turn[plan["turn_index"]])
        builder.add_turn(
            label, text, start=seconds["start"], end=seconds["end"], moment=moment,
            end_moment=end_moment,
        )  # fmt: skip

    @staticmethod
    def _string(builder: Builder, number: int, field: str, value: Any) -> str:
        if isinstance(value, str):
            return value
        if isinstance(value, int) and not isinstance(value, bool):
            builder.mended(f"{field} was a number", number)
            return str(value)
        raise BadRecordError(
            "wrong_type", f"turns[{number}].{field} is {kind(value)}, not a string", turn=number
        )

    def _seconds(
        self, builder: Builder, number: int, field: str, value: Any, scale: float
    ) -> float | None:
        if value is None or value == "":
            return None
        seconds = as_offset(value, self._terms.zone)
        if seconds is None:
            builder.keep_turn(number, field, value)
            builder.remark("bad_time", f"{field} cannot be read as seconds", number)
            return None
        if isinstance(value, str):
            builder.mended(f"{field} was a text", number)
        return seconds / scale

    def _moment(self, builder: Builder, number: int, field: str, value: Any) -> Any:
        if value is None or value == "":
            return None
        moment = parse_moment(value, self._terms.zone)
        if moment is None:
            builder.keep_turn(number, field, value)
            builder.remark("bad_time", f"{field} cannot be read as a time", number)
        return moment


def _cached(
    plans: dict[tuple[str, ...], dict[str, str]], keys: tuple[str, ...],
    fields: dict[str, tuple[str, ...]], mapping: Mapping,
) -> dict[str, str]:  # fmt: skip
    plan = plans.get(keys)
    if plan is None:
        plan = resolve(keys, fields, mapping)
        if len(plans) < _PLANS:
            plans[keys] = plan
    return plan


def _decode(value: str, *, strict: bool) -> Any:
    """A cell that may hold JSON; one that only begins like it ("[09:01] ...") stays text."""
    try:
        return parse(value.encode("utf-8"))
    except BadRecordError:
        if strict or '":' in value:
            raise
        return value


def _transposed(value: dict[str, Any]) -> Any:
    """Columns of turns (how `datasets` stores a list of objects) as a list of turns."""
    columns = list(value.values())
    if columns and all(isinstance(column, list | tuple) for column in columns):
        if len({len(column) for column in columns}) == 1:
            return [dict(zip(value, row, strict=True)) for row in zip(*columns, strict=True)]
        raise BadRecordError("wrong_type", "turns is an object of lists of different lengths")
    return value
