"""Which split a unit falls into: thresholds on its keyed hash, so that nothing that comes later moves it."""

from collections.abc import Mapping
from typing import get_args

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.select.settings import Split
from schemas.errors import ConfigError
from schemas.ids import IdKey

SPLITS: tuple[Split, ...] = get_args(Split)  # in this order along [0, 1), whatever the config's
HASH_DIGITS = 13  # 52 bits, which a float64 holds exactly


def assign_splits(units: pa.StringArray, fractions: Mapping[Split, float], id_key: IdKey) -> pa.DictionaryArray:
    """The split of each unit. Raises ConfigError where the fractions are no partition of one."""
    ends = thresholds(fractions)
    hashes = (int(id_key.digest("split", unit.as_py())[:HASH_DIGITS], 16) for unit in units)
    along = np.fromiter(hashes, np.float64, len(units)) / 16**HASH_DIGITS
    places = np.searchsorted(ends[:-1], along, side="right")
    return pa.DictionaryArray.from_arrays(pa.array(places, pa.int32()), pa.array(SPLITS, pa.string()))


def thresholds(fractions: Mapping[Split, float]) -> np.ndarray:
    """Where along [0, 1] each of SPLITS ends, float64; a split that is not named is empty."""
    shares = [fractions.get(split, 0.0) for split in SPLITS]
    if unknown := sorted(set(fractions) - set(SPLITS)):
        raise ConfigError("select.splits", f"unknown split {unknown[0]!r}; one of: {', '.join(SPLITS)}")
    if min(shares) < 0 or abs(sum(shares) - 1) > 1e-6:
        raise ConfigError("select.splits", f"fractions sum to {sum(shares):g}; they must be positive and sum to 1")
    ends = np.cumsum(shares)
    return np.where(ends > 1 - 1e-6, 1.0, ends)  # else 0.7 + 0.2 + 0.1 leaves a gap


def measure_balance(selection: pa.Table, fractions: Mapping[Split, float]) -> pa.Table:
    """How kept pictures and their units fall into the splits, over all, by source, modality and present category.

    Reads status, source, modality, label_states, group_id and split. Rows: dimension, value, split, images, groups,
    image_share, group_share (within the value) and asked; sorted. Nothing is moved to fit: units follow their hash.
    """
    kept = selection.filter(pc.equal(selection["status"], "kept")).combine_chunks()
    everything = kept.append_column("all", pa.array(["all"] * kept.num_rows, pa.string()))
    tables = [
        *(_counted(everything, name) for name in ("all", "source", "modality")),
        _counted(_with_categories(kept), "category"),
    ]
    counts = pa.concat_tables(tables)
    return _with_shares(counts, fractions).sort_by([(name, "ascending") for name in ("dimension", "value", "split")])


def _counted(rows: pa.Table, dimension: str) -> pa.Table:
    value = pc.fill_null(rows[dimension], "unknown")
    named = pa.table({"value": value, "split": rows["split"], "group_id": rows["group_id"]})
    found = named.group_by(["value", "split"]).aggregate([("group_id", "count"), ("group_id", "count_distinct")])
    names = {"value": "value", "split": "split", "group_id_count": "images", "group_id_count_distinct": "groups"}
    columns = {ours: found[theirs] for theirs, ours in names.items()}
    return pa.table({"dimension": pa.array([dimension] * found.num_rows, pa.string()), **columns})


def _with_categories(kept: pa.Table) -> pa.Table:
    states = kept["label_states"].combine_chunks()
    flat, parents = pc.list_flatten(states), pc.list_parent_indices(states)
    present = pc.equal(pc.struct_field(flat, "state"), "present")
    rows = kept.select(["split", "group_id"]).take(parents.filter(present))
    return rows.append_column("category", pc.struct_field(flat, "category").filter(present))


def _with_shares(counts: pa.Table, fractions: Mapping[Split, float]) -> pa.Table:
    sums = counts.group_by(["dimension", "value"]).aggregate([("images", "sum"), ("groups", "sum")])
    joined = counts.join(sums, ["dimension", "value"])
    shares = {
        f"{what[:-1]}_share": pc.divide(joined[what].cast(pa.float64()), joined[f"{what}_sum"].cast(pa.float64()))
        for what in ("images", "groups")
    }
    asked = pa.array([float(fractions.get(split, 0.0)) for split in joined["split"].to_pylist()])
    return pa.table({**{name: joined[name] for name in counts.column_names}, **shares, "asked": asked})
