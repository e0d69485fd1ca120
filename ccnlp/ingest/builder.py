"""From the loose parts of a record - labels, texts, times, whatever else - to a transcript.

Readers of every format but well-formed JSONL end here, so that labels, channels, unknown
fields and times are treated alike whatever they came in.
"""

import datetime
import math
from typing import Any, Literal

import msgspec

from ccnlp.ingest.clock import Moment, as_offset, parse_moment, relative, rfc3339
from ccnlp.ingest.items import BadRecordError, Limits, Remark
from ccnlp.ingest.mapping import Mapping
from ccnlp.ingest.roles import CHANNELS, PLAIN, Roles, missing_side, plain
from ccnlp.taxonomy import CHANNELS as CHANNEL_IDS
from ccnlp.taxonomy import SPEAKERS
from ccnlp.types import Channel, Speaker, Transcript, Turn

#: Quoted in a reason only up to this length: a longer label is text in the wrong column.
_LABEL: int = 20


class Terms(msgspec.Struct, frozen=True):
    """What holds for all records of a run."""

    mapping: Mapping
    limits: Limits
    zone: datetime.tzinfo
    roles: Roles
    channels: dict[str, Channel]
    swap_roles: bool = False
    #: The mapping changes nothing about JSON that is as docs/transcript.md says.
    leaves_json: bool = True
    #: ``None``: sort turns of tables and chat exports, keep the order of JSON.
    sort_turns: bool | None = None


def terms_of(
    mapping: Mapping, limits: Limits, *, swap_roles: bool = False, sort_turns: bool | None = None
) -> Terms:
    """Terms with the mapping's tables made ready."""
    own = {label.strip().casefold(): channel for label, channel in mapping.channels.items()}
    speakers = mapping.speaker_table()
    leaves_json = (
        not mapping.columns
        and mapping.channel == "chat"
        and all(speakers.get(speaker, speaker) == speaker for speaker in SPEAKERS)
    )
    return Terms(
        mapping, limits, mapping.zone(), Roles(speakers), {**CHANNELS, **own}, swap_roles,
        leaves_json, sort_turns,
    )  # fmt: skip


