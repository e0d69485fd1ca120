"""The stages of a training run; each keeps its result under a digest of all that made it.

Run again, a stage that has its result is skipped; stopped half-way, the run goes on where it
was. ``python -m ccnlp.training.encoder.stages SETTINGS.yaml`` runs them all.
"""

import argparse
import hashlib
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import msgspec
import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer

from ccnlp.artefacts import DataSource, Manifest
from ccnlp.encoder.onnx import load_encoder
from ccnlp.training.encoder.base import Base, read_base
from ccnlp.training.encoder.calibrate import calibrate
from ccnlp.training.encoder.corpus import (
    Passage,
    read_conversations,
    read_quotes,
    read_sentences,
    read_unlabelled,
    total_turns,
)
from ccnlp.training.encoder.evaluate import evaluate_folder, raw_scores
from ccnlp.training.encoder.export import Release, plain_calibration, sign_model, write_model
from ccnlp.training.encoder.finetune import Encoded, FitSettings, fit, predict, tokenise
from ccnlp.training.encoder.measure import measure
from ccnlp.training.encoder.network import HeadShape, TurnNetwork, from_base
from ccnlp.training.encoder.settings import ModelSettings, TrainSettings, read_settings
from ccnlp.training.encoder.vocabulary import trim
from ccnlp.yamlfile import file_digest

Scores = NDArray[np.float32]


