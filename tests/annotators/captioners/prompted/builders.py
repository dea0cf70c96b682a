"""Chats and writers for tests; a builder takes only what matters."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from annotators.captioners.captioner import slots_of
from annotators.captioners.chat.answer import Answer, Failed
from annotators.captioners.chat.request import ChatRequest, TextPart
from annotators.captioners.evidence import Evidence, Shown
from annotators.captioners.prompted.prompt import Prompt, read_prompt
from annotators.captioners.prompted.request import Question
from annotators.captioners.prompted.settings import WritingSettings
from annotators.captioners.prompted.writer import PromptedWriter
from annotators.proposal import Picture
from schemas.crops import Box


class Fake:
    """Answers as told, and remembers what it was asked."""

    def __init__(self, answer: Callable[[ChatRequest], str | Failed]) -> None:
        self.answer = answer
        self.asked: list[ChatRequest] = []
        self.lots: list[int] = []

    def ask(self, requests: Sequence[ChatRequest]) -> list[Answer | Failed]:
        self.asked += requests
        self.lots.append(len(requests))
        return [_result(self.answer(request)) for request in requests]


def _result(said: str | Failed) -> Answer | Failed:
    return said if isinstance(said, Failed) else Answer(said, "stop", None, "m")


def make_writer(chat: Any, **settings: Any) -> PromptedWriter:
    return PromptedWriter("openai", chat, the_prompt(), WritingSettings(**settings))


def the_prompt() -> Prompt:
    return read_prompt("findings-1")


def make_question(evidence: Evidence, *slots: tuple[str, str]) -> Question:
    """For all texts, unless some are named."""
    return Question(evidence, slots or tuple(slots_of(evidence)))


def make_shown(*boxes_xyxy: Box, wh: tuple[int, int] = (200, 100), channels: int = 3) -> Shown:
    """A picture whose grey rises from left to right."""
    row = np.linspace(0, 255, wh[0]).astype(np.uint8)
    grey: Picture = np.tile(row, (wh[1], 1))
    picture: Picture = np.repeat(grey[..., None], channels, axis=2) if channels > 1 else grey
    return Shown(lambda: picture, boxes_xyxy)


def texts_in(request: ChatRequest) -> str:
    return "\n".join(part.text for part in request.user if isinstance(part, TextPart))
