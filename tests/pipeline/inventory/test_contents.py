import hashlib
import os
from pathlib import Path

import pytest

from pipeline.inventory.contents import Contents, read_contents, read_into
from pipeline.inventory.listing import Listing, list_into
from pipeline.trace import Trace
from schemas.ids import IdKey
from tests.pipeline.inventory.builders import make_files, png


def read(root: Path, hashed: str = "1") -> tuple[dict[str, Contents], int]:
    """What the trace knows afterwards, and how many files were opened for it."""
    with Trace.open(root.with_suffix(".trace")) as trace:
        for _ in list_into(trace, Listing("s", root, IdKey(), lambda path: not path.endswith(".skip"))):
            pass
        opened = sum(read_into(trace, "s", root, hashed, threads=2))
        files = [file for page in trace.pages("s") for file in page]
    return {file.path: Contents(file.format, file.sha256, file.reason) for file in files}, opened


@pytest.mark.parametrize("content", [b"", png(), b"x" * 3_000_000])
def test_the_whole_file_is_hashed(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a"
    path.write_bytes(content)
    assert read_contents(str(path)).sha256 == hashlib.sha256(content).hexdigest()
    assert read_contents(str(path), hashed=False).sha256 is None


def test_a_file_that_cannot_be_opened_is_told(tmp_path: Path) -> None:
    assert read_contents(str(tmp_path / "gone")) == Contents(None, None, "file_unreadable")
    assert read_contents(str(tmp_path)).reason == "file_unreadable"


def test_only_new_and_changed_files_are_opened_again(tmp_path: Path) -> None:
    root = make_files(tmp_path / "s", {f"{number}.png": png(number) for number in range(100)})
    first, opened = read(root)
    assert opened == 100
    assert first["7.png"] == Contents("png", hashlib.sha256(png(7)).hexdigest())
    assert read(root) == (first, 0)
    make_files(root, {"7.png": png(8), "new.png": png()})
    os.utime(root / "7.png", ns=(1, 1))
    second, opened = read(root)
    assert opened == 2
    assert second["7.png"].sha256 == hashlib.sha256(png(8)).hexdigest()


def test_checksums_are_taken_only_where_they_are_wanted(tmp_path: Path) -> None:
    root = make_files(tmp_path / "s", {"a.png": png(1), "b.png": png(2), "c.skip": png(3)})
    found, opened = read(root, "0")
    assert (found["a.png"], found["c.skip"], opened) == (
        Contents("png", None),
        Contents(None, None, "excluded_by_pattern"),
        2,
    )
    found, opened = read(root, f"item = '{IdKey().item('s', 'a.png')}'")
    assert opened == 1
    assert found["a.png"].sha256
    assert not found["b.png"].sha256


def test_a_file_that_was_unreadable_is_tried_again(tmp_path: Path) -> None:
    root = make_files(tmp_path / "s", {"a.png": png()})
    with Trace.open(tmp_path / "s.trace") as trace:
        for _ in list_into(trace, Listing("s", root, IdKey(), bool)):
            pass
        (root / "a.png").rename(tmp_path / "away")
        list(read_into(trace, "s", root, "1", threads=1))
        item = IdKey().item("s", "a.png")
        found = trace.find(item)
        assert found is not None
        assert found.reason == "file_unreadable"
        (tmp_path / "away").rename(root / "a.png")
    assert read(root)[0]["a.png"].format == "png"
