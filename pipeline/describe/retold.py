"""How the texts of a picture came about, from stored answers: what was asked, what came, what became of it.

Answers of a model in this process are not stored: of its texts the table `captions` tells what became of them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from annotators.captioners.chat.answer import Answer
from annotators.captioners.chat.cache import StoredAnswers
from annotators.captioners.chat.request import ChatRequest
from annotators.captioners.chat.stored import StoredChat
from annotators.captioners.prompted.request import REGIONS
from annotators.captioners.prompted.writer import PromptedWriter
from annotators.captioners.rules import RuleWriter
from pipeline.describe.captions import DescribeSeen
from pipeline.describe.checked_texts import Written, checked_texts
from pipeline.describe.noted import Noted, noted_settings
from pipeline.describe.pictures import Picture, pictures
from pipeline.describe.settings import DescribeSettings
from pipeline.describe.stored_texts import stored_texts
from pipeline.work import Work
from schemas.errors import StorageError, WrongRun
from schemas.tables.columns import KEY_NAMES, row_keys


@dataclass(frozen=True)
class Exchange:
    """A request and its answer; None where none is stored: it failed, or was not asked yet."""

    request: ChatRequest
    answer: Answer | None

    def is_about(self, mark: str) -> bool:
        """Whether it asks for texts of a region, or of the picture for an empty mark."""
        properties: Mapping[str, Any] = self.request.schema["properties"]
        return (
            mark in properties.get(REGIONS, {}).get("properties", {})
            if mark
            else len(properties) > (REGIONS in properties)
        )


@dataclass(frozen=True)
class Retold:
    """`region` is the place of the region that was asked about, None for the whole picture.

    `from_table`: the texts stand as in the table `captions`, since there are no answers to tell them from.
    """

    picture: Picture
    region: int | None
    texts: Sequence[Written]
    exchanges: Sequence[Exchange]
    writer: str
    system: str
    from_table: bool

    @property
    def region_id(self) -> str:
        return "" if self.region is None else self.picture.evidence.regions[self.region].region_id


def retold(work: Work, answers: Path, identity: str) -> Retold:
    """Of the picture or region whose id begins so.

    Raises WrongRun where there is none or several, or where the work directory holds no captions.
    """
    noted = noted_settings(work)
    picture, region = _found(work, noted.settings, identity)
    texts, heard = _texts(work, noted, answers, picture)
    mark = "" if region is None else f"r{region + 1}"
    system = heard[0].request.system if heard else ""
    of = [each for each in heard if region is None or each.is_about(mark)]
    ids = [each.region_id for each in picture.evidence.regions]
    about = {"", *ids} if region is None else {ids[region]}
    slots = [each for each in texts if each.slot[1] in about]
    writer = noted.settings.writer
    return Retold(picture, region, slots, of, writer, system, from_table=writer == "transformers")


def _texts(work: Work, noted: Noted, answers: Path, picture: Picture) -> tuple[Sequence[Written], list[Exchange]]:
    match noted.settings.writer:
        case "rules":
            (texts,) = checked_texts(RuleWriter(), RuleWriter(), [picture.evidence])
            return texts, []
        case "transformers":
            return stored_texts(work, picture.key), []
        case "openai":
            return _told_again(noted, answers, picture)


def _told_again(noted: Noted, answers: Path, picture: Picture) -> tuple[Sequence[Written], list[Exchange]]:
    server, prompt = noted.settings.openai, noted.prompt
    assert server is not None
    assert prompt is not None
    if not answers.exists():
        raise StorageError(f"{answers}: the answers of the server are gone; they lay beside the work directory")
    chat = StoredChat(StoredAnswers(answers), server.model)
    writer = PromptedWriter(noted.settings.writer, chat, prompt, server)
    (texts,) = checked_texts(writer, RuleWriter(), [picture.evidence])
    return texts, [Exchange(request, answer) for request, answer in chat.heard]


def _found(work: Work, settings: DescribeSettings, identity: str) -> tuple[Picture, int | None]:
    found = [
        (picture, place) for picture in _candidates(work, settings, identity) for place in _places(picture, identity)
    ]
    if not found:
        raise WrongRun(f"{identity}: no kept image and no region of that id here")
    if len(found) > 1:
        raise WrongRun(f"{identity}: {len(found)} images or regions begin so; give more digits")
    return found[0]


def _places(picture: Picture, identity: str) -> Iterator[int | None]:
    if picture.evidence.image_id.startswith(identity):
        yield None
        return
    for place, region in enumerate(picture.evidence.regions):
        if region.region_id.startswith(identity):
            yield place


def _candidates(work: Work, settings: DescribeSettings, identity: str) -> Iterator[Picture]:
    """Of each part only the pictures that are meant: others are neither read nor decoded."""
    indexes = {name: work.index(name) for name in DescribeSeen.reads}
    if any(index is None for index in indexes.values()):
        raise WrongRun(f"{work.url}: is not built up to `describe`")
    by_part = {name: index.by_part for name, index in indexes.items() if index is not None}
    for part in by_part["selection"]:
        rows = {name: by_part[name][part].key for name in by_part}
        selection = work.read("selection", rows["selection"], [*KEY_NAMES, "image_id"])
        regions = work.read("regions", rows["regions"], [*KEY_NAMES, "region_id"])
        meant = pa.chunked_array(
            [*_begin(selection, "image_id", identity), *_begin(regions, "region_id", identity)], pa.string()
        )
        if len(meant):
            tables = {name: work.read(name, rows[name], columns) for name, columns in DescribeSeen.reads.items()}
            of = {name: table.filter(pc.is_in(row_keys(table), value_set=meant)) for name, table in tables.items()}
            yield from pictures(of, settings)


def _begin(table: pa.Table, column: str, identity: str) -> Iterator[pa.Array]:
    chosen = table.filter(pc.fill_null(pc.starts_with(table[column], identity), False))
    if chosen.num_rows:
        yield row_keys(chosen)
