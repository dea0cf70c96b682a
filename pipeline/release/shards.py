"""Writes one shard: rows of a few parts, in the order of their keyed ids, one row group in memory."""

import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.ipc  # pa.ipc is not there without it
from numpy.typing import NDArray

from pipeline.release.layout import own_metadata, row_groups, shard_writer
from pipeline.release.pictures import shard_pictures
from pipeline.release.plan import ShardPlan
from pipeline.release.row import Lost, release_rows
from pipeline.release.settings import ReleaseSettings
from schemas.tables.release import RELEASE

CHUNK = 32  # pictures decoded before their rows go to the scratch file

Load = Callable[[str], Mapping[str, pa.Table]]


@dataclass(frozen=True)
class ShardStats:
    """What a shard holds, and which of its pictures could not be released."""

    rows: int = 0
    regions: int = 0
    negatives: int = 0  # of images and of regions
    image_bytes: int = 0  # pictures and crops
    rejected: Mapping[str, int] = field(default_factory=dict)  # here, not by stages before: reason -> pictures
    rejected_by_source: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


def write_shard(
    plan: ShardPlan, load: Load, sink: BinaryIO, settings: ReleaseSettings, scratch: Path | None = None
) -> ShardStats:
    """Writes the rows of a plan, sorted by `image_id`, to an open file; the same rows give the same bytes.

    `load` gives the tables of a part (`pictures.READS` names the columns); one part is held at a time.
    Encoded rows wait in an unnamed file under `scratch` (default: the system's temporary folder).
    """
    lost: Counter[Lost] = Counter()
    regions = negatives = 0
    with tempfile.TemporaryFile(dir=scratch) as file, shard_writer(sink) as writer:
        waiting = Waiting(file)
        for part in plan.parts:
            for rows, lost_here in _part_rows(plan, load(part), settings):
                waiting.add(rows)
                lost.update(lost_here)
                regions += len(pc.list_flatten(rows["regions"]))
                negatives += count_negatives(rows)
        for table in waiting.in_order():
            writer.write_table(table, row_group_size=table.num_rows)
        stats = ShardStats(len(waiting), regions, negatives, waiting.image_bytes, *_rejected(lost))
        writer.add_key_value_metadata(own_metadata({"split": plan.split, "stats": asdict(stats)}))
    return stats


def _part_rows(
    plan: ShardPlan, tables: Mapping[str, pa.Table], settings: ReleaseSettings
) -> Iterator[tuple[pa.Table, Counter[Lost]]]:
    pictures = shard_pictures(plan, tables)
    for start in range(0, len(pictures), CHUNK):
        yield release_rows(pictures.take(range(start, min(start + CHUNK, len(pictures)))), settings)


def _rejected(lost: Counter[Lost]) -> tuple[dict[str, int], dict[str, dict[str, int]]]:
    """By reason, and by source and reason."""
    by_reason: Counter[str] = Counter()
    by_source: dict[str, dict[str, int]] = {}
    for (source, reason), pictures in sorted(lost.items()):
        by_reason[reason] += pictures
        by_source.setdefault(source, {})[reason] = pictures
    return dict(by_reason), by_source


def count_negatives(rows: pa.Table) -> int:
    """Negatives of images and of their regions."""
    regions = pc.list_flatten(rows["regions"])
    lists = (rows["negatives"], pc.struct_field(regions, "negatives"))
    return sum(pc.sum(pc.list_value_length(column)).as_py() or 0 for column in lists)


class Waiting:
    """Encoded rows on disk, each readable by itself, until their place in the order is known."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._rows: list[tuple[str, int, int, int]] = []  # image_id, start, length, bytes of pictures

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def image_bytes(self) -> int:
        return sum(row[3] for row in self._rows)

    def add(self, rows: pa.Table) -> None:
        for batch in rows.to_batches():
            facts = zip(batch.column("image_id").to_pylist(), picture_bytes(batch).tolist(), strict=True)
            for index, (image_id, size) in enumerate(facts):
                message = batch.slice(index, 1).serialize()
                self._rows.append((image_id, self._file.tell(), len(message), size))
                self._file.write(message)

    def in_order(self) -> Iterator[pa.Table]:
        """One table a row group, over all rows sorted by id."""
        ordered = sorted(self._rows)
        for group in row_groups([row[3] for row in ordered]):
            batches = [self._read(*ordered[index][1:3]) for index in group]
            yield pa.Table.from_batches(batches, schema=RELEASE).combine_chunks()

    def _read(self, start: int, length: int) -> pa.RecordBatch:
        self._file.seek(start)
        return pa.ipc.read_record_batch(pa.py_buffer(self._file.read(length)), RELEASE)


def picture_bytes(rows: pa.RecordBatch) -> NDArray[np.int64]:
    """Bytes of each row's picture and crops."""
    regions = rows.column("regions")
    crops = pc.struct_field(pc.list_flatten(regions), ["crop", "bytes"])
    owners = np.asarray(pc.list_parent_indices(regions), np.int64)
    of_crops = np.bincount(owners, np.asarray(pc.binary_length(crops)), rows.num_rows)
    return np.asarray(pc.binary_length(pc.struct_field(rows.column("image"), "bytes"))) + of_crops.astype(np.int64)
