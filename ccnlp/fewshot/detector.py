"""A detector of one category: how sure it is of turns, and which words and example tell why."""

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from ccnlp.encoder.ngrams import Grams, blur_numbers, hashed_ngrams, shared_out
from ccnlp.errors import ConfigError
from ccnlp.fewshot.examples import Example, read_background, read_examples
from ccnlp.fewshot.learn import learn_weights
from ccnlp.fewshot.weights import BITS, LONGEST, Vectors, Weights
from ccnlp.taxonomy import Category
from ccnlp.yamlfile import cache_folder

#: Probability from which a finding of a detector alone counts, unless its category says another.
USUAL: Final = 0.5


class Embedder(Protocol):
    """A turn encoder, in so far as it makes vectors."""

    def embed(self, texts: Sequence[str], speaker: str = "customer") -> Vectors:
        """Vectors of folded texts; shape (texts, hidden)."""
        ...


class Encoder(msgspec.Struct, frozen=True):
    """What makes vectors, and its model's digest."""

    embedder: Embedder
    digest: str


class LeftOut(msgspec.Struct, frozen=True):
    """An example and how sure the detector is of it that learned from all others."""

    example: Example
    chance: float


class Detector(msgspec.Struct, frozen=True):
    """Detects one category."""

    category: str
    weights: Weights
    #: Of a detector that reads vectors: the digest of the encoder.
    over: str | None
    #: The examples of the category: their vectors, shape (examples, hidden), and lines.
    vectors: Vectors | None
    lines: tuple[int, ...]
    #: Name of their file.
    file: str

    @property
    def digest(self) -> str:
        """First 16 hex digits of the SHA-256 over all that was learned."""
        total = hashlib.sha256(self.weights.grams.tobytes())
        if self.weights.vector is not None:
            total.update(self.weights.vector.tobytes())
        w = self.weights
        line = (w.gram_unit, w.vector_unit, w.bias, w.slope, w.offset, self.over)
        total.update(repr(line).encode())
        return total.hexdigest()[:16]

    def character_weights(self, texts: Sequence[str]) -> list[NDArray[np.float64]]:
        """How much each character speaks for the category, by the n-grams; (characters,) a text."""
        if not texts:
            return []
        grams = grams_of(texts)
        return shared_out(grams, self.weights.grams[grams.rows, 0], texts)

    def nearest(self, vector: Vectors) -> int | None:
        """Line of the example whose vector is most like ``vector`` (cosine)."""
        if self.vectors is None:
            return None
        known = self.vectors.astype(np.float64)
        likeness = known @ vector.astype(np.float64) / np.sqrt((known**2).sum(axis=1))
        return self.lines[int(likeness.argmax())]


class Learned(msgspec.Struct, frozen=True):
    """A detector, and how it does on the examples when each is left out."""

    detector: Detector
    left_out: tuple[LeftOut, ...]

    def figures(self, least: float = USUAL) -> dict[str, float]:
        """Shares in [0, 1] of examples that reach ``least`` when left out.

        ``recall`` of those of the category, ``false`` of the others that somebody labelled,
        ``background`` of the turns that nobody looked at.
        """
        rows = [(one.example.label, one.chance >= least) for one in self.left_out]
        shares = {"recall": True, "false": False, "background": None}
        return {
            name: sum(r for x, r in rows if x is label) / max(1, sum(x is label for x, _ in rows))
            for name, label in shares.items()
        }

    def doubtful(self, least: float = USUAL) -> list[LeftOut]:
        """Labelled examples that would be judged otherwise, the furthest off first."""
        wrong = [
            one
            for one in self.left_out
            if one.example.label is not None and one.example.label is not (one.chance >= least)
        ]
        return sorted(wrong, key=lambda one: -abs(one.chance - least))


def grams_of(texts: Sequence[str]) -> Grams:
    """The n-grams that detectors read."""
    return hashed_ngrams(blur_numbers(texts), bits=BITS, longest=LONGEST)


def learn_detector(category: Category, path: Path, encoder: Encoder | None) -> Learned:
    """Learn a category from its file of examples, and the background that ships.

    Raises
    ------
    ConfigError: the file is wrong, or its two kinds cannot be told apart.
    """
    own = read_examples(path, category.speakers)
    known = {(e.speaker, e.text) for e in own}
    rest = [e for e in read_background(category.speakers) if (e.speaker, e.text) not in known]
    return learn(category.id, own, rest, encoder, path.name, str(path))


def learn(
    category: str, own: Sequence[Example], rest: Sequence[Example], encoder: Encoder | None,
    file: str = "", where: str = "",
) -> Learned:  # fmt: skip
    """Learn from examples and background; ``file`` and ``where`` name them in explanations.

    Raises
    ------
    ConfigError: the two kinds cannot be told apart.
    """
    everything = [*own, *rest]
    is_one = np.array([e.label is True for e in everything])
    vectors = None
    if encoder is not None:
        own_vectors, rest_vectors = _vectors(own, encoder.embedder), _kept_vectors(rest, encoder)
        vectors = np.concatenate((own_vectors, rest_vectors))
    weights, chances = learn_weights(grams_of([e.text for e in everything]), vectors, is_one)
    if weights.slope <= 0:
        raise ConfigError(
            f"{category}: the examples labelled true have nothing in common that others lack",
            where=where, mend="see that labels are right and texts are whole turns; add examples",
        )  # fmt: skip
    detector = Detector(
        category=category, weights=weights, over=encoder.digest if encoder else None,
        vectors=vectors[is_one] if vectors is not None else None,
        lines=tuple(e.line for e in everything if e.label is True), file=file,
    )  # fmt: skip
    left_out = zip(everything, chances.tolist(), strict=True)
    return Learned(detector, tuple(LeftOut(e, round(c, 4)) for e, c in left_out))


def _vectors(examples: Sequence[Example], embedder: Embedder) -> Vectors:
    by_speaker: dict[str, list[int]] = {}
    for place, example in enumerate(examples):
        by_speaker.setdefault(example.speaker, []).append(place)
    made: list[Vectors] = [np.zeros(0, np.int8)] * len(examples)
    for speaker, places in by_speaker.items():
        found = embedder.embed([examples[i].text for i in places], speaker)
        for place, vector in zip(places, found, strict=True):
            made[place] = vector
    return np.stack(made)


def _kept_vectors(rest: Sequence[Example], encoder: Encoder) -> Vectors:
    """Vectors of the background: read once, then kept in the cache folder."""
    if not rest:
        return _vectors([Example("", "customer", None)], encoder.embedder)[:0]
    texts = "\n".join(f"{e.speaker} {e.text}" for e in rest).encode("utf-8", "surrogatepass")
    key = hashlib.sha256(f"{encoder.digest}\n".encode() + texts).hexdigest()
    kept = cache_folder() / "vectors" / f"{key}.npy"
    try:
        made: Vectors = np.load(kept)
        if made.dtype == np.int8 and len(made) == len(rest):
            return made
    except (OSError, ValueError, EOFError):
        pass
    made = _vectors(rest, encoder.embedder)
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        part = kept.with_name(f"{kept.name}.{os.getpid()}.part")
        with part.open("wb") as file:
            np.save(file, made)
        part.replace(kept)
    except OSError:
        pass  # a cache that cannot be written is no fault
    return made
