"""One shard as a task of the runner: reads its rows from the parts that hold them, commits one file."""

import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.commit import committing
from pipeline.release.layout import METADATA_KEY
from pipeline.release.pictures import READS
from pipeline.release.plan import ShardPlan
from pipeline.release.settings import ReleaseSettings
from pipeline.release.shards import write_shard
from pipeline.runner import PartResult, note_call
from pipeline.work import StoredPart, Work

STAGE = "shards"


@dataclass(frozen=True)
class ShardTask:
    """`parts` are the committed parts of each table that the plan reads: part id -> table -> key."""

    work: Work
    plan: ShardPlan
    key: str
    parts: Mapping[str, Mapping[str, str]]
    settings: ReleaseSettings

    @property
    def stage_name(self) -> str:
        return STAGE

    def run(self) -> PartResult:
        begin = time.perf_counter()
        note_call(self.work, STAGE, self.key)
        with committing(self.work.filesystem, shard_path(self.work, self.key)) as file:
            sink = Hashing(file)
            stats = write_shard(self.plan, self._load, sink, self.settings)  # type: ignore[arg-type]
        stored = stored_shard(self.plan, self.key, stats.rows, stats.rejected, sink.hexdigest)
        return PartResult(stored, time.perf_counter() - begin)

    def _load(self, part: str) -> Mapping[str, pa.Table]:
        return {table: self.work.read(table, key, READS[table]) for table, key in self.parts[part].items()}


class Hashing:
    """A file to write that knows the sha256 of what went through; not seekable."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._digest = hashlib.sha256()
        self.closed = False

    def write(self, data: Any) -> int:
        self._digest.update(data)
        return self._file.write(data)

    def tell(self) -> int:
        return self._file.tell()

    def flush(self) -> None:
        self._file.flush()

    def close(self) -> None:
        """Left to who opened the file."""

    def readable(self) -> bool:
        return False

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False

    @property
    def hexdigest(self) -> str:
        return self._digest.hexdigest()


def shard_stats(work: Work, key: str) -> dict[str, Any]:
    """`ShardStats` of a committed shard, as its footer has them."""
    with work.filesystem.open(shard_path(work, key), "rb") as file:
        found: dict[str, Any] = json.loads(pq.read_metadata(file).metadata[METADATA_KEY.encode()])["stats"]
        return found


def rejected_of_shard(work: Work, shard: StoredPart) -> Mapping[str, Mapping[str, int]]:
    """Pictures that this shard should hold and could not, by source and reason."""
    return shard_stats(work, shard.key)["rejected_by_source"] if shard.rejected else {}


def shard_path(work: Work, key: str) -> str:
    return work.path(STAGE, f"{key}.parquet")


def stored_shard(plan: ShardPlan, key: str, rows: int, rejected: Mapping[str, int], sha256: str) -> StoredPart:
    """How the runner's index remembers a shard; the one \"column\" is the file itself."""
    return StoredPart(f"{plan.split}/{plan.prefix or 'all'}", key, rows, dict(rejected), {"sha256": sha256})
