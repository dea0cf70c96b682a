import hashlib
from pathlib import Path

import fsspec
import pytest

from pipeline.release.counts import COLUMNS
from pipeline.release.folder import MANIFEST, ReleaseFile, ReleaseFolder
from schemas.errors import WrongRun
from tests.pipeline.release.releases import some_pictures, write_release


@pytest.mark.parametrize("text", [None, "", "{", "[]"])
def test_a_manifest_that_does_not_read_is_a_wrong_run(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / MANIFEST).write_text(text)
    with pytest.raises(WrongRun, match=r"manifest\.json"):
        ReleaseFolder(str(tmp_path)).manifest()


def test_a_missing_folder_is_a_wrong_run(tmp_path: Path) -> None:
    with pytest.raises(WrongRun, match="no release here"):
        ReleaseFolder(str(tmp_path / "none")).names()


def test_names_are_sorted_and_shards_are_parquet(tmp_path: Path) -> None:
    release = write_release(tmp_path, some_pictures())
    assert release.names() == sorted(path.name for path in tmp_path.iterdir())
    assert [name.partition("-")[0] for name in release.shards()] == ["test", "train", "validation"]


@pytest.mark.parametrize("data", [b"", b"abc", bytes(5 * 2**20)])
def test_a_digest_is_size_and_checksum(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "file").write_bytes(data)
    expected = ReleaseFile("file", len(data), hashlib.sha256(data).hexdigest())
    assert ReleaseFolder(str(tmp_path)).digest("file") == expected


def test_any_file_system_will_do(tmp_path: Path) -> None:
    write_release(tmp_path, some_pictures())
    memory = fsspec.filesystem("memory")
    memory.put(str(tmp_path) + "/", "/corpus/1.0/", recursive=True)
    try:
        release = ReleaseFolder("memory://corpus/1.0")
        assert release.names() == ReleaseFolder(str(tmp_path)).names()
        assert sum(rows.num_rows for name in release.shards() for rows in release.groups(name, COLUMNS)) == 12
    finally:
        memory.rm("/corpus", recursive=True)
