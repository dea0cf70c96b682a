"""One question to a chat model: what is sent, and the key by which its answer is known."""

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

_TOKENS_AROUND = 256  # more than the templates of chat models put around two messages


@dataclass(frozen=True)
class TextPart:
    text: str


@dataclass(frozen=True)
class ImagePart:
    """An encoded picture, as it lies in a file of this type."""

    data: bytes = field(repr=False)
    media_type: str = "image/jpeg"


@dataclass(frozen=True)
class ChatRequest:
    """A system message and one of the user, answered as JSON that `schema` describes.

    The order of the schema's keys is part of the request, since servers write an answer in that order.
    """

    system: str
    user: tuple[TextPart | ImagePart, ...]
    schema_name: str
    schema: Mapping[str, Any]
    max_tokens: int
    temperature: float = 0.0
    seed: int | None = None

    def body(self, model: str) -> dict[str, Any]:
        """The JSON value that a server of chat completions takes; pictures as data URLs."""
        return self._body(model, _data_url)

    def key(self, model: str) -> str:
        """Hexadecimal sha256 over the body, with each picture's own in its place; the server's address has no part."""
        known = self._body(model, _digest)
        return hashlib.sha256(json.dumps(known, separators=(",", ":"), allow_nan=False).encode()).hexdigest()

    def prompt_tokens_at_most(self, image_tokens: int) -> int:
        """A bound, for budgets: a token stands for at least one byte; a picture counts as `image_tokens`."""
        texts = [self.system, json.dumps(self.schema), *(part.text for part in self.user if isinstance(part, TextPart))]
        images = sum(isinstance(part, ImagePart) for part in self.user)
        return _TOKENS_AROUND + sum(len(text.encode()) for text in texts) + images * image_tokens

    def _body(self, model: str, shown: Callable[[ImagePart], str]) -> dict[str, Any]:
        body: dict[str, Any] = {
            "model": model,
            "messages": [
                {"role": "system", "content": self.system},
                {"role": "user", "content": [_part(part, shown) for part in self.user]},
            ],
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": self.schema_name, "strict": True, "schema": dict(self.schema)},
            },
            "max_tokens": self.max_tokens,
            "temperature": self.temperature,
        }
        return body if self.seed is None else {**body, "seed": self.seed}


def _part(part: TextPart | ImagePart, shown: Callable[[ImagePart], str]) -> dict[str, Any]:
    if isinstance(part, TextPart):
        return {"type": "text", "text": part.text}
    return {"type": "image_url", "image_url": {"url": shown(part)}}


def _data_url(image: ImagePart) -> str:
    return f"data:{image.media_type};base64,{base64.b64encode(image.data).decode('ascii')}"


def _digest(image: ImagePart) -> str:
    return f"{image.media_type} {hashlib.sha256(image.data).hexdigest()}"
