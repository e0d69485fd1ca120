"""Conversation risk by a matrix of severity and likelihood."""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from ccnlp.errors import ConfigError
from ccnlp.taxonomy import RISK_LEVELS
from ccnlp.types import Finding, Risk, RiskLevel
from ccnlp.yamlfile import line_of, read_as


class RiskMatrix(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Severity -> one risk level a likelihood class; see configs/risk/matrix.yaml."""

    likelihood: dict[str, float]
    matrix: dict[str, tuple[RiskLevel, ...]]
    #: Severity -> number of turns with such findings that lifts the level by one.
    lift: dict[str, int] = {}


def load_risk_matrix(path: Path) -> RiskMatrix:
    """Read and check a matrix.

    Raises
    ------
    ConfigError: naming file, line and key.
    """
    given = read_as(path, RiskMatrix)
    steps = list(given.likelihood.values())
    if not steps or steps != sorted(steps) or steps[0] != 0 or steps[-1] > 1:
        raise ConfigError(
            "likelihoods must rise from 0.0 and stay within 1",
            where=f"{path}:{line_of(path, ['likelihood'])}: key likelihood", mend="order them",
        )  # fmt: skip
    for severity, row in given.matrix.items():
        if len(row) != len(steps):
            raise ConfigError(
                f"has {len(row)} levels for {len(steps)} likelihoods",
                where=f"{path}:{line_of(path, ['matrix', severity])}: key matrix.{severity}",
                mend="give one level a likelihood",
            )  # fmt: skip
    return given


def assess_risk(matrix: RiskMatrix, findings: Sequence[Finding]) -> Risk:
    """The worst cell that the findings reach; ``score`` is its height on the scale of levels.

    The score in [0, 1] is (level + chance of the findings behind it) / 5, so that within one
    level the surer conversation stands higher; 0 where nothing was found.
    """
    worst: tuple[int, float, str] = (0, 0.0, "")
    lines: list[str] = []
    for severity, row in matrix.matrix.items():
        these = [f for f in findings if f.severity == severity]
        if not these:
            continue
        miss = 1.0
        for finding in these:
            miss *= 1.0 - finding.confidence
        chance = 1.0 - miss
        column = sum(chance >= least for least in matrix.likelihood.values()) - 1
        level = RISK_LEVELS.index(row[column])
        turns = len({f.turn for f in these})
        lifted = severity in matrix.lift and turns >= matrix.lift[severity] and level > 0
        level = min(level + lifted, len(RISK_LEVELS) - 1)
        categories = ", ".join(dict.fromkeys(f.category for f in these))
        likelihood = list(matrix.likelihood)[column]
        why = f"{severity} × {likelihood} ({chance:.2f}): {categories}"
        factors = "".join(f"(1 − {f.confidence:.2f})" for f in these)
        line = f"{severity}: 1 − {factors} = {chance:.2f} → {likelihood} → {row[column]}"
        if lifted:
            why += f"; {turns} turns lift it by one level"
            line += f"; {turns} turns ≥ {matrix.lift[severity]} → {RISK_LEVELS[level]}"
        lines.append(line)
        worst = max(worst, (level, chance, why))
    level, chance, why = worst
    score = round((level + chance) / 5 if level else 0.0, 4)
    lines.append(
        f"score = ({level} + {chance:.2f}) ÷ 5 = {score:.4f}" if level else "score = 0: no risk"
    )
    return Risk(level=RISK_LEVELS[level], score=score, explanation=why, arithmetic=tuple(lines))
