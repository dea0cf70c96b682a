"""What a person typed about a picture: labels, text, given boxes and masks, licence. Apart from its pixels."""

import pyarrow as pa

from schemas.tables.columns import ANNOTATION, KEY, REJECTED, versioned

LABEL = pa.struct(
    [
        ("label", pa.string()),
        ("category", pa.string()),  # null: unmapped, the image stays; or no_finding, which is no category
        ("state", pa.string()),  # present, absent, uncertain
        ("basis", pa.string()),  # pathology, clinical, reader, report, model, phantom
    ]
)

RECORDS = versioned(
    "records",
    1,
    [
        *KEY,
        pa.field("licence", pa.string()),
        pa.field("attribution", pa.string()),
        pa.field("patient", pa.string()),  # keyed pseudonyms; null: unknown
        pa.field("study", pa.string()),
        pa.field("lesion", pa.string()),
        pa.field("group", pa.string()),  # of the source as a whole, or of a folder, where nothing smaller is known
        pa.field("modality", pa.string()),
        pa.field("technique", pa.string()),
        pa.field("body_part", pa.string()),
        pa.field("projection", pa.string()),
        pa.field("image_laterality", pa.string()),
        pa.field("sex", pa.string()),
        pa.field("age_bucket", pa.string()),
        pa.field("labels", pa.list_(LABEL)),
        pa.field("texts", pa.list_(pa.struct([("kind", pa.string()), ("text", pa.string())]))),
        pa.field("annotations", pa.list_(ANNOTATION)),
        pa.field("annotation_scope", pa.list_(pa.string())),  # names that the source annotates exhaustively
        # annotations and words that were left out, each with its reason; a clipped box stays
        pa.field("dropped", pa.list_(pa.struct([("reason", pa.string()), ("value", pa.float64())]))),
        REJECTED,
    ],
)
