"""Alert thresholds, and which conversations a person should look at.

They judge assessments and change none, so they are no part of a recipe's digest: thresholds may
be moved without scoring anything again.
"""

from pathlib import Path

import msgspec

from ccnlp.errors import ConfigError
from ccnlp.taxonomy import RISK_LEVELS
from ccnlp.types import Assessment, RiskLevel
from ccnlp.yamlfile import line_of, read_as


class QueueSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When a conversation goes to the review queue: where any of these holds."""

    #: Its risk is at least this level.
    minimum_risk: RiskLevel = "medium"
    complaint: bool = True
    handoff: bool = True
    #: A fatal finding set its score to 0.
    fatal: bool = True
    #: Its score is below this, in 0..100; 0 switches it off.
    score_below: float = 60.0


class Alerts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Thresholds over a run and a day; shares in [0, 1]. See configs/alerts/default.yaml."""

    #: Words inside risky phrases / all words of an agent.
    risk_word_share: float = 0.03
    #: Conversations of risk high or critical / all.
    risk_event_share: float = 0.005
    #: Complaints with a compliance finding / all complaints.
    compliance_complaint_share: float = 0.15
    #: A first response that takes longer is slow.
    first_response_seconds: float = 30.0
    queue: QueueSpec = QueueSpec()


def load_alerts(path: Path) -> Alerts:
    """Read and check the thresholds.

    Raises
    ------
    ConfigError: naming file, line and key.
    """
    given = read_as(path, Alerts)
    for key in ("risk_word_share", "risk_event_share", "compliance_complaint_share"):
        if not 0 <= getattr(given, key) <= 1:
            raise ConfigError(
                "is not between 0 and 1", where=f"{path}:{line_of(path, [key])}: key {key}",
                mend="write a share: 0.03 is 3 %",
            )  # fmt: skip
    return given


def queue_reasons(alerts: Alerts, assessment: Assessment) -> tuple[str, ...]:
    """Why a conversation goes to the review queue; empty where it does not.

    Reasons are ``risk``, ``complaint``, ``handoff``, ``fatal`` and ``score``.
    """
    spec = alerts.queue
    score = assessment.scorecard
    level = RISK_LEVELS.index(assessment.risk.level)
    held = {
        "risk": level >= RISK_LEVELS.index(spec.minimum_risk) and level > 0,
        "complaint": spec.complaint and assessment.complaint.is_complaint,
        "handoff": spec.handoff and assessment.handoff.recommended,
        "fatal": spec.fatal and score.fatal,
        "score": score.total is not None and score.total < spec.score_below and not score.fatal,
    }
    return tuple(reason for reason, holds in held.items() if holds)
