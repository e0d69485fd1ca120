"""Settings of a training run, read from YAML."""

from pathlib import Path
from typing import Any

import msgspec

from ccnlp.errors import ConfigError
from ccnlp.training.encoder.finetune import FitSettings
from ccnlp.yamlfile import read_yaml


class Conversations(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Labelled conversations by one hand."""

    path: Path
    licence: str
    weight: float = 1.0
    #: Weight of the telling quotes as turns of their own, 0 for none.
    quotes: float = 0.0


class Sentences(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Single sentences with an emotion, or marked offensive."""

    path: Path
    licence: str
    weight: float = 0.4
    #: Rows that are taken, evenly over the file; 0 for all.
    limit: int = 0


class Unlabelled(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Conversations that a teacher labels."""

    path: Path
    licence: str
    weight: float = 0.5
    limit: int = 0
    #: Pattern of the identifiers that are taken.
    match: str = ""


class ModelSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One network to train."""

    #: Layers of the base that are kept, from 0.
    layers: tuple[int, ...]
    fit: FitSettings
    #: A pupil may first learn from the labels alone, then from its teacher.
    first: FitSettings | None = None
    #: Seeds; the models of several are averaged in their scores when they teach.
    seeds: tuple[int, ...] = (1,)


class TrainSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A whole training run."""

    name: str
    version: str
    #: Weight file or Transformers folder, and the base's ``tokenizer.json``.
    base: Path
    tokenizer: Path
    #: Where stages keep their results.
    work: Path
    #: Where the model folder is written.
    out: Path
    student: ModelSettings
    conversations: tuple[Conversations, ...]
    sentences: tuple[Sentences, ...] = ()
    unlabelled: tuple[Unlabelled, ...] = ()
    #: Sets that are measured and never learnt from.
    evaluate: tuple[Path, ...] = ()
    #: Without a teacher the student learns from the labels alone.
    teacher: ModelSettings | None = None
    #: How many hands are held out in turn for early stopping and calibration, from the last.
    folds: int = 1
    #: Conversations by a hand that is never learnt from, to calibrate on instead of the folds.
    calibrate: Path | None = None
    #: Longest turn in tokens.
    length: int = 96


def read_settings(path: Path, overrides: dict[str, Any] | None = None) -> TrainSettings:
    """Read settings; paths in the file are relative to its folder.

    ``overrides`` replaces top-level keys (``base``, ``tokenizer``, ``work``, ``out``).

    Raises
    ------
    ConfigError: a key is missing, unknown or of the wrong kind.
    """
    data = read_yaml(path)
    if not isinstance(data, dict):
        raise ConfigError("training settings are a table", where=str(path))
    data = {**data, **(overrides or {})}

    def decode(kind: type, value: Any) -> Any:
        if kind is Path:
            return (path.parent / str(value)).resolve()
        raise NotImplementedError(kind)

    try:
        settings: TrainSettings = msgspec.convert(data, TrainSettings, dec_hook=decode)
    except msgspec.ValidationError as error:
        raise ConfigError(
            str(error), where=str(path), mend="see configs/training/encoder-fast.yaml"
        ) from error
    if not 0 <= settings.folds <= len(settings.conversations):
        raise ConfigError("more folds than hands", where=f"{path}: key folds")
    return settings
