"""JSON in which nothing is passed over: repeated keys, NaN, half characters say what they are."""

import json
from typing import Any, Final

import msgspec

from ccnlp.ingest.items import BadRecordError

_decode: Final = msgspec.json.Decoder().decode
_encode: Final = msgspec.json.Encoder().encode


def parse(raw: bytes) -> Any:
    """A JSON value without repeated keys; ``BadRecordError`` says what else it is."""
    try:
        value = _decode(raw)
    except RecursionError:
        raise BadRecordError("too_deep", "the JSON is nested too deeply") from None
    except (ValueError, msgspec.MsgspecError) as error:
        raise why(raw, error) from None
    # Every key and string has two quotes: fewer than before, and a key was passed over.
    if _encode(value).count(b'"') != raw.count(b'"'):
        _load(raw.decode("utf-8"))
    return value


def why(raw: bytes, error: Exception) -> BadRecordError:
    """What is wrong with bytes that do not decode as JSON."""
    if isinstance(error, RecursionError):
        return BadRecordError("too_deep", "the JSON is nested too deeply")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as wrong:
        return BadRecordError("undecodable", f"byte {wrong.start} is not text in UTF-8")
    try:
        value = _load(text)
    except BadRecordError as bad:
        return bad
    if _halves(value):
        return BadRecordError("bad_unicode", "a text holds half of a surrogate pair")
    if isinstance(error, msgspec.ValidationError):
        return BadRecordError("bad_number", "a number is too large")
    return BadRecordError("not_json", f"not JSON: {str(error)[:120]}")


def _load(text: str) -> Any:
    """Python's own reader, which sees every pair and constant."""

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        value = dict(items)
        if len(value) < len(items):
            names = [name for name, _ in items]
            twice = next(name for name in names if names.count(name) > 1)
            named = f"the key {twice!r}" if len(twice) <= 40 else "a key"
            raise BadRecordError("repeated_key", f"{named} stands twice in one object")
        return value

    def constant(name: str) -> Any:
        raise BadRecordError("bad_number", f"{name} is no JSON number")

    def number(digits: str) -> float:
        value = float(digits)
        if value in (float("inf"), float("-inf")):
            raise BadRecordError("bad_number", "a number is too large")
        return value

    def whole(digits: str) -> int | float:
        return int(digits) if len(digits) < 4000 else number(digits)

    try:
        return json.loads(
            text, object_pairs_hook=pairs, parse_constant=constant, parse_float=number,
            parse_int=whole,
        )  # fmt: skip
    except json.JSONDecodeError as error:
        raise BadRecordError(
            "not_json", f"not JSON: {error.msg} at character {error.pos}"
        ) from None
    except RecursionError:
        raise BadRecordError("too_deep", "the JSON is nested too deeply") from None


def _halves(value: Any) -> bool:
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False
