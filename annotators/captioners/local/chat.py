"""The door: requests in, answers out, in order."""

from collections.abc import Sequence

import torch
from transformers import LogitsProcessorList

from annotators.captioners.chat.answer import Answer, Failed, Usage, outcome
from annotators.captioners.chat.request import ChatRequest
from annotators.captioners.local.conversation import Conversation, Conversations
from annotators.captioners.local.decoding import Constrained, Writing
from annotators.captioners.local.grammar import Grammars
from annotators.captioners.local.model import LocalModel, load_model
from annotators.captioners.local.settings import LocalSettings, check
from annotators.inference import cpu_threads, inference, lots, pick_device
from annotators.quiet_transformers import quiet
from annotators.weights import Weights, unfit
from schemas.errors import ConfigError


class LocalChat:
    """Asks one model on this machine. An answer that ended by itself is valid against its request's schema.

    Greedy where the temperature is 0, else drawn with a seed of the request's own: for one kind of device an answer is
    a function of request and weights, up to rounding, which differs with what else is in a batch.
    """

    def __init__(self, weights: Weights, settings: LocalSettings | None = None) -> None:
        """Raises WeightsError for a folder that holds no such model, ConfigError for settings that do not fit."""
        self.settings = settings or LocalSettings()
        check(self.settings)
        device = pick_device(self.settings.device)
        with cpu_threads(self.settings.threads):
            self._model = load_model(weights, device, self.settings.dtype)
            try:
                self._conversations = Conversations(self._model)
                self._grammars = grammars_of(self._model, self.settings)
            except Exception as error:  # a template is a program, and a tokenizer a foreign file
                raise unfit(weights, error) from error
        self.sha256 = weights.sha256

    def ask(self, requests: Sequence[ChatRequest]) -> list[Answer | Failed]:
        """One for each request, in order. Those of like length are asked together, the longest first.

        Raises ConfigError where a batch does not fit into the device's memory.
        """
        asked = [self._conversations.of(request) for request in requests]
        order = sorted(range(len(requests)), key=lambda i: -asked[i].length)
        results: dict[int, Answer | Failed] = {}
        with inference(self.settings.threads), quiet():
            for lot in lots(order, self.settings.batch):
                answers = self._asked([requests[i] for i in lot], [asked[i] for i in lot])
                results.update(zip(lot, answers, strict=True))
        return [results[i] for i in range(len(requests))]

    def _asked(self, requests: Sequence[ChatRequest], asked: Sequence[Conversation]) -> list[Answer | Failed]:
        try:
            return self._ask(requests, asked)
        except torch.OutOfMemoryError as error:
            problem = f"{len(requests)} answers at once do not fit into the memory of this device; lower it"
            raise ConfigError("batch", problem) from error

    def _ask(self, requests: Sequence[ChatRequest], asked: Sequence[Conversation]) -> list[Answer | Failed]:
        inputs = self._conversations.batch(asked)
        lengths = inputs["attention_mask"].sum(1).tolist()
        most = max(request.max_tokens for request in requests)
        if max(lengths) + most > self._model.longest:
            if len(requests) == 1:
                return [Failed("refused_by_server")]
            return [self._ask([requests[i]], [asked[i]])[0] for i in range(len(requests))]
        rows = [Writing(request, self._grammars) for request in requests]
        constrained = Constrained(rows, self._grammars, self._model.ends[0])
        self._model.network.generate(
            **inputs,
            logits_processor=LogitsProcessorList([constrained]),
            max_new_tokens=most + 1,  # the last one ends
            do_sample=False,
        )
        return [outcome(self._answer(row, length)) for row, length in zip(rows, lengths, strict=True)]

    def _answer(self, row: Writing, prompt_tokens: int) -> Answer:
        usage = Usage(prompt_tokens, len(row.tokens))
        return Answer(self._grammars.text(row.tokens), row.finish, usage, self.sha256)


def grammars_of(model: LocalModel, settings: LocalSettings) -> Grammars:
    return Grammars(model.tokenizer, model.vocabulary, model.ends, settings.letters_a_text)
