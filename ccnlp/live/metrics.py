"""What Prometheus may ask: counts and times, never a text or a name."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from ccnlp.live.hook import Told

_SECONDS = (0.002, 0.004, 0.006, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)


class Metrics:
    """The counters of one process."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self.seconds = Histogram(
            "ccnlp_live_request_seconds", "Time of a call", ["call"],
            registry=self._registry, buckets=_SECONDS,
        )  # fmt: skip
        self.turns = Counter("ccnlp_live_turns", "Turns received", registry=self._registry)
        self.refused = Counter(
            "ccnlp_live_refused", "Calls refused, by HTTP status", ["status"],
            registry=self._registry,
        )  # fmt: skip
        self.degraded = Counter(
            "ccnlp_live_degraded", "Answers by rules alone", registry=self._registry
        )
        self.repeated = Counter(
            "ccnlp_live_repeated", "Calls answered as before", registry=self._registry
        )
        self.actions = Counter(
            "ccnlp_live_actions", "Actions told for the first time", ["do", "shadow"],
            registry=self._registry,
        )  # fmt: skip
        self.under_way = Gauge("ccnlp_live_calls", "Calls under way", registry=self._registry)
        self.sessions = Gauge(
            "ccnlp_live_sessions", "Sessions kept in memory", registry=self._registry
        )

    def told(self, told: Told, turns: int) -> None:
        """Count an answer to turns."""
        self.turns.inc(turns)
        if told.repeated:
            self.repeated.inc()
            return
        if told.degraded:
            self.degraded.inc()
        action = told.action
        if action.new:
            self.actions.labels(action.would_do or action.do, str(bool(action.would_do))).inc()

    def text(self) -> bytes:
        """All of it, in Prometheus' text form."""
        return generate_latest(self._registry)
