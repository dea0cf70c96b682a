"""What a corpus config says under `describe`."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Literal

from annotators.captioners.chat.settings import ServerSettings
from annotators.captioners.local.folder import folder_sha256
from annotators.captioners.local.settings import LocalSettings
from annotators.captioners.prompted import facts
from annotators.captioners.prompted.prompt import read_prompt
from annotators.captioners.prompted.settings import WritingSettings
from pipeline.annotate.settings import versions
from pipeline.sources import FORBID_EXTRA

ENOUGH = 10  # negatives that a region is meant to have, where the settings let it have so many


@dataclass(frozen=True, kw_only=True)
class OpenaiSettings(WritingSettings, ServerSettings):
    """A server, and how its model is asked. Where it lies, how hard it is asked and what it costs is in no key."""

    def key(self) -> Mapping[str, Any]:
        prompt = read_prompt(self.prompt).sha256
        return {"model": self.model, "prompt": prompt, "facts": facts.VERSION, **self.writing_key()}


@dataclass(frozen=True, kw_only=True)
class TransformersSettings(WritingSettings, LocalSettings):
    """A vision-language model in a folder. Where that lies, the device, batch and threads are in no key."""

    weights: str
    sha256: str | None = None

    def key(self) -> Mapping[str, Any]:
        return {
            **{name: getattr(self, name) for name in ("dtype", "letters_a_text")},
            "weights": folder_sha256(self.weights),
            "prompt": read_prompt(self.prompt).sha256,
            "facts": facts.VERSION,
            "libraries": versions("torch", "transformers", "llguidance"),
            **self.writing_key(),
        }


@dataclass(frozen=True, kw_only=True)
class DescribeSettings:
    """All facts are recorded; the limits are of what is said, so that a picture with hundreds of cells stays short."""

    __pydantic_config__: ClassVar[Mapping[str, Any]] = FORBID_EXTRA
    writer: Literal["rules", "openai", "transformers"] = "rules"
    openai: OpenaiSettings | None = None
    transformers: TransformersSettings | None = None
    negatives_per_region: int = 64  # drawn, at most; those stay that have a counterpart
    negatives_per_report: int = 32
    regions_with_negatives: int = 64  # at most, of one picture
    presumed: bool = False  # negatives that no source excludes, too: names that may be there and are not annotated
    names_per_report: int = 12  # at most; the others are counted among the facts alone
    relations_per_report: int = 2  # at most

    @property
    def enough(self) -> int:
        return min(ENOUGH, self.negatives_per_region)

    def key(self) -> Mapping[str, Any]:
        """What affects the texts; of writers, the settings of the one that writes."""
        models = {"openai": self.openai, "transformers": self.transformers}
        limits = {name: value for name, value in asdict(self).items() if name not in models}
        model = models.get(self.writer)
        return limits if model is None else {**limits, self.writer: model.key()}
