"""A request as a model is shown it: its own chat template around the texts, and the pictures."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from PIL import Image

from annotators.captioners.chat.request import ChatRequest, ImagePart, TextPart
from annotators.captioners.local.model import LocalModel

PICTURE_WEIGHT = (
    28 * 28
)  # pixels that are a token or so in the models known; only which requests go together hangs on it


@dataclass(frozen=True)
class Conversation:
    """`pictures` are RGB, in the order of their places in `text`."""

    text: str
    pictures: tuple[Image.Image, ...]

    @property
    def length(self) -> float:
        """About as many tokens as it has."""
        return len(self.text) / 4 + sum(picture.width * picture.height for picture in self.pictures) / PICTURE_WEIGHT


class Conversations:
    """Of one model."""

    def __init__(self, model: LocalModel) -> None:
        """Raises ValueError, or what a template raises, where it has no place for a system message or a picture."""
        self._processor, self._device = model.processor, model.network.device
        marks = model.tokenizer.added_tokens_decoder.values()
        self._marks = re.compile("|".join(re.escape(mark.content) for mark in marks if mark.special) or r"(?!)")
        told, shown = self._rendered("SYSTEM", [TextPart("USER")]), self._rendered("SYSTEM", [ImagePart(b"")])
        if "SYSTEM" not in told or "USER" not in told or shown == self._rendered("SYSTEM", []):
            raise ValueError("its chat template leaves out the system message, a text or a picture")

    def of(self, request: ChatRequest) -> Conversation:
        pictures = (part.data for part in request.user if isinstance(part, ImagePart))
        decoded = tuple(Image.open(BytesIO(data)).convert("RGB") for data in pictures)
        return Conversation(self._rendered(request.system, request.user), decoded)

    def batch(self, conversations: Sequence[Conversation]) -> Any:
        """Tensors for the network, on its device, prompts padded on the left."""
        pictures = [list(conversation.pictures) for conversation in conversations]
        return self._processor(
            text=[conversation.text for conversation in conversations],
            images=pictures if any(pictures) else None,
            padding=True,
            return_tensors="pt",
        ).to(self._device)

    def _rendered(self, system: str, user: Sequence[TextPart | ImagePart]) -> str:
        messages = [
            {"role": "system", "content": [self._part(TextPart(system))]},
            {"role": "user", "content": [self._part(part) for part in user]},
        ]
        return str(self._processor.apply_chat_template(messages, add_generation_prompt=True, tokenize=False))

    def _part(self, part: TextPart | ImagePart) -> dict[str, str]:
        """A text can hold no mark by which the template tells who speaks."""
        if isinstance(part, ImagePart):
            return {"type": "image"}
        return {"type": "text", "text": self._marks.sub("", part.text)}
