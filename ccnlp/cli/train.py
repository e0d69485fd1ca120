"""``ccnlp train``: models made from labelled turns, by commands that ship."""

from pathlib import Path
from typing import Annotated

import typer

from ccnlp.assets import asset
from ccnlp.errors import UnavailableError


def linear(
    data: Annotated[
        list[Path], typer.Argument(help="Labelled files, one an author (docs/training.md).")
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="Model folder: NAME/VERSION.")],
    settings: Annotated[
        Path | None, typer.Option("--settings", help="Settings; without it the shipped ones.")
    ] = None,
    licence: Annotated[
        list[str] | None,
        typer.Option(
            "--licence",
            help="Licence of the data, kept in the manifest; FILE=LICENCE says it of one file.",
        ),
    ] = None,
) -> None:
    """Train the linear heads: emotion, findings and script acts.

    For example:

        ccnlp train linear data/training/conversations-*.jsonl --out models/linear/1
    """
    from ccnlp.training.card import write_card
    from ccnlp.training.corpus import read_turns
    from ccnlp.training.linear import load_settings, train_linear

    path = settings or asset("configs", "training", "linear.yaml")
    given = licence or []
    said = [*(p.name for p in data), *(f'--licence "{one}"' for one in given)]
    rest = next((x for x in reversed(given) if "=" not in x), "Apache-2.0")
    own = dict(x.split("=", 1) for x in given if "=" in x)
    manifest = train_linear(
        read_turns(data), [(p, own.get(p.name, rest)) for p in data], load_settings(path), out,
        f"ccnlp train linear {' '.join(said)} --out {out.parent.name}/{out.name}",
        lambda line: typer.echo(line, err=True),
    )  # fmt: skip
    write_card(out, manifest)
    typer.echo(out)


def emotion(
    data: Annotated[
        Path, typer.Option("--data", "-d", help="Labelled turns, JSONL or CSV (docs/training.md).")
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="Model folder: NAME/VERSION.")],
    encoder: Annotated[
        Path | None, typer.Option("--encoder", help="Encoder folder; without it the fast one.")
    ] = None,
    settings: Annotated[
        Path | None, typer.Option("--settings", help="Settings; without it the shipped ones.")
    ] = None,
    licence: Annotated[
        str, typer.Option("--licence", help="Licence of the data, kept in the manifest.")
    ] = "unknown",
) -> None:
    """Train a head for emotion from your own labelled turns, over the encoder that ships.

    The encoder itself stays as it is, so this takes seconds to minutes. Name the folder in a
    recipe; docs/training.md shows how.

    For example:

        ccnlp train emotion --data ours.jsonl --out models/our-emotion/1
    """
    from ccnlp.config import ModelOptions
    from ccnlp.judges.encoder import load_encoder_judge
    from ccnlp.training.card import write_card
    from ccnlp.training.corpus import read_emotions
    from ccnlp.training.emotion_head import train_emotion_head
    from ccnlp.training.linear import load_settings

    folder = encoder or asset("models", "encoder-fast", "1")
    turns = read_emotions(data)
    over = load_encoder_judge(folder, ModelOptions(str(folder)))
    manifest = train_emotion_head(
        turns, data, licence, over,
        load_settings(settings or asset("configs", "training", "emotion.yaml")), out,
        f"ccnlp train emotion --data {data.name} --out {out.parent.name}/{out.name}",
        lambda line: typer.echo(line, err=True),
    )  # fmt: skip
    write_card(out, manifest)
    typer.echo(out)


