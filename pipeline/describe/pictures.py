"""Kept pictures as a captioner gets them: attributes, regions, facts, evidence and, where asked for, pixels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from annotators.captioners.evidence import Evidence, Shown
from pipeline.describe.derive_facts import DerivedFacts, derive_facts
from pipeline.describe.marked import Key, Marked, marked_regions
from pipeline.describe.select_evidence import select_evidence
from pipeline.describe.settings import DescribeSettings
from pipeline.stored_pictures import read_rgb
from schemas.errors import StorageError
from schemas.tables.columns import KEY_NAMES

PIXELS = "image"  # the column of encoded pictures
# A record may say otherwise than the header; who said it is part of a fact.
TOLD_TWICE = ("modality", "technique", "body_part", "projection", "image_laterality")


@dataclass(frozen=True)
class Picture:
    """What there is to say of one picture."""

    key: Key
    row: Mapping[str, Any]  # its attributes
    regions: Sequence[Marked]
    derived: DerivedFacts
    evidence: Evidence


def pictures(tables: Mapping[str, pa.Table], options: DescribeSettings) -> list[Picture]:
    """Every kept picture in the order of keys; shown where the table `images` comes with its pixels."""
    kept = kept_rows(tables["images"], tables["selection"], tables["records"])
    regions = marked_regions(tables["regions"], {key: (row["width"], row["height"]) for key, row in kept.items()})
    found = [_picture(key, kept[key], regions.get(key, []), options) for key in sorted(kept)]
    return _shown(found, tables["images"]) if PIXELS in tables["images"].column_names else found


def _picture(key: Key, row: Mapping[str, Any], regions: Sequence[Marked], options: DescribeSettings) -> Picture:
    facts = derive_facts(row, regions)
    return Picture(key, row, regions, facts, select_evidence(row["image_id"], regions, facts, options))


def _shown(found: Sequence[Picture], images: pa.Table) -> list[Picture]:
    """With evidence that can be looked at: a picture is decoded when somebody does."""
    places = {
        key: place for place, key in enumerate(zip(*(images[name].to_pylist() for name in KEY_NAMES), strict=True))
    }
    shown = []
    for picture in found:
        look = partial(read_rgb, images[PIXELS][places[picture.key]].as_buffer())
        sight = Shown(look, tuple(region.box_xyxy for region in picture.regions))
        shown.append(replace(picture, evidence=replace(picture.evidence, shown=sight)))
    return shown


def kept_rows(images: pa.Table, selection: pa.Table, records: pa.Table) -> dict[Key, dict[str, Any]]:
    """The attributes of each kept picture by its key: selection's words, those of the header as `header_...`, and
    what was written of it as `texts`.
    """
    told = records.filter(pc.greater(pc.fill_null(pc.list_value_length(records["texts"]), 0), 0))
    texts = {tuple(row[name] for name in KEY_NAMES): row["texts"] for row in told.to_pylist()}
    kept = selection.filter(pc.equal(selection["status"], "kept"))
    chosen_rows = {tuple(row[name] for name in KEY_NAMES): row for row in kept.to_pylist()}
    rows: dict[Key, dict[str, Any]] = {}
    for image in images.select([name for name in images.column_names if name != PIXELS]).to_pylist():
        key = tuple(image[name] for name in KEY_NAMES)
        if key in chosen_rows:
            header = {f"header_{name}": image[name] for name in TOLD_TWICE}
            rows[key] = {**image, **header, **chosen_rows[key], "texts": texts.get(key)}
    if missing := len(chosen_rows) - len(rows):
        raise StorageError(f"captions: {missing} kept pictures are not in the table images; build select again")
    return rows
