"""The writer `transformers`: a vision-language model in this process, from a folder."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from annotators.captioners.chat.answer import Answer, Failed
from annotators.captioners.chat.chat import Chat
from annotators.captioners.chat.request import ChatRequest
from annotators.captioners.local.loaded import LoadedChat, loaded
from annotators.captioners.prompted.prompt import read_prompt
from annotators.captioners.prompted.settings import check_writing
from annotators.captioners.prompted.writer import PromptedWriter
from pipeline.describe.captions import DescribeSeen
from pipeline.describe.settings import DescribeSettings, TransformersSettings
from schemas.errors import ConfigError, WeightsError

PLACE = "describe.transformers"


def check_local(settings: DescribeSettings) -> None:
    """Loads the model and lets it go, since detectors come first. Raises ConfigError or WeightsError with its place."""
    local = _local(settings)
    with _placed():
        check_writing(local)
        read_prompt(local.prompt)
        loaded(local.weights, local.sha256, local)


def local_stage(settings: DescribeSettings) -> DescribeSeen:
    """The stage by that writer, whose model is loaded when a part is not known yet."""
    local = _local(settings)
    chat = PlacedChat(LoadedChat(local.weights, local.sha256, local))
    return DescribeSeen(settings, PromptedWriter(settings.writer, chat, read_prompt(local.prompt), local))


@dataclass(frozen=True)
class PlacedChat:
    """The same chat, whose errors in the midst of a build name their place in the config."""

    chat: Chat

    def ask(self, requests: Sequence[ChatRequest]) -> list[Answer | Failed]:
        with _placed():
            return self.chat.ask(requests)


@contextmanager
def _placed() -> Iterator[None]:
    try:
        yield
    except ConfigError as error:
        raise ConfigError(f"{PLACE}.{error.place}", error.problem) from error
    except WeightsError as error:
        raise WeightsError(f"{PLACE}.{error}") from error


def _local(settings: DescribeSettings) -> TransformersSettings:
    if settings.transformers is None:
        raise ConfigError(PLACE, "the writer `transformers` needs it; name `weights`")
    return settings.transformers
