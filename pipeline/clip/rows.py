"""The rows of a split of a release, by number, straight from its shards; and the order in which training takes them."""

import hashlib
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipeline.release.folder import ReleaseFolder
from schemas.errors import WrongRun

REGION_FIELDS = (
    *("region_id", "kind", "label", "label_source", "score", "box_xyxy", "crop_box_xyxy", "crop", "caption"),
    *("paraphrase", "facts", "negatives"),
)
COLUMNS = (
    *("image_id", "group_id", "modality", "body_part", "width", "height", "label_states", "summary", "report", "facts"),
    *(f"regions.list.element.{name}" for name in REGION_FIELDS),
    "image",
)
TEXT_COLUMNS = ("summary", "report", "regions.list.element.caption", "regions.list.element.paraphrase")
GROUPS_HELD = 20  # row groups in memory: a window of the order and some
WINDOW = 16  # row groups whose rows are mixed


@dataclass(frozen=True)
class RowGroup:
    shard: str
    number: int
    rows: int


class ReleaseRows:
    """Rows of one split, from 0; a row group is read once for all its rows that are asked for soon.

    Raises WrongRun where the split has no rows, SchemaError for a release of another version.
    """

    def __init__(self, url: str, split: str) -> None:
        self.folder, self.split = ReleaseFolder(url), split
        self.folder.readable_manifest()
        self.groups = tuple(self._groups())
        if not self.groups:
            raise WrongRun(f"{url}: no rows of split {split!r}; its shards would be named {split}-*.parquet")
        self._starts = np.cumsum([0, *(group.rows for group in self.groups)]).tolist()
        self._read = lru_cache(GROUPS_HELD)(self._group)

    def _groups(self) -> Iterator[RowGroup]:
        for name in self.folder.shards():
            if name.startswith(f"{self.split}-"):
                with self.folder.parquet(name) as shard:
                    yield from (
                        RowGroup(name, i, shard.metadata.row_group(i).num_rows) for i in range(shard.num_row_groups)
                    )

    def __len__(self) -> int:
        return int(self._starts[-1])

    def __getitem__(self, number: int) -> dict[str, Any]:
        if not 0 <= number < len(self):
            raise IndexError(number)
        group = bisect_right(self._starts, number) - 1
        row: dict[str, Any] = self._read(group).slice(number - self._starts[group], 1).to_pylist()[0]
        return row

    def _group(self, index: int) -> pa.Table:
        group = self.groups[index]
        with self.folder.parquet(group.shard) as shard:
            return shard.read_row_group(group.number, columns=list(COLUMNS), use_threads=False)

    def texts(self) -> Iterator[str]:
        """All true texts, without reading a pixel."""
        for name in dict.fromkeys(group.shard for group in self.groups):
            for table in self.folder.groups(name, TEXT_COLUMNS):
                for row in table.to_pylist():
                    regions = row["regions"] or ()
                    told = (row["summary"], row["report"], *(text for each in regions for text in each.values()))
                    yield from (text for text in told if text)

    def modalities(self) -> list[str]:
        """Of all rows, in their order; empty where none is known."""
        names = dict.fromkeys(group.shard for group in self.groups)
        tables = (table for name in names for table in self.folder.groups(name, ("modality",)))
        return [modality or "" for table in tables for modality in table.column("modality").to_pylist()]

    def group_hashes(self) -> npt.NDArray[np.int64]:
        """Of each group once, sorted: enough to tell whether two splits share any."""
        names = set[str]()
        for name in dict.fromkeys(group.shard for group in self.groups):
            for table in self.folder.groups(name, ("group_id",)):
                names.update(table.column("group_id").to_pylist())
        hashes = (hashlib.blake2b(name.encode(), digest_size=8).digest() for name in names)
        return np.unique(np.array([int.from_bytes(each, "big", signed=True) for each in hashes], np.int64))

    @cached_property
    def fingerprint(self) -> str:
        """Of which rows there are and in which order: a shard's name is a hash of what it holds."""
        named = "\n".join(f"{group.shard} {group.number} {group.rows}" for group in self.groups)
        return hashlib.sha256(named.encode()).hexdigest()[:32]


class Order:
    """Which rows a step takes: a function of seed and step alone, so that a position is one number.

    An epoch takes every row once: row groups in a random order, rows mixed within windows of WINDOW groups. Within a
    window `alike` rows of one kind follow each other, as far as they go; `kinds` are of all rows. A batch may reach
    into the next window or epoch.
    """

    def __init__(
        self, group_rows: Sequence[int], seed: int, batch: int, alike: int = 1, kinds: Sequence[str] = ()
    ) -> None:
        self.group_rows, self.seed, self.batch, self.alike = tuple(group_rows), seed, batch, alike
        self.kinds = np.unique(np.asarray(kinds, dtype=str), return_inverse=True)[1] if alike > 1 else None
        self.total = sum(group_rows)
        self._epoch = lru_cache(2)(self._order)

    def rows_at(self, step: int) -> list[int]:
        places = range(step * self.batch, (step + 1) * self.batch)
        return [int(self._epoch(place // self.total)[place % self.total]) for place in places]

    def _order(self, epoch: int) -> npt.NDArray[np.int64]:
        random = np.random.default_rng((self.seed, epoch))
        starts = np.cumsum([0, *self.group_rows])
        groups = random.permutation(len(self.group_rows))
        windows = (groups[i : i + WINDOW] for i in range(0, len(groups), WINDOW))
        mixed = (
            random.permutation(np.concatenate([np.arange(starts[group], starts[group + 1]) for group in window]))
            for window in windows
        )
        return np.concatenate([self._runs(rows, random) for rows in mixed])

    def _runs(self, rows: npt.NDArray[np.int64], random: np.random.Generator) -> npt.NDArray[np.int64]:
        """Whole runs of `alike` rows in a random order, then what is left over."""
        if self.kinds is None:
            return rows
        of_kind = [rows[self.kinds[rows] == kind] for kind in np.unique(self.kinds[rows])]
        runs = [kind[i : i + self.alike] for kind in of_kind for i in range(0, len(kind), self.alike)]
        whole = [run for run in runs if len(run) == self.alike]
        left = [run for run in runs if len(run) < self.alike]
        return np.concatenate([*(whole[i] for i in random.permutation(len(whole))), *left])
