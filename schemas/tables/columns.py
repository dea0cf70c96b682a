"""Column types and groups that several tables share."""

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

KEY = [
    pa.field("source", pa.string(), nullable=False),  # name of the source in the config
    pa.field("item", pa.string(), nullable=False),  # keyed hash of source and relative path, 32 hexadecimal digits
    pa.field("frame", pa.int32(), nullable=False),  # of a multi-frame file, from 0
    pa.field("view", pa.string(), nullable=False),  # a window or tile of the frame; empty: the whole of it
]
KEY_NAMES = tuple(field.name for field in KEY)

REJECTED = pa.field("rejected", pa.struct([("reason", pa.string()), ("value", pa.float64())]))

BOX = pa.list_(pa.int32(), 4)
RLE = pa.struct([("size", pa.list_(pa.int32(), 2)), ("counts", pa.string())])

LABEL_STATE = pa.struct(
    [
        ("category", pa.string()),
        ("state", pa.string()),  # present, absent, uncertain
        ("visible", pa.bool_()),  # false: present, but not to be seen on this picture; null: not said
        ("basis", pa.string()),
        ("stated", pa.bool_()),  # of the picture as a whole; false: regions drawn on it are all there is
    ]
)

# What a source says of a region in closed words: side, place (an id of the lexicon), margin, echo ...
SAID = pa.struct([("attribute", pa.string()), ("value", pa.string())])

FACT = pa.struct(
    [
        ("fact_id", pa.string()),  # hash of the fact without its confidence
        ("subject", pa.string()),  # `image`, or a region_id
        ("kind", pa.string()),  # acquisition, label, count, position, side, size ...
        ("attribute", pa.string()),  # the slot of its kind, as `image_side`
        ("value", pa.string()),  # a word of the closed vocabularies, or a number as text
        ("unit", pa.string()),  # UCUM, as mm; null where there is none
        ("assertion", pa.string()),  # present, absent, possible
        ("frame", pa.string()),  # patient or image, where a side or place needs one
        ("basis", pa.string()),  # who or what says so: header, reader, geometry, phantom ...
        ("source", pa.string()),  # a source of the config, or a detector
        ("confidence", pa.float32()),  # 0 to 1; null: not stated
        ("visible", pa.string()),  # true, false, unknown
    ]
)

NEGATIVE = pa.struct(
    [
        ("text", pa.string()),  # the whole false text
        ("positive", pa.string()),  # the true text that it is a false version of; null: the caption, the report
        ("kind", pa.string()),  # edit, statement, binding, other_region, other_picture, added, absent
        ("slot", pa.string()),  # the one that was edited on purpose; of other_region and other_picture the whole text
        ("changed_slots", pa.list_(pa.string())),  # all that differ, dependents too
        ("original", pa.string()),  # the slot's value in the true text; null: a whole text
        ("replaced", pa.string()),  # its value here
        ("certainty", pa.string()),  # certified, exclusive or presumed
        ("twin", pa.string()),  # shared with the false version of another region that gave what this one took
    ]
)

COUNTED = pa.struct([("reason", pa.string()), ("value", pa.float64())])  # a closed word, how often

WRITTEN = pa.struct(
    [
        ("text", pa.string()),  # summary, report, caption or paraphrase
        ("writer", pa.string()),  # who wrote it as it stands
        ("attempts", pa.int32()),  # of the writer that the config names
        ("outcome", pa.string()),  # kept, repaired, replaced
        ("failures", pa.list_(pa.string())),  # of the last draft that was not kept
    ]
)

ANNOTATION = pa.struct(
    [
        ("label", pa.string()),  # the source's own word
        ("kind", pa.string()),  # finding, anatomy, cell, device, artefact, marker; null: unmapped
        ("name", pa.string()),  # the word that captions use
        ("category", pa.string()),  # of the taxonomy; null: none
        ("box_xyxy", BOX),  # integers, half-open, pixels of the upright source picture
        ("mask", RLE),  # within the box; null where the source gave none
        ("attributes", pa.list_(SAID)),  # what the source says of its side, place and look
        ("exhaustive", pa.bool_()),  # the source annotates all of this label
        ("label_source", pa.string()),  # reader, model, phantom
        ("licence", pa.string()),  # where it differs from the picture's
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
