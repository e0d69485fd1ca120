"""What every conversation is checked for, whatever format it came in (docs/ingest.md).

Written for the conversation in which nothing is wrong: each check is one pass in C over a
list, and only what fails is looked at again, turn by turn.
"""

import itertools
import operator
import re
from typing import Any, Final

import msgspec

from ccnlp.ingest.builder import Terms, order_by_start, put
from ccnlp.ingest.clock import is_rfc3339, parse_moment, rfc3339
from ccnlp.ingest.items import BadRecordError, Parts, Remark
from ccnlp.ingest.roles import CUSTOMER_CUES, SERVICE_CUES, SERVICE_HINTS
from ccnlp.types import Speaker, Transcript, Turn

#: Turns at the beginning that are looked at for the other side's words.
_OPENING: Final = 8
#: Seconds beyond which a time is hardly one from the conversation's start (115 days).
_ABSOLUTE: Final = 1e7

_SERVICE: Final = re.compile("|".join(map(re.escape, SERVICE_CUES)))
_SIGNS: Final = SERVICE_CUES + SERVICE_HINTS
_CUSTOMER: Final = re.compile("|".join(map(re.escape, CUSTOMER_CUES)))


def examine(transcript: Transcript, terms: Terms, parts: Parts) -> tuple[Transcript, list[Remark]]:
    """The transcript, mended by stated rules where needed, and remarks on what is odd.

    Raises ``BadRecordError`` where it cannot be used.
    """
    remarks: list[Remark] = []
    turns, limits = transcript.turns, terms.limits
    if not transcript.conversation_id.strip():
        raise BadRecordError("missing_field", "conversation_id is missing or empty")
    if not turns:
        raise BadRecordError("empty_conversation", "there is no turn")
    if len(turns) > limits.turns:
        raise BadRecordError("too_many_turns", f"{len(turns)} turns, {limits.turns} at most")
    texts, starts, ends = parts.texts, parts.starts, parts.ends
    if not all(map(str.strip, texts)):
        _empty(texts, remarks)
    if max(map(len, texts)) > limits.long_turn:
        _long(texts, terms, remarks)
    if not _in_order(starts, ends):
        transcript = _times(transcript, starts, ends, terms, remarks)
    wait = transcript.wait_seconds
    if wait is not None and not 0 <= wait < float("inf"):
        raise BadRecordError("negative_time", "wait_seconds is below zero")
    started = transcript.started_at
    if started is not None and not is_rfc3339(started):
        transcript = _started(transcript, terms, remarks)
    if terms.swap_roles:
        transcript = _swap(transcript)
    _roles(transcript.turns, remarks)
    return transcript, remarks


def _empty(texts: list[str], remarks: list[Remark]) -> None:
    if not any(map(str.strip, texts)):
        raise BadRecordError("empty_conversation", "no turn has any text")
    remarks.extend(
        Remark("empty_turn", "there is no text", turn)
        for turn, text in enumerate(texts)
        if not text.strip()
    )


def _long(texts: list[str], terms: Terms, remarks: list[Remark]) -> None:
    limits = terms.limits
    for turn, text in enumerate(texts):
        if len(text) > limits.turn_characters:
            raise BadRecordError(
                "turn_too_long",
                f"turns[{turn}] has {len(text)} characters, {limits.turn_characters} at most",
                turn=turn,
            )
        if len(text) > limits.long_turn:
            remarks.append(Remark("long_turn", f"{len(text)} characters", turn))


def _in_order(starts: list[Any], ends: list[Any]) -> bool:
    """Whether there are no times, or complete ones with nothing to say about them."""
    timed, ended = starts.count(None) == 0, ends.count(None) == 0
    if timed:
        if starts[0] < 0 or starts[-1] > _ABSOLUTE or starts != sorted(starts):
            return False
        if ended:
            return not any(map(operator.lt, ends, starts))
    elif starts.count(None) < len(starts):
        return False
    return ends.count(None) == len(ends)


def _times(
    transcript: Transcript, starts: list[float | None], ends: list[float | None], terms: Terms,
    remarks: list[Remark],
) -> Transcript:  # fmt: skip
    for name, values in (("start_seconds", starts), ("end_seconds", ends)):
        for turn, value in enumerate(values):
            # NaN fails this comparison too.
            if value is not None and not 0 <= value < float("inf"):
                raise BadRecordError(
                    "negative_time", f"turns[{turn}].{name} is below zero", turn=turn
                )
    if any(v is not None and v > _ABSOLUTE for v in (*starts, *ends)):
        remarks.append(Remark("times_look_absolute", "times beyond 115 days"))
    transcript = _order(transcript, terms, remarks)
    late = [
        turn
        for turn, one in enumerate(transcript.turns)
        if one.start_seconds is not None
        and one.end_seconds is not None
        and one.end_seconds < one.start_seconds
    ]
    return _drop_ends(transcript, late, remarks) if late else transcript


