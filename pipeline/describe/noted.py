"""Which settings wrote the captions of a work directory, for whoever looks at them later: `captions/writer.json`."""

import json
from dataclasses import asdict, fields

from annotators.captioners.prompted.settings import WritingSettings
from pipeline.commit import commit_bytes
from pipeline.describe.settings import DescribeSettings, OpenaiSettings
from pipeline.work import Work
from schemas.errors import SchemaError, WrongRun

NAME = "writer.json"
_OF_A_SERVER = ("model", *(field.name for field in fields(WritingSettings)))


def note_settings(work: Work, settings: DescribeSettings) -> None:
    """All but where a server lies and what it costs."""
    told = asdict(settings)
    if settings.openai is not None:
        told["openai"] = {name: told["openai"][name] for name in _OF_A_SERVER}
    commit_bytes(work.filesystem, work.path("captions", NAME), json.dumps(told, sort_keys=True).encode())


def noted_settings(work: Work) -> DescribeSettings:
    """With an empty address of the server. Raises WrongRun where captions were never begun."""
    path = work.path("captions", NAME)
    if not work.filesystem.exists(path):
        raise WrongRun(f"{work.url}: holds no captions; build it up to `describe` first")
    told = json.loads(work.filesystem.cat_file(path))
    try:
        server = told.pop("openai")
        return DescribeSettings(**told, openai=None if server is None else OpenaiSettings(url="", **server))
    except (TypeError, KeyError) as error:
        raise SchemaError(f"captions/{NAME} is of another version; build again") from error