class Builder:
    """Collects the parts of one conversation; ``finish`` makes the transcript."""

    def __init__(self, terms: Terms, *, typed: bool = True) -> None:
        self.terms = terms
        #: Whether the source tells numbers from texts; a CSV does not.
        self.typed = typed
        #: Whether labels are people's names (chat exports), of which one may be inferred; a
        #: label of a role that is not known is not.
        self.names = False
        self.fields: dict[str, Any] = {}
        self.attributes: dict[str, Any] = {}
        self.remarks: list[Remark] = []
        self.labels: list[str] = []
        self.texts: list[str] = []
        self.starts: list[float | None] = []
        self.ends: list[float | None] = []
        #: Clock times of turns, for the turns without ``starts``.
        self.moments: list[Moment | None] = []
        self.end_moments: list[Moment | None] = []
        self.order: list[int | None] = []
        #: Moment of the conversation's start where the record names one.
        self.started: Moment | None = None
        self._extras: dict[int, dict[str, Any]] = {}

    def remark(self, code: str, detail: str, turn: int | None = None) -> None:
        """Add a warning."""
        self.remarks.append(Remark(code, detail, turn))

    def mended(self, detail: str, turn: int | None = None) -> None:
        """Warn that a value was of another type, where the source has types at all."""
        if self.typed:
            self.remark("type_mended", detail, turn)

    def keep(self, name: str, value: Any) -> None:
        """Keep what has no field of its own; a name that is taken gets a number."""
        put(self.attributes, name, value)

    def keep_turn(self, turn: int, name: str, value: Any) -> None:
        """Keep what has no field of its own and belongs to one turn."""
        put(self._extras.setdefault(turn, {}), name, value)

    def add_turn(
        self, label: str, text: str, *, start: float | None = None, end: float | None = None,
        moment: Moment | None = None, end_moment: Moment | None = None, order: int | None = None,
    ) -> None:  # fmt: skip
        """Add one turn as the source has it."""
        self.labels.append(label)
        self.texts.append(text)
        self.starts.append(start)
        self.ends.append(end)
        self.moments.append(moment)
        self.end_moments.append(end_moment)
        self.order.append(order)

    # -- fields of the conversation -------------------------------------------------------

    def set_text(self, field: str, value: Any) -> None:
        """A field that is a string; a whole number is turned into one."""
        if value is None or value == "":
            return
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise BadRecordError("wrong_type", f"{field} is {kind(value)}, not a string")
        if not isinstance(value, str):
            if isinstance(value, float):
                if not value.is_integer() or abs(value) > 2**53:
                    raise BadRecordError("wrong_type", f"{field} is a number, not a string")
                value = int(value)
            self.mended(f"{field} was a number")
            value = str(value)
        self.fields[field] = value

    def set_started(self, value: Any) -> None:
        """``started_at``; whether a text is a time is for the checks to say."""
        if value is None or value == "":
            return
        moment = parse_moment(value, self.terms.zone)
        if moment is not None and moment.at is not None:
            self.started = moment
            if not isinstance(value, str):
                self.fields["started_at"] = rfc3339(moment)
                return
        if isinstance(value, str):
            self.fields["started_at"] = value
        else:
            self.keep("started_at", value)
            self.remark("bad_time", "started_at is no date and time")

    def set_wait(self, value: Any) -> None:
        """``wait_seconds``: a number, or a text that can be read as one."""
        if value is None or value == "":
            return
        seconds = as_offset(value, self.terms.zone)
        if seconds is None:
            self.keep("wait_seconds", value)
            self.remark("bad_time", "wait_seconds cannot be read as seconds")
            return
        if isinstance(value, str):
            self.mended("wait_seconds was a text")
        self.fields["wait_seconds"] = seconds

    def set_channel(self, value: Any) -> None:
        """``channel`` by its own name or a usual label."""
        if value is None or value == "":
            return
        if isinstance(value, str):
            channel = (
                value if value in CHANNEL_IDS else self.terms.channels.get(value.strip().casefold())
            )
            if channel is not None:
                self.fields["channel"] = channel
                return
        self.keep("channel", value)
        self.remark("unknown_channel", "the channel's label is not known")

    # -- the end --------------------------------------------------------------------------

    def finish(self, *, sort: bool = False) -> Transcript:
        """The transcript; ``BadRecordError`` where it cannot be one.

        ``sort`` allows the turns to be put in order of index or start (tables and chat
        exports, whose order means nothing of itself).
        """
        if not self.fields.get("conversation_id", "").strip():
            raise BadRecordError("missing_field", "conversation_id is missing or empty")
        if not self.labels:
            raise BadRecordError("empty_conversation", "there is no turn")
        if len(self.labels) > self.terms.limits.turns:
            raise BadRecordError(
                "too_many_turns", f"{len(self.labels)} turns, {self.terms.limits.turns} at most"
            )
        speakers = self._speakers()
        self._clock()
        turns = [
            Turn(speaker, text, start, end)
            for speaker, text, start, end in zip(
                speakers, self.texts, self.starts, self.ends, strict=True
            )
        ]
        if sort:
            turns = self._sorted(turns)
        if self._extras:
            self.keep("turns", {str(turn): self._extras[turn] for turn in sorted(self._extras)})
        fields = {"channel": self.terms.mapping.channel, **self.fields}
        if "\0" in "".join(self.texts) or _has_nul((fields, self.attributes)):
            raise BadRecordError("nul_character", "a text holds a NUL character (U+0000)")
        return Transcript(turns=tuple(turns), attributes=self.attributes, **fields)

    def _speakers(self) -> list[Speaker]:
        roles, otherwise = self.terms.roles, self.terms.mapping.unknown_speaker
        table: dict[str, Speaker | None] = {
            label: roles.look(label)[0] for label in dict.fromkeys(self.labels)
        }
        unknown = [label for label, speaker in table.items() if speaker is None]
        if unknown and otherwise != "reject":
            table.update(dict.fromkeys(unknown, otherwise))
        elif unknown:
            known = [speaker for speaker in table.values() if speaker is not None]
            side = missing_side(known, unknown) if self.names else None
            turn = self.labels.index(unknown[0])
            if side is None or not unknown[0].strip():
                label = unknown[0].strip()
                named = f"{label!r}" if 0 < len(label) <= _LABEL else f"of {len(label)} characters"
                raise BadRecordError(
                    "unknown_speaker",
                    f"turns[{turn}]: the speaker {named} is no known role",
                    turn=turn,
                )
            table[unknown[0]] = side
            self.remark("speaker_inferred", f"the one unknown speaker was taken for {side}", turn)
        self._keep_labels({label: speaker for label, speaker in table.items() if speaker})
        # Every label has its speaker by now.
        return [speaker for label in self.labels if (speaker := table[label]) is not None]

    def _keep_labels(self, table: dict[str, Speaker]) -> None:
        """Names of speakers are kept: one a role beside it, several at their turns."""
        names = {label: s for label, s in table.items() if plain(label) not in PLAIN}
        if not names:
            return
        if len(set(names.values())) == len(names):
            self.keep("speaker_labels", {speaker: label for label, speaker in names.items()})
            return
        for turn, label in enumerate(self.labels):
            if label in names:
                self.keep_turn(turn, "label", label)

    def _clock(self) -> None:
        """Seconds from the start, where turns carry clock times instead."""
        if any(start is not None for start in self.starts):
            return
        if all(moment is None for moment in self.moments):
            return
        count = len(self.moments)
        # Ends lie on the same clock; interleaved, a midnight between start and end is seen.
        both = [m for pair in zip(self.moments, self.end_moments, strict=True) for m in pair]
        seconds, started = relative(both, self.started)
        self.starts, ends = seconds[0::2], seconds[1::2]
        if any(end is not None for end in ends):
            self.ends = ends
        if started is not None and "started_at" not in self.fields:
            when = rfc3339(started)
            if when is not None:
                self.fields["started_at"] = when
        for turn in range(count):
            if self.starts[turn] is None and self.moments[turn] is not None:
                self.remark("bad_time", "the time is of another kind than the first turn's", turn)

    def _sorted(self, turns: list[Turn]) -> list[Turn]:
        """Turns by index, or by start where every speaker's own clock runs forwards."""
        if self.terms.sort_turns is False:
            return turns
        indices = [index for index in self.order if index is not None]
        if len(indices) == len(turns):
            by = sorted(range(len(turns)), key=indices.__getitem__)
        else:
            found = order_by_start(turns)
            if found is None:
                return turns
            by = found
        if by == list(range(len(turns))):
            return turns
        self._extras = {
            place: self._extras[turn] for place, turn in enumerate(by) if turn in self._extras
        }
        place_of = {turn: place for place, turn in enumerate(by)}
        self.remarks = [
            Remark(one.code, one.detail, None if one.turn is None else place_of[one.turn])
            for one in self.remarks
        ]
        self.remark("turns_sorted", "turns were put into the order of their index or start")
        return [turns[turn] for turn in by]


