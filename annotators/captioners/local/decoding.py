"""Answers while they are written: each kept to its schema and its length, whatever is written beside it."""

from collections.abc import Sequence
from typing import Any, Literal

import torch
from transformers import LogitsProcessor

from annotators.captioners.chat.request import ChatRequest
from annotators.captioners.local.grammar import Grammars


class Writing:
    """One answer. `tokens` are what was written, without what ended it."""

    def __init__(self, request: ChatRequest, grammars: Grammars) -> None:
        self.tokens: list[int] = []
        self.matcher = grammars.matcher(request.schema)
        self._most = request.max_tokens
        self._temperature = request.temperature
        # The request alone seeds, so that an answer does not depend on those beside it.
        self._generator = torch.Generator().manual_seed(int(request.key("")[:15], 16))

    @property
    def finish(self) -> Literal["stop", "length", "error", ""]:
        """Empty while it goes on."""
        if self.matcher.is_error():
            return "error"
        if self.matcher.is_accepting():
            return "stop"
        return "length" if len(self.tokens) >= self._most else ""

    def take(self, token: int) -> None:
        self.tokens.append(token)
        self.matcher.consume_token(token)

    def drawn(self, logits: torch.Tensor) -> torch.Tensor:
        """float32 (vocabulary): what is greatest is what a draw at this temperature gives (the Gumbel-max trick)."""
        if not self._temperature:
            return logits
        uniform = torch.rand(logits.shape, generator=self._generator).clamp(min=torch.finfo(torch.float32).tiny)
        return logits / self._temperature - (-uniform.log()).log().to(logits.device)


class Constrained(LogitsProcessor):
    """Leaves of each row's logits those that its schema allows next; a row that is over may only end."""

    def __init__(self, rows: Sequence[Writing], grammars: Grammars, end: int) -> None:
        self._rows, self._grammars, self._end = rows, grammars, end
        self._prompt_tokens: int | None = None

    def __call__(self, input_ids: Any, scores: Any) -> Any:
        """`input_ids` (rows, tokens so far), `scores` float32 (rows, vocabulary)."""
        if self._prompt_tokens is None:
            self._prompt_tokens = input_ids.shape[1]
        else:
            self._take(input_ids[:, -1].tolist())
        going_on = [i for i, row in enumerate(self._rows) if not row.finish]
        kept = torch.full_like(scores, -torch.inf)
        kept[:, self._end] = 0
        if going_on:
            kept[going_on] = self._allowed(going_on, scores)
        return kept

    def _take(self, tokens: Sequence[int]) -> None:
        for row, token in zip(self._rows, tokens, strict=True):
            if not row.finish:
                row.take(token)

    def _allowed(self, going_on: Sequence[int], scores: torch.Tensor) -> torch.Tensor:
        rows = [self._rows[i] for i in going_on]
        bits = torch.from_numpy(self._grammars.allowed([row.matcher for row in rows])).to(scores.device)
        each = bits[:, :, None] >> torch.arange(32, dtype=torch.int32, device=scores.device) & 1
        is_allowed = each.flatten(1)[:, : scores.shape[1]].bool()
        drawn = torch.stack([row.drawn(scores[i]) for i, row in zip(going_on, rows, strict=True)])
        return drawn.masked_fill(~is_allowed, -torch.inf)
