"""Fine-tuning of the turn network: several heads together, from labels or from a teacher."""

import math
import random
import time
from collections.abc import Callable, Sequence

import msgspec
import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional

from ccnlp.training.encoder.corpus import ACT_MASK, FINDING_MASK, Passage
from ccnlp.training.encoder.measure import ACTS, EMOTION, FINDINGS, OFFENSIVE
from ccnlp.training.encoder.network import TurnNetwork

#: Ids of <s> and </s> in a trimmed vocabulary.
START, END = 0, 2


class FitSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a network is fitted."""

    epochs: float = 6
    #: Peak rates of the top layer and of the heads.
    rate: float = 8e-5
    head_rate: float = 1e-3
    #: Each layer further down learns this much slower.
    layer_decay: float = 0.95
    weight_decay: float = 0.01
    warmup: float = 0.1
    #: Turns a step, about.
    turns: int = 40
    #: Longest turn in tokens; longer ones are cut in the middle.
    length: int = 96
    smoothing: float = 0.05
    findings_weight: float = 1.0
    acts_weight: float = 0.5
    offensive_weight: float = 0.2
    #: Weight of agents' emotions beside customers'.
    agent_emotion: float = 0.4
    #: Largest weight of a positive label; it is sqrt(negatives / positives) below that.
    positive_limit: float = 4.0
    #: Weight of the teacher's scores beside the labels, in [0, 1].
    teacher: float = 0.7
    temperature: float = 2.0
    #: Weights are averaged over steps with this decay, in [0, 1); 0 keeps the last step's.
    average: float = 0.0
    seed: int = 1
    threads: int = 1


class Encoded(msgspec.Struct, frozen=True):
    """A passage ready for the network."""

    passage: Passage
    ids: list[list[int]]
    #: Rows of turns that each turn's heads see, -1 where none; shape (turns, slots).
    slots: NDArray[np.int64]


def tokenise(
    passages: Sequence[Passage], tokenizer: Tokenizer, *, length: int, slots: int
) -> list[Encoded]:
    """Token ids and context slots of passages."""
    flat = [t for p in passages for t in p.texts]
    cut = iter(clip(e.ids, length) for e in tokenizer.encode_batch(flat, add_special_tokens=False))
    answer = []
    for passage in passages:
        n = len(passage.texts)
        rows = np.arange(n)[:, None] - np.arange(slots)[None]
        answer.append(Encoded(passage, [next(cut) for _ in range(n)], np.maximum(rows, -1)))
    return answer


def clip(ids: list[int], length: int) -> list[int]:
    """Ids between <s> and </s>; what is too long loses its middle, as ends tell most."""
    room = length - 2
    if len(ids) > room:
        ids = ids[: room // 2] + ids[len(ids) - (room - room // 2) :]
    return [START, *ids, END]


def forward(network: TurnNetwork, batch: Sequence[Encoded], piece: int = 16) -> Tensor:
    """Raw scores of all turns of a batch, in order; turns are encoded sorted by length."""
    ids = [i for e in batch for i in e.ids]
    speakers = np.concatenate([e.passage.speakers for e in batch])
    order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
    vectors = []
    for at in range(0, len(order), piece):
        chosen = order[at : at + piece]
        lengths = torch.tensor([len(ids[i]) for i in chosen])
        padded = torch.ones(len(chosen), int(lengths.max()), dtype=torch.int64)
        for row, i in enumerate(chosen):
            padded[row, : len(ids[i])] = torch.tensor(ids[i])
        with torch.autocast("cpu", torch.bfloat16):
            vectors.append(network.encode(padded, lengths, torch.from_numpy(speakers[chosen])))
    back = np.empty(len(order), np.int64)
    back[order] = np.arange(len(order))
    found = torch.cat(vectors)[torch.from_numpy(back)]
    shift = np.cumsum([0] + [len(e.ids) for e in batch])
    slots = np.concatenate(
        [np.where(e.slots >= 0, e.slots + s, -1) for e, s in zip(batch, shift, strict=False)]
    )
    return network.judge(found, torch.from_numpy(slots))


def predict(network: TurnNetwork, encoded: Sequence[Encoded]) -> NDArray[np.float32]:
    """Raw scores of all turns, passage after passage; shape (turns, outputs)."""
    network.eval()
    with torch.no_grad():
        parts = [
            forward(network, encoded[at : at + 8]).float().numpy()
            for at in range(0, len(encoded), 8)
        ]
    return np.concatenate(parts)


def fit(
    network: TurnNetwork,
    encoded: Sequence[Encoded],
    settings: FitSettings,
    *,
    soft: dict[int, NDArray[np.float32]] | None = None,
    watch: Callable[[int, float], None] | None = None,
) -> None:
    """Train ``network`` in place.

    Parameters
    ----------
    soft: a teacher's raw scores by ``id`` of the passage, shape (turns, outputs).
    watch: called after each epoch with its number from 1 and its mean loss.
    """
    torch.manual_seed(settings.seed)
    torch.set_num_threads(settings.threads)
    rng = random.Random(settings.seed)  # noqa: S311 - order of training, no secret
    loss_of = _Loss([e.passage for e in encoded], settings, soft or {})
    groups = _groups(network, settings)
    optimiser = torch.optim.AdamW(groups, weight_decay=settings.weight_decay, betas=(0.9, 0.98))
    steps_an_epoch = sum(len(e.ids) for e in encoded) / settings.turns
    total = max(1, int(steps_an_epoch * settings.epochs))
    warm = max(1, int(total * settings.warmup))
    scheduler = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda s: min((s + 1) / warm, max(0.0, (total - s) / max(1, total - warm)))
    )
    mean = _Average(network, settings.average)
    for epoch in range(1, math.ceil(settings.epochs) + 1):
        network.train()
        losses = []
        for batch in _batches(encoded, settings.turns, rng):
            loss = loss_of(forward(network, batch), [e.passage for e in batch])
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call,unused-ignore]
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            scheduler.step()
            mean.step()
            losses.append(float(loss.detach()))
        if watch:
            with mean:
                watch(epoch, float(np.mean(losses)))
    mean.keep()


class _Average:
    """Exponential mean of a network's weights over steps; inside ``with`` the network has it."""

    def __init__(self, network: TurnNetwork, decay: float) -> None:
        self._weights = [p for p in network.parameters() if p.requires_grad] if decay else []
        self._means = [p.detach().clone() for p in self._weights]
        self._decay, self._steps = decay, 0

    def step(self) -> None:
        """Take in the weights of one more step; early steps weigh less than ``decay`` says."""
        self._steps += 1
        decay = min(self._decay, self._steps / (self._steps + 10))
        for mean, weight in zip(self._means, self._weights, strict=True):
            mean.lerp_(weight.detach(), 1 - decay)

    def __enter__(self) -> None:
        self._swap()

    def __exit__(self, *_: object) -> None:
        self._swap()

    def keep(self) -> None:
        """Leave the mean in the network."""
        for weight, mean in zip(self._weights, self._means, strict=True):
            weight.data.copy_(mean)

    def _swap(self) -> None:
        for weight, mean in zip(self._weights, self._means, strict=True):
            kept = weight.detach().clone()
            weight.data.copy_(mean)
            mean.copy_(kept)


