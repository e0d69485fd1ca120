"""Plain-text chat exports: which lines begin a turn, a conversation, or just go on.

A conversation is a file, or what lies between separator lines ("-----", "=== 会话 3 ===") or
lines that name an id ("会话ID：c-3"). Within it the first head sets the family of shapes that
heads have; weak heads count only where otherwise one side - customer or service - would have
nothing to say. Lines without a head belong to the turn above; lines above the first turn are
``key：value`` fields or kept as ``attributes.preamble``.
"""

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from ccnlp.ingest.builder import Builder, Terms
from ccnlp.ingest.chat_lines import (
    Head,
    conversation_id,
    head_of,
    key_value,
    only_stamp,
    separator,
)
from ccnlp.ingest.clock import as_offset, parse_moment
from ccnlp.ingest.items import BadRecordError, Draft, Raw, Rejected
from ccnlp.ingest.lines import Line, Lines, TooLong, Undecodable
from ccnlp.ingest.records import Records
from ccnlp.ingest.reject import reject, reject_line
from ccnlp.ingest.tally import Tally
from ccnlp.types import Speaker

#: Lines of one conversation; more are rejected in pieces.
_LINES_A_TURN: Final = 10
#: Separators in a row that are held until it is known whether they are one's text.
_PENDING: Final = 1_000


class Block(msgspec.Struct):
    """The lines of one conversation, from line ``first`` on."""

    first: int
    lines: list[Line]
    #: What ``head_of`` says of each line.
    heads: list[Head | None]
    #: Lines between (separators), which belong to no conversation.
    between: int = 0
    size: int = 0
    turns: bool = False


def parse(
    builder: Builder, lines: Sequence[str], found: Sequence[Head | None] | None = None
) -> None:
    """Put the turns of one conversation into ``builder``; ``BadRecordError`` where there are none.

    ``found`` is what ``head_of`` says of each line, where it was asked already.
    """
    if found is None:
        found = [head_of(line, builder.terms.roles) for line in lines]
    builder.names = True
    heads = _heads(found)
    if not any(heads):
        raise BadRecordError("empty_conversation", "no line looks like a turn")
    first = next(place for place, head in enumerate(heads) if head)
    marks = _marks(lines, heads)
    preamble = _preamble(builder, [line for p, line in enumerate(lines[:first]) if p not in marks])
    if preamble:
        builder.keep("preamble", preamble)
        builder.remark("preamble_kept", f"{len(preamble)} lines before the first turn")
    date: str | None = None
    stamp: str | None = None
    head: Head | None = None
    said: list[str] = []
    at: str | None = None
    for place, line in enumerate(lines):
        if place in marks:
            day, time = marks[place]
            date, stamp = day or date, time
        elif heads[place] is not None:
            _end_turn(builder, head, said, at)
            head = heads[place]
            said = [head.text] if head is not None else []
            at = (head.stamp if head is not None else None) or stamp
            if at is not None and date is not None and len(at) < 12:
                at = f"{date} {at}"
            stamp = None
        elif head is not None:
            said.append(line)
    _end_turn(builder, head, said, at)


def _end_turn(builder: Builder, head: Head | None, said: list[str], at: str | None) -> None:
    if head is None:
        return
    # Blank lines around a turn's text are the export's; those within it are the speaker's.
    while said and not said[-1].strip():
        said.pop()
    while said and not said[0].strip():
        said.pop(0)
    turn, zone = len(builder.labels), builder.terms.zone
    if head.end is not None and head.stamp is not None:
        start, end = as_offset(head.stamp, zone), as_offset(head.end, zone)
        builder.add_turn(head.label, "\n".join(said), start=start, end=end)
        return
    moment = None if at is None else parse_moment(at, zone)
    if at is not None and moment is None:
        builder.keep_turn(turn, "time", at)
        builder.remark("bad_time", "the time cannot be read", turn)
    builder.add_turn(head.label, "\n".join(said), moment=moment)


def _heads(found: Sequence[Head | None]) -> list[Head | None]:
    """The heads that count (see the module's text)."""
    strong = [head for head in found if head is not None and not head.weak]
    starter = next((head for head in found if head is not None), None)
    if starter is None:
        return list(found)
    family = strong[0].family if strong else starter.family
    in_style = [h for h in strong if h.family == family or (h.family == "D" and h.plain)]
    sides = {_side(head.role) for head in in_style}
    open_side = not {"customer", "service"} <= sides

    def counts(head: Head | None) -> bool:
        if head is None:
            return False
        if head.weak:
            return open_side and head.family == family
        if head.sure:
            return True
        return head.family == family or (head.family == "D" and head.plain)

    return [head if counts(head) else None for head in found]


def _side(role: Speaker | None) -> str:
    return "customer" if role == "customer" else "service" if role in ("agent", "bot") else "other"


def _marks(
    lines: Sequence[str], heads: list[Head | None]
) -> dict[int, tuple[str | None, str | None]]:
    """Lines that hold only a date or a time, where a head follows; others are text."""
    marks: dict[int, tuple[str | None, str | None]] = {}
    follows = False
    for place in range(len(lines) - 1, -1, -1):
        if heads[place] is not None:
            follows = True
        elif lines[place].strip():
            mark = only_stamp(lines[place]) if follows else None
            if mark is not None:
                marks[place] = mark
            else:
                follows = False
    return marks


