"""Every rule of reading by its code: what happens, and how to mend the input.

docs/ingest.md explains each; a test holds that both name the same codes.
"""

from typing import Final, Literal

import msgspec


class Rule(msgspec.Struct, frozen=True, gc=False):
    """One rule: a record that breaks it is rejected, or read with a warning."""

    outcome: Literal["reject", "warn"]
    #: What it is about, in one line.
    about: str
    #: What to do about it.
    mend: str


def _reject(about: str, mend: str) -> Rule:
    return Rule("reject", about, mend)


def _warn(about: str, mend: str) -> Rule:
    return Rule("warn", about, mend)


RULES: Final[dict[str, Rule]] = {
    # bytes and syntax
    "undecodable": _reject(
        "bytes that are not text in the file's encoding",
        "export the record again as UTF-8, or name the encoding",
    ),
    "not_json": _reject("a line that is not JSON", "write one whole JSON object a line"),
    "not_an_object": _reject("JSON that is not an object", "write one JSON object a line"),
    "repeated_key": _reject("a key that stands twice in one object", "keep one of the two"),
    "too_deep": _reject("JSON nested too deeply", "flatten the attributes"),
    "bad_unicode": _reject(
        "half of a surrogate pair: a character was cut in two",
        "export the text again whole, or put U+FFFD in its place",
    ),
    "nul_character": _reject("a NUL character in a text", "remove U+0000 from the text"),
    "bad_number": _reject(
        "NaN, an infinity or a number that is too large", "write a finite number, or leave it out"
    ),
    "too_long": _reject(
        "a record longer than the limit in bytes", "split it, or raise Limits.record_bytes"
    ),
    "bad_row": _reject(
        "a row with another number of cells than the header",
        "quote cells that hold the delimiter or a line break",
    ),
    "bad_quoting": _reject(
        "a quote that is not closed, or text after a closing quote",
        'close the quote, and write a quote inside a cell twice ("")',
    ),
    # content
    "missing_field": _reject("a field that is needed is missing", "add it, or map its column"),
    "wrong_type": _reject("a field of another type", "see docs/transcript.md for the types"),
    "unknown_speaker": _reject(
        "a speaker that is no known role", "name it under `speakers` in a mapping"
    ),
    "negative_time": _reject("a time below zero", "count seconds from the conversation's start"),
    "empty_conversation": _reject("no turn, or no text in any turn", "leave the record out"),
    "too_many_turns": _reject(
        "more turns than the limit", "check the column of the conversation's id"
    ),
    "turn_too_long": _reject("a turn longer than the limit", "cut the record into turns"),
    "duplicate_id": _reject(
        "an id that was read before; the first one stands", "keep one record an id"
    ),
    # files
    "unknown_columns": _reject(
        "a table in which no column is known to hold the text",
        "name the columns in a mapping (docs/ingest.md)",
    ),
    "damaged_file": _reject(
        "a file that breaks off or is not what its name says", "copy or export the file again"
    ),
    "unreadable_file": _reject("a file that cannot be opened", "check its path and permissions"),
    # read, but odd
    "type_mended": _warn(
        "a number where text belongs, or the reverse; turned without loss", "write the stated type"
    ),
    "speaker_inferred": _warn(
        "the one unknown speaker was taken for the side that is missing",
        "name it under `speakers` in a mapping",
    ),
    "roles_look_swapped": _warn(
        "an agent's phrases in the customer's turns and none in the agent's; nothing was changed",
        "check the speakers; `swap_roles` exchanges them",
    ),
    "clock_backwards": _warn(
        "one speaker's turn begins before the same speaker's turn before; order and times kept",
        "check the clock of the export",
    ),
    "turns_out_of_order": _warn(
        "turns are not in the order of their start; order kept", "sort_turns=True sorts them"
    ),
    "turns_sorted": _warn(
        "turns were put into the order of their index or start", "export them in order"
    ),
    "end_before_start": _warn(
        "a turn ends before it begins; the end was moved to attributes.turns",
        "check the clock of the export",
    ),
    "times_look_absolute": _warn(
        "times beyond 115 days: clock time rather than seconds from the start; kept",
        "write seconds from the conversation's start",
    ),
    "bad_time": _warn(
        "a time or number that cannot be read; moved to attributes", "see docs/ingest.md for forms"
    ),
    "started_at_mended": _warn(
        "started_at was not RFC 3339; rewritten, the original is in attributes",
        "write 2026-03-01T09:00:00+08:00",
    ),
    "unknown_channel": _warn(
        "a channel that is not known; moved to attributes", "name it under `channels` in a mapping"
    ),
    "empty_turn": _warn("a turn without text; kept", "leave it out, or write what was meant"),
    "long_turn": _warn("a very long turn; kept", "check that turns are cut"),
    "labels_left_out": _warn(
        "a labelled record: its labels were not read", "score transcripts without labels"
    ),
    "preamble_kept": _warn(
        "lines before the first turn; kept in attributes.preamble", "remove them, or write `key: v`"
    ),
    "row_lost": _warn(
        "a row beside this conversation's could not be read: a turn may be missing",
        "mend the rejected row and read again",
    ),
}
