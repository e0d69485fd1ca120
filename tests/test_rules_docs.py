"""Every rule in docs/rules.md is valid and holds to its own examples."""

import re
from pathlib import Path

import pytest

from ccnlp.assets import asset
from ccnlp.rules.load import load_rules

ROOT = Path(__file__).parent.parent
LEXICON = sorted(asset("configs", "lexicon").glob("*.yaml"))
BLOCKS = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs" / "rules.md").read_text("utf-8"), re.S)
RULES = [block for block in BLOCKS if "id:" in block]


def as_file(block: str) -> str:
    """A block as a whole rule file; rules alone get a category and a good example."""
    if not block.startswith("- "):
        return block
    indented = "".join(f"  {line}\n" for line in block.splitlines())
    return f"category: stonewalling\nseverity: low\nrules:\n{indented}"


@pytest.mark.parametrize("block", RULES, ids=lambda b: re.search(r"id: (\w+)", b).group(1))
def test_rule_of_the_documentation_holds_to_its_examples(block, tmp_path):
    path = tmp_path / "rules.yaml"
    path.write_text(as_file(block), encoding="utf-8")
    assert load_rules([path], LEXICON).check() == []


def test_documentation_has_rules():
    assert len(RULES) >= 5
