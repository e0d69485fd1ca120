"""The model card: what a model is, what it was trained on, what it reaches, where it fails."""

from pathlib import Path

from ccnlp.artefacts import Manifest

_TEXT = """# {name} {version}

The turn encoder of ccnlp: reads one turn of a Chinese service conversation and says, with the
turns before it, its emotion (6), which of 19 findings it may hold, and which of 9 steps of the
service script it does. {layers} transformer layers, {hidden} wide, static int8.

- Licence: {licence}. The base, multilingual-e5-small, is MIT ({base}, SHA-256
  `{base_sha256}`).
- Input: folded text (Simplified, lower case, half width), at most {length} tokens a turn.
- Output: calibrated probabilities and an 8-bit vector a turn.

## Trained on

| set | licence | rows | SHA-256 |
| --- | --- | --- | --- |
{data}

## Figures

| figure | value |
| --- | --- |
{figures}

Made by `{command}`.

## Limits

Chinese only. Emotions are one label a turn; sarcasm without context, dialect written by sound
and emoji outside the vocabulary are its weak spots. A probability is a reason to look, never a
verdict about a person: findings are there to be read and contested.
"""


def write_card(folder: Path, manifest: Manifest) -> None:
    """Write ``README.md`` beside the manifest."""
    settings = manifest.settings
    text = _TEXT.format(
        name=manifest.name, version=manifest.version, licence=manifest.licence,
        command=manifest.command, layers=settings["layers"], hidden=settings["hidden"],
        base=settings["base"], base_sha256=settings["base_sha256"], length=settings["length"],
        data="\n".join(
            f"| {d.name} | {d.licence} | {d.rows} | `{d.sha256[:16]}` |" for d in manifest.data
        ),
        figures="\n".join(f"| {n} | {v:g} |" for n, v in manifest.figures.items()),
    )  # fmt: skip
    (folder / "README.md").write_text(text, "utf-8")