class Trainer:
    """One training run."""

    def __init__(self, settings: TrainSettings) -> None:
        self.settings = settings
        settings.work.mkdir(parents=True, exist_ok=True)
        self.hands = [read_conversations(c.path, weight=c.weight) for c in settings.conversations]
        #: Telling quotes, hand by hand.
        self.quotes = [
            read_quotes(c.path, weight=c.quotes) if c.quotes else [] for c in settings.conversations
        ]
        self.extra = [
            p
            for s in settings.sentences
            for p in read_sentences(s.path, weight=s.weight, limit=s.limit)
        ]
        self.unlabelled = [
            msgspec.structs.replace(p, weight=u.weight)
            for u in settings.unlabelled
            for p in read_unlabelled(u.path, limit=u.limit, match=u.match)
        ]
        self.heads = HeadShape()
        self.base: Base = read_base(settings.base)
        self.tokenizer_json, self.kept = self._vocabulary()
        self.tokenizer = Tokenizer.from_str(self.tokenizer_json)

    def run(self) -> Manifest:
        """All stages; answers the manifest of the model that was written."""
        epochs, held = self.choose_epochs()
        return self.export(self.learn(epochs), held)

    def learn(self, epochs: float | None = None) -> TurnNetwork:
        """The network that the settings ask for, taught if they name a teacher."""
        s = self.settings
        soft = self.teach(epochs) if s.teacher else {}
        return self._trained(s.student, self._passages(), s.student.seeds[0], epochs, soft)

    def choose_epochs(self) -> tuple[float | None, tuple[list[Passage], Scores] | None]:
        """Early stopping: hold hands out in turn; the epochs that are best on them.

        Answers the number of epochs, and the held-out passages with their scores at that epoch,
        which calibrate; nothing where nothing is held out.
        """
        s = self.settings
        if not s.folds:
            return None, None
        each = [self._fold(out) for out in range(len(self.hands) - s.folds, len(self.hands))]
        held = [p for h in self.hands[len(self.hands) - s.folds :] for p in h]
        joined = [np.concatenate(scores) for scores in zip(*each, strict=True)]
        goodness = [_goodness(measure(held, scores)) for scores in joined]
        best = int(np.argmax(goodness))
        _report("epochs_chosen", epochs=best + 1, goodness=[round(g, 4) for g in goodness])
        return float(best + 1), (held, joined[best])

    def teach(self, epochs: float | None) -> dict[str, Scores]:
        """Scores of the teacher (mean over seeds) for every passage, by its key."""
        assert self.settings.teacher  # noqa: S101 - for the type checker
        teacher = self.settings.teacher
        targets = [*self._passages(), *self.unlabelled]
        encoded = self.encoded(targets)
        total: Scores | None = None
        for seed in teacher.seeds:
            network = self._trained(teacher, self._passages(), seed, epochs, {})
            scores = predict(network, encoded)
            total = scores if total is None else total + scores
        assert total is not None  # noqa: S101
        ends = np.cumsum([len(p.texts) for p in targets])
        parts = np.split(total / np.float32(len(teacher.seeds)), ends[:-1])
        return {_key(p): part.astype(np.float32) for p, part in zip(targets, parts, strict=True)}

    def export(self, network: TurnNetwork, held: tuple[list[Passage], Scores] | None) -> Manifest:
        """Write the model folder, calibrate and measure it as it runs, and sign it."""
        s = self.settings
        labelled = self.encoded([p for h in self.hands for p in h] or self.extra)
        words = self.base.words.take(self.kept)
        write_model(s.out, network, words, self.tokenizer_json, labelled[::4], s.length)
        release = self._release()
        sign_model(s.out, network.shape, plain_calibration(), release)
        if s.calibrate:
            # as it runs, in int8, on a hand that it never learnt from
            other = read_conversations(s.calibrate)
            raw = raw_scores(load_encoder(s.out), other).astype(np.float32)
            held = other, raw
        calibration = calibrate(*held) if held else plain_calibration()
        sign_model(s.out, network.shape, calibration, release)
        figures: dict[str, float] = {}
        for path in s.evaluate:
            if path.exists():
                found = evaluate_folder(s.out, path)
                figures |= {f"{path.stem}.{name}": value for name, value in found.items()}
        release = msgspec.structs.replace(release, figures=figures)
        return sign_model(s.out, network.shape, calibration, release)

    def _release(self) -> Release:
        s = self.settings
        data = [
            DataSource(c.path.name, c.licence, total_turns(h), file_digest(c.path))
            for c, h in zip(s.conversations, self.hands, strict=True)
        ]
        further = [(o.path, o.licence) for o in s.sentences]
        further += [(o.path, o.licence) for o in s.unlabelled]
        for path, licence in further:
            rows = path.read_text("utf-8").count("\n")
            data.append(DataSource(path.name, licence, rows, file_digest(path)))
        return Release(
            s.name, s.version, tuple(data), {},
            f"python -m ccnlp.training.encoder.stages configs/training/{s.name}.yaml",
            self.base.origin, self.base.sha256, s.length,
        )  # fmt: skip

    def _vocabulary(self) -> tuple[str, NDArray[np.int64]]:
        s = self.settings
        read = [o.path for part in (s.conversations, s.sentences, s.unlabelled) for o in part]
        stamp = _digest(file_digest(s.tokenizer), [file_digest(p) for p in read])
        kept, pieces = s.work / f"vocabulary-{stamp}.json", s.work / f"vocabulary-{stamp}.npy"
        if not pieces.exists():
            every = (*self.hands, self.extra, self.unlabelled)
            texts = [t for h in every for p in h for t in p.texts]
            vocabulary = trim(s.tokenizer, texts)
            kept.write_text(vocabulary.tokenizer, "utf-8")
            np.save(pieces, vocabulary.kept)
        rows: NDArray[np.int64] = np.load(pieces)
        return kept.read_text("utf-8"), rows

    def _passages(self) -> list[Passage]:
        return self._hands(range(len(self.hands))) + self.extra

    def _hands(self, which: Iterable[int]) -> list[Passage]:
        return [p for i in which for p in (*self.hands[i], *self.quotes[i])]

    def encoded(self, passages: Sequence[Passage]) -> list[Encoded]:
        """Passages cut into the pieces of this run's vocabulary."""
        return tokenise(
            passages, self.tokenizer, length=self.settings.length, slots=self.heads.slots
        )

    def _fold(self, out: int) -> list[Scores]:
        """Scores on hand ``out`` after each epoch of a network that never saw it."""
        s = self.settings
        held = self.encoded(self.hands[out])
        passages = self._hands(i for i in range(len(self.hands)) if i != out) + self.extra
        stamp = self._stamp("fold", s.student, passages, s.student.fit)
        kept = s.work / f"fold-{stamp}.npz"
        if not kept.exists():
            scores: list[Scores] = []

            def watch(network: TurnNetwork, epoch: int, loss: float) -> None:
                scores.append(predict(network, held))
                figures = measure([e.passage for e in held], scores[-1])
                _report("fold", out=out, epoch=epoch, loss=round(loss, 4), **figures)

            self._fit(s.student, passages, s.student.fit, {}, watch)
            np.savez(kept, *scores)
        with np.load(kept) as stored:
            return [stored[name] for name in stored.files]

    def _trained(
        self, model: ModelSettings, passages: Sequence[Passage], seed: int,
        epochs: float | None, soft: dict[str, Scores],
    ) -> TurnNetwork:  # fmt: skip
        stage = f"{len(model.layers)} layers" + (", taught" if soft else "")
        settings = msgspec.structs.replace(model.fit, seed=seed)
        if epochs is not None and not soft:
            settings = msgspec.structs.replace(settings, epochs=epochs)
        # a teacher is no other network than the same settings give a student without one
        taught = [model.first, hashlib.sha256(_bytes(soft)).hexdigest()] if soft else []
        stamp = self._stamp(model.layers, passages, settings, taught)
        kept = self.settings.work / f"network-{stamp}.safetensors"
        _report(stage, result=kept.name, stands=kept.exists())
        if kept.exists():
            network = from_base(self.base, self.kept, list(model.layers), self.heads)
            network.load_state_dict(load_file(kept))
            return network

        def watch(network: TurnNetwork, epoch: int, loss: float) -> None:
            _report(stage, seed=seed, epoch=epoch, loss=round(loss, 4))

        every = [*passages, *(p for p in self.unlabelled if _key(p) in soft)]
        start = None
        if soft and model.first:
            early = ModelSettings(model.layers, model.first)
            start = self._trained(early, passages, seed, None, {})
        network = self._fit(model, every, settings, soft, watch, start)
        save_file({n: t.contiguous() for n, t in network.state_dict().items()}, kept)
        return network

    def _fit(
        self, model: ModelSettings, passages: Sequence[Passage], settings: FitSettings,
        soft: dict[str, Scores], watch: Callable[[TurnNetwork, int, float], None],
        start: TurnNetwork | None = None,
    ) -> TurnNetwork:  # fmt: skip
        torch.manual_seed(settings.seed)
        network = start or from_base(self.base, self.kept, list(model.layers), self.heads)
        own = {id(p): soft[_key(p)] for p in passages if _key(p) in soft}
        fit(
            network, self.encoded(passages), settings, soft=own,
            watch=lambda epoch, loss: watch(network, epoch, loss),
        )  # fmt: skip
        return network

    def _stamp(self, *parts: object) -> str:
        plain = [
            [
                (
                    _key(p),
                    p.texts,
                    p.emotion.tolist(),
                    p.findings.nonzero()[1].tolist(),
                    p.acts.nonzero()[1].tolist(),
                    p.judged.tolist(),
                    p.weight,
                )
                for p in part
            ]
            if isinstance(part, list) and part and isinstance(part[0], Passage)
            else msgspec.to_builtins(part)
            for part in parts
        ]
        return _digest(self.base.sha256, self.settings.length, plain)


