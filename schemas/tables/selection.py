"""Per picture: kept or why not, its split unit and split, its label states, and all given annotations."""

import pyarrow as pa

from schemas.tables.columns import ANNOTATION, KEY, LABEL_STATE, versioned

STATUSES = ("kept", "excluded", "rejected", "duplicate")

SELECTION = versioned(
    "selection",
    3,
    [
        *KEY,
        pa.field("status", pa.string(), nullable=False),  # one of STATUSES
        pa.field("rule", pa.string()),  # the policy, or the reason of a rejection
        pa.field("value", pa.float64()),  # the number that the rule looked at
        pa.field("duplicate_of", pa.string()),  # image_id of the one that stays
        pa.field("image_id", pa.string()),  # keyed hash of pixels and view; null: rejected or a copy
        pa.field("group_id", pa.string()),  # the split unit, keyed
        pa.field("study_id", pa.string()),  # keyed
        pa.field("split", pa.string()),  # train, validation, test
        pa.field("label_states", pa.list_(LABEL_STATE)),  # what is known of categories; not in the list: unknown
        pa.field("unmapped", pa.list_(pa.string())),  # the source's words that no category covers
        pa.field("annotations", pa.list_(ANNOTATION)),  # its own and those of its duplicates
        pa.field("annotation_scope", pa.list_(pa.string())),  # names of which every instance is annotated
        # of image and record together: what a person typed wins over a header
        pa.field("licence", pa.string()),  # an id of schemas.licences
        pa.field("attribution", pa.string()),  # of all copies, joined
        pa.field("modality", pa.string()),  # of the twelve
        pa.field("technique", pa.string()),  # a closed word of its modality
        pa.field("body_part", pa.string()),  # a word of the taxonomy
        pa.field("projection", pa.string()),  # released as `view`
        pa.field("image_laterality", pa.string()),  # the patient's
        pa.field("sex", pa.string()),  # F, M, O
        pa.field("age_bucket", pa.string()),  # as in images
        pa.field("burned_in", pa.string()),  # of any copy, unless a person knows better
    ],
)
