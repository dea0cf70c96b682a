from pathlib import Path
from typing import Any

import fsspec
import pytest

from pipeline.commit import commit_bytes, committing, is_local, remove_temporaries
from schemas.errors import StorageError

LOCAL = fsspec.filesystem("file")


def fail_halfway(filesystem: Any, path: str) -> None:
    with committing(filesystem, path) as sink:
        sink.write(b"half")
        raise ValueError("half")


def test_a_committed_file_holds_what_was_written(tmp_path: Path) -> None:
    commit_bytes(LOCAL, str(tmp_path / "stage" / "a.parquet"), b"rows")
    assert (tmp_path / "stage" / "a.parquet").read_bytes() == b"rows"


def test_nothing_appears_when_the_writer_fails(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="half"):
        fail_halfway(LOCAL, str(tmp_path / "a"))
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_invisible_until_the_block_ends(tmp_path: Path) -> None:
    with committing(LOCAL, str(tmp_path / "a")) as sink:
        sink.write(b"x")
        assert not (tmp_path / "a").exists()
    assert (tmp_path / "a").exists()


def test_an_object_store_gets_one_completed_put() -> None:
    memory = fsspec.filesystem("memory")
    with pytest.raises(ValueError, match="half"):
        fail_halfway(memory, "/put/a")
    assert not memory.exists("/put/a")
    commit_bytes(memory, "/put/a", b"whole")
    assert memory.cat_file("/put/a") == b"whole"
    assert not is_local(memory)


def test_a_folder_that_cannot_be_made_is_a_storage_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StorageError, match="free space or change permissions"):
        commit_bytes(LOCAL, str(tmp_path / "file" / "a"), b"rows")


def test_leftovers_of_a_killed_writer_are_removed_and_counted(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / ".a.parquet.123.tmp").write_bytes(b"half")
    (tmp_path / "images" / "b.parquet").write_bytes(b"whole")
    (tmp_path / "images" / ".notes.tmp").write_bytes(b"not ours")
    assert remove_temporaries(tmp_path) == 1
    assert sorted(path.name for path in (tmp_path / "images").iterdir()) == [".notes.tmp", "b.parquet"]
