"""The work directory: `STAGE/KEY.parquet` for each part, and `STAGE/index.json` once a stage is done."""

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any

import fsspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.commit import commit_bytes, committing, is_local
from schemas.errors import SchemaError, StorageError
from schemas.keys import column_hashes

TABLES = (
    "inventory",
    "images",
    "records",
    "decisions",
    "selection",
    "regions",
    "drafts",
    "counts",
    "captions",
    "shards",
)
ROWS_A_GROUP = 64  # so that a shard which wants a few pictures of a part reads few others
FOOTER = b"medregion.part"


@dataclass(frozen=True)
class StoredPart:
    """A committed part: where it is, how many rows, and the content hash of each column."""

    part: str
    key: str
    rows: int
    rejected: Mapping[str, int]  # reason -> rows
    columns: Mapping[str, str]

    @property
    def source(self) -> str:
        return self.part.split("/", 1)[0]


@dataclass(frozen=True)
class StageIndex:
    """What `index.json` holds: the parts of a finished stage, in order."""

    stage: str
    version: int
    parts: tuple[StoredPart, ...]

    @property
    def rows(self) -> int:
        return sum(part.rows for part in self.parts)

    @cached_property
    def by_part(self) -> dict[str, StoredPart]:
        return {part.part: part for part in self.parts}


@dataclass(frozen=True)
class Work:
    """A work directory on any fsspec file system; survives pickling."""

    url: str

    @cached_property
    def _located(self) -> tuple[Any, str]:
        filesystem, root = fsspec.core.url_to_fs(self.url)
        return filesystem, root.rstrip("/")

    @property
    def filesystem(self) -> Any:
        return self._located[0]

    @property
    def root(self) -> str:
        return self._located[1]

    @property
    def local(self) -> bool:
        return is_local(self.filesystem)

    def path(self, *names: str) -> str:
        return "/".join((self.root, *names))

    def has(self, stage: str, key: str) -> bool:
        return bool(self.filesystem.exists(self.path(stage, f"{key}.parquet")))

    def present(self, stage: str) -> frozenset[str]:
        """Keys of a stage's committed parts, by one listing."""
        folder = self.path(stage)
        names = self.filesystem.ls(folder, detail=False) if self.filesystem.isdir(folder) else []
        return frozenset(PurePosixPath(name).stem for name in names if str(name).endswith(".parquet"))

    def write(self, stage: str, part: str, key: str, table: pa.Table) -> StoredPart:
        """Commits a part's rows as one file."""
        stored = StoredPart(part, key, table.num_rows, count_reasons(table), column_hashes(table))
        metadata = {**(table.schema.metadata or {}), FOOTER: json.dumps(asdict(stored), sort_keys=True)}
        with committing(self.filesystem, self.path(stage, f"{key}.parquet")) as sink:
            pq.write_table(
                table.replace_schema_metadata(metadata),
                sink,
                row_group_size=ROWS_A_GROUP,
                compression=compression(table.schema),
                write_statistics=False,
            )
        return stored

    def stored(self, stage: str, key: str) -> StoredPart:
        """What the footer of a committed part says of it."""
        with self._open(stage, key) as file:
            metadata = pq.read_schema(file).metadata or {}
        if FOOTER not in metadata:
            raise StorageError(f"{stage}/{key}.parquet is not a part of this work directory; remove it")
        return StoredPart(**json.loads(metadata[FOOTER]))

    def read(self, stage: str, key: str, columns: Sequence[str] | None = None) -> pa.Table:
        """A part's rows; only the named columns, in that order."""
        with self._open(stage, key) as file:
            table = pq.read_table(file, columns=None if columns is None else list(columns), use_threads=False)
        return table.replace_schema_metadata(None)

    def write_index(self, index: StageIndex) -> None:
        text = json.dumps(asdict(index), indent=None, sort_keys=True)
        commit_bytes(self.filesystem, self.path(index.stage, "index.json"), text.encode())

    def index(self, stage: str) -> StageIndex | None:
        """The index of a finished stage, or None where it never finished."""
        path = self.path(stage, "index.json")
        if not self.filesystem.exists(path):
            return None
        try:
            found = json.loads(self.filesystem.cat_file(path))
            return StageIndex(found["stage"], found["version"], tuple(StoredPart(**part) for part in found["parts"]))
        except (ValueError, KeyError, TypeError) as error:
            raise SchemaError(
                f"{stage}/index.json is of another version or damaged; remove it and run again"
            ) from error

    def write_plan(self, stage: str, keys: Sequence[str]) -> None:
        """What an unfinished stage is about to hold; only `status` reads it."""
        commit_bytes(self.filesystem, self.path(stage, "plan.json"), json.dumps(list(keys)).encode())

    def plan(self, stage: str) -> list[str] | None:
        path = self.path(stage, "plan.json")
        return list(json.loads(self.filesystem.cat_file(path))) if self.filesystem.exists(path) else None

    def current_release(self) -> str | None:
        """The version that the last finished build published."""
        path = self.path("release", "index.json")
        return str(json.loads(self.filesystem.cat_file(path))["version"]) if self.filesystem.exists(path) else None

    @contextmanager
    def _open(self, stage: str, key: str) -> Iterator[Any]:
        """Raises StorageError where the file is absent, or is no whole Parquet file to whoever reads it."""
        name = f"{stage}/{key}.parquet"
        try:
            with self.filesystem.open(self.path(name), "rb") as file:
                yield file
        except FileNotFoundError as error:
            raise StorageError(f"{name} is gone; run the build again") from error
        except (OSError, pa.ArrowInvalid) as error:
            raise StorageError(f"{name} is damaged or cannot be read; remove it and run the build again") from error


def count_reasons(table: pa.Table) -> dict[str, int]:
    """Rejected rows by reason; empty for a table that rejects nothing."""
    if "rejected" not in table.column_names:
        return {}
    reasons = pc.struct_field(table["rejected"], "reason").drop_null()
    return {
        row["values"]: row["counts"] for row in sorted(reasons.value_counts().to_pylist(), key=lambda r: r["values"])
    }


def compression(schema: pa.Schema) -> dict[str, str]:
    """By Parquet's leaf names: pictures as they are, the rest zstd."""
    buffer = io.BytesIO()
    pq.write_table(schema.empty_table(), buffer)
    leaves = pq.read_metadata(buffer).schema
    paths = [leaves.column(i).path for i in range(len(leaves))]
    return {path: "none" if pa.types.is_binary(_top(schema, path)) else "zstd" for path in paths}


def _top(schema: pa.Schema, leaf: str) -> pa.DataType:
    return schema.field(leaf.split(".", 1)[0]).type
