"""The released row. Flat where readers filter, nested where they do not, bytes last."""

import pyarrow as pa

from schemas.tables.columns import BOX, COUNTED, FACT, LABEL_STATE, NEGATIVE, RLE, WRITTEN, versioned

RELEASE_VERSION = 7
IMAGE = pa.struct([("bytes", pa.binary()), ("path", pa.string())])

REGION = pa.struct(
    [
        ("region_id", pa.string()),  # 32 hexadecimal digits
        ("kind", pa.string()),  # null: an unlabelled area
        ("label", pa.string()),  # the annotator's own word
        ("score", pa.float32()),  # of a detector
        ("box_xyxy", pa.list_(pa.float32(), 4)),  # pixels of the global view
        ("source_box_xyxy", BOX),  # integers, pixels at the mask's resolution
        ("mask", RLE),  # within source_box_xyxy
        ("area_px", pa.int64()),  # of the mask, at its own resolution
        ("stability", pa.float32()),  # of a segmenter's mask
        ("agreement", pa.float32()),  # of two detectors, an IoU
        ("exhaustive", pa.bool_()),  # the source annotates all of this label
        ("licence", pa.string()),  # the strictest of image, texts and annotations
        ("crop_box_xyxy", pa.list_(pa.float32(), 4)),  # of the crop, pixels of the global view
        ("crop", IMAGE),  # cut at source resolution, encoded
        ("caption", pa.string()),  # one sentence on this region alone
        ("paraphrase", pa.string()),  # the same facts in other words
        ("facts", pa.list_(FACT)),  # all that is known, said or not
        ("negatives", pa.list_(NEGATIVE)),  # false sentences, each by one edited slot
        ("few_because", pa.list_(pa.string())),  # why these are fewer than wanted; empty: they are not
        ("checks", pa.list_(pa.string())),  # what a check withheld
        ("written", pa.list_(WRITTEN)),  # how caption and paraphrase came about
        ("revision", pa.int32()),  # 0 until a curator changes it
        ("review", pa.string()),  # null until a curator decides
        ("label_source", pa.string()),  # reader, model, phantom
    ]
)

RELEASE = versioned(
    "release",
    RELEASE_VERSION,
    [
        pa.field("image_id", pa.string(), nullable=False),  # keyed hash of decoded pixels and view
        pa.field("group_id", pa.string(), nullable=False),  # split unit: lies in one split alone
        pa.field("study_id", pa.string()),  # keyed; null: unknown
        pa.field("split", pa.string(), nullable=False),  # train, validation, test
        pa.field("source", pa.string(), nullable=False),  # name in the config
        pa.field("licence", pa.string(), nullable=False),  # the strictest of image, texts and annotations
        pa.field("attribution", pa.string()),  # to be named with the image
        pa.field("modality", pa.string()),  # of the twelve
        pa.field("technique", pa.string()),  # a closed word of its modality
        pa.field("body_part", pa.string()),  # a word of the taxonomy
        pa.field("view", pa.string()),  # the projection: PA, AP, CC, MLO ...
        pa.field("image_laterality", pa.string()),  # the patient's
        pa.field("axes", pa.list_(pa.string(), 2)),  # patient direction of image +x and +y
        pa.field("plane", pa.string()),  # axial, coronal, sagittal, oblique
        pa.field("spacing_mm", pa.list_(pa.float64(), 2)),  # [row, column] of the global view
        pa.field("spacing_basis", pa.string()),  # millimetres are real for header and calibrated alone
        pa.field("window", pa.struct([("center", pa.float64()), ("width", pa.float64()), ("name", pa.string())])),
        pa.field("width", pa.int32(), nullable=False),  # of the global view
        pa.field("height", pa.int32(), nullable=False),
        pa.field("scale", pa.float64(), nullable=False),  # global view / pixels of source_box_xyxy
        pa.field("sex", pa.string()),  # F, M, O
        pa.field("age_bucket", pa.string()),  # five years; `under 1`, `90+`
        pa.field("label_states", pa.list_(LABEL_STATE)),  # not in the list: unknown, never negative
        pa.field("annotation_scope", pa.list_(pa.string())),  # names of which every instance is annotated
        pa.field("burned_in", pa.string()),  # null: nobody looked
        pa.field("recognisable", pa.string()),  # null: nobody looked
        pa.field("pixel_ops", pa.list_(pa.string())),  # what was done to the pixels, in order
        pa.field("summary", pa.string()),  # one or two sentences
        pa.field("report", pa.string()),  # in findings style
        pa.field("texts_origin", pa.string()),  # who wrote the texts
        pa.field("written", pa.list_(WRITTEN)),  # how summary and report came about
        pa.field("facts", pa.list_(FACT)),  # all that is known, said or not
        pa.field("left_out", pa.list_(COUNTED)),  # what a report names and no fact says, by reason
        pa.field("negatives", pa.list_(NEGATIVE)),  # false sentences, each by one edited slot
        pa.field("site_id", pa.string()),  # null until sites are known
        pa.field("device", pa.string()),  # a word of the closed list of makers
        pa.field("provenance", pa.string()),  # JSON: who proposed each region, who drew its mask
        pa.field("audit", pa.string()),  # null until curators audit
        pa.field("schema_version", pa.int32(), nullable=False),  # RELEASE_VERSION
        pa.field("regions", pa.list_(REGION)),  # in a fixed order
        pa.field("image", IMAGE),  # the global view, encoded
    ],
)
