"""Making ``Rejected`` of what went wrong."""

from ccnlp.ingest.items import BadRecordError, Form, Raw, Rejected, as_record
from ccnlp.ingest.lines import TooLong, Undecodable
from ccnlp.ingest.rules import RULES


def reject(
    error: BadRecordError, raw: Raw, file: str, line: int, *, lines: int = 1, form: Form = "text",
    conversation_id: str | None = None,
) -> Rejected:  # fmt: skip
    """A record with what is wrong with it."""
    record, form = as_record(raw, form)
    return Rejected(
        file, line, error.code, error.reason, error.mend, record, form, lines, conversation_id
    )


def reject_line(line: Undecodable | TooLong, file: str, number: int) -> Rejected:
    """A line that could not even become text."""
    if isinstance(line, Undecodable):
        error = BadRecordError(
            "undecodable", "the line's bytes are not text in the file's encoding"
        )
        # Never shown as text, even where the bytes happen to be UTF-8: the file is not.
        return reject(error, line.raw, file, number)
    return reject(
        BadRecordError(
            "too_long",
            f"{line.length} bytes (sha256 {line.sha256}); the record here is its first 64 KiB",
        ),
        line.head, file, number,
    )  # fmt: skip


def reject_file(code: str, reason: str, file: str, lines: int = 0) -> Rejected:
    """A file of which nothing (more) can be read; it stands where it was."""
    return Rejected(file, 1, code, reason, RULES[code].mend, "", "none", lines)
