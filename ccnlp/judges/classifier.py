"""Back end: any local Transformers sequence-classification folder, through torch.

It judges emotion alone, from each turn's folded words, without what came before. Probabilities are
the model's own, uncalibrated, and may move in the last digits with the batch: answers are rounded
to four digits, which hides nearly all of that, yet live and nightly verdicts may differ where two
labels are that close.
"""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from ccnlp.config import ModelOptions
from ccnlp.encoder.view import View
from ccnlp.errors import ConfigError, UnavailableError
from ccnlp.judges.base import EMOTION_LABELS, LABELS, Doubles, Judged, Part

#: What emotions are called elsewhere -> what they are called here.
NAMES: Final[dict[str, str]] = {
    **{name: name for name in EMOTION_LABELS},
    "neural": "neutral", "none": "neutral", "no emotion": "neutral", "others": "neutral",
    "other": "neutral", "calm": "neutral", "中性": "neutral", "平静": "neutral",
    "无情绪": "neutral", "其他": "neutral", "平淡": "neutral",
    "joy": "happy", "happiness": "happy", "like": "happy", "love": "happy", "positive": "happy",
    "高兴": "happy", "开心": "happy", "快乐": "happy", "喜悦": "happy", "喜欢": "happy",
    "喜好": "happy", "满意": "happy", "积极": "happy",
    "anger": "angry", "disgust": "angry", "annoyance": "angry", "愤怒": "angry",
    "生气": "angry", "厌恶": "angry", "不满": "angry", "讨厌": "angry",
    "sadness": "sad", "grief": "sad", "disappointment": "sad", "悲伤": "sad", "难过": "sad",
    "伤心": "sad", "失望": "sad", "委屈": "sad", "低落": "sad",
    "fearful": "fear", "anxiety": "fear", "worry": "fear", "nervousness": "fear",
    "恐惧": "fear", "害怕": "fear", "焦虑": "fear", "担心": "fear", "忧虑": "fear",
    "surprised": "surprise", "amazement": "surprise", "惊讶": "surprise", "惊奇": "surprise",
    "吃惊": "surprise",
}  # fmt: skip
#: Longest turn in tokens.
_LENGTH: Final = 128


class ClassifierJudge:
    """Judges emotion with a Transformers model."""

    parts: frozenset[Part] = frozenset(("emotion",))

    def __init__(
        self, tokenizer: Any, model: Any, columns: Sequence[int | None], *,
        name: str, digest: str, device: str, batch: int,
    ) -> None:  # fmt: skip
        """Parameters: ``columns``: the emotion that each of the model's outputs stands for."""
        self._tokenizer, self._model = tokenizer, model
        self._device, self._batch = device, batch
        self.name, self.digest = name, digest
        self._place = np.zeros((len(columns), len(EMOTION_LABELS)))
        for row, column in enumerate(columns):
            if column is not None:
                self._place[row, column] = 1.0
        self._last: tuple[Sequence[View], Judged] | None = None

    def least(self, part: Part) -> Doubles:
        """0: emotions have no threshold."""
        return np.zeros(len(LABELS[part]))

    def judge(self, views: Sequence[View]) -> Judged:
        """As ``TurnJudge.judge``, up to the rounding."""
        if self._last is not None and self._last[0] is views:
            return self._last[1]
        texts = [v.normal.text for v in views]
        found = dict(self._read(list(dict.fromkeys(texts))))
        rows = np.array([found[text] for text in texts]).reshape(len(texts), len(EMOTION_LABELS))
        answer = Judged(emotion=rows)
        self._last = (views, answer)
        return answer

    def _read(self, texts: list[str]) -> list[tuple[str, Doubles]]:
        import torch

        order = sorted(texts, key=len)
        read: list[tuple[str, Doubles]] = []
        for at in range(0, len(order), self._batch):
            some = order[at : at + self._batch]
            inputs = self._tokenizer(
                some, padding=True, truncation=True, max_length=_LENGTH, return_tensors="pt"
            ).to(self._device)
            with torch.inference_mode():
                logits = self._model(**inputs).logits.double()
            chances = torch.softmax(logits, dim=-1).cpu().numpy() @ self._place
            # what stands for no emotion of ours is left out
            chances = chances / np.maximum(chances.sum(axis=1, keepdims=True), 1e-12)
            read += zip(some, chances.round(4), strict=True)
        return read


def emotion_columns(
    names: Sequence[str], given: Mapping[str, str | None], where: str
) -> list[int | None]:
    """Place in ``EMOTION_LABELS`` that each output of a model stands for; ``None``: left out.

    ``given`` goes before the known names, and case counts in neither.

    Raises
    ------
    ConfigError: an output's name says nothing, or stands for an emotion that there is not.
    """
    wanted = {name.casefold(): label for name, label in given.items()}
    columns: list[int | None] = []
    for name in names:
        key = name.casefold()
        label = wanted[key] if key in wanted else NAMES.get(key, "")
        if label is None:
            columns.append(None)
        elif label in EMOTION_LABELS:
            columns.append(EMOTION_LABELS.index(label))
        else:
            raise ConfigError(
                f"no emotion is known for the model's label {name!r}"
                + (f": there is no {label!r}" if label else ""),
                where=where,
                mend=f"map it under `labels:` to one of {', '.join(EMOTION_LABELS)}, or null",
            )
    if set(columns) <= {None}:
        raise ConfigError("every label of the model is left out", where=where, mend="map one")
    return columns


def load_classifier(folder: Path, options: ModelOptions) -> ClassifierJudge:
    """Read a Transformers folder; nothing is ever fetched.

    Raises
    ------
    UnavailableError: torch or transformers is not installed, the device is not there, or the
        folder cannot be read.
    ConfigError: a label of the model stands for no emotion.
    """
    try:
        import torch
        from transformers import AutoModelForSequenceClassification, AutoTokenizer
        from transformers.utils import logging
    except ImportError as error:
        raise UnavailableError(
            "a Transformers folder needs torch and transformers", where=str(folder),
            mend="pip install 'ccnlp[torch]'",
        ) from error  # fmt: skip
    if options.device == "cuda" and not torch.cuda.is_available():
        raise UnavailableError(
            "there is no CUDA device", where=str(folder), mend="say `device: cpu` in the recipe"
        )
    logging.disable_progress_bar()  # type: ignore[no-untyped-call,unused-ignore]
    try:
        tokenizer = AutoTokenizer.from_pretrained(str(folder), local_files_only=True)
        model = AutoModelForSequenceClassification.from_pretrained(
            str(folder), local_files_only=True
        )
    except Exception as error:  # the library raises classes of many kinds
        raise UnavailableError(
            f"the Transformers folder cannot be read: {type(error).__name__}: {error}",
            where=str(folder), mend="it needs config.json, the weights and the tokenizer",
        ) from error  # fmt: skip
    names = [model.config.id2label[i] for i in range(model.config.num_labels)]
    columns = emotion_columns(names, options.labels, str(folder))
    torch.set_num_threads(options.threads)
    return ClassifierJudge(
        tokenizer, model.eval().to(options.device), columns, name=folder.name,
        digest=_digest(folder), device=options.device, batch=options.batch,
    )  # fmt: skip


def _digest(folder: Path) -> str:
    """First 16 hex digits of the SHA-256 over names and bytes of the folder's files."""
    total = hashlib.sha256()
    for file in sorted(f for f in folder.iterdir() if f.is_file()):
        with file.open("rb") as bytes_:
            inner = hashlib.file_digest(bytes_, "sha256").hexdigest()
        total.update(f"{file.name} {inner}\n".encode())
    return total.hexdigest()[:16]
