"""What a person typed about a picture: labels, text, given boxes and masks, licence. Apart from its pixels."""

import pyarrow as pa

from schemas.tables.columns import ANNOTATION, KEY, REJECTED, versioned

LABEL = pa.struct(
    [
        ("label", pa.string()),  # the source's own word
        ("category", pa.string()),  # null: unmapped, the image stays; or no_finding, which is no category
        ("state", pa.string()),  # present, absent, uncertain
        ("visible", pa.bool_()),  # false: present, but not to be seen on this picture; null: not said
        ("basis", pa.string()),  # pathology, clinical, reader, report, model, phantom
    ]
)

RECORDS = versioned(
    "records",
    2,
    [
        *KEY,
        pa.field("licence", pa.string()),  # of the picture
        pa.field("attribution", pa.string()),  # from the config or a mapped column, never from a patient field
        pa.field("patient", pa.string()),  # keyed pseudonyms; null: unknown
        pa.field("study", pa.string()),  # keyed
        pa.field("lesion", pa.string()),  # keyed
        pa.field("group", pa.string()),  # of the source as a whole, or of a folder, where nothing smaller is known
        pa.field("modality", pa.string()),  # as a person said; wins over a header
        pa.field("technique", pa.string()),  # as a person said
        pa.field("body_part", pa.string()),  # as a person said
        pa.field("projection", pa.string()),  # as a person said
        pa.field("image_laterality", pa.string()),  # as a person said
        pa.field("sex", pa.string()),  # F, M, O
        pa.field("age_bucket", pa.string()),  # as in images
        pa.field("labels", pa.list_(LABEL)),  # of the picture as a whole
        pa.field("texts", pa.list_(pa.struct([("kind", pa.string()), ("text", pa.string())]))),
        pa.field("annotations", pa.list_(ANNOTATION)),  # boxes and masks that came with the picture
        pa.field("annotation_scope", pa.list_(pa.string())),  # names that the source annotates exhaustively
        # annotations and words that were left out, each with its reason; a clipped box stays
        pa.field("dropped", pa.list_(pa.struct([("reason", pa.string()), ("value", pa.float64())]))),
        REJECTED,
    ],
)
