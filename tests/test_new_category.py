"""A category that a recipe adds is treated like one that ships, from its file to the queue."""

import os
import re
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from conversations import talk
from recipes import tiny_recipe

from ccnlp.alerts import Alerts
from ccnlp.assets import asset
from ccnlp.config import load_recipe
from ccnlp.engine import Engine
from ccnlp.errors import ConfigError
from ccnlp.report.html import render_report
from ccnlp.report.messages import load_catalogues, with_names
from ccnlp.scoring.fuse import fuse_findings
from ccnlp.scoring.scorecard import load_scorecard
from ccnlp.summary import RunFacts
from ccnlp.summing import summarise
from ccnlp.types import Finding

ROOT = Path(__file__).parent.parent
GOOD = """\
id: refund_delay
chinese: 退款迟迟不到
english: Refund delayed
speakers: [customer]
severity: high
risk_class: compliance
description: 退款过了时间还没到账
rules: [late.yaml]
"""
RULES = """\
category: refund_delay
rules:
  - id: late
    explanation: 退款没到
    confidence: 0.8
    any: [退款没到]
    good: [退款没到]
"""


def recipe_with(folder: Path, category: str, rules: str = RULES) -> Path:
    """A tiny recipe that lists one category file."""
    path = tiny_recipe(folder)
    (folder / "own.yaml").write_text(category, encoding="utf-8")
    (folder / "late.yaml").write_text(rules, encoding="utf-8")
    path.write_text(path.read_text("utf-8") + "categories: [own.yaml]\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("category", "what"),
    [
        (GOOD.replace("refund_delay", "Refund"), "own.yaml:1: key id: 'Refund' is no id"),
        (GOOD.replace("refund_delay", "anger"), "own.yaml:1: key id: 'anger' is no id"),
        (GOOD.replace("english: Refund delayed\n", ""), "key english: is missing"),
        (GOOD.replace("compliance", "money"), "own.yaml:6: key risk_class: there is no risk"),
        (GOOD.replace("[customer]", "[caller]"), "own.yaml:4: key speakers.0: Invalid enum"),
        (GOOD + "examples: none.jsonl\n", "own.yaml:9: key examples: there is no file"),
        (GOOD + "findings_from: 2\n", "own.yaml:9: key findings_from: is not above 0"),
        (GOOD + "colour: red\n", "unknown field `colour`"),
        ("id: churn\nenglish: Leaving\n", "own.yaml:2: key english: churn ships with ccnlp"),
    ],
)
def test_a_wrong_file_is_named_with_line_and_key(category, what, tmp_path):
    with pytest.raises(ConfigError) as caught:
        load_recipe(recipe_with(tmp_path, category))
    assert what in str(caught.value)


def test_a_rule_of_an_unknown_category_says_what_there_is(tmp_path):
    path = recipe_with(tmp_path, GOOD, RULES.replace("refund_delay", "refunds"))
    with pytest.raises(ConfigError, match=r"no category 'refunds'.*refund_delay.*new_category.md"):
        Engine(load_recipe(path))


def test_a_category_by_rules_alone_keeps_its_confidence_and_reaches_the_risk(tmp_path):
    recipe = load_recipe(recipe_with(tmp_path, GOOD))
    made = Engine(recipe).score(talk("A 您好", "C 我的退款没到"))
    (finding,) = made.findings
    assert (finding.category, finding.severity) == ("refund_delay", "high")
    assert finding.confidence == 0.8
    assert "refund_delay" in made.risk.explanation


def test_where_a_model_judges_a_category_its_silence_counts():
    finding = Finding(
        "refund_delay", "high", 0, 0, 4, "退款没到", "customer", 0.8,
        "phrases.refund_delay.late", "",
    )  # fmt: skip
    assert fuse_findings([finding])[0].confidence < 0.8
    assert fuse_findings([finding], {"refund_delay"})[0].confidence == 0.8


def test_scorecards_may_name_it(tmp_path):
    text = asset("configs", "scorecards", "default.yaml").read_text("utf-8")
    card = tmp_path / "card.yaml"
    card.write_text(re.sub(r"fatal: \[", "fatal: [refund_delay, ", text), encoding="utf-8")
    with pytest.raises(ConfigError, match="refund_delay"):
        load_scorecard(card)
    recipe = load_recipe(recipe_with(tmp_path, GOOD))
    assert "refund_delay" in load_scorecard(card, recipe.categories).fatal


