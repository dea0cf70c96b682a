"""A release as a reader finds it: a folder on any file system, with nothing else at hand."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq

from schemas.errors import SchemaError, WrongRun
from schemas.tables.release import RELEASE_VERSION

MANIFEST = "manifest.json"
CARD = "README.md"
# Beside what the manifest lists: timings and dates live in the report, so that the manifest stays the same.
UNLISTED = frozenset({MANIFEST, "report.html"})
BLOCK = 4 * 2**20


@dataclass(frozen=True)
class ReleaseFile:
    """A file that the manifest lists; `rows` only of shards."""

    path: str
    bytes: int
    sha256: str
    rows: int | None = None


@dataclass(frozen=True)
class ReleaseFolder:
    """Reads a release by its address (a path, or any fsspec URL)."""

    url: str

    @cached_property
    def _located(self) -> tuple[Any, str]:
        filesystem, root = fsspec.core.url_to_fs(self.url)
        return filesystem, root.rstrip("/")

    def names(self) -> list[str]:
        """Everything that lies in the folder, sorted."""
        filesystem, root = self._located
        if not filesystem.isdir(root):
            raise WrongRun(f"{self.url}: no release here; give the folder that holds {MANIFEST}")
        return sorted(path.removeprefix(root).lstrip("/") for path in filesystem.find(root))

    def shards(self) -> list[str]:
        return [name for name in self.names() if name.endswith(".parquet")]

    def manifest(self) -> dict[str, Any]:
        """Raises WrongRun where there is none that reads."""
        filesystem, root = self._located
        try:
            found = json.loads(filesystem.cat_file(f"{root}/{MANIFEST}"))
        except FileNotFoundError as error:
            raise WrongRun(f"{self.url}: no {MANIFEST}; give the folder of a finished release") from error
        except ValueError as error:
            raise WrongRun(f"{self.url}/{MANIFEST}: not JSON; fetch the release again") from error
        if not isinstance(found, dict):
            raise WrongRun(f"{self.url}/{MANIFEST}: not an object; fetch the release again")
        return found

    def readable_manifest(self) -> dict[str, Any]:
        """Raises SchemaError for rows of another version than this program reads."""
        manifest = self.manifest()
        version = manifest.get("schema_version")
        if version != RELEASE_VERSION:
            raise SchemaError(f"{self.url}: rows of version {version}; this program reads version {RELEASE_VERSION}")
        return manifest

    @contextmanager
    def open(self, name: str) -> Iterator[Any]:
        filesystem, root = self._located
        with filesystem.open(f"{root}/{name}", "rb") as file:
            yield file

    @contextmanager
    def parquet(self, name: str) -> Iterator[pq.ParquetFile]:
        """A shard whose pages are checked against their checksums as they are read."""
        with self.open(name) as file, pq.ParquetFile(file, page_checksum_verification=True) as shard:
            yield shard

    def groups(self, name: str, columns: Sequence[str]) -> Iterator[pa.Table]:
        """A shard's rows, one table a row group; columns as paths, `regions.list.element.label`."""
        with self.parquet(name) as shard:
            for group in range(shard.num_row_groups):
                yield shard.read_row_group(group, columns=list(columns), use_threads=False)

    def digest(self, name: str) -> ReleaseFile:
        """Size and checksum of a file, whatever it holds; its rows are left open."""
        digest, size = hashlib.sha256(), 0
        with self.open(name) as file:
            while block := file.read(BLOCK):
                digest.update(block)
                size += len(block)
        return ReleaseFile(name, size, digest.hexdigest())
