"""Annotations that came with a source, moved from its upright picture to the stored one."""

from typing import Any

from annotators.proposal import Proposal
from pipeline.annotate.regions import Found
from schemas.boxes import scale_boxes
from schemas.masks import Box, Rle, resize


def given_regions(
    annotations: list[dict[str, Any]], source_wh: tuple[int, int], stored_wh: tuple[int, int]
) -> list[Found]:
    """Each distinct (box, label) of one picture once, sorted; boxes rounded outward, masks resampled."""
    found: dict[tuple[Box, str], Found] = {}
    for annotation in annotations:
        region = _given(annotation, source_wh, stored_wh)
        found.setdefault((region.proposal.box_xyxy, region.proposal.label), region)
    return [found[identity] for identity in sorted(found)]


def _given(annotation: dict[str, Any], source_wh: tuple[int, int], stored_wh: tuple[int, int]) -> Found:
    old = tuple(annotation["box_xyxy"])
    x1, y1, x2, y2 = (int(edge) for edge in scale_boxes(old, source_wh, stored_wh))
    box = (x1, y1, x2, y2)
    mask = annotation["mask"]
    if mask is not None:
        mask = resize(Rle(size=list(mask["size"]), counts=mask["counts"]), old, box)
    return Found(
        proposal=Proposal(box, annotation["label"], annotation["kind"], None, mask),
        detector="given",
        name=annotation["name"],
        category=annotation["category"],
        exhaustive=bool(annotation["exhaustive"]),
        label_source=annotation["label_source"],
        licence=annotation["licence"],
        attributes=tuple((said["attribute"], said["value"]) for said in annotation["attributes"] or ()),
        segmenter="given" if mask is not None else None,
    )
