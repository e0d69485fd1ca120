"""Times as they stand in the store, and how far off they are."""

from datetime import UTC, datetime, timedelta


def later(seconds: float, than: str | None = None) -> str:
    """The time so many seconds from ``than``, or from now: RFC 3339, UTC, whole seconds."""
    start = datetime.now(UTC) if than is None else datetime.fromisoformat(than)
    return (start + timedelta(seconds=seconds)).astimezone(UTC).isoformat(timespec="seconds")


def age_hours(at: str) -> float:
    """Hours since ``at``."""
    return (datetime.now(UTC) - datetime.fromisoformat(at)).total_seconds() / 3600
