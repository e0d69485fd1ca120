"""``ccnlp train category``: a detector from labelled examples, and how it does on unseen ones."""

from collections.abc import Iterator
from pathlib import Path

from ccnlp.assets import asset
from ccnlp.config import Recipe, load_recipe
from ccnlp.encoder.onnx import load_encoder
from ccnlp.errors import ConfigError
from ccnlp.fewshot.detector import USUAL, Encoder, learn_detector
from ccnlp.fewshot.folder import write_detector
from ccnlp.judges.build import Judges
from ccnlp.taxonomy import Category
from ccnlp.training.card import write_card


def train_category(
    ident: str, examples: Path, recipe: Path | None, encoder: Path | None, out: Path | None,
    licence: str,
) -> Iterator[str]:  # fmt: skip
    """Learn a category and, where ``out`` is given, write its folder; answers lines to show.

    Raises
    ------
    ConfigError: examples or recipe are wrong.
    UnavailableError: the encoder that ``encoder`` names is missing or corrupt.
    """
    loaded = load_recipe(recipe) if recipe is not None else None
    category = _category(ident, loaded)
    least = category.findings_from or USUAL
    reader = _encoder(encoder, loaded)
    plain = learn_detector(category, examples, None)
    full = learn_detector(category, examples, reader) if reader is not None else None
    yield f"examples left out one by one, counted from {least:g}:"
    for name, learned in (("with the encoder", full), ("n-grams alone", plain)):
        if learned is None:
            yield f"  {name}: there is none; findings will rest on n-grams alone"
            continue
        shares = learned.figures(least)
        yield (
            f"  {name}: {shares['recall']:.0%} of the examples found, {shares['false']:.0%} of "
            f"the counter-examples flagged, {shares['background']:.1%} of the background"
        )
    wrong = (full or plain).doubtful(least)
    if wrong:
        yield "judged otherwise than labelled; right labels are worth more like them:"
    for one in wrong:
        label = "true" if one.example.label else "false"
        yield f"  line {one.example.line}, {label}, judged {one.chance:.2f}: {one.example.text}"
    if out is not None:
        command = f"ccnlp train category {ident} --examples {examples.name} --out {out}"
        manifest = write_detector(out, examples, licence, command, plain, full)
        write_card(out, manifest)
        yield str(out)


def _category(ident: str, recipe: Recipe | None) -> Category:
    if recipe is None:
        return Category(ident, ident, ("customer",), "service_quality", severity="medium")
    if ident not in recipe.categories:
        raise ConfigError(
            f"there is no category {ident!r}", where=f"{recipe.path}: key categories",
            mend="list its file there (docs/new_category.md)",
        )  # fmt: skip
    return recipe.categories[ident]


def _encoder(folder: Path | None, recipe: Recipe | None) -> Encoder | None:
    """The encoder that is named; else the one that the recipe judges with, else the fast one."""
    if folder is not None:
        return _read(folder)
    if recipe is not None:
        judge = Judges(recipe).encoder()
        return Encoder(judge.encoder, judge.digest) if judge is not None else None
    usual = asset("models", "encoder-fast", "1")
    return _read(usual) if usual.is_dir() else None


def _read(folder: Path) -> Encoder:
    made = load_encoder(folder)
    return Encoder(made, made.manifest.digest)