def test_the_report_names_it_in_both_languages_under_its_risk_class(tmp_path):
    recipe = load_recipe(recipe_with(tmp_path, GOOD))
    own = {n: c for n, c in recipe.categories.items() if n == "refund_delay"}
    names = with_names(load_catalogues(), own)
    assert names["zh-CN"].messages["category.refund_delay"] == "退款迟迟不到"
    assert names["en"].messages["category.refund_delay"] == "Refund delayed"
    transcript = talk("C 我的退款没到")
    made = summarise([(transcript, Engine(recipe).score(transcript))], Alerts(), recipe.categories)
    assert "退款迟迟不到" not in render_report(made)
    facts = msgspec.convert(
        {
            "recipe": "own", "recipe_digest": recipe.digest, "engine": "0", "seconds": 1.0,
            "started_at": "2026-03-01T09:00:00Z", "finished_at": "2026-03-01T09:00:01Z",
            "inputs": [], "files": 0, "categories": msgspec.to_builtins(own),
        },
        type=RunFacts,
    )  # fmt: skip
    page = render_report(msgspec.structs.replace(made, run=facts))
    assert "退款迟迟不到" in page
    assert "Refund delayed" in page


def test_the_severity_of_a_shipped_category_goes_before_that_of_rule_files(tmp_path):
    said = "C 我要投诉你们"
    (before,) = Engine(load_recipe(tiny_recipe(tmp_path))).score(talk(said)).findings
    own = recipe_with(tmp_path, "id: complaint\nseverity: critical\n")
    (after,) = Engine(load_recipe(own)).score(talk(said)).findings
    assert (before.severity, after.severity) == ("medium", "critical")


def test_examples_alone_are_enough_and_live_equals_batch(tmp_path):
    shipped = asset("configs", "categories")
    category = (shipped / "price_match_request.yaml").read_text("utf-8")
    category = re.sub(r"rules: .*\n", "", category)
    category = category.replace("price_match_request.jsonl", f"{shipped}/price_match_request.jsonl")
    recipe = load_recipe(recipe_with(tmp_path, category))
    engine = Engine(recipe)
    assert engine.not_evaluated == {}
    talked = talk("A 您好", "C 隔壁店同款比你们便宜五十，能给我一样的价吗", "C 几点关门")
    made = engine.score(talked)
    (finding,) = made.findings
    assert (finding.category, finding.turn) == ("price_match_request", 1)
    assert finding.source == "model.price_match_request"
    assert "categories" in made.provenance.models
    session = engine.session(talk("A 您好"))
    for turn in talked.turns[1:]:
        session.push(turn)
    assert session.assess() == made


def test_the_example_that_ships_holds_together(tmp_path):
    recipe = tmp_path / "recipe.yaml"
    recipe.write_text(
        f"name: x\nextends: {asset('configs', 'recipes', 'default.yaml')}\n"
        f"categories: [{asset('configs', 'categories')}/*.yaml]\n",
        encoding="utf-8",
    )
    loaded = load_recipe(recipe)
    assert loaded.digest != load_recipe().digest
    from ccnlp.rules.load import load_rules

    own = [p for p in loaded.rules if p.stem == "price_match_request"]
    assert load_rules(own, loaded.lexicon, loaded.categories).check() == []


@pytest.mark.parametrize("base", ["default", "linear"])
def test_the_commands_of_the_manual_run_as_they_stand(base, tmp_path):
    shipped = asset("configs", "recipes", f"{base}.yaml")
    if not all((f / "manifest.json").is_file() for f in load_recipe(shipped).models.values()):
        pytest.skip(f"a model of {shipped.name} is not here")
    text = (ROOT / "docs" / "new_category.md").read_text("utf-8")
    text = text.replace("/default.yaml", f"/{base}.yaml")
    script = "set -euo pipefail\n" + "\n".join(re.findall(r"```sh\n(.*?)```", text, re.S))
    bin_folder = Path(sys.executable).parent
    done = subprocess.run(
        ["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False,
        env={
            **os.environ, "PATH": f"{bin_folder}:{os.environ['PATH']}", "COLUMNS": "200",
            "PYTHONPATH": str(ROOT),
        },
    )  # fmt: skip
    assert done.returncode == 0, done.stderr + done.stdout
    assert "left out one by one" in done.stdout
    assert "1 of 1 items" in done.stdout
    assert "refund_delay" in done.stdout.rpartition("conversation")[2]
    lines = (tmp_path / "out" / "assessments.jsonl").read_text("utf-8").splitlines()
    found = [[f["category"] for f in msgspec.json.decode(line)["findings"]] for line in lines]
    assert ["refund_delay" in categories for categories in found] == [True, False]
