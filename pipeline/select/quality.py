"""The rules by which a picture is left out: no bad data, but not wanted. Each has a closed word and a number."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline.select.rows import whole
from pipeline.select.settings import SelectSettings
from schemas.licences import is_open

BURNED_IN = "annotation"  # the value of `burned_in` for strokes that someone drew into the pixels


@dataclass(frozen=True)
class Check:
    """A rule over some rows: where it leaves a picture out, and the number that it looked at (NaN: none)."""

    rule: str
    holds: NDArray[np.bool_]
    value: NDArray[np.float64]


def pixel_checks(images: pa.Table, settings: SelectSettings) -> list[Check]:
    """What the pixels alone decide, so that copies of a picture share it; a null column decides nothing."""
    wide, high, spread = (_numbers(images[name]) for name in ("width", "height", "pixel_std"))
    shorter, longer = np.minimum(wide, high), np.maximum(wide, high)
    aspect = np.divide(longer, shorter, out=np.full(len(wide), np.nan), where=shorter > 0)
    return [
        Check("too_small", shorter < settings.min_side_px, shorter),
        Check("extreme_aspect", aspect > settings.max_aspect, aspect),
        Check("blank", spread < settings.blank_std, spread),
    ]


def burned_in(column: pa.Array | pa.ChunkedArray) -> NDArray[np.bool_]:
    """Where somebody's annotation is painted into the pixels."""
    return np.asarray(pc.fill_null(pc.equal(whole(column), BURNED_IN), False))


def burned_in_check(holds: NDArray[np.bool_], settings: SelectSettings) -> Check:
    excluded = holds & (settings.burned_in_annotation == "exclude")
    return Check("burned_in_annotation", excluded, np.full(len(holds), np.nan))


def licence_check(strictest_ids: pa.Array, profile: str) -> Check:
    """`strictest_ids`: of each picture, the strictest licence among its pixels' and its annotations'.

    The profile `open` admits only licences that `schemas.licences` calls open; `any` admits all.
    """
    closed = [id for id in strictest_ids.unique().to_pylist() if not is_open(id)]
    holds = np.asarray(pc.is_in(strictest_ids, value_set=pa.array(closed, pa.string())))
    return Check("licence_not_open", holds & (profile == "open"), np.full(len(holds), np.nan))


def first_rule(checks: Sequence[Check]) -> tuple[pa.Array, pa.Array]:
    """The first rule that leaves each picture out, and its number; null where none does."""
    rows = len(checks[0].holds)
    place = np.full(rows, len(checks))
    value = np.full(rows, np.nan)
    for i in reversed(range(len(checks))):
        place = np.where(checks[i].holds, i, place)
        value = np.where(checks[i].holds, checks[i].value, value)
    words = pa.array([check.rule for check in checks], pa.string())
    return words.take(pa.array(place, mask=place == len(checks))), pa.array(value, mask=np.isnan(value))


def _numbers(column: pa.ChunkedArray) -> NDArray[np.float64]:
    """Nulls become NaN, which no comparison holds of."""
    return np.asarray(pc.fill_null(whole(column).cast(pa.float64()), float("nan")))
