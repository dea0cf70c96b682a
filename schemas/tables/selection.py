"""Per picture: kept or why not, its split unit and split, its label states, and all given annotations."""

import pyarrow as pa

from schemas.tables.columns import ANNOTATION, KEY, LABEL_STATE, versioned

STATUSES = ("kept", "excluded", "rejected", "duplicate")

SELECTION = versioned(
    "selection",
    1,
    [
        *KEY,
        pa.field("status", pa.string(), nullable=False),
        pa.field("rule", pa.string()),  # the policy, or the reason of a rejection
        pa.field("value", pa.float64()),
        pa.field("duplicate_of", pa.string()),  # image_id of the one that stays
        pa.field("image_id", pa.string()),
        pa.field("group_id", pa.string()),
        pa.field("study_id", pa.string()),
        pa.field("split", pa.string()),
        pa.field("label_states", pa.list_(LABEL_STATE)),
        pa.field("unmapped", pa.list_(pa.string())),
        pa.field("annotations", pa.list_(ANNOTATION)),  # its own and those of its duplicates
        pa.field("annotation_scope", pa.list_(pa.string())),
        # of image and record together: what a person typed wins over a header
        pa.field("licence", pa.string()),
        pa.field("attribution", pa.string()),
        pa.field("modality", pa.string()),
        pa.field("technique", pa.string()),
        pa.field("body_part", pa.string()),
        pa.field("projection", pa.string()),
        pa.field("image_laterality", pa.string()),
        pa.field("sex", pa.string()),
        pa.field("age_bucket", pa.string()),
        pa.field("burned_in", pa.string()),  # of any copy, unless a person knows better
    ],
)
