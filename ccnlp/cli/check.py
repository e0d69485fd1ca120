"""``ccnlp check``: whether a recipe and all it names hold together."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from ccnlp.cli.output import JsonOption, console, print_json
from ccnlp.config import Recipe, load_recipe
from ccnlp.errors import CcnlpError


class Checked(msgspec.Struct, frozen=True):
    """What came of checking one thing; ``faults`` is empty where all is well."""

    what: str
    #: What was seen, in a few words.
    seen: str
    faults: tuple[str, ...] = ()
    #: 2: wrong; 3: something is missing. 0 where all is well.
    code: int = 0


def check(
    rules: Annotated[
        list[Path] | None, typer.Argument(help="Rule files to check instead of the recipe's.")
    ] = None,
    recipe: Annotated[
        Path | None, typer.Option("--recipe", "-r", help="Recipe; without it the shipped one.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Check a recipe: rules with their examples, scorecards, risk matrix, thresholds, models.

    Every rule's good examples must be found and its bad ones must not.

    For example:

        ccnlp check

        ccnlp check --recipe my/recipe.yaml

        ccnlp check my/rules/media_threat.yaml

    Exit code 0: all is well; 2: something is wrong; 3: a model is missing or damaged.
    """
    loaded = load_recipe(recipe)
    checked = list(check_recipe(loaded, tuple(rules) if rules else None))
    if as_json:
        print_json({"recipe": loaded.name, "digest": loaded.digest, "checked": checked})
    else:
        _print(loaded, checked)
    codes = {one.code for one in checked} - {0}
    if codes:
        raise typer.Exit(min(codes))


def check_recipe(recipe: Recipe, rules: tuple[Path, ...] | None = None) -> Iterator[Checked]:
    """Check rule files (those of the recipe unless given) and, of a recipe, all the rest."""
    yield _tried("rules", lambda: _rules(recipe, rules or recipe.rules))
    if rules:
        return
    for tier, path in recipe.scorecards.items():
        yield _tried(f"scorecard {tier}", partial(_scorecard, recipe, path))
    yield _tried("risk matrix", lambda: _risk(recipe.risk))
    yield _tried("decisions", lambda: _decisions(recipe))
    yield _tried("alerts", lambda: _alerts(recipe.alerts))
    for name in recipe.detectors:
        yield _tried(f"category {name}", partial(_category, recipe, name))
    for head, folder in recipe.models.items():
        yield _tried(f"model {head}", partial(_model, folder))
    yield _tried("analysers", lambda: _analysers(recipe))


def _tried(what: str, step: Callable[[], tuple[str, tuple[str, ...]]]) -> Checked:
    try:
        seen, faults = step()
    except CcnlpError as error:
        return Checked(what, "", (str(error),), error.exit_code)
    return Checked(what, seen, faults, 2 if faults else 0)


def _rules(recipe: Recipe, files: tuple[Path, ...]) -> tuple[str, tuple[str, ...]]:
    from ccnlp.rules.load import load_rules

    rules = load_rules(files, recipe.lexicon, recipe.categories)
    faults = tuple(str(fault) for fault in rules.check())
    examples = sum(len(rule.good) + len(rule.bad) for rule in rules.rules)
    return f"{len(rules.rules)} rules in {len(files)} files, {examples} examples tried", faults


def _scorecard(recipe: Recipe, path: Path) -> tuple[str, tuple[str, ...]]:
    from ccnlp.scoring.published import unpublished_change
    from ccnlp.scoring.scorecard import load_scorecard

    card = load_scorecard(path, recipe.categories)
    changed = unpublished_change(path, card)
    return f"{card.name}, {len(card.items)} items", (changed,) if changed else ()


def _risk(path: Path) -> tuple[str, tuple[str, ...]]:
    from ccnlp.scoring.risk import load_risk_matrix

    matrix = load_risk_matrix(path)
    return f"{len(matrix.matrix)} severities × {len(matrix.likelihood)} likelihoods", ()


def _decisions(recipe: Recipe) -> tuple[str, tuple[str, ...]]:
    from ccnlp.scoring.decisions import load_decisions

    load_decisions(recipe.decisions, recipe.categories)
    return "complaint and handoff", ()


def _alerts(path: Path) -> tuple[str, tuple[str, ...]]:
    from ccnlp.alerts import load_alerts

    alerts = load_alerts(path)
    return f"risk words {alerts.risk_word_share:.1%}, queue from {alerts.queue.minimum_risk}", ()


def _category(recipe: Recipe, name: str) -> tuple[str, tuple[str, ...]]:
    path = recipe.detectors[name]
    if not path.is_file():
        return _model(path)
    from ccnlp.fewshot.examples import read_examples

    examples = read_examples(path, recipe.categories[name].speakers)
    counts = [sum(e.label is label for e in examples) for label in (True, False)]
    return f"{counts[0]} examples, {counts[1]} of what it is not", ()


def _model(folder: Path) -> tuple[str, tuple[str, ...]]:
    from ccnlp.artefacts import read_manifest

    if not (folder / "manifest.json").exists() and (folder / "config.json").is_file():
        return f"Transformers folder {folder.name}", ()
    manifest = read_manifest(folder)
    return f"{manifest.name} {manifest.version}, digest {manifest.digest}, files unchanged", ()


def _analysers(recipe: Recipe) -> tuple[str, tuple[str, ...]]:
    from ccnlp.engine import Engine

    engine = Engine(recipe)
    missing = tuple(f"{name}: {why}" for name, why in engine.not_evaluated.items())
    return ", ".join(recipe.analysers), missing


def _print(recipe: Recipe, checked: list[Checked]) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2))
    for one in checked:
        verdict = Text("wrong", style="red") if one.faults else Text("ok", style="green")
        table.add_row(verdict, Text(one.what), Text(one.seen))
    screen = console()
    screen.print(Text(f"recipe {recipe.name} ({recipe.path}), digest {recipe.digest}"))
    screen.print(table)
    for one in checked:
        for fault in one.faults:
            screen.print(Text(fault), soft_wrap=True)
