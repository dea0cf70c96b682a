"""Which split a unit falls into: thresholds on its keyed hash, so that nothing that comes later moves it."""

from collections.abc import Mapping
from typing import get_args

import numpy as np
import pyarrow as pa

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
