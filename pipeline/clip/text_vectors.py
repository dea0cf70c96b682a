"""Texts to vectors, each distinct text of a step once; of a frozen tower each text of a whole run once."""

from collections.abc import Sequence

import torch

from pipeline.clip.model import RegionClip
from pipeline.clip.tokenizer import Tokenizer

KEPT_BYTES = 2 * 2**30  # of a frozen tower's states, in memory; what comes later is encoded each time


class TextVectors:
    """`encoded` counts the texts that went through the tower."""

    def __init__(self, model: RegionClip, tokenizer: Tokenizer, kept_bytes: int = KEPT_BYTES) -> None:
        self._model, self._tokenizer = model, tokenizer
        self._kept: dict[str, torch.Tensor] = {}
        self._most = kept_bytes // (4 * model.text.width)
        self.encoded = 0

    def __call__(self, texts: Sequence[str]) -> torch.Tensor:
        """Unit vectors (n, e), with a gradient as far as the tower learns."""
        if not texts:
            return self._model.text_head.weight.new_zeros(0, self._model.settings.embedding)
        if not self._model.text.frozen:
            return self._model.text_vectors(self._states(texts))
        missing = [text for text in texts if text not in self._kept]
        found = dict(zip(missing, self._states(missing).cpu(), strict=True)) if missing else {}
        for text, state in found.items():
            if len(self._kept) < self._most:
                self._kept[text] = state.clone()  # not a view of the whole batch's
        known = {**found, **{text: self._kept[text] for text in texts if text in self._kept}}
        states = torch.stack([known[text] for text in texts])
        return self._model.text_vectors(states.to(self._model.text_head.weight.device))

    def _states(self, texts: Sequence[str]) -> torch.Tensor:
        self.encoded += len(texts)
        return self._model.text_states(self._tokenizer(texts).to(self._model.text_head.weight.device))
