import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.trace import PAGE_ROWS, TRACE_VERSION, Trace, TracedFile
from schemas.errors import StorageError
from schemas.ids import IdKey

KEY = IdKey()


def make_file(path: str, size_bytes: int = 1, mtime_ns: int = 1) -> TracedFile:
    return TracedFile(KEY.item("s", path), path, size_bytes, mtime_ns, 7)


def listed(trace: Trace, *files: TracedFile) -> int:
    trace.begin("s", Path("/data"))
    trace.record("s", files)
    return trace.end("s")


@pytest.fixture
def trace(tmp_path: Path) -> Iterator[Trace]:
    with Trace.open(tmp_path / "w.trace") as opened:
        yield opened


def test_a_new_trace_knows_nothing(trace: Trace) -> None:
    assert trace.resolve("s", "0") is None
    assert trace.find("0") is None
    assert trace.paths("s", []) == {}
    assert list(trace.pages("s")) == []


def test_only_its_owner_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "w.trace"
    umask = os.umask(0)
    try:
        with Trace.open(path) as trace:
            listed(trace, make_file("a"))
    finally:
        os.umask(umask)
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o644)
    with Trace.open(path):
        assert path.stat().st_mode & 0o777 == 0o600


def test_items_resolve_to_paths_also_without_their_source(trace: Trace) -> None:
    listed(trace, make_file("a/b.png"))
    item = KEY.item("s", "a/b.png")
    assert trace.resolve("s", item) == Path("/data/a/b.png")
    assert trace.resolve("", item) == Path("/data/a/b.png")
    assert trace.resolve("other", item) is None


def test_names_that_are_no_utf8_come_back_as_they_were(trace: Trace) -> None:
    name = os.fsdecode(b"caf\xe9.png")
    file = TracedFile(KEY.item("s", "odd"), name, 1, 1, 1)
    listed(trace, file)
    found = trace.find(file.item)
    assert found is not None
    assert found.path == name
    assert os.fsencode(trace.paths("s", [file.item])[file.item]) == b"/data/caf\xe9.png"


@pytest.mark.parametrize(
    ("again", "kept"),
    [
        (make_file("a"), True),
        (make_file("a", size_bytes=2), False),
        (make_file("a", mtime_ns=2), False),
        (make_file("a")._replace(inode=8), False),
    ],
)
def test_what_was_read_is_kept_as_long_as_the_file_is_the_same(trace: Trace, again: TracedFile, kept: bool) -> None:
    listed(trace, make_file("a"))
    trace.set_contents("s", [(again.item, "png", "00ff", None)])
    listed(trace, again)
    found = trace.find(again.item)
    assert found is not None
    assert (found.format, found.sha256) == (("png", "00ff") if kept else (None, None))


def test_a_removed_file_is_marked_gone_and_comes_back(trace: Trace) -> None:
    a, b = make_file("a"), make_file("b")
    assert listed(trace, a, b) == 0
    assert listed(trace, a) == 1
    assert trace.resolve("s", b.item) is None
    found = trace.find(b.item)
    assert found is not None
    assert found.gone
    assert [file.path for page in trace.pages("s") for file in page] == ["a"]
    assert listed(trace, a, b) == 0
    assert trace.resolve("s", b.item) == Path("/data/b")


def test_sources_do_not_touch_each_other(trace: Trace) -> None:
    listed(trace, make_file("a"))
    trace.begin("t", Path("/elsewhere"))
    trace.record("t", [make_file("a")])
    trace.end("t")
    listed(trace)
    assert trace.resolve("t", KEY.item("s", "a")) == Path("/elsewhere/a")


def test_a_moved_root_moves_all_paths(trace: Trace) -> None:
    listed(trace, make_file("a"))
    trace.begin("s", Path("/moved"))
    assert trace.resolve("s", KEY.item("s", "a")) == Path("/moved/a")


def test_paths_come_in_the_order_that_was_asked_for(trace: Trace) -> None:
    files = [make_file(f"{number}.png") for number in range(1200)]
    listed(trace, *files)
    asked = [file.item for file in reversed(files)]
    assert list(trace.paths("s", [*asked, "unknown"])) == asked
    table = trace.files("s", [*asked, asked[0]])
    assert table["item"].to_pylist() == sorted(asked)
    assert set(table["path"].to_pylist()) == {f"/data/{number}.png".encode() for number in range(1200)}


def test_pages_are_in_order_and_may_be_changed_on_the_way(trace: Trace) -> None:
    listed(trace, *(make_file(str(number)) for number in range(PAGE_ROWS + 100)))
    seen: list[str] = []
    for page in trace.pages("s", "role IS NULL"):
        seen += [file.item for file in page]
        trace.set_roles("s", [(file.item, "image", None) for file in page])
    assert seen == sorted(seen)
    assert len(seen) == PAGE_ROWS + 100
    assert not any(trace.pages("s", "role IS NULL"))


def test_pages_keep_to_a_range(trace: Trace) -> None:
    files = [make_file(str(number)) for number in range(50)]
    listed(trace, *files)
    items = sorted(file.item for file in files)
    found = [file.item for page in trace.pages("s", "1", items[10], items[20]) for file in page]
    assert found == items[10:20]


def test_a_failed_block_leaves_nothing(trace: Trace) -> None:
    trace.begin("s", Path("/data"))

    def broken() -> Iterator[TracedFile]:
        yield make_file("a")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        trace.record("s", broken())
    assert list(trace.pages("s")) == []


def test_a_killed_process_leaves_a_usable_file(tmp_path: Path) -> None:
    """The second transaction is cut off in the middle; the first stays."""
    code = f"""
import os
from pathlib import Path
from pipeline.trace import Trace, TracedFile
trace = Trace.open(Path({str(tmp_path / "w.trace")!r}))
trace.begin("s", Path("/data"))
trace.record("s", [TracedFile("0" * 32, "a", 1, 1, 1)])
with trace.transaction() as connection:
    connection.execute("DELETE FROM files")
    connection.execute("PRAGMA cache_spill = 1")
    os.kill(os.getpid(), 9)
"""
    done = subprocess.run([sys.executable, "-c", code], check=False, cwd=Path(__file__).parents[2])
    assert done.returncode == -9
    with Trace.open(tmp_path / "w.trace") as trace:
        assert trace.resolve("s", "0" * 32) == Path("/data/a")


def test_a_file_of_another_version_is_filled_anew(tmp_path: Path) -> None:
    path = tmp_path / "w.trace"
    with Trace.open(path) as trace:
        listed(trace, make_file("a"))
        trace.connection.execute(f"PRAGMA user_version = {TRACE_VERSION + 1}")
    with Trace.open(path) as trace:
        assert list(trace.pages("s")) == []
        listed(trace, make_file("a"))


def test_a_damaged_file_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "w.trace"
    path.write_bytes(b"no database at all" * 100)
    with pytest.raises(StorageError, match="remove it and run again"):
        Trace.open(path)


def test_a_folder_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="No such file"):
        Trace.open(tmp_path / "absent" / "w.trace")


def test_its_own_files_are_named(trace: Trace) -> None:
    assert [path.name for path in trace.own_files] == ["w.trace", "w.trace-journal"]
    assert isinstance(trace.connection, sqlite3.Connection)
