"""The one global step of select as the driver runs it: narrow columns in, decisions out, committed under one key."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

import pyarrow as pa

from pipeline.runner import write_if_changed
from pipeline.select.decide import DECISIONS, UNITED_READS, decide, decisions_of_part
from pipeline.select.settings import SelectSettings
from pipeline.select.signatures import SIGNATURE_READS, signatures
from pipeline.sources import SourceSettings
from pipeline.work import StageIndex, StoredPart, Work
from schemas.ids import IdKey
from schemas.keys import part_key
from schemas.tables.columns import KEY_NAMES, row_keys
from schemas.taxonomy.csv_table import tables_hash

STAGE = "decisions"
VERSION = 4
Parts = Sequence[Mapping[str, StoredPart]]  # of each part: its `images` and its `records`


@dataclass(frozen=True)
class Reduction:
    """What decides over all pictures at once."""

    sources: tuple[SourceSettings, ...]
    settings: SelectSettings
    id_key: IdKey

    def key(self, parts: Parts) -> str:
        inputs = {
            f"{i} {table}": {name: part[table].columns[name] for name in columns}
            for i, part in enumerate(parts)
            for table, columns in _reads().items()
        }
        settings = {
            "sources": [[source.name, source.group_by, source.burned_in] for source in self.sources],
            "licences": tables_hash(("schemas", "licences")),
            "splits": dict(self.settings.splits),
            "rules": dict(self.settings.rules()),
            "ids": self.id_key.key_id,
        }
        return part_key(STAGE, VERSION, settings, inputs)


def _reads() -> dict[str, tuple[str, ...]]:
    names = {table: set(columns) for table, columns in SIGNATURE_READS.items()}
    names["records"] |= set(UNITED_READS)
    return {table: tuple(sorted(columns)) for table, columns in names.items()}


def reduced(work: Work, parts: Parts, reduction: Reduction) -> list[pa.Table]:
    """The decisions of each part, from the last run where nothing that decides has changed."""
    key = reduction.key(parts)
    if work.has(STAGE, key):
        stored, decisions = work.stored(STAGE, key), work.read(STAGE, key)
    else:
        decisions = _decide(work, parts, reduction)
        stored = work.write(STAGE, "all", key, decisions)
    write_if_changed(work, StageIndex(STAGE, VERSION, (stored,)))
    lengths = [part["images"].rows for part in parts]
    starts = accumulate(lengths, initial=0)
    return [decisions_of_part(decisions, start, rows) for start, rows in zip(starts, lengths, strict=False)]


def _decide(work: Work, parts: Parts, reduction: Reduction) -> pa.Table:
    narrow = [_signatures(work, part, reduction.settings) for part in parts]
    found = decide(
        pa.concat_tables(narrow),
        lambda keys: _records_of(work, parts, keys),
        reduction.sources,
        reduction.settings,
        reduction.id_key,
    )
    return decisions_of_part(found, 0, found.num_rows).cast(DECISIONS)


def _signatures(work: Work, part: Mapping[str, StoredPart], settings: SelectSettings) -> pa.Table:
    tables = [work.read(name, part[name].key, SIGNATURE_READS[name]) for name in ("images", "records")]
    return signatures(tables[0], tables[1], settings)


def _records_of(work: Work, parts: Parts, keys: pa.Table) -> pa.Table:
    """Rows of `records` of some pictures, wherever they lie."""
    wanted = frozenset(row_keys(keys).to_pylist())
    sources = frozenset(keys["source"].cast(pa.string()).to_pylist())
    found = []
    for stored in (part["records"] for part in parts if part["records"].source in sources):
        names = row_keys(work.read("records", stored.key, KEY_NAMES)).to_pylist()
        # One set for all parts: Arrow's `is_in` would hash what is wanted anew for each of them.
        if any(here := [name in wanted for name in names]):
            found.append(work.read("records", stored.key, UNITED_READS).filter(pa.array(here)))
    return pa.concat_tables(found)
