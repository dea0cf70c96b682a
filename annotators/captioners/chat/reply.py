"""What a server sent, read field by field: nothing of it is taken on trust."""

import json
from dataclasses import dataclass
from typing import Any

from annotators.captioners.chat.answer import Answer, Usage


@dataclass(frozen=True)
class Reply:
    """`answer` is None for a body that is no chat completion; tokens may have been counted nevertheless."""

    answer: Answer | None
    usage: Usage | None = None


def read_reply(body: bytes) -> Reply:
    """The one choice of a chat completion. A refusal in the model's own field counts as `content_filter`."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return Reply(None)
    if not isinstance(value, dict):
        return Reply(None)
    usage = _usage(value.get("usage"))
    if usage is None and value.get("usage") is not None:
        return Reply(None)
    match value:
        case {"choices": [{"message": dict(message), **choice}]}:
            answer = _answer(message, choice.get("finish_reason"), usage, value.get("model"))
            return Reply(answer, usage)
        case _:
            return Reply(None, usage)


def _answer(message: dict[str, Any], finish: Any, usage: Usage | None, model: Any) -> Answer | None:
    """What was cut off or withheld may have no content. Servers may leave out why it ended, and who spoke."""
    content = message.get("content")
    if content is None and isinstance(message.get("refusal"), str):
        finish = "content_filter"
    if content is None and finish in ("length", "content_filter"):
        content = ""
    said, ended, speaker = (
        _text(content),
        _text("" if finish is None else finish),
        _text("" if model is None else model),
    )
    if said is None or ended is None or speaker is None:
        return None
    return Answer(said, ended, usage, speaker)


def _usage(value: Any) -> Usage | None:
    match value:
        case {"prompt_tokens": int(prompt), "completion_tokens": int(completion)} if not (
            isinstance(prompt, bool) or isinstance(completion, bool) or prompt < 0 or completion < 0
        ):
            return Usage(prompt, completion)
        case _:
            return None


def _text(value: Any) -> str | None:
    """None also for half of a surrogate pair, which can be written in JSON and nowhere else."""
    try:
        return value if isinstance(value, str) and value.encode() is not None else None
    except UnicodeEncodeError:
        return None
