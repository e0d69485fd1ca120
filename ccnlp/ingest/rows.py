"""Tables, whatever file they come from: rows become conversations.

With a row a turn, the rows of one conversation usually stand in a block. Where an id comes
back after another one's rows (an export in order of time), the rows are put together through
a temporary SQLite file, so that memory stays flat; conversations then come in the order of
their first row. Which of both it is, is found out by going over the ids once before.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, Literal

import msgspec

from ccnlp.ingest.builder import Builder, Terms
from ccnlp.ingest.clock import as_offset, parse_moment
from ccnlp.ingest.columns import RECORD_NAMES, TURN_NAMES, TURNS_NAMES
from ccnlp.ingest.items import BadRecordError, Draft, Form, Raw, Rejected
from ccnlp.ingest.records import Records, quick, resolve
from ccnlp.ingest.reject import reject
from ccnlp.ingest.seen import SeenIds
from ccnlp.ingest.spill import Spill

#: Never taken for a conversation's id where a row is a turn: there they number the rows.
_ROW_NUMBERS: Final = frozenset({"id", "编号", "編號", "流水号"})

_TIMES: Final = ("start_seconds", "end_seconds", "start_ms", "end_ms", "time", "end_time")


class Row(msgspec.Struct, frozen=True):
    """One row: its place, its cells by column, and its raw text (``None``: cells as JSON)."""

    line: int
    cells: dict[str, Any]
    raw: str | None = None
    lines: int = 1


Rows = Callable[[], Iterator[Row | Rejected]]


class Plan(msgspec.Struct, frozen=True):
    """How a table is read."""

    layout: Literal["turn", "conversation"]
    #: Field -> column.
    columns: dict[str, str]
    #: Columns that have no field.
    others: tuple[str, ...] = ()
    #: The fields of a turn's times, with their columns.
    times: tuple[tuple[str, str], ...] = ()


def plan_of(names: Sequence[str], terms: Terms) -> Plan | None:
    """How to read a table with these columns; ``None`` where none holds text."""
    mapping = terms.mapping
    turn_fields = {
        **{
            f: tuple(n for n in usual if n not in _ROW_NUMBERS) for f, usual in RECORD_NAMES.items()
        },
        **TURN_NAMES,
    }
    if mapping.layout in ("auto", "turn"):
        plan = resolve(names, turn_fields, mapping)
        if "text" in plan and ("speaker" in plan or mapping.layout == "turn"):
            others = tuple(name for name in names if name not in plan.values())
            times = tuple((field, plan[field]) for field in _TIMES if field in plan)
            return Plan("turn", plan, others, times)
        if mapping.layout == "turn":
            return None
    fields = {**RECORD_NAMES, "turns": TURNS_NAMES + TURN_NAMES["text"]}
    plan = resolve(names, fields, mapping)
    return Plan("conversation", plan) if "turns" in plan else None


def read_rows(
    rows: Rows, again: Rows, plan: Plan, file: str, default_id: str, terms: Terms,
    records: Records, *, typed: bool,
) -> Iterator[Draft | Rejected]:  # fmt: skip
    """Conversations of a table; ``again`` goes over the rows once before, uncounted."""
    if plan.layout == "conversation":
        ours = typed and terms.leaves_json and all(f == name for f, name in plan.columns.items())
        yield from _row_each(rows(), file, terms, records, typed=typed, ours=ours)
        return
    if "conversation_id" not in plan.columns:
        grouped = _named(rows(), "", default_id)
    else:
        grouped = _named(rows(), plan.columns["conversation_id"], None)
        how = terms.mapping.grouping
        if how == "scattered" or (
            how == "auto" and _scattered(_named(again(), plan.columns["conversation_id"], None))
        ):
            with Spill() as spill:
                yield from _groups(_through(spill, grouped), plan, file, terms, typed=typed)
            return
    yield from _groups(grouped, plan, file, terms, typed=typed)


def _named(
    rows: Iterator[Row | Rejected], column: str, default_id: str | None
) -> Iterator[tuple[str, Row] | Rejected]:
    """Rows with their conversation's id."""
    for row in rows:
        if isinstance(row, Rejected):
            yield row
        elif default_id is not None:
            yield default_id, row
        else:
            yield _id_text(row.cells.get(column)), row


