"""Column types and groups that several tables share."""

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

KEY = [
    pa.field("source", pa.string(), nullable=False),
    pa.field("item", pa.string(), nullable=False),
    pa.field("frame", pa.int32(), nullable=False),
    pa.field("view", pa.string(), nullable=False),
]
KEY_NAMES = tuple(field.name for field in KEY)

REJECTED = pa.field("rejected", pa.struct([("reason", pa.string()), ("value", pa.float64())]))

BOX = pa.list_(pa.int32(), 4)
RLE = pa.struct([("size", pa.list_(pa.int32(), 2)), ("counts", pa.string())])

LABEL_STATE = pa.struct([("category", pa.string()), ("state", pa.string()), ("basis", pa.string())])

FACT = pa.struct(
    [
        ("fact_id", pa.string()),
        ("subject", pa.string()),
        ("kind", pa.string()),
        ("attribute", pa.string()),
        ("value", pa.string()),
        ("unit", pa.string()),
        ("assertion", pa.string()),
        ("frame", pa.string()),
        ("basis", pa.string()),
        ("source", pa.string()),
        ("confidence", pa.float32()),
        ("visible", pa.string()),
    ]
)

NEGATIVE = pa.struct(
    [
        ("text", pa.string()),
        ("slot", pa.string()),
        ("changed_slots", pa.list_(pa.string())),
        ("original", pa.string()),
        ("replaced", pa.string()),
        ("certainty", pa.string()),
    ]
)

ANNOTATION = pa.struct(
    [
        ("label", pa.string()),  # the source's own word
        ("kind", pa.string()),  # finding, anatomy, cell, device, artefact, marker; null: unmapped
        ("name", pa.string()),  # the word that captions use
        ("category", pa.string()),
        ("box_xyxy", BOX),  # integers, half-open, pixels of the upright source picture
        ("mask", RLE),  # within the box; null where the source gave none
        ("exhaustive", pa.bool_()),
        ("label_source", pa.string()),  # reader, model, phantom
        ("licence", pa.string()),
        ("source", pa.string()),  # the source that gave it, which a duplicate keeps
    ]
)


def versioned(name: str, version: int, fields: Sequence[pa.Field]) -> pa.Schema:
    """A schema whose metadata says which table it is and in which version."""
    return pa.schema(list(fields), metadata={"table": name, "version": str(version)})


def row_keys(table: pa.Table) -> pa.StringArray:
    """One string a row that names its picture, by the columns of KEY, dictionaries or not."""
    source, item, view = (table[name].cast(pa.string()) for name in ("source", "item", "view"))
    keys = pc.binary_join_element_wise(source, item, table["frame"].cast(pa.string()), view, "\x1f")
    return keys.combine_chunks() if isinstance(keys, pa.ChunkedArray) else keys