def _report(stage: str, **fields: object) -> None:
    """Progress, on standard error."""
    pairs = " ".join(f"{name}={value}" for name, value in fields.items())
    print(f"{stage}: {pairs}", file=sys.stderr, flush=True)  # noqa: T201 - what this command says


def _key(passage: Passage) -> str:
    return f"{passage.source}/{passage.name}"


def _bytes(soft: dict[str, Scores]) -> bytes:
    return b"".join(name.encode() + soft[name].tobytes() for name in sorted(soft))


def _digest(*parts: object) -> str:
    return hashlib.sha256(msgspec.json.encode(parts, order="sorted")).hexdigest()[:12]


def _goodness(figures: dict[str, float]) -> float:
    return (
        figures["emotion_f1"] + figures["emotion_accuracy"]
        + figures["findings_turn"] + figures["findings_conv"]
    )  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Train by a settings file."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("settings", type=Path)
    for name in ("base", "tokenizer", "work", "out"):
        parser.add_argument(f"--{name}", type=lambda p: str(Path(p).resolve()))
    given = parser.parse_args(arguments)
    overrides = {
        n: v for n in ("base", "tokenizer", "work", "out") if (v := getattr(given, n)) is not None
    }
    manifest = Trainer(read_settings(given.settings, overrides)).run()
    _report("written", name=manifest.name, version=manifest.version, digest=manifest.digest)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
