"""Licences of whole columns: their ids, and the strictest of a picture and what is drawn on it."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.select.rows import whole
from schemas.licences import licence_id, licences, strictness
from schemas.tables.columns import ANNOTATION


def licence_ids(words: pa.Array | pa.ChunkedArray) -> pa.Array:
    """The id of each; `other` for what is unknown or not stated."""
    encoded = pc.dictionary_encode(whole(words), null_encoding="encode")
    ids = pa.array([licence_id(each) for each in encoded.dictionary.to_pylist()], pa.string())
    return ids.take(encoded.indices)


def annotations_with_ids(annotations: pa.Array | pa.ChunkedArray) -> pa.ListArray:
    """Lists of ANNOTATION with ids for licences; null stays null: the licence of the picture."""
    lists = whole(annotations)
    flat = pc.list_flatten(lists)
    columns = {field.name: pc.struct_field(flat, field.name).cast(field.type) for field in ANNOTATION}
    stated = pc.is_valid(columns["licence"])
    columns["licence"] = pc.if_else(stated, licence_ids(columns["licence"]), pa.scalar(None, pa.string()))
    values = pa.StructArray.from_arrays(list(columns.values()), fields=list(ANNOTATION))
    lengths = np.asarray(pc.fill_null(pc.list_value_length(lists), 0))
    offsets = pa.array(np.concatenate([[0], np.cumsum(lengths)]), pa.int32())
    return pa.ListArray.from_arrays(offsets, values, mask=pc.is_null(lists))


def strictest_of_rows(ids: pa.Array, annotations: pa.ListArray) -> pa.Array:
    """Of each picture, the strictest id among its own and its annotations'."""
    places = _places(ids)
    given = pc.struct_field(pc.list_flatten(annotations), "licence")
    rows = pc.list_parent_indices(annotations).filter(pc.is_valid(given))
    np.maximum.at(places, np.asarray(rows), _places(given.drop_null()))
    return pa.array([licence.id for licence in licences()], pa.string()).take(pa.array(places))


def _places(ids: pa.Array) -> np.ndarray:
    encoded = pc.dictionary_encode(ids)
    places = np.array([strictness(id) for id in encoded.dictionary.to_pylist()], np.int64)
    return places[np.asarray(encoded.indices, np.int64)]
