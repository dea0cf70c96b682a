"""How the released row lies in a Parquet file, and what Hugging Face `datasets` is told about it.

Bytes and texts are uncompressed and plain, so that a reader slices them where they lie; dictionaries and
statistics only where a reader filters.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from schemas.tables.release import IMAGE, RELEASE

WRITER_VERSION = 1  # raised when equal rows come to lie differently
METADATA_KEY = "medregion"
HUGGINGFACE = b"huggingface"  # what `datasets` looks for
GROUP_BYTES = 8 * 2**20  # of pictures and crops
GROUP_ROWS = 128
ENUMERATIONS = [
    "split", "source", "licence", "modality", "technique", "body_part", "view", "image_laterality", "plane",
    "spacing_basis", "sex", "age_bucket", "burned_in", "recognisable", "texts_origin",
]  # fmt: skip
FILTERED = ["image_id", "group_id", "split", "source", "modality", "width", "height", "schema_version"]
VALUE_NAMES = {"float": "float32", "double": "float64"}  # Arrow's names that differ from those of `datasets`


def features(kind: pa.DataType) -> dict[str, Any]:
    """The `datasets` feature of an Arrow type, as JSON; a struct of bytes and path is an image."""
    if kind.equals(IMAGE):
        return {"_type": "Image"}
    if pa.types.is_struct(kind):
        return {child.name: features(child.type) for child in kind}
    if pa.types.is_fixed_size_list(kind):
        return {"feature": features(kind.value_type), "length": kind.list_size, "_type": "List"}
    if pa.types.is_list(kind):
        return {"feature": features(kind.value_type), "_type": "List"}
    return {"dtype": VALUE_NAMES.get(str(kind), str(kind)), "_type": "Value"}


def shard_schema() -> pa.Schema:
    """The released schema with the metadata by which `datasets.load_dataset` decodes pictures and crops."""
    known = {"info": {"features": {column.name: features(column.type) for column in RELEASE}}}
    return RELEASE.with_metadata({**RELEASE.metadata, HUGGINGFACE: json.dumps(known).encode()})


@contextmanager
def shard_writer(sink: BinaryIO) -> Iterator[pq.ParquetWriter]:
    """A writer of row groups; the caller's file stays open."""
    with pq.ParquetWriter(
        sink,
        shard_schema(),
        compression="none",
        use_dictionary=ENUMERATIONS,
        write_statistics=FILTERED,
        write_page_index=True,
        write_page_checksum=True,
    ) as writer:
        yield writer


def own_metadata(facts: Mapping[str, Any]) -> dict[str, str]:
    """What the footer says beyond the schema: versions and counts, never a date."""
    known = {"schema_version": int(RELEASE.metadata[b"version"]), "writer_version": WRITER_VERSION, **facts}
    return {METADATA_KEY: json.dumps(known, sort_keys=True, separators=(",", ":"))}


def row_groups(image_bytes: Sequence[int]) -> list[range]:
    """Cuts ordered rows, of which the bytes of pictures and crops are given, into row groups.

    A group closes at 8 MiB or 128 rows, whichever comes first; the last two are levelled where the tail would
    hold less than half of that.
    """
    weights = np.maximum(np.asarray(image_bytes, np.float64) / GROUP_BYTES, 1 / GROUP_ROWS)
    groups: list[range] = []
    start, filled = 0, 0.0
    for row, weight in enumerate(weights):
        filled += weight
        if filled >= 1 or row + 1 - start == GROUP_ROWS:
            groups.append(range(start, row + 1))
            start, filled = row + 1, 0.0
    if start < len(weights):
        groups.append(range(start, len(weights)))
    if len(groups) > 1 and weights[groups[-1].start :].sum() < 0.5:
        groups[-2:] = _level(weights, groups[-2].start)
    return groups


def _level(weights: np.ndarray, start: int) -> list[range]:
    filled = np.cumsum(weights[start:])
    middle = start + 1 + int(np.searchsorted(filled, filled[-1] / 2 - 1e-9))
    return [range(start, middle), range(middle, len(weights))]
