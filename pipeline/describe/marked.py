"""A region as its facts are derived from it: who named it what, and where its box lies."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.describe.geometry import measure
from schemas.facts import BASES
from schemas.tables.columns import KEY_NAMES

Key = tuple[Any, ...]  # source, item, frame, view
COLUMNS = (
    *KEY_NAMES,
    *("region_id", "kind", "label", "name", "category", "score", "box_xyxy", "attributes", "area_px", "exhaustive"),
    *("label_source", "detector", "segmenter", "rejected"),
)
INSCRIBED = "ellipse"  # a mask that is drawn from the box tells no more than the box


@dataclass(frozen=True, slots=True)
class Marked:
    """One region in pixels of the stored picture; the words of places and sizes are those of facts."""

    region_id: str
    kind: str | None  # null: nobody named it
    label: str | None
    name: str | None
    category: str | None
    score: float | None
    box_xyxy: tuple[int, int, int, int]
    area_px: int
    exhaustive: bool
    basis: str  # who named it: reader, model or phantom
    detector: str | None
    image_side: str
    vertical: str
    size: str
    outline: str | None
    touches: tuple[str, ...]
    half: str | None
    clear_sides: tuple[str, ...]
    clear_verticals: tuple[str, ...]
    said: Mapping[str, str] = field(default_factory=dict)  # what the source says of its side, place and look


def marked_regions(regions: pa.Table, image_wh: Mapping[Key, tuple[int, int]]) -> dict[Key, list[Marked]]:
    """The regions of each picture in `image_wh`, in the table's order; rejected ones are left out."""
    usable = regions.filter(pc.and_(regions["rejected"].is_null(), regions["region_id"].is_valid()))
    keys = list(zip(*(usable[name].to_pylist() for name in KEY_NAMES), strict=True))
    known = [key in image_wh for key in keys]
    if not any(known):
        return {}
    usable = usable.filter(pa.array(known))
    keys = [key for key in keys if key in image_wh]
    rows = usable.select([name for name in COLUMNS if name not in (*KEY_NAMES, "rejected", "box_xyxy")]).to_pylist()
    boxes = usable["box_xyxy"].combine_chunks().flatten().to_numpy().astype(np.int64).reshape(-1, 4)
    sizes = np.array([image_wh[key] for key in keys], dtype=np.int64)
    drawn = np.array([row["area_px"] or 0 if row["segmenter"] != INSCRIBED else 0 for row in rows], dtype=np.int64)
    place = measure(boxes, sizes, drawn)
    found: dict[Key, list[Marked]] = defaultdict(list)
    for i, (key, row, box) in enumerate(zip(keys, rows, boxes.tolist(), strict=True)):
        found[key].append(
            Marked(
                region_id=row["region_id"],
                kind=row["kind"],
                label=row["label"],
                name=row["name"] if row["kind"] is not None else None,
                category=row["category"],
                score=row["score"],
                box_xyxy=tuple(box),
                area_px=row["area_px"] or 0,
                exhaustive=bool(row["exhaustive"]),
                basis=_basis(row["label_source"]),
                detector=row["detector"],
                image_side=place.image_side[i],
                vertical=place.vertical[i],
                size=place.size[i],
                outline=place.outline[i],
                touches=place.touches[i],
                half=place.half[i],
                clear_sides=place.clear_sides[i],
                clear_verticals=place.clear_verticals[i],
                said={each["attribute"]: each["value"] for each in row["attributes"] or ()},
            )
        )
    return dict(found)


def _basis(label_source: str | None) -> str:
    """The weakest where the source is not one that we know."""
    return label_source if label_source in BASES else "model"