def _id_text(value: Any) -> str:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, float) and value.is_integer() and abs(value) <= 2**53:
        value = int(value)
    return "" if value is None or isinstance(value, bool) else str(value).strip()


def _scattered(rows: Iterator[tuple[str, Row] | Rejected]) -> bool:
    """Whether an id comes back after another one's rows."""
    seen, last = SeenIds(), ""
    try:
        for item in rows:
            if isinstance(item, Rejected) or item[0] == last or not item[0]:
                continue
            last = item[0]
            if seen.add(last, 0) != "new":
                return True
        return False
    finally:
        seen.close()


def _through(
    spill: Spill, rows: Iterator[tuple[str, Row] | Rejected]
) -> Iterator[tuple[str, Row] | Rejected]:
    """All rows, those of one conversation together; rejected ones at once."""
    for item in rows:
        if isinstance(item, Rejected):
            yield item
        else:
            spill.add(item[0], msgspec.msgpack.encode(item[1]))
    decoder = msgspec.msgpack.Decoder(Row)
    for name, payload in spill.grouped():
        yield name, decoder.decode(payload)


def _row_each(
    rows: Iterator[Row | Rejected], file: str, terms: Terms, records: Records, *, typed: bool,
    ours: bool,
) -> Iterator[Draft | Rejected]:  # fmt: skip
    """A conversation a row; ``ours``: its columns are named as the fields are."""
    for row in rows:
        if isinstance(row, Rejected):
            yield row
            continue
        raw, form = raw_of([row])
        cells = {k: v for k, v in row.cells.items() if v is not None and v != ""}
        whole = quick(cells) if ours else None
        if whole is not None and b"\\u0000" not in msgspec.json.encode(whole):
            yield Draft(whole, raw, row.line, row.lines, form=form)
            continue
        builder = Builder(terms, typed=typed)
        try:
            records.fill(builder, cells)
            transcript = builder.finish()
        except BadRecordError as error:
            name = builder.fields.get("conversation_id")
            yield reject(
                error, raw, file, row.line, lines=row.lines, form=form, conversation_id=name
            )
        else:
            yield Draft(transcript, raw, row.line, row.lines, tuple(builder.remarks), form)


def raw_of(rows: Sequence[Row]) -> tuple[Raw, Form]:
    """The raw record of rows: their text, or their cells as JSON, a row a line."""
    if rows and rows[0].raw is not None:
        return [row.raw or "" for row in rows], "text"
    # Cells are written out only if the conversation is rejected after all.
    return lambda: "\n".join(msgspec.json.encode(row.cells).decode() for row in rows), "json"


def _groups(
    rows: Iterator[tuple[str, Row] | Rejected], plan: Plan, file: str, terms: Terms,
    *, typed: bool,
) -> Iterator[Draft | Rejected]:  # fmt: skip
    """Conversations of rows that stand in blocks."""
    limits = terms.limits
    group: list[Row] = []
    current, size, over = "", 0, False
    # A rejected row may have been a turn of the conversation above it or of the one below.
    lost = just_lost = False
    for item in rows:
        if isinstance(item, Rejected):
            just_lost = True
            yield item
            continue
        name, row = item
        if not name:
            just_lost = True
            raw, form = raw_of([row])
            error = BadRecordError("missing_field", "the row names no conversation")
            yield reject(error, raw, file, row.line, lines=row.lines, form=form)
            continue
        if name != current:
            if group:
                lost = lost or just_lost
                yield _conversation(
                    group, current, plan, file, terms, typed=typed, lost=lost, over=over
                )
            group, size, over, lost = [], 0, False, just_lost
            current = name
        lost, just_lost = lost or just_lost, False
        group.append(row)
        size += len(row.raw) if row.raw is not None else 256
        if len(group) > limits.turns or size > limits.record_bytes // 2:
            over = True
            yield _conversation(
                group, current, plan, file, terms, typed=typed, lost=lost, over=True
            )
            group, size = [], 0
    if group:
        lost = lost or just_lost
        yield _conversation(group, current, plan, file, terms, typed=typed, lost=lost, over=over)


