"""The one global step: from the signatures of all parts to a decision on each picture."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.select.duplicates import NONE, Codes, Duplicates, find_duplicates
from pipeline.select.quality import BURNED_IN
from pipeline.select.settings import SelectSettings
from pipeline.select.split_units import find_split_units
from pipeline.select.splits import assign_splits
from pipeline.select.union import unite
from pipeline.sources import SourceSettings
from schemas.ids import IdKey
from schemas.tables.columns import ANNOTATION, KEY, KEY_NAMES, row_keys
from schemas.tables.records import LABEL

CLUSTERS_AT_ONCE = 1024  # of duplicates, as Python values

# Columns of `records` that copies of a picture share.
UNITED_READS = (*KEY_NAMES, "licence", "attribution", "labels", "annotations", "annotation_scope")

# Of a picture that stays for its copies: what all of them say. Null elsewhere.
_UNITED = [
    pa.field("annotations", pa.list_(ANNOTATION)),
    pa.field("labels", pa.list_(LABEL)),
    pa.field("annotation_scope", pa.list_(pa.string())),
    pa.field("licence", pa.string()),
    pa.field("attribution", pa.string()),
    pa.field("conflicts", pa.int32()),
]

KEY_STRUCT = pa.struct([(field.name, field.type) for field in KEY])

DECISIONS = pa.schema(
    [
        *KEY,
        pa.field("duplicate_of", KEY_STRUCT),  # the picture that stays
        pa.field("group_id", pa.string()),  # of the split unit; null for rejected rows
        pa.field("split", pa.string()),
        pa.field("burned_in", pa.string()),  # `annotation` where somebody's strokes are in the pixels
        *_UNITED,
    ]
)

RecordsOf = Callable[[pa.Table], pa.Table]


def decide(
    signatures: pa.Table,
    records_of: RecordsOf,
    sources: Sequence[SourceSettings],
    settings: SelectSettings,
    id_key: IdKey,
) -> pa.Table:
    """A decision for each signature, in the order of SIGNATURES' rows; `decisions_of_part` cuts a part's slice.

    `records_of` gets a table of KEY columns, of the pictures that have copies only, and gives their rows of `records`
    (UNITED_READS) in any order. `sources` in the order of the config: the first one's copy of a picture stays. What is
    decided on a picture does not depend on the order of signatures.
    """
    signatures = signatures.unify_dictionaries()
    duplicates = find_duplicates(signatures, [source.name for source in sources])
    units = find_split_units(signatures, sources)
    splits = assign_splits(units.names, settings.splits, id_key)
    groups = pa.array((id_key.group(name.as_py()) for name in units.names), pa.string(), size=len(units.names))
    of_unit = pa.array(units.unit, mask=units.unit == NONE)
    columns = {
        **{name: signatures[name] for name in KEY_NAMES},
        "duplicate_of": _duplicate_of(signatures, duplicates),
        "group_id": pa.DictionaryArray.from_arrays(of_unit.cast(pa.int32()), groups),
        "split": splits.take(of_unit),
        "burned_in": _burned_in(signatures, duplicates, sources),
        **_united_columns(signatures, duplicates, records_of),
    }
    return pa.table(columns)


def decisions_of_part(decisions: pa.Table, start: int, rows: int) -> pa.Table:
    """The slice of a part as plain DECISIONS, in which nothing of other parts is left."""
    part = decisions.slice(start, rows)
    columns = [_plain(part[field.name].combine_chunks()).cast(field.type) for field in DECISIONS]
    return pa.table(columns, schema=DECISIONS)


def _plain(column: pa.Array) -> pa.Array:
    return column.dictionary_decode() if pa.types.is_dictionary(column.type) else column


def _duplicate_of(signatures: pa.Table, duplicates: Duplicates) -> pa.Array:
    copies = np.flatnonzero(duplicates.kept != np.arange(len(duplicates.kept)))
    kept = signatures.select(KEY_NAMES).take(duplicates.kept[copies])
    names = [_plain(kept[name].combine_chunks()) for name in KEY_NAMES]
    keys = pa.StructArray.from_arrays(names, fields=list(KEY_STRUCT))
    return _spread(keys, copies, signatures.num_rows)


def _burned_in(signatures: pa.Table, duplicates: Duplicates, sources: Sequence[SourceSettings]) -> pa.Array:
    """What one copy is known to show is in the pixels of all. What a person says of a source wins over detection."""
    stated = {source.name: source.burned_in == BURNED_IN for source in sources if source.burned_in is not None}
    place = pc.index_in(signatures["source"].cast(pa.string()), value_set=pa.array(stated, pa.string()))
    own = np.asarray(pc.coalesce(pa.array(stated.values(), pa.bool_()).take(place), signatures["burned_in"]))
    shown = np.zeros(len(own), np.bool_)
    np.logical_or.at(shown, duplicates.kept, own)
    words = pa.array([BURNED_IN], pa.string())
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(len(own), np.int32), mask=~shown[duplicates.kept]), words)


def _united_columns(signatures: pa.Table, duplicates: Duplicates, records_of: RecordsOf) -> dict[str, pa.Array]:
    batches = _unions(signatures, duplicates, records_of) if len(duplicates.starts) else ()
    united = pa.Table.from_batches(batches, schema=pa.schema(_UNITED)).combine_chunks()
    stay = duplicates.members[duplicates.starts]
    return {name: _spread(united[name].combine_chunks(), stay, signatures.num_rows) for name in united.column_names}


def _unions(signatures: pa.Table, duplicates: Duplicates, records_of: RecordsOf) -> Iterator[pa.RecordBatch]:
    """A row a cluster, in their order; few clusters at once are Python values."""
    records = _records(signatures, duplicates, records_of)
    ends = np.append(duplicates.starts[1:], len(duplicates.members))
    for first in range(0, len(ends), CLUSTERS_AT_ONCE):
        starts, stops = (places[first : first + CLUSTERS_AT_ONCE] for places in (duplicates.starts, ends))
        rows = records.slice(starts[0], stops[-1] - starts[0]).to_pylist()
        unions = [unite(rows[start - starts[0] : stop - starts[0]]) for start, stop in zip(starts, stops, strict=True)]
        yield pa.RecordBatch.from_pylist([vars(union) for union in unions], schema=pa.schema(_UNITED))


def _records(signatures: pa.Table, duplicates: Duplicates, records_of: RecordsOf) -> pa.Table:
    """The records of all members, in their order. Raises KeyError where one is missing."""
    members = signatures.select(KEY_NAMES).take(duplicates.members)
    keys = pa.table([_plain(members[field.name].combine_chunks()) for field in KEY], schema=pa.schema(KEY))
    records = records_of(keys).select(UNITED_READS)
    places = pc.index_in(row_keys(keys), value_set=row_keys(records))
    if places.null_count:
        raise KeyError(f"{places.null_count} pictures that have copies are without a row in `records`")
    return records.take(places)


def _spread(values: pa.Array, rows: Codes, length: int) -> pa.Array:
    """A column of nulls but at these rows."""
    place = np.full(length, NONE)
    place[rows] = np.arange(len(rows))
    return values.take(pa.array(place, mask=place == NONE))
