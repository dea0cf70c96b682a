"""The released row. Flat where readers filter, nested where they do not, bytes last."""

import pyarrow as pa

from schemas.tables.columns import BOX, FACT, LABEL_STATE, NEGATIVE, RLE, versioned

RELEASE_VERSION = 1
IMAGE = pa.struct([("bytes", pa.binary()), ("path", pa.string())])

REGION = pa.struct(
    [
        ("region_id", pa.string()),
        ("kind", pa.string()),
        ("label", pa.string()),
        ("score", pa.float32()),
        ("box_xyxy", pa.list_(pa.float32(), 4)),  # pixels of the global view
        ("source_box_xyxy", BOX),  # integers, pixels at the mask's resolution
        ("mask", RLE),  # within source_box_xyxy
        ("area_px", pa.int64()),
        ("stability", pa.float32()),
        ("agreement", pa.float32()),
        ("exhaustive", pa.bool_()),
        ("licence", pa.string()),
        ("crop_box_xyxy", pa.list_(pa.float32(), 4)),  # of the crop, pixels of the global view
        ("crop", IMAGE),
        ("caption", pa.string()),
        ("paraphrase", pa.string()),
        ("facts", pa.list_(FACT)),
        ("negatives", pa.list_(NEGATIVE)),
        ("checks", pa.list_(pa.string())),
        ("revision", pa.int32()),
        ("review", pa.string()),
        ("label_source", pa.string()),
    ]
)

RELEASE = versioned(
    "release",
    RELEASE_VERSION,
    [
        pa.field("image_id", pa.string(), nullable=False),
        pa.field("group_id", pa.string(), nullable=False),
        pa.field("study_id", pa.string()),
        pa.field("split", pa.string(), nullable=False),
        pa.field("source", pa.string(), nullable=False),
        pa.field("licence", pa.string(), nullable=False),
        pa.field("attribution", pa.string()),
        pa.field("modality", pa.string()),
        pa.field("technique", pa.string()),
        pa.field("body_part", pa.string()),
        pa.field("view", pa.string()),  # the projection: PA, AP, CC, MLO ...
        pa.field("image_laterality", pa.string()),
        pa.field("axes", pa.list_(pa.string(), 2)),
        pa.field("plane", pa.string()),
        pa.field("spacing_mm", pa.list_(pa.float64(), 2)),  # [row, column] of the global view
        pa.field("spacing_basis", pa.string()),
        pa.field("window", pa.struct([("center", pa.float64()), ("width", pa.float64()), ("name", pa.string())])),
        pa.field("width", pa.int32(), nullable=False),  # of the global view
        pa.field("height", pa.int32(), nullable=False),
        pa.field("scale", pa.float64(), nullable=False),  # global view / pixels of source_box_xyxy
        pa.field("sex", pa.string()),
        pa.field("age_bucket", pa.string()),
        pa.field("label_states", pa.list_(LABEL_STATE)),
        pa.field("annotation_scope", pa.list_(pa.string())),
        pa.field("burned_in", pa.string()),
        pa.field("recognisable", pa.string()),
        pa.field("pixel_ops", pa.list_(pa.string())),
        pa.field("summary", pa.string()),
        pa.field("report", pa.string()),
        pa.field("texts_origin", pa.string()),
        pa.field("facts", pa.list_(FACT)),
        pa.field("negatives", pa.list_(NEGATIVE)),
        pa.field("site_id", pa.string()),
        pa.field("device", pa.string()),
        pa.field("provenance", pa.string()),
        pa.field("audit", pa.string()),
        pa.field("schema_version", pa.int32(), nullable=False),
        pa.field("regions", pa.list_(REGION)),
        pa.field("image", IMAGE),
    ],
)
