"""Which settings wrote the captions of a work directory, for whoever looks at them later: `captions/writer.json`."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from annotators.captioners.local.folder import folder_sha256
from annotators.captioners.prompted.prompt import Prompt, read_prompt
from annotators.captioners.prompted.settings import WritingSettings
from pipeline.commit import commit_bytes
from pipeline.describe.settings import DescribeSettings, OpenaiSettings, TransformersSettings
from pipeline.work import Work
from schemas.errors import SchemaError, WrongRun

NAME = "writer.json"
_WRITING = tuple(field.name for field in fields(WritingSettings) if field.name != "prompt")
_NOTED = {"openai": ("model", *_WRITING), "transformers": ("dtype", "letters_a_text", *_WRITING)}


@dataclass(frozen=True)
class Noted:
    """`prompt` is None where rules wrote."""

    settings: DescribeSettings
    prompt: Prompt | None


def as_noted(settings: DescribeSettings) -> Mapping[str, Any]:
    """Of models the one that writes, without where it lies, where it runs and what it costs; the prompt by content.

    To be taken before a build, and kept with `note_settings` after it: a prompt may change meanwhile.
    """
    models = {"openai": settings.openai, "transformers": settings.transformers}
    limits = {name: value for name, value in asdict(settings).items() if name not in models}
    model = models.get(settings.writer)
    if model is None:
        return {"limits": limits, "model": None, "prompt": None}
    told = {name: getattr(model, name) for name in _NOTED[settings.writer]}
    if isinstance(model, TransformersSettings):
        told["sha256"] = folder_sha256(model.weights)
    return {"limits": limits, "model": told, "prompt": asdict(read_prompt(model.prompt))}


def note_settings(work: Work, noted: Mapping[str, Any]) -> None:
    """Once the captions are whole, so that they never lie beside the settings of others."""
    commit_bytes(work.filesystem, work.path("captions", NAME), json.dumps(noted, sort_keys=True).encode())


def noted_settings(work: Work) -> Noted:
    """With an empty address of the server or model. Raises WrongRun where no captions were finished."""
    path = work.path("captions", NAME)
    if not work.filesystem.exists(path):
        raise WrongRun(f"{work.url}: holds no captions; build it up to `describe` first")
    told = json.loads(work.filesystem.cat_file(path))
    try:
        return _read(told)
    except (TypeError, KeyError) as error:
        raise SchemaError(f"captions/{NAME} is of another version; build again") from error


def _read(told: Mapping[str, Any]) -> Noted:
    limits, model = told["limits"], told["model"]
    prompt = None if told["prompt"] is None else Prompt(**told["prompt"])
    match limits["writer"]:
        case "openai":
            return Noted(DescribeSettings(**limits, openai=OpenaiSettings(url="", **model)), prompt)
        case "transformers":
            return Noted(DescribeSettings(**limits, transformers=TransformersSettings(weights="", **model)), prompt)
    return Noted(DescribeSettings(**limits), prompt)
