"""One row a region: its box and mask in `images` pixels, its label, and who said so."""

import pyarrow as pa

from schemas.tables.columns import BOX, KEY, REJECTED, RLE, SAID, versioned

REGIONS = versioned(
    "regions",
    2,
    [
        *KEY,
        pa.field("region_id", pa.string()),
        pa.field("kind", pa.string()),  # null: an unlabelled area
        pa.field("label", pa.string()),  # the annotator's own word
        pa.field("name", pa.string()),  # the word that captions use; null: nobody said
        pa.field("category", pa.string()),  # of the taxonomy
        pa.field("score", pa.float32()),  # of a detector, 0 to 1; null: given
        pa.field("box_xyxy", BOX),  # integers, half-open, pixels of the stored picture
        pa.field("mask", RLE),  # within the box
        pa.field("attributes", pa.list_(SAID)),  # what the source says of its side, place and look
        pa.field("area_px", pa.int64()),  # of the mask
        pa.field("stability", pa.float32()),  # of a segmenter's mask, 0 to 1
        pa.field("agreement", pa.float32()),  # largest IoU with a later detector's box of the same name
        pa.field("exhaustive", pa.bool_()),  # the source annotates all of this label
        pa.field("label_source", pa.string()),  # reader, model, phantom
        pa.field("detector", pa.string()),  # `given`, or whose proposal it is
        pa.field("segmenter", pa.string()),  # who drew the mask; `ellipse` also as a fallback
        pa.field("licence", pa.string()),  # of the annotation
        pa.field("revision", pa.int32()),  # 0 until a curator changes it
        pa.field("review", pa.string()),  # null until a curator decides
        REJECTED,
    ],
)