def _conversation(
    rows: list[Row], name: str, plan: Plan, file: str, terms: Terms, *, typed: bool, lost: bool,
    over: bool,
) -> Draft | Rejected:  # fmt: skip
    builder = Builder(terms, typed=typed)
    lines = sum(row.lines for row in rows)
    try:
        if over:
            limits = terms.limits
            reason = f"more than {limits.turns} rows or {limits.record_bytes} bytes of one id"
            raise BadRecordError("too_many_turns", reason)
        _fields(builder, rows, name, plan)
        for turn, row in enumerate(rows):
            _turn(builder, turn, row, plan)
        if lost:
            builder.remark(
                "row_lost", "a row before, among or after this conversation's was rejected"
            )
        transcript = builder.finish(sort=True)
    except BadRecordError as error:
        raw, form = raw_of(rows)
        return reject(error, raw, file, rows[0].line, lines=lines, form=form, conversation_id=name)
    raw, form = raw_of(rows)
    return Draft(transcript, raw, rows[0].line, lines, tuple(builder.remarks), form)


def _fields(builder: Builder, rows: list[Row], name: str, plan: Plan) -> None:
    """What holds for the whole conversation: the same in all rows, or the first that is there."""
    values: dict[str, Any] = {}
    for field in RECORD_NAMES:
        if field != "conversation_id" and (column := plan.columns.get(field)) is not None:
            given = _given(rows, column)
            if given:
                values[field] = given[0][1]
            _differing(builder, column, given)
    values["conversation_id"] = name
    Records.fill_fields(builder, values)
    for column in plan.others:
        given = _given(rows, column)
        if len(given) == len(rows) and all(value == given[0][1] for _, value in given):
            builder.keep(column, given[0][1])
        else:
            for turn, value in given:
                builder.keep_turn(turn, column, value)


def _given(rows: list[Row], column: str) -> list[tuple[int, Any]]:
    return [
        (turn, value)
        for turn, row in enumerate(rows)
        if (value := row.cells.get(column)) is not None and value != ""
    ]


def _differing(builder: Builder, column: str, given: list[tuple[int, Any]]) -> None:
    if any(value != given[0][1] for _, value in given):
        for turn, value in given:
            builder.keep_turn(turn, column, value)


def _turn(builder: Builder, turn: int, row: Row, plan: Plan) -> None:
    cells, columns = row.cells, plan.columns
    label, text = _text(cells.get(columns.get("speaker", ""))), _text(cells.get(columns["text"]))
    times: dict[str, Any] = {}
    for field, column in plan.times:
        value = cells.get(column)
        if field == "time" and isinstance(value, str) and "date" in columns:
            value = f"{cells.get(columns['date']) or ''} {value}".strip()
        if value is not None and value != "":
            times[field] = _time(builder, turn, field, column, value)
    start, end = times.get("start_seconds"), times.get("end_seconds")
    if start is None and times.get("start_ms") is not None:
        start = times["start_ms"] / 1000
    if end is None and times.get("end_ms") is not None:
        end = times["end_ms"] / 1000
    order = _index(cells.get(columns["turn_index"])) if "turn_index" in columns else None
    builder.add_turn(
        label, text, start=start, end=end, moment=times.get("time"),
        end_moment=times.get("end_time"), order=order,
    )  # fmt: skip


def _time(builder: Builder, turn: int, field: str, column: str, value: Any) -> Any:
    """A moment for a clock time, seconds for a count; kept aside where it is neither."""
    parsed = parse_moment if field in ("time", "end_time") else as_offset
    time = parsed(value, builder.terms.zone)
    if time is None:
        builder.keep_turn(turn, column, value)
        builder.remark("bad_time", f"{field} cannot be read", turn)
    return time


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, dict | list | tuple):
        raise BadRecordError("wrong_type", "the text or speaker of a row is a list or an object")
    if isinstance(value, float) and value.is_integer() and abs(value) <= 2**53:
        value = int(value)
    return str(value)


def _index(value: Any) -> int | None:
    try:
        return int(value) if value is not None and value != "" else None
    except (ValueError, TypeError, OverflowError):
        return None
