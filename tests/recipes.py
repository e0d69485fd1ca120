"""A recipe small enough to be read at once, on the shipped thresholds and scorecards."""

from pathlib import Path

from ccnlp.assets import asset

RULES = """\
category: complaint
severity: medium
confidence: 0.9
rules:
  - id: says_so
    explanation: 客户说要投诉
    any: [我要投诉]
    good: [我要投诉你们]
    bad: [请问营业时间]
"""

ACTS = """\
act: greeting
confidence: 0.9
rules:
  - id: hello
    any: [您好]
    good: [您好]
    bad: [再见]
"""


def tiny_recipe(folder: Path, rules: str = RULES) -> Path:
    """Write a recipe with one rule and one act; answers its path."""
    (folder / "rules").mkdir(parents=True, exist_ok=True)
    (folder / "rules" / "complaint.yaml").write_text(rules, encoding="utf-8")
    (folder / "rules" / "acts.yaml").write_text(ACTS, encoding="utf-8")
    configs = asset("configs")
    path = folder / "recipe.yaml"
    path.write_text(
        f"""\
name: tiny
analysers: [phrases, privacy]
rules: [rules/*.yaml]
lexicon: [{configs}/lexicon/*]
privacy: [{configs}/privacy/*]
scorecards: {{default: {configs}/scorecards/default.yaml}}
risk: {configs}/risk/matrix.yaml
decisions: {configs}/decisions/default.yaml
alerts: {configs}/alerts/default.yaml
""",
        encoding="utf-8",
    )
    return path
