"""Model cards: what a model is for and made from, what it reaches, how to make it again."""

from pathlib import Path
from typing import Final

from ccnlp.artefacts import Manifest

_PURPOSE: Final = {
    "linear": (
        "Linear heads over hashed character n-grams of a turn and of the turn before it: emotion "
        "of customer and agent turns, findings of the taxonomy, acts of the service script.\n\n"
        "**Meant for** Chinese contact-centre turns, Simplified or Traditional, spoken or typed. "
        "**Not meant for** other genres, for judging people, or for decisions nobody reviews.\n\n"
        "**Limits**: it sees characters, not sentences. Irony, sadness and surprise are weak; "
        "negation is left to the phrase rules."
    ),
    "emotion-head": (
        "A head for the emotion of customer and agent turns, over the vectors of a turn encoder "
        "that was not changed, and over hashed character n-grams.\n\n"
        "**Meant for** turns like those that it was trained on. **Not meant for** judging people, "
        "or for decisions nobody reviews."
    ),
    "category-detector": (
        "Detects one category, learned from a few labelled examples over the vectors of a turn "
        "encoder that was not changed, and over hashed character n-grams.\n\n"
        "**Meant for** turns like the examples. **Not meant for** judging people, or for decisions "
        "nobody reviews.\n\n"
        "**Limits**: twenty examples show a part of what people say (docs/new_category.md). "
        "`left_out` figures are shares of examples that were judged by a detector that had not "
        "seen them: `recall` of the category's, `false` of the others, `background` of turns of "
        "all kinds."
    ),
    "satisfaction": (
        "Satisfaction without a survey: what a group of judges would say of a conversation (A task "
        "accomplishment, S customer satisfaction, E effectiveness, each a distribution over "
        "-2..2), from hashed character n-grams by place and from what the engine saw.\n\n"
        "**Meant for** means over many conversations, and to sort them. **Not meant for** judging "
        "one agent by one conversation, or in place of a real survey's answer.\n\n"
        "**Limits**: the judges read Weibo help desks of two to seven turns without time stamps, "
        "and judged as readers; docs/satisfaction.md says how far that carries elsewhere."
    ),
}
#: What a row of the data is, and how the figures came about, where it is not turns by authors.
_ROWS: Final = {"satisfaction": "dialogues"}
_HELD_OUT: Final = {
    "satisfaction": "Each dialogue was judged by a model that had not seen it (five folds)."
}
_DOCS: Final = {"satisfaction": "docs/satisfaction.md"}
_BY_AUTHOR: Final = """\
Each turn was judged by a model that had seen no turn of its author (of its group, or with its
words, where all turns are one author's)."""


def write_card(folder: Path, manifest: Manifest) -> None:
    """Write ``README.md`` beside the manifest, from the manifest alone."""
    figures = "\n".join(f"| {n} | {v:.3f} |" for n, v in sorted(manifest.figures.items()))
    data = "\n".join(
        f"| {d.name} | {d.licence} | {d.rows} | `{d.sha256[:16]}` |" for d in manifest.data
    )
    files = "\n".join(f"| {n} | `{h[:16]}` |" for n, h in sorted(manifest.files.items()))
    text = f"""# {manifest.name} {manifest.version}

{_PURPOSE.get(manifest.kind, manifest.kind)}

Licence: {manifest.licence}. Digest: `{manifest.digest}`.

## Made by

```
{manifest.command}
```

## Trained on

| file | licence | {_ROWS.get(manifest.kind, "turns")} | SHA-256 |
| --- | --- | --- | --- |
{data}

## Figures

{_HELD_OUT.get(manifest.kind, _BY_AUTHOR)}

| figure | value |
| --- | --- |
{figures}

Further figures stand in {_DOCS.get(manifest.kind, "docs/quality.md")}.

## Files

| file | SHA-256 |
| --- | --- |
{files}
"""
    (folder / "README.md").write_text(text, "utf-8")