def _preamble(builder: Builder, lines: list[str]) -> list[str]:
    """Take the fields out of the lines above the first turn; the rest is answered."""
    rest: list[str] = []
    values: dict[str, str] = {}
    for line in lines:
        if not line.strip():
            continue
        title = separator(line)
        content = line if title is None else title
        name = conversation_id(content)
        if name is not None and not {"conversation_id"} & (values.keys() | builder.fields.keys()):
            values["conversation_id"] = name
        elif (pair := key_value(content)) is not None:
            key, value, field = pair
            if field is None or field in values or field in builder.fields:
                builder.keep(key, value)
            else:
                values[field] = value
        elif content.strip():
            rest.append(line)
    Records.fill_fields(builder, values)
    return rest


def read_chat(
    lines: Lines, file: str, default_id: str, terms: Terms, tally: Tally
) -> Iterator[Draft | Rejected]:
    """Conversations of a text file; those without an id are named after the file."""
    count = 0
    for block in _blocks(lines, terms, tally):
        while block.lines and isinstance(block.lines[-1], str) and not block.lines[-1].strip():
            block.lines.pop()
            block.heads.pop()
            tally.skipped += 1
        tally.skipped += block.between
        if not block.lines:
            continue
        count += 1
        name = default_id if count == 1 else f"{default_id}#{count}"
        yield _conversation(block, file, name, lines.decision.encoding, terms)


def _conversation(
    block: Block, file: str, default_id: str, encoding: str, terms: Terms
) -> Draft | Rejected:
    count = len(block.lines)
    texts = [line for line in block.lines if isinstance(line, str)]
    if len(texts) < count:
        return _undecoded(block, file, encoding)
    builder = Builder(terms, typed=False)
    try:
        if _too_big(block, terms):
            raise BadRecordError("too_long", f"{count} lines and no end of the conversation")
        parse(builder, texts, block.heads)
        builder.fields.setdefault("conversation_id", default_id)
        transcript = builder.finish(sort=True)
    except BadRecordError as error:
        name = builder.fields.get("conversation_id")
        return reject(error, texts, file, block.first, lines=count, conversation_id=name)
    return Draft(transcript, texts, block.first, count, tuple(builder.remarks))


def _undecoded(block: Block, file: str, encoding: str) -> Rejected:
    """A conversation one of whose lines is no text: all of it, as bytes."""
    wrong = next(line for line in block.lines if not isinstance(line, str))
    if isinstance(wrong, TooLong) and len(block.lines) == 1:
        return reject_line(wrong, file, block.first)
    raw: Raw = "\n".encode(encoding).join(_bytes(line, encoding) for line in block.lines)
    place = block.first + block.lines.index(wrong)
    error = (
        BadRecordError("undecodable", f"the bytes of line {place} are not text in {encoding}")
        if isinstance(wrong, Undecodable)
        else BadRecordError(
            "too_long", f"line {place} has {wrong.length} bytes; here its first 64 KiB"
        )
    )
    return reject(error, raw, file, block.first, lines=len(block.lines))


def _bytes(line: Line, encoding: str) -> bytes:
    if isinstance(line, str):
        return line.encode(encoding)
    return line.raw if isinstance(line, Undecodable) else line.head


def _too_big(block: Block, terms: Terms) -> bool:
    limits = terms.limits
    return block.size > limits.record_bytes // 2 or len(block.lines) > limits.turns * _LINES_A_TURN


def _blocks(lines: Lines, terms: Terms, tally: Tally) -> Iterator[Block]:
    """The lines cut into conversations; blank lines around them are between them."""
    roles = terms.roles
    block, pending, number, blank = Block(1, [], []), list[str](), 0, True
    for batch in lines.text():
        tally.lines += len(batch)
        for line in batch:
            number += 1
            empty = isinstance(line, str) and not line.strip()
            if empty and not block.lines and not pending:
                block = Block(number + 1, [], [], block.between + 1)
                continue
            if len(pending) >= _PENDING:
                block.between += len(pending) - 1
                pending = pending[:1]
            if isinstance(line, str) and not empty and separator(line) is not None:
                pending.append(line)
                continue
            if pending and empty:
                pending.append("")
                continue
            head = None if not isinstance(line, str) or empty else head_of(line, roles)
            # Separators, and ids below a blank line, cut only where something new begins.
            if block.turns and (pending or blank) and _begins(line, head, pending):
                following = Block(number, [], [])
                _open(following, pending, number)
                block.between += following.between
                following.between = 0
                yield block
                block = following
            elif block.turns:
                block.lines.extend(pending)
                block.heads.extend([None] * len(pending))
            else:
                _open(block, pending, number)
            pending = []
            block.lines.append(line)
            block.heads.append(head)
            block.size += len(line) if isinstance(line, str) else 1024
            block.turns = block.turns or (head is not None and not head.weak)
            blank = empty
            if _too_big(block, terms):
                yield block
                block = Block(number + 1, [], [])
    block.between += len(pending)
    yield block


def _open(block: Block, pending: list[str], number: int) -> None:
    """Separators above the first turn: with a title they stay, else they lie between."""
    if block.lines or any(separator(line) for line in pending if line):
        if not block.lines:
            block.first = number - len(pending)
        block.lines.extend(pending)
        block.heads.extend([None] * len(pending))
    elif pending:
        block.between += len(pending)
        block.first = number


def _titled(pending: list[str]) -> bool:
    return any(conversation_id(separator(line) or "") is not None for line in pending)


def _begins(line: Line, head: Head | None, pending: list[str]) -> bool:
    """Whether a new conversation begins with a line below separators, or below a blank line."""
    if not isinstance(line, str):
        return bool(pending) and _titled(pending)
    if (head is None or head.weak) and conversation_id(line) is not None:
        return True
    if not pending:
        return False
    # "小明：在吗" below a separator is a new conversation's first turn; "我 09:30 打过" is text.
    if _titled(pending) or (head is not None and not (head.weak and head.family == "C")):
        return True
    pair = key_value(line)
    return pair is not None and pair[2] is not None
