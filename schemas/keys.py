"""Content hashes of Arrow columns, and the one rule by which a part gets its key."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


def column_hash(column: pa.ChunkedArray | pa.Array) -> str:
    """128 bits over the types and values of a column, however chunked, sliced or padded behind nulls."""
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    digest = hashlib.blake2b(digest_size=16)
    _add(digest, array)
    return digest.hexdigest()


def _add(digest: "hashlib.blake2b", array: pa.Array) -> None:
    digest.update(len(array).to_bytes(8, "little"))
    digest.update(np.packbits(np.asarray(array.is_null().to_numpy(zero_copy_only=False))).tobytes())
    kind = array.type
    if not pa.types.is_nested(kind):  # a list's inner name differs before and after Parquet
        digest.update(str(kind).encode())
    if pa.types.is_struct(kind):
        for child in array.flatten():  # carries the parent's nulls
            _add(digest, child)
    elif pa.types.is_list(kind) or pa.types.is_fixed_size_list(kind):
        _add(digest, pc.fill_null(pc.list_value_length(array), 0))
        _add(digest, array.flatten())  # leaves out what lies behind nulls
    elif pa.types.is_string(kind) or pa.types.is_binary(kind):
        _add(digest, pc.fill_null(pc.binary_length(array), 0))
        for value in array.cast(pa.large_binary()).drop_null():
            digest.update(value.as_buffer())
    elif pa.types.is_boolean(kind):
        digest.update(np.packbits(pc.fill_null(array, False).to_numpy(zero_copy_only=False)).tobytes())
    elif not pa.types.is_null(kind):
        digest.update(np.ascontiguousarray(pc.fill_null(array, 0).to_numpy(zero_copy_only=False)).tobytes())


def column_hashes(table: pa.Table) -> dict[str, str]:
    return {name: column_hash(table[name]) for name in table.column_names}


def rows_hash(hashes: Mapping[str, str]) -> str:
    """Of a whole table, from the hashes of its columns."""
    return canonical_hash(dict(hashes))


def canonical_hash(value: Any) -> str:
    """128 bits over a JSON value, whatever the order of its keys."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def part_key(stage: str, version: int, settings: Mapping[str, Any], inputs: Mapping[str, Mapping[str, str]]) -> str:
    """The key of a part: what is computed (stage, version, settings) from what (input columns by content)."""
    return canonical_hash({"stage": stage, "version": version, "settings": settings, "inputs": inputs})
