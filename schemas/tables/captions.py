"""One row a picture: its facts and the four kinds of text, image and regions."""

import pyarrow as pa

from schemas.tables.columns import COUNTED, FACT, KEY, NEGATIVE, REJECTED, WRITTEN, versioned

CAPTIONED_REGION = pa.struct(
    [
        ("region_id", pa.string()),  # of the table regions
        ("caption", pa.string()),  # one sentence on this region alone
        ("paraphrase", pa.string()),  # the same facts in other words
        ("facts", pa.list_(FACT)),  # all that is known, said or not
        ("negatives", pa.list_(NEGATIVE)),  # false sentences, each by one edited slot
        ("few_because", pa.list_(pa.string())),  # why these are fewer than wanted; empty: they are not
        ("checks", pa.list_(pa.string())),  # what a check withheld
        ("written", pa.list_(WRITTEN)),  # how caption and paraphrase came about
    ]
)

CAPTIONS = versioned(
    "captions",
    4,
    [
        *KEY,
        pa.field("summary", pa.string()),  # one or two sentences
        pa.field("report", pa.string()),  # in findings style
        pa.field("texts_origin", pa.string()),  # rules, openai, transformers
        pa.field("written", pa.list_(WRITTEN)),  # how summary and report came about
        pa.field("facts", pa.list_(FACT)),  # all that is known, said or not
        # what a report names and no fact says, counted by reason
        pa.field("left_out", pa.list_(COUNTED)),
        pa.field("negatives", pa.list_(NEGATIVE)),  # false sentences, each by one edited slot
        pa.field("regions", pa.list_(CAPTIONED_REGION)),  # in the order of the table regions
        REJECTED,
    ],
)