def order_by_start(turns: list[Turn] | tuple[Turn, ...]) -> list[int] | None:
    """Positions of the turns in order of start; ``None`` where that would not be safe.

    Safe means: every turn has a start, and each speaker's own starts never run backwards -
    two recorded sides listed one after the other, or talking over each other. A clock that
    was set back is told from that by the speaker whose own times fall.
    """
    last: dict[Speaker, float] = {}
    for turn in turns:
        start = turn.start_seconds
        if start is None or start < last.get(turn.speaker, -math.inf):
            return None
        last[turn.speaker] = start
    return sorted(range(len(turns)), key=lambda place: turns[place].start_seconds or 0.0)


def put(target: dict[str, Any], name: str, value: Any) -> None:
    """Keep a value under its name, or the first of ``name.2``, ``name.3`` ... that is free."""
    free, number = name, 2
    while free in target and (target[free] != value or type(target[free]) is not type(value)):
        free, number = f"{name}.{number}", number + 1
    target[free] = value


def _has_nul(value: Any) -> bool:
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, dict):
        return any(_has_nul(key) or _has_nul(item) for key, item in value.items())
    if isinstance(value, list | tuple):
        return any(_has_nul(item) for item in value)
    return False


def kind(
    value: Any,
) -> Literal["a list", "an object", "true or false", "null", "a number", "a string"]:
    """JSON's name of a value's type."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list | tuple):
        return "a list"
    return "a string" if isinstance(value, str) else "a number"
