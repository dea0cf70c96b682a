"""Words to numbers: a vocabulary made of the training texts, or a pretrained tower's own."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from pipeline.clip.weights import place_of
from schemas.errors import WeightsError

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
KEY = "model.text.weights"  # of a training config
_WORD = re.compile(r"\w+|[^\w\s]")


@dataclass(frozen=True)
class Tokens:
    """`ids` and `mask`, both (n, t) int64; t is the longest of these texts."""

    ids: torch.Tensor
    mask: torch.Tensor

    def to(self, device: torch.device) -> "Tokens":
        return Tokens(self.ids.to(device), self.mask.to(device))


@dataclass(frozen=True)
class Tokenizer:
    """`inner` is a fast tokenizer of transformers; texts longer than `limit` tokens are cut."""

    inner: Any
    limit: int

    def __call__(self, texts: Sequence[str]) -> Tokens:
        found = self.inner(list(texts), padding=True, truncation=True, max_length=self.limit, return_tensors="pt")
        return Tokens(found["input_ids"], found["attention_mask"])

    @property
    def size(self) -> int:
        return len(self.inner)

    def save(self, folder: Path) -> None:
        self.inner.save_pretrained(folder)


def made_tokenizer(texts: Iterable[str], size: int, limit: int) -> Tokenizer:
    """A WordPiece of about `size` pieces; the same texts in any order give the same one."""
    from transformers import BertTokenizer

    pieces = vocabulary(texts, size)
    return Tokenizer(BertTokenizer(vocab={piece: i for i, piece in enumerate(pieces)}), limit)


def loaded_tokenizer(weights: str | Path, limit: int) -> Tokenizer:
    """From a folder, a package, or by a hub's name where that is in the local cache.

    Raises WeightsError where there is none.
    """
    from transformers import AutoTokenizer

    place = place_of(str(weights), KEY)
    try:
        return Tokenizer(AutoTokenizer.from_pretrained(place, local_files_only=True), limit)
    except (OSError, ValueError) as error:
        raise WeightsError(f"{KEY}: no tokenizer in {place!r}; give a folder with tokenizer.json") from error


def vocabulary(texts: Iterable[str], size: int) -> list[str]:
    """The special pieces, every character by itself and within a word, then the most frequent words up to `size`.

    A word that is not listed falls apart into its longest listed beginning and characters, so nothing is unknown but
    characters never seen.
    """
    counts = Counter(word for text in texts for word in _WORD.findall(text.lower()))
    characters = sorted({character for word in counts for character in word})
    pieces = [*SPECIAL, *characters, *(f"##{each}" for each in characters)]
    frequent = sorted((word for word in counts if len(word) > 1), key=lambda word: (-counts[word], word))
    return [*pieces, *frequent[: max(0, size - len(pieces))]]