def category(
    ident: Annotated[str, typer.Argument(metavar="ID", help="The category's id.")],
    examples: Annotated[
        Path, typer.Option("--examples", "-e", help="Labelled turns, JSONL (docs/new_category.md).")
    ],
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Model folder.")] = None,
    recipe: Annotated[
        Path | None,
        typer.Option("--recipe", "-r", help="Recipe that lists the category: speakers, encoder."),
    ] = None,
    encoder: Annotated[
        Path | None,
        typer.Option("--encoder", help="Encoder folder; else the recipe's, else the fast one."),
    ] = None,
    licence: Annotated[
        str, typer.Option("--licence", help="Licence of the examples, kept in the manifest.")
    ] = "unknown",
) -> None:
    """Learn a new category from at least ten examples of it and ten of what it is not.

    Prints how the detector does on examples that it did not see, and which it gets wrong. Without
    --out nothing is written: that is for trying examples out.

    For example:

        ccnlp train category refund_delay --examples refund_delay.jsonl

        ccnlp train category refund_delay -e refund_delay.jsonl -r our.yaml -o models/refund_delay/1
    """
    from ccnlp.training.category import train_category

    for line in train_category(ident, examples, recipe, encoder, out, licence):
        typer.echo(line)


def encoder(
    settings: Annotated[
        Path, typer.Argument(metavar="CONFIG", help="E.g. configs/training/encoder-fast.yaml.")
    ],
    base: Annotated[Path | None, typer.Option("--base", help="Instead of the one named.")] = None,
    tokenizer: Annotated[
        Path | None, typer.Option("--tokenizer", help="Instead of the one named.")
    ] = None,
    work: Annotated[
        Path | None, typer.Option("--work", help="Where stages keep their results.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Model folder.")] = None,
) -> None:
    """Train the turn encoder in stages that can be stopped and gone on with (docs/encoder.md).

    For example:

        ccnlp train encoder configs/training/encoder-fast.yaml --base build/base/e5-small-q4.bin
    """
    try:
        from ccnlp.training.encoder.stages import main
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("torch", "onnx"):
            raise
        raise UnavailableError(
            f"training the encoder needs {error.name}, which is not installed",
            mend="pip install 'ccnlp[train]'",
        ) from error
    given = {"base": base, "tokenizer": tokenizer, "work": work, "out": out}
    options = [f"--{name}={path}" for name, path in given.items() if path is not None]
    main([str(settings), *options])


def satisfaction(
    data: Annotated[
        Path, typer.Argument(help="Dialogues that judges graded, JSONL (docs/satisfaction.md).")
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="Model folder: NAME/VERSION.")],
    recipe: Annotated[
        Path | None, typer.Option("--recipe", "-r", help="Whose analysers observe.")
    ] = None,
    settings: Annotated[
        Path | None, typer.Option("--settings", help="Settings; without it the shipped ones.")
    ] = None,
    licence: Annotated[
        str, typer.Option("--licence", help="Licence of the data, kept in the manifest.")
    ] = "unknown",
) -> None:
    """Train satisfaction without a survey, from dialogues that several judges graded.

    The recipe's engine reads the dialogues first: train again when its models change.

    For example:

        ccnlp train satisfaction graded.jsonl --licence "CC BY 4.0" --out models/satisfaction/1
    """
    from ccnlp.config import load_recipe
    from ccnlp.training.card import write_card
    from ccnlp.training.satisfaction import load_satisfaction_settings, train_satisfaction

    manifest = train_satisfaction(
        data, licence, load_recipe(recipe),
        load_satisfaction_settings(settings or asset("configs", "training", "satisfaction.yaml")),
        out,
        f'ccnlp train satisfaction {data.name} --licence "{licence}" '
        f"--out {out.parent.name}/{out.name}",
        lambda line: typer.echo(line, err=True),
    )  # fmt: skip
    write_card(out, manifest)
    typer.echo(out)


def make_app() -> typer.Typer:
    """The group ``ccnlp train``."""
    made = typer.Typer(help="Train models from labelled turns.", no_args_is_help=True)
    made.command("linear")(linear)
    made.command("emotion")(emotion)
    made.command("category")(category)
    made.command("encoder")(encoder)
    made.command("satisfaction")(satisfaction)
    return made
