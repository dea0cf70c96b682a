"""The stage `annotate`: kept pictures and their given annotations in, regions with masks out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import pyarrow as pa
import pyarrow.compute as pc

from annotators.proposal import Proposal
from pipeline.annotate.given import given_regions
from pipeline.annotate.models import detector, resolve_class, segmenter
from pipeline.annotate.pictures import Pictures
from pipeline.annotate.regions import Found, boxes_of, merge
from pipeline.annotate.settings import AnnotateSettings, DetectorSettings
from schemas.ids import IdKey
from schemas.masks import area_px, encode
from schemas.tables.columns import KEY_NAMES, row_keys
from schemas.tables.regions import REGIONS

PICTURES_AT_ONCE = 32  # decoded together: 32 pictures of 4096 px are 1.6 GB


@dataclass(frozen=True)
class Annotate:
    """Given annotations first, then detectors in the config's order, then masks for regions without one."""

    name: ClassVar[str] = "regions"
    version: ClassVar[int] = 2
    reads: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "images": (
            *KEY_NAMES, "width", "height", "source_width", "source_height", "image",
        ),
        "selection": (*KEY_NAMES, "status", "image_id", "annotations", "licence"),
    }  # fmt: skip
    reads_files: ClassVar[bool] = False
    options: AnnotateSettings
    id_key: IdKey

    def settings(self) -> Mapping[str, Any]:
        return {
            "detectors": [detector.key() for detector in self.options.detectors],
            "segmenter": self.options.segmenter.key(),
            "overlap": self.options.overlap,
            "ids": self.id_key.key_id,
        }

    def __call__(self, tables: Mapping[str, pa.Table]) -> pa.Table:
        rows = [row for lot in _lots(kept(tables)) for row in self._regions(lot)]
        return pa.Table.from_pylist(rows, schema=REGIONS)

    def _regions(self, pictures: pa.Table) -> Iterator[dict[str, Any]]:
        about = pictures.drop_columns(["image"]).to_pylist()
        pixels = Pictures(list(pictures["image"]))
        found = self._segmented(self._detected(about, pixels), pixels)
        for row, regions in zip(about, found, strict=True):
            yield from (self._row(row, region) for region in regions)

    def _detected(self, about: list[dict[str, Any]], pixels: Pictures) -> list[list[Found]]:
        found: list[list[Found]] = [[] for _ in about]
        for settings in self.options.detectors:
            asked = [i for i in range(len(about)) if not (settings.only_where_empty and found[i])]
            for i, new in zip(asked, self._ask(settings, about, pixels, asked), strict=True):
                found[i] = merge(found[i], new, self.options.overlap)
        return found

    def _ask(
        self, settings: DetectorSettings, about: list[dict[str, Any]], pixels: Pictures, asked: Sequence[int]
    ) -> list[list[Found]]:
        if settings.name == "given":
            return [given_regions(about[i]["annotations"] or [], *sizes(about[i])) for i in asked]
        if not asked:
            return []
        proposals = detector(settings).detect(pixels.only(asked))
        return [[_found(proposal, settings) for proposal in picture] for picture in proposals]

    def _segmented(self, found: list[list[Found]], pixels: Pictures) -> list[list[Found]]:
        bare = [[i for i, region in enumerate(regions) if region.proposal.mask is None] for regions in found]
        asked = [picture for picture, missing in enumerate(bare) if missing]
        if not asked:
            return found
        model = segmenter(self.options.segmenter)
        boxes = [boxes_of([found[picture][i] for i in bare[picture]]) for picture in asked]
        done = [list(regions) for regions in found]
        for picture, masks in zip(asked, model.segment(pixels.only(asked), boxes), strict=True):
            for i, mask in zip(bare[picture], masks, strict=True):
                region = done[picture][i]
                drawn_by = "ellipse" if mask.fallback else model.name
                proposal = replace(region.proposal, mask=encode(mask.mask_hw))
                done[picture][i] = replace(region, proposal=proposal, segmenter=drawn_by, stability=mask.stability)
        return done

    def _row(self, image: dict[str, Any], found: Found) -> dict[str, Any]:
        proposal = found.proposal
        mask = proposal.mask
        key = {name: image[name] for name in KEY_NAMES}
        return key | {
            "region_id": self.id_key.region(image["image_id"], proposal.box_xyxy, proposal.label, found.detector),
            "kind": proposal.kind,
            "label": proposal.label,
            "name": found.name,
            "category": found.category,
            "score": proposal.score,
            "box_xyxy": list(proposal.box_xyxy),
            "mask": mask,
            "attributes": [{"attribute": name, "value": value} for name, value in found.attributes],
            "area_px": area_px(mask) if mask is not None else None,
            "stability": found.stability,
            "agreement": found.agreement,
            "exhaustive": found.exhaustive,
            "label_source": found.label_source,
            "detector": found.detector,
            "segmenter": found.segmenter,
            "licence": found.licence or image["licence"],
            "revision": 0,
        }


def kept(tables: Mapping[str, pa.Table]) -> pa.Table:
    """Kept pictures with what select said of them, in the order of the part."""
    selected = tables["selection"].filter(pc.equal(tables["selection"]["status"], "kept"))
    images = tables["images"]
    # Both tables are sorted by key, so positions join them; Arrow's own join does not take nested columns.
    joined = images.filter(pc.is_in(row_keys(images), value_set=row_keys(selected)))
    for name in selected.column_names:
        if name not in KEY_NAMES:
            joined = joined.append_column(name, selected[name])
    return joined


def sizes(image: dict[str, Any]) -> tuple[tuple[int, int], tuple[int, int]]:
    """(width, height) of the upright source picture and of the stored one."""
    return (image["source_width"], image["source_height"]), (image["width"], image["height"])


def _found(proposal: Proposal, settings: DetectorSettings) -> Found:
    name, category = resolve_class(proposal, settings)
    return Found(proposal=proposal, detector=settings.name, name=name, category=category)


def _lots(pictures: pa.Table) -> Iterator[pa.Table]:
    for start in range(0, pictures.num_rows, PICTURES_AT_ONCE):
        yield pictures.slice(start, PICTURES_AT_ONCE)
