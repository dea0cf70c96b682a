"""The side file of full truth, which tests and benchmarks read and no corpus does."""

from typing import Any

import pyarrow as pa

from pipeline.phantoms.scene import Phantom, Region
from schemas.masks import encode
from schemas.tables.columns import BOX, RLE, SAID, versioned

REGION = pa.struct(
    [
        ("id", pa.string()),  # of the thing, the same in all pictures of the patient
        ("label", pa.string()),  # of schemas/lexicon/findings.csv
        ("role", pa.string()),  # finding, mimic, extent, anatomy, marker
        ("group", pa.string()),  # kinds of one group can be confused
        ("category", pa.string()),
        ("box_xyxy", BOX),
        ("mask", RLE),  # within the box
        ("footprint_xyxy", BOX),  # every pixel that it changed
        ("attributes", pa.list_(SAID)),
        ("place", pa.string()),
        ("side", pa.string()),  # the patient's, known to a reader or not
        ("stratum", pa.string()),
        ("long_axis", pa.float32()),  # share of the picture's longer side
        ("contrast_to_noise", pa.float32()),
        ("visible", pa.bool_()),
        ("change", pa.string()),
        ("held_out", pa.bool_()),
    ]
)

TRUTH = versioned(
    "phantom_truth",
    1,
    [
        pa.field("id", pa.string(), nullable=False),
        pa.field("file", pa.string()),  # relative to the folder
        pa.field("patient", pa.string()),
        pa.field("visit", pa.int32()),
        pa.field("modality", pa.string()),
        pa.field("variant", pa.string()),
        pa.field("axes", pa.list_(pa.string())),  # as the header says; null: not at all
        pa.field("mirrored", pa.bool_()),
        pa.field("style", pa.string()),
        pa.field("scanner", pa.string()),
        pa.field("present", pa.list_(pa.string())),  # categories, seen or not
        pa.field("shown", pa.list_(pa.string())),  # categories that can be seen
        pa.field("assessed", pa.list_(pa.string())),  # categories that such a picture can show
        pa.field("untold", pa.list_(pa.string())),  # regions that the report leaves out
        pa.field("regions", pa.list_(REGION)),
    ],
)


def truth_row(phantom: Phantom, file: str, untold: frozenset[str]) -> dict[str, Any]:
    """A row of TRUTH."""
    return {
        **{name: getattr(phantom, name) for name in ("id", "patient", "visit", "modality", "variant", "mirrored")},
        "file": file,
        "axes": None if phantom.axes is None else list(phantom.axes),
        "style": phantom.style,
        "scanner": phantom.scanner,
        "present": list(phantom.present),
        "shown": list(phantom.shown),
        "assessed": list(phantom.assessed),
        "untold": sorted(untold),
        "regions": [_region(region) for region in phantom.regions],
    }


def _region(region: Region) -> dict[str, Any]:
    names = (
        "id", "label", "role", "group", "category", "place", "side", "stratum", "long_axis", "contrast_to_noise",
        "visible", "change", "held_out",
    )  # fmt: skip
    return {
        **{name: getattr(region, name) for name in names},
        "box_xyxy": list(region.box_xyxy),
        "footprint_xyxy": list(region.footprint_xyxy),
        "mask": dict(encode(region.mask)),
        "attributes": [{"attribute": name, "value": value} for name, value in region.attributes.items()],
    }
