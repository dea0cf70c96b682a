"""The stage `records`: what a person typed about each picture, as closed words, boxes and masks."""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any, ClassVar

import pyarrow as pa

from pipeline.ingest.annotation_files import AnnotationFiles, Frame
from pipeline.ingest.given import Dropped, Given, GivenRegion
from pipeline.ingest.meanings import VOCABULARIES, Meaning, meaning_of
from pipeline.ingest.stated import stated
from pipeline.inventory.table_record import UNSEEN
from pipeline.sources import SourceSettings
from schemas.tables.records import RECORDS
from schemas.taxonomy.csv_table import tables_hash

Row = dict[str, Any]

# What of a source's settings tells what its words and files mean; the rest says where they lie.
_OF_SOURCE = (
    "name", "licence", "attribution", "modality", "technique", "body_part", "projection", "exhaustive", "labels",
)  # fmt: skip
_OF_ANNOTATIONS = ("kind", "first_pixel", "values", "instances", "licence", "label_source")


@dataclass(frozen=True)
class Records:
    """One row for each picture that `images` did not reject. Identifiers come as pseudonyms from the inventory."""

    source: SourceSettings

    name: ClassVar[str] = "records"
    version: ClassVar[int] = 2
    reads: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "inventory": ("item", "support", "record", "group"),
        "images": ("item", "frame", "view", "source_width", "source_height", "modality", "rejected"),
    }
    reads_files: ClassVar[bool] = True

    def settings(self) -> Mapping[str, Any]:
        own = asdict(self.source)
        annotations = own["annotations"] or {}
        return {
            **{name: own[name] for name in _OF_SOURCE},
            "annotations": {name: annotations[name] for name in _OF_ANNOTATIONS if name in annotations},
            "vocabulary": tables_hash(*VOCABULARIES),
        }

    def __call__(self, tables: Mapping[str, pa.Table]) -> pa.Table:
        """Rows of the schema RECORDS, sorted by item, frame and view; `files` holds the annotation files' paths."""
        inventory = {row["item"]: row for row in tables["inventory"].to_pylist()}
        paths = {file["item"]: os.fsdecode(file["path"]) for file in tables["files"].to_pylist()}
        files = AnnotationFiles(self.source, paths)
        pictures = tables["images"].sort_by([(name, "ascending") for name in ("item", "frame", "view")]).to_pylist()
        rows = [
            row
            for item, of_item in groupby(pictures, key=itemgetter("item"))
            for row in self._rows(inventory[item], list(of_item), files)
        ]
        return pa.Table.from_pylist(rows, RECORDS)

    def _rows(self, listed: Row, pictures: list[Row], files: AnnotationFiles) -> Iterator[Row]:
        said: Row = json.loads(listed["record"] or "{}")
        frames = 1 + max(picture["frame"] for picture in pictures)
        for picture in pictures:
            if picture["rejected"] is None:
                wh = (picture["source_width"], picture["source_height"])
                given = files.given(listed["support"] or [], Frame(picture["frame"], frames, wh))
                yield {
                    "source": self.source.name,
                    **{name: picture[name] for name in ("item", "frame", "view")},
                    "group": listed["group"],
                    **{name: said.get(name) for name in ("patient", "study", "lesion")},
                    **self._said(said, picture["modality"], given),
                }

    def _said(self, said: Row, header_modality: str | None, given: Given | None) -> Row:
        """The table's own licence and words go before the source's; a header helps to understand a label."""
        attributes, unknown = stated(said, self.source)
        modality = attributes["modality"] or header_modality
        licence = said.get("licence") or self.source.licence
        scope = self._scope(given)
        labels, unread = self._labels(said, modality)
        dropped = [*(given.dropped if given else ()), *unknown, *unread]
        return {
            **attributes,
            "licence": licence,
            "attribution": said.get("attribution") or self.source.attribution,
            "labels": labels,
            "texts": [{"kind": kind, "text": text} for kind, text in said.get("texts", [])],
            "annotations": [
                self._annotation(region, self._meaning(region.label, modality), licence, region.label in scope)
                for region in (given.regions if given else ())
            ],
            "annotation_scope": sorted(self._meaning(label, modality).name or label for label in scope),
            "dropped": [{"reason": each.reason, "value": each.value} for each in dropped],
        }

    def _scope(self, given: Given | None) -> frozenset[str]:
        """Labels of which this picture has every instance: none where a file is absent or something of it is lost."""
        if given is None or None in given.incomplete:
            return frozenset()
        return (frozenset(self.source.exhaustive) | given.exhaustive) - given.incomplete

    def _labels(self, said: Row, modality: str | None) -> tuple[list[Row], list[Dropped]]:
        """Labels once each, in the table's order; a state that is no word of ours is `label_state_unknown`."""
        listed = list(dict.fromkeys((word, state, basis) for word, state, basis in said.get("labels", [])))
        labels = [
            {"label": word, "category": self._meaning(word, modality).category, **_seen(state), "basis": basis}
            for word, state, basis in listed
            if state is not None
        ]
        return labels, [Dropped("label_state_unknown")] * (len(listed) - len(labels))

    def _meaning(self, word: str, modality: str | None) -> Meaning:
        return meaning_of(word, self.source.labels, modality)

    def _annotation(self, region: GivenRegion, meaning: Meaning, licence: str, exhaustive: bool) -> Row:
        settings = self.source.annotations
        return {
            "label": region.label,
            "kind": meaning.kind,
            "name": meaning.name,
            "category": meaning.category,
            "box_xyxy": list(region.box_xyxy),
            "mask": region.mask,
            "attributes": [{"attribute": name, "value": value} for name, value in region.attributes],
            "exhaustive": exhaustive,
            "label_source": settings.label_source if settings else None,
            "licence": (settings.licence if settings else None) or licence,
            "source": self.source.name,
        }


def _seen(state: str) -> Row:
    """A thing that is there and cannot be seen is present: who judges a reader counts it, no text tells it."""
    return {"state": "present", "visible": False} if state == UNSEEN else {"state": state, "visible": None}
