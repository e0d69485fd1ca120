"""How content customers are: judgements of whole conversations from their words and a few facts.

A conversation's score on each of a few axes is the sum of its n-grams' weights, place by place
(``PLACES``: who says it and when), each place's sum divided by the square root of its n-grams, plus
the weights of its facts. The axes are those of a reduced-rank regression (Izenman, "Reduced-rank
regression for the multivariate linear model", 1975): few numbers a n-gram tell all fifteen shares
of three distributions. Weights and facts are whole numbers and are summed as such: a conversation
gets the same distributions to the bit whatever stands beside it in a batch.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file

from ccnlp.artefacts import Manifest, read_manifest
from ccnlp.encoder.linear import exact_sums
from ccnlp.encoder.ngrams import blur_numbers, hashed_ngrams
from ccnlp.errors import UnavailableError

#: What is judged: task accomplishment (A), satisfaction (S), effectiveness (E).
JUDGED: Final = ("task_accomplishment", "satisfaction", "effectiveness")
#: The grades a judge can give.
GRADES: Final = (-2, -1, 0, 1, 2)
#: Where a turn can stand; one turn may stand in several places.
PLACES: Final = ("first_customer", "later_customer", "last_customer", "service", "last_service")

Doubles = NDArray[np.float64]


def places_of(speakers: Sequence[str]) -> list[tuple[int, int]]:
    """``(place, turn)`` of each turn's places; bots serve as agents do, the system has no place."""
    customer = [turn for turn, who in enumerate(speakers) if who == "customer"]
    service = [turn for turn, who in enumerate(speakers) if who in ("agent", "bot")]
    found = [(3, turn) for turn in service]
    if customer:
        found.append((0, customer[0]))
    if len(customer) > 1:
        found += [(1, turn) for turn in customer[1:]]
        found.append((2, customer[-1]))
    if service:
        found.append((4, service[-1]))
    return found


class SatisfactionModel(msgspec.Struct, frozen=True):
    """Weights of n-grams and facts, and the way from axes to distributions."""

    bits: int
    longest: int
    #: Place by place, axis by axis; shape (2**bits, places * axes), int16.
    weights: NDArray[np.int16]
    #: Score of one weight unit; shape (axes,).
    unit: Doubles
    #: Fact -> its row in ``fact_weights``; other facts count nothing.
    facts: dict[str, int]
    #: Whole numbers; shape (facts, axes).
    fact_weights: Doubles
    #: Score of one unit of fact x weight; shape (axes,).
    fact_unit: Doubles
    #: Shape (axes,).
    bias: Doubles
    #: What one step on an axis adds to each share; shape (axes, 15), judged by judged.
    directions: Doubles
    #: Shares where all axes are 0; shape (15,).
    middle: Doubles
    #: Analysers whose observations the facts were made of.
    needs: tuple[str, ...]
    manifest: Manifest

    def distributions(
        self,
        speakers: Sequence[Sequence[str]],
        texts: Sequence[Sequence[str]],
        facts: Sequence[Mapping[str, int]],
    ) -> Doubles:
        """Shares over ``GRADES`` of each conversation; shape (conversations, 3, 5), rows sum to 1.

        Parameters
        ----------
        speakers, texts: those of each conversation's turns; texts are folded.
        facts: whole numbers by name (``scoring.facts``).
        """
        count, axes = len(texts), len(self.unit)
        scores = self._of_facts(facts) * self.fact_unit + self.bias
        flat = [text for conversation in texts for text in conversation]
        if flat:
            grams = hashed_ngrams(blur_numbers(flat), bits=self.bits, longest=self.longest)
            sums = exact_sums(grams, self.weights)
            where = self._placed(speakers)
            for place, (owners, turns) in enumerate(where):
                total = np.zeros((count, axes))
                number = np.zeros(count)
                np.add.at(total, owners, sums[turns, place * axes : (place + 1) * axes])
                np.add.at(number, owners, grams.counts[turns])
                scores += total * self.unit / np.sqrt(np.maximum(number, 1.0))[:, None]
        shares = np.repeat(self.middle[None], count, axis=0)
        for axis in range(axes):  # element by element: a matrix product could depend on the batch
            shares += scores[:, [axis]] * self.directions[axis]
        return nearest_distributions(shares.reshape(count, len(JUDGED), len(GRADES)))

    def _of_facts(self, facts: Sequence[Mapping[str, int]]) -> Doubles:
        table = np.zeros((len(facts), len(self.facts)))
        for row, known in enumerate(facts):
            for name, value in known.items():
                column = self.facts.get(name)
                if column is not None:
                    table[row, column] = value
        return np.asarray(table @ self.fact_weights)

    @staticmethod
    def _placed(speakers: Sequence[Sequence[str]]) -> list[tuple[list[int], list[int]]]:
        """Of each place, the conversations and the turns (counted over all) that stand there."""
        answer: list[tuple[list[int], list[int]]] = [([], []) for _ in PLACES]
        before = 0
        for owner, who in enumerate(speakers):
            for place, turn in places_of(who):
                owners, turns = answer[place]
                owners.append(owner)
                turns.append(before + turn)
            before += len(who)
        return answer


def nearest_distributions(values: Doubles) -> Doubles:
    """The distribution nearest to each row (last axis) by squared distance.

    A shift of all values by one number and a floor at 0: Duchi et al., "Efficient projections onto
    the l1-ball", 2008, figure 1.
    """
    ordered = -np.sort(-values, axis=-1)
    excess = np.cumsum(ordered, axis=-1) - 1.0
    place = np.arange(1, values.shape[-1] + 1)
    kept = (ordered * place > excess).sum(axis=-1, keepdims=True)
    shift = np.take_along_axis(excess, kept - 1, axis=-1) / kept
    return np.asarray(np.maximum(values - shift, 0.0))


def load_satisfaction(folder: Path) -> SatisfactionModel:
    """Read a model from its folder (``manifest.json``, ``weights.safetensors``).

    Raises
    ------
    UnavailableError: the folder is missing, of another kind, or a file in it is corrupt.
    """
    manifest = read_manifest(folder)
    mend = "put the folder back as it was shipped, or make it with `ccnlp train satisfaction`"
    if manifest.kind != "satisfaction":
        raise UnavailableError(
            f"is of a kind that judges no satisfaction: {manifest.kind}", where=str(folder),
            mend="name another folder in the recipe",
        )  # fmt: skip
    try:
        tensors = load_file(folder / "weights.safetensors")
        settings = manifest.settings
        return SatisfactionModel(
            bits=int(settings["bits"]), longest=int(settings["longest"]),
            weights=tensors["weights"], unit=tensors["unit"],
            facts={name: row for row, name in enumerate(settings["facts"])},
            fact_weights=tensors["fact_weights"].astype(np.float64),
            fact_unit=tensors["fact_unit"], bias=tensors["bias"],
            directions=tensors["directions"], middle=tensors["middle"],
            needs=tuple(settings["needs"]), manifest=manifest,
        )  # fmt: skip
    except (OSError, SafetensorError, KeyError, ValueError) as error:
        raise UnavailableError(
            f"the model cannot be read: {type(error).__name__}", where=str(folder), mend=mend
        ) from error