def _batches(encoded: Sequence[Encoded], turns: int, rng: random.Random) -> list[list[Encoded]]:
    order = list(encoded)
    rng.shuffle(order)
    batches: list[list[Encoded]] = [[]]
    size = 0
    for one in order:
        if size >= turns:
            batches.append([])
            size = 0
        batches[-1].append(one)
        size += len(one.ids)
    return batches


def _groups(network: TurnNetwork, settings: FitSettings) -> list[dict[str, object]]:
    groups: list[dict[str, object]] = []
    depth = len(network.layers)
    bottom = [network.pos, network.speaker, *network.ln.parameters()]
    groups.append({"params": bottom, "lr": settings.rate * settings.layer_decay**depth})
    for i, layer in enumerate(network.layers):
        rate = settings.rate * settings.layer_decay ** (depth - 1 - i)
        groups.append({"params": list(layer.parameters()), "lr": rate})
    heads = [p for m in (network.mix, network.direct, network.deep) for p in m.parameters()]
    groups.append({"params": heads, "lr": settings.head_rate})
    return groups


class _Loss:
    """Weighted loss over all heads."""

    def __init__(
        self,
        passages: Sequence[Passage],
        settings: FitSettings,
        soft: dict[int, NDArray[np.float32]],
    ) -> None:
        self._settings, self._soft = settings, soft
        emotion = np.concatenate([p.emotion for p in passages])
        speakers = np.concatenate([p.speakers for p in passages])
        counts = np.bincount(emotion[(emotion >= 0) & (speakers == 0)], minlength=6) + 1.0
        weights = 1 / np.sqrt(counts)
        self._emotion = torch.tensor(weights / (weights * counts).sum() * counts.sum()).float()
        self._findings = _positive_weights(
            [p.findings for p in passages],
            [FINDING_MASK[p.speakers] & p.judged[:, None] for p in passages], settings,
        )  # fmt: skip
        self._acts = _positive_weights(
            [p.acts for p in passages],
            [np.repeat((ACT_MASK[p.speakers] & p.acted)[:, None], 9, axis=1) for p in passages],
            settings,
        )

    def __call__(self, scores: Tensor, passages: Sequence[Passage]) -> Tensor:
        s = self._settings
        turns = len(scores)
        speakers = np.concatenate([p.speakers for p in passages])
        weight = np.concatenate([np.full(len(p.texts), p.weight, np.float32) for p in passages])
        judged = np.concatenate([p.judged for p in passages])
        acted = np.concatenate([p.acted for p in passages])
        taught = np.concatenate([np.full(len(p.texts), id(p) in self._soft) for p in passages])
        hard = torch.from_numpy(weight * np.where(taught, 1 - s.teacher, 1).astype(np.float32))
        gold = torch.from_numpy(np.concatenate([p.emotion for p in passages]))
        share = torch.from_numpy(np.where(speakers == 0, 1, s.agent_emotion).astype(np.float32))
        emotion = functional.cross_entropy(
            scores[:, EMOTION], gold, self._emotion, ignore_index=-1, reduction="none",
            label_smoothing=s.smoothing,
        )  # fmt: skip
        total = (emotion * share * hard).sum()
        own = torch.from_numpy(judged.astype(np.float32)) * hard
        done = torch.from_numpy(acted.astype(np.float32)) * hard
        allowed = torch.from_numpy(FINDING_MASK[speakers].astype(np.float32))
        acting = torch.from_numpy(ACT_MASK[speakers].astype(np.float32))
        findings = torch.from_numpy(np.concatenate([p.findings for p in passages]))
        acts = torch.from_numpy(np.concatenate([p.acts for p in passages]))
        total = (
            total
            + s.findings_weight
            * (_cross(scores[:, FINDINGS], findings, self._findings) * allowed * own[:, None]).sum()
        )
        total = (
            total
            + s.acts_weight
            * (_cross(scores[:, ACTS], acts, self._acts) * (acting * done)[:, None]).sum()
        )
        offensive = torch.from_numpy(np.concatenate([p.offensive for p in passages])).float()
        total = (
            total
            + s.offensive_weight
            * (_cross(scores[:, OFFENSIVE], offensive.clamp(min=0)) * (offensive >= 0) * hard).sum()
        )
        if taught.any():
            total = total + self._taught(scores, passages, taught, weight, allowed, acting)
        return total / turns

    def _taught(
        self, scores: Tensor, passages: Sequence[Passage], taught: NDArray[np.bool_],
        weight: NDArray[np.float32], allowed: Tensor, acting: Tensor,
    ) -> Tensor:  # fmt: skip
        s = self._settings
        rows = torch.from_numpy(np.flatnonzero(taught))
        teacher = torch.from_numpy(
            np.concatenate([self._soft[id(p)] for p in passages if id(p) in self._soft])
        )
        own, t = scores[rows], s.temperature
        weights = torch.from_numpy(weight)[rows] * s.teacher
        emotion = t * t * functional.kl_div(
            (own[:, EMOTION] / t).log_softmax(1), (teacher[:, EMOTION] / t).softmax(1),
            reduction="none",
        ).sum(1)  # fmt: skip
        findings = _cross(own[:, FINDINGS], teacher[:, FINDINGS].sigmoid()) * allowed[rows]
        acts = _cross(own[:, ACTS], teacher[:, ACTS].sigmoid()) * acting[rows][:, None]
        total: Tensor = (
            (emotion + s.findings_weight * findings.sum(1) * 2 + s.acts_weight * acts.sum(1))
            * weights
        ).sum()
        return total


def _cross(scores: Tensor, gold: Tensor, positive: Tensor | None = None) -> Tensor:
    return functional.binary_cross_entropy_with_logits(
        scores, gold, reduction="none", pos_weight=positive
    )


def _positive_weights(
    gold: Sequence[NDArray[np.float32]], mask: Sequence[NDArray[np.bool_]], settings: FitSettings
) -> Tensor:
    allowed = np.concatenate(mask)
    positive = (np.concatenate(gold) * allowed).sum(axis=0) + 1.0
    ratio = np.sqrt((allowed.sum(axis=0) - positive + 1.0) / positive)
    return torch.tensor(np.clip(ratio, 1.0, settings.positive_limit)).float()


def stopwatch() -> Callable[[], float]:
    """Seconds since the call."""
    begin = time.monotonic()
    return lambda: time.monotonic() - begin
