"""One row a region: its box and mask in `images` pixels, its label, and who said so."""

import pyarrow as pa

from schemas.tables.columns import BOX, KEY, REJECTED, RLE, versioned

REGIONS = versioned(
    "regions",
    1,
    [
        *KEY,
        pa.field("region_id", pa.string()),
        pa.field("kind", pa.string()),  # null: an unlabelled area
        pa.field("label", pa.string()),
        pa.field("name", pa.string()),
        pa.field("category", pa.string()),
        pa.field("score", pa.float32()),
        pa.field("box_xyxy", BOX),
        pa.field("mask", RLE),  # within the box
        pa.field("area_px", pa.int64()),
        pa.field("stability", pa.float32()),
        pa.field("agreement", pa.float32()),
        pa.field("exhaustive", pa.bool_()),
        pa.field("label_source", pa.string()),
        pa.field("detector", pa.string()),
        pa.field("segmenter", pa.string()),  # who drew the mask; `ellipse` also as a fallback
        pa.field("licence", pa.string()),
        pa.field("revision", pa.int32()),
        pa.field("review", pa.string()),
        REJECTED,
    ],
)