def _order(transcript: Transcript, terms: Terms, remarks: list[Remark]) -> Transcript:
    turns = transcript.turns
    known = [(turn, one.start_seconds) for turn, one in enumerate(turns)
             if one.start_seconds is not None]  # fmt: skip
    back = [turn for (_, before), (turn, start) in itertools.pairwise(known)
            if start < before]  # fmt: skip
    if not back:
        return transcript
    own: dict[Speaker, float] = {}
    for turn, start in known:
        speaker = turns[turn].speaker
        if start < own.get(speaker, 0.0):
            remarks.append(Remark("clock_backwards", "the same speaker began later before", turn))
            return transcript
        own[speaker] = start
    by = order_by_start(turns) if terms.sort_turns else None
    if by is None:
        remarks.append(Remark("turns_out_of_order", f"{len(back)} turns begin too early", back[0]))
        return transcript
    remarks.append(Remark("turns_sorted", "turns were put into the order of their start"))
    attributes = dict(transcript.attributes)
    put(attributes, "turn_order", by)
    return msgspec.structs.replace(
        transcript, turns=tuple(turns[turn] for turn in by), attributes=attributes
    )


def _drop_ends(transcript: Transcript, late: list[int], remarks: list[Remark]) -> Transcript:
    turns = list(transcript.turns)
    attributes = dict(transcript.attributes)
    # Where the reader kept something of single turns, it stands here already.
    kept = attributes.get("turns")
    ours = isinstance(kept, dict) and all(
        key.isdecimal() and isinstance(value, dict) for key, value in kept.items()
    )
    extras: dict[str, Any] = dict(kept) if ours and isinstance(kept, dict) else {}
    for turn in late:
        one = turns[turn]
        of_turn = dict(extras.get(str(turn), {}))
        put(of_turn, "end_seconds", one.end_seconds)
        extras[str(turn)] = of_turn
        turns[turn] = Turn(one.speaker, one.text, one.start_seconds, None)
        remarks.append(Remark("end_before_start", "the turn ends before it begins", turn))
    if ours:
        attributes["turns"] = extras
    else:
        put(attributes, "turns", extras)
    return msgspec.structs.replace(transcript, turns=tuple(turns), attributes=attributes)


def _started(transcript: Transcript, terms: Terms, remarks: list[Remark]) -> Transcript:
    moment = parse_moment(transcript.started_at, terms.zone)
    when = None if moment is None else rfc3339(moment)
    attributes = dict(transcript.attributes)
    put(attributes, "started_at", transcript.started_at)
    if when is None:
        remarks.append(Remark("bad_time", "started_at is no date and time"))
    else:
        remarks.append(Remark("started_at_mended", "started_at was not RFC 3339"))
    return msgspec.structs.replace(transcript, started_at=when, attributes=attributes)


def _swap(transcript: Transcript) -> Transcript:
    other: dict[Speaker, Speaker] = {"customer": "agent", "agent": "customer"}
    return msgspec.structs.replace(
        transcript,
        turns=tuple(
            Turn(other.get(t.speaker, t.speaker), t.text, t.start_seconds, t.end_seconds)
            for t in transcript.turns
        ),
    )


def _roles(turns: tuple[Turn, ...], remarks: list[Remark]) -> None:
    """Remark on customers who talk like service, and on agents who talk like customers."""
    opening = turns[:_OPENING]
    said = "\n".join([turn.text for turn in opening if turn.speaker == "customer"])
    # The courtesy that service hardly leaves out and most customers do.
    if "您" in said:
        said = "\n".join([turn.text for turn in turns if turn.speaker == "customer"])
        served = "\n".join([turn.text for turn in turns if turn.speaker == "agent"])
        if served and _talks_like_service(said, served):
            detail = "the customer says what agents say, and the agent does not"
            remarks.append(Remark("roles_look_swapped", detail))
            return
    served = "\n".join([turn.text for turn in opening if turn.speaker == "agent"])
    if not ("我要" in served or "你们" in served or "你們" in served):
        return
    phrases = set(_CUSTOMER.findall(served))
    if len(phrases) > 1 and said and not _CUSTOMER.search(said) and not _SERVICE.search(served):
        remarks.append(Remark("roles_look_swapped", "the agent says what customers say"))


def _talks_like_service(said: str, served: str) -> bool:
    """Whether the customer's words are service's and the agent's are not.

    Either one phrase that is service's alone, none by the agent and the customer more
    courteous; or two signs of service, over twice as many and as courteous as the agent.
    """
    you, agents_you = said.count("您"), served.count("您")
    if you > agents_you and _SERVICE.search(said) and not _SERVICE.search(served):
        return True
    if you < 2 or you <= 2 * agents_you:
        return False
    signs = sum(sign in said for sign in _SIGNS)
    return signs >= 2 and signs > 2 * sum(sign in served for sign in _SIGNS)
