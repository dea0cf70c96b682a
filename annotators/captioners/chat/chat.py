"""Whoever answers requests: a server by way of a client, or a model in this process."""

from collections.abc import Sequence
from typing import Protocol

from annotators.captioners.chat.answer import Answer, Failed
from annotators.captioners.chat.request import ChatRequest


class Chat(Protocol):
    """Knows requests and answers, and nothing of captions."""

    def ask(self, requests: Sequence[ChatRequest]) -> list[Answer | Failed]:
        """One for each request, in order. Raises WrongRun where nothing more is to be asked."""
        ...
