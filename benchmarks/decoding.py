"""What it costs to hold a local model's answers to a schema: a tiny random model, with and without."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch
from transformers import LogitsProcessorList

from annotators.captioners.chat.request import ChatRequest, TextPart
from annotators.captioners.local.chat import grammars_of
from annotators.captioners.local.conversation import Conversations
from annotators.captioners.local.decoding import Constrained, Writing
from annotators.captioners.local.folder import read_folder
from annotators.captioners.local.grammar import Grammars
from annotators.captioners.local.model import LocalModel, load_model
from annotators.captioners.local.settings import LocalSettings
from annotators.inference import inference
from annotators.quiet_transformers import quiet
from benchmarks.rows import Row
from tests.annotators.captioners.local.builders import make_image, object_of, rows_of, text_of
from tests.annotators.tiny_vlm import save_tiny_vlm

SCHEMA = object_of(summary=text_of(200), report=text_of(400), regions=rows_of(["r1", "r2"], caption=text_of(120)))
BATCHES, QUICK = (1, 8), (4,)
ROUNDS = 9
MOST = 2000  # tokens of an answer


@dataclass
class Bench:
    """A batch of requests that are alike, so that no row waits for a longer one."""

    model: LocalModel
    grammars: Grammars
    requests: list[ChatRequest]
    inputs: Any

    def constrained(self) -> int:
        """Tokens that were written, in all rows."""
        rows = [Writing(request, self.grammars) for request in self.requests]
        kept = LogitsProcessorList([Constrained(rows, self.grammars, self.model.ends[0])])
        return self._written(logits_processor=kept, max_new_tokens=MOST)

    def unconstrained(self, tokens: int) -> int:
        each = tokens // len(self.requests)
        return self._written(min_new_tokens=each, max_new_tokens=each)

    def _written(self, **how: Any) -> int:
        with inference(threads=1), quiet():
            whole = self.model.network.generate(**self.inputs, do_sample=False, **how)
        return int((whole.shape[1] - self.inputs["input_ids"].shape[1]) * len(self.requests))


def rates(scratch: Path, quick: bool) -> Iterator[Row]:
    """Tokens a second of each way, and how much longer a token takes under a schema."""
    weights = read_folder(str(save_tiny_vlm(scratch / "vlm")), None)
    model = load_model(weights, torch.device("cpu"), "float32")
    grammars = grammars_of(model, LocalSettings())
    request = ChatRequest("Write.", (TextPart("Describe."), make_image()), "texts", SCHEMA, MOST)
    for batch in QUICK if quick else BATCHES:
        conversations = Conversations(model)
        inputs = conversations.batch([conversations.of(request)] * batch)
        bench = Bench(model, grammars, [request] * batch, inputs)
        tokens = bench.constrained()
        ways = [(_rate(bench.constrained), _rate(partial(bench.unconstrained, tokens))) for _ in range(ROUNDS)]
        what = f"tiny local model, {batch} at once"
        yield Row(f"{what}, held to a schema", "tokens/s", [held for held, _ in ways], "higher")
        yield Row(f"{what}, free", "tokens/s", [free for _, free in ways], "higher")
        slower = [free / held for held, free in ways]
        yield Row(f"{what}, time of a token held to a free one's", "ratio", slower, "lower")


def _rate(write: Callable[[], int]) -> float:
    start = time.perf_counter()
    tokens = write()
    return tokens / (time.perf_counter() - start)
