"""Times of a conversation; what needs a missing time stamp is ``None``, never 0."""

from ccnlp.types import Timing, Transcript

_SERVICE = frozenset({"agent", "bot"})


def measure_timing(transcript: Transcript) -> Timing:
    """Waits, response times, gaps, overlap and talk share (docs/scoring.md gives definitions)."""
    turns = transcript.turns
    return Timing(
        wait_seconds=transcript.wait_seconds,
        first_response_seconds=_first_response(transcript),
        mean_response_seconds=_mean_response(transcript),
        longest_gap_seconds=_longest_gap(transcript),
        overlap_seconds=_overlap(transcript),
        talk_ratio=_talk_ratio([(t.speaker, len(t.text)) for t in turns]),
    )


def _first_response(transcript: Transcript) -> float | None:
    """First customer turn's end to the next service turn's start; the start where service opens."""
    waited_from: float | None = None
    for turn in transcript.turns:
        if turn.speaker == "customer" and waited_from is None:
            waited_from = turn.end_seconds if turn.end_seconds is not None else turn.start_seconds
            if waited_from is None:
                return None
        elif turn.speaker in _SERVICE:
            if turn.start_seconds is None:
                return None
            return round(max(0.0, turn.start_seconds - (waited_from or 0.0)), 3)
    return None


def _mean_response(transcript: Transcript) -> float | None:
    """Mean over all customer-to-service changes of speaker that have both times."""
    waits: list[float] = []
    since: float | None = None
    for turn in transcript.turns:
        if turn.speaker == "customer":
            end = turn.end_seconds if turn.end_seconds is not None else turn.start_seconds
            since = end if end is not None else since
        elif turn.speaker in _SERVICE:
            if since is not None and turn.start_seconds is not None:
                waits.append(max(0.0, turn.start_seconds - since))
            since = None
    return round(sum(waits) / len(waits), 3) if waits else None


def _longest_gap(transcript: Transcript) -> float | None:
    """Longest silence between two turns that follow each other."""
    longest: float | None = None
    for before, after in zip(transcript.turns, transcript.turns[1:], strict=False):
        end = before.end_seconds if before.end_seconds is not None else before.start_seconds
        if end is None or after.start_seconds is None:
            continue
        gap = max(0.0, after.start_seconds - end)
        longest = gap if longest is None else max(longest, gap)
    return None if longest is None else round(longest, 3)


def _overlap(transcript: Transcript) -> float | None:
    """Seconds in which a turn begins before the other speaker's turn has ended."""
    total, known = 0.0, False
    for before, after in zip(transcript.turns, transcript.turns[1:], strict=False):
        if before.end_seconds is None or after.start_seconds is None:
            continue
        known = True
        if before.speaker != after.speaker:
            end = before.end_seconds
            if after.end_seconds is not None:
                end = min(end, after.end_seconds)
            total += max(0.0, end - after.start_seconds)
    return round(total, 3) if known else None


def _talk_ratio(lengths: list[tuple[str, int]]) -> float | None:
    everything = sum(n for speaker, n in lengths if speaker != "system")
    if not everything:
        return None
    return round(sum(n for speaker, n in lengths if speaker in _SERVICE) / everything, 4)
