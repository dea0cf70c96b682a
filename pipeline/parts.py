"""Parts: the shallowest leaves of a binary prefix tree over item ids that hold few enough images and bytes.

Ids are hashes, so leaves fill evenly; and since a leaf depends on what lies under its prefix alone, the order of
arrival is of no matter, and one new file changes one part, or splits it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

ID_BITS = 64  # of an item's 128: enough to tell any two apart
ROOT = "all"
FILES = "files"

Ids = NDArray[np.uint64]
Sizes = NDArray[np.int64]


@dataclass(frozen=True)
class Limits:
    """Of one part. An item larger than `max_bytes` is for the caller to set apart."""

    max_items: int = 256
    max_bytes: int = 256_000_000


@dataclass(frozen=True)
class Leaf:
    """The items from `start` to `stop` of a sorted list: those whose ids begin with the bits of `prefix`."""

    prefix: str
    start: int
    stop: int

    @property
    def item_range(self) -> tuple[str, str]:
        """Ids in hexadecimal from the first, before the second, which may be beyond all ids."""
        value, step = int(self.prefix or "0", 2), 128 - len(self.prefix)
        after = (value + 1) << step
        return f"{value << step:032x}", "g" if after >> 128 else f"{after:032x}"


def leading_bits(item: str) -> int:
    """The first 64 bits of an id in hexadecimal."""
    return int(item[: ID_BITS // 4], 16)


def leaves(ids: Ids, size_bytes: Sizes, limits: Limits | None = None) -> list[Leaf]:
    """The leaves over sorted ids, in their order; none without items. A single item is a leaf whatever its size."""
    bounds, total = limits or Limits(), np.concatenate([[0], np.cumsum(size_bytes)])
    found: list[Leaf] = []
    open_nodes = [("", 0, len(ids))]
    while open_nodes:
        prefix, start, stop = open_nodes.pop()
        fits = stop - start <= bounds.max_items and int(total[stop] - total[start]) <= bounds.max_bytes
        if fits or stop - start == 1 or len(prefix) == ID_BITS:
            found += [Leaf(prefix, start, stop)] if start < stop else []
            continue
        first_of_right = np.uint64(int(f"{prefix}1".ljust(ID_BITS, "0"), 2))
        middle = start + int(np.searchsorted(ids[start:stop], first_of_right))
        open_nodes += [(f"{prefix}1", middle, stop), (f"{prefix}0", start, middle)]
    return found


def part_id(source: str, prefix: str) -> str:
    return f"{source}/{prefix or ROOT}"


def large_part_id(source: str, item: str) -> str:
    """Of an item beyond the limit, which is its own part."""
    return f"{source}/item-{item}"


def files_part_id(source: str, prefix: str) -> str:
    """Of files that are no images."""
    return f"{source}/{FILES}{'-' if prefix else ''}{prefix}"


def is_files_part(part: str) -> bool:
    return part.split("/", 1)[1].startswith(FILES)
