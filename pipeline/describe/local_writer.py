"""The writer `transformers`: a vision-language model in this process, from a folder."""

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
    try:
        check_writing(local)
        read_prompt(local.prompt)
        loaded(local.weights, local.sha256, local)
    except ConfigError as error:
        raise ConfigError(f"{PLACE}.{error.place}", error.problem) from None
    except WeightsError as error:
        raise WeightsError(f"{PLACE}.{error}") from error


def local_stage(settings: DescribeSettings) -> DescribeSeen:
    """The stage by that writer, whose model is loaded when a part is not known yet."""
    local = _local(settings)
    chat = LoadedChat(local.weights, local.sha256, local)
    return DescribeSeen(settings, PromptedWriter(settings.writer, chat, read_prompt(local.prompt), local))


def _local(settings: DescribeSettings) -> TransformersSettings:
    if settings.transformers is None:
        raise ConfigError(PLACE, "the writer `transformers` needs it; name `weights`")
    return settings.transformers
