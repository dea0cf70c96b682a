"""Answers that were had before, as a Chat that asks nobody."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from annotators.captioners.chat.answer import Answer, Failed, outcome
from annotators.captioners.chat.cache import StoredAnswers
from annotators.captioners.chat.request import ChatRequest


@dataclass
class StoredChat:
    """What has no stored answer is `unfinished`. `heard` holds each request with its answer as it came, in order."""

    answers: StoredAnswers
    model: str
    heard: list[tuple[ChatRequest, Answer | None]] = field(default_factory=list)

    def ask(self, requests: Sequence[ChatRequest]) -> list[Answer | Failed]:
        answers = [self.answers.get(request.key(self.model)) for request in requests]
        self.heard += zip(requests, answers, strict=True)
        return [Failed("unfinished") if answer is None else outcome(answer) for answer in answers]
