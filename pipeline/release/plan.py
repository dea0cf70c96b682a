"""Which pictures go to which shard: leaves of a prefix tree over item ids, one tree a split, all sources."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline.parts import Limits, leading_bits, leaves
from pipeline.release.settings import ReleaseSettings

BITS_A_DIGIT = 4
TEXT_BYTES = 2000  # of facts, captions, negatives and mask, an image or a region


@dataclass(frozen=True)
class ShardPlan:
    """A shard: pictures of one split whose item ids start with `prefix` (binary digits), from these parts."""

    split: str
    prefix: str
    parts: tuple[str, ...]


def plan_shards(rows: pa.Table, settings: ReleaseSettings) -> list[ShardPlan]:
    """Shards of at most `shard_bytes` and `shard_rows`, in order of split and prefix.

    `rows` has a row for each kept picture: item, split, part, est_bytes (of its released row, see
    `estimate_bytes`). The cut depends on ids alone, so that a new picture changes one shard, or splits it;
    frames of one item stay together.
    """
    limits = Limits(settings.shard_rows, settings.shard_bytes)
    plans = []
    for split in sorted(pc.unique(rows["split"]).to_pylist()):
        own = rows.filter(pc.equal(rows["split"], split)).sort_by("item")
        ids = np.fromiter(map(leading_bits, own["item"].to_pylist()), np.uint64)
        for leaf in leaves(ids, np.asarray(own["est_bytes"], np.int64), limits):
            parts = pc.unique(own["part"].slice(leaf.start, leaf.stop - leaf.start)).to_pylist()
            plans.append(ShardPlan(split, leaf.prefix, tuple(sorted(parts))))
    return plans


def within(items: pa.ChunkedArray, prefix: str) -> pa.ChunkedArray:
    """Which ids, in hexadecimal, start with the binary digits of `prefix`."""
    whole = len(prefix) // BITS_A_DIGIT
    head, tail = prefix[: whole * BITS_A_DIGIT], prefix[whole * BITS_A_DIGIT :]
    digits = [f"{digit:x}" for digit in range(16) if f"{digit:04b}".startswith(tail)]
    starts = pc.starts_with(items, f"{int(head, 2):0{whole}x}" if head else "")
    return pc.and_(starts, pc.is_in(pc.utf8_slice_codeunits(items, whole, whole + 1), value_set=pa.array(digits)))


def estimate_bytes(images: pa.Table, region_counts: NDArray[np.int64], settings: ReleaseSettings) -> NDArray[np.int64]:
    """About how many bytes each picture's released row takes, from its width, height, channels and bytes.

    Pictures within the limit keep their bytes; others and crops are reckoned by the pixel, near the mean of
    radiographs, fundus, skin and smear photographs at quality 90.
    """
    wide, high = (np.asarray(images[side], np.float64) for side in ("width", "height"))
    scale = np.minimum(1.0, settings.global_side_px / np.maximum(wide, high))
    a_pixel = np.where(np.asarray(images["channels"]) == 1, 0.2, 0.25) * (5 if settings.encoding == "png" else 1)
    views = np.where(scale < 1, wide * high * scale**2 * a_pixel, np.asarray(images["bytes"], np.float64))
    crop = np.minimum((settings.crop_side_px / 4) ** 2, wide * high) * a_pixel
    return np.asarray(np.ceil(views + region_counts * (crop + TEXT_BYTES) + TEXT_BYTES), np.int64)
