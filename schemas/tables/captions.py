"""One row a picture: its facts and the four kinds of text, image and regions."""

import pyarrow as pa

from schemas.tables.columns import FACT, KEY, NEGATIVE, REJECTED, versioned

CAPTIONED_REGION = pa.struct(
    [
        ("region_id", pa.string()),
        ("caption", pa.string()),
        ("paraphrase", pa.string()),
        ("facts", pa.list_(FACT)),
        ("negatives", pa.list_(NEGATIVE)),
        ("checks", pa.list_(pa.string())),
    ]
)

CAPTIONS = versioned(
    "captions",
    1,
    [
        *KEY,
        pa.field("summary", pa.string()),
        pa.field("report", pa.string()),
        pa.field("texts_origin", pa.string()),  # rules, openai, transformers
        pa.field("facts", pa.list_(FACT)),
        pa.field("negatives", pa.list_(NEGATIVE)),
        pa.field("regions", pa.list_(CAPTIONED_REGION)),
        REJECTED,
    ],
)
