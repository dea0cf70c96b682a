import hashlib
import itertools
from pathlib import Path

import numpy as np
import pytest

from pipeline.inventory.index import VERSION
from pipeline.inventory.take import InventoryOptions, take_inventory
from pipeline.parts import Limits, is_files_part
from pipeline.sources import AnnotationSettings, TableSettings
from pipeline.trace import Trace
from schemas.errors import SourceError
from schemas.ids import IdKey
from schemas.keys import column_hashes, rows_hash
from schemas.tables.inventory import INVENTORY, ROLES
from tests.pipeline.inventory.builders import Taken, make_files, make_source, png, take


def pictures(count: int, first: int = 0) -> dict[str, bytes]:
    return {f"{number:04d}.png": png(number % 256) + str(number).encode() for number in range(first, first + count)}


def image_parts(taken: Taken) -> dict[str, dict[str, str]]:
    return {part: column_hashes(table) for part, table in taken.parts.items() if not is_files_part(part)}


def test_a_source_without_images_says_so(tmp_path: Path) -> None:
    root = make_files(tmp_path / "s", {"README": "nothing here"})
    with pytest.raises(SourceError, match="it holds no image; check `root`, `include` and `exclude`"):
        take(root)


def test_a_source_of_a_later_step_is_listed(tmp_path: Path) -> None:
    root = make_files(tmp_path / "s", {"a.nrrd": "NRRD0004\n", "t.csv": "n\na.nrrd\n"})
    taken = take(root, make_source(tables=(TableSettings(path="t.csv", join="n"),)))
    assert (taken.counts.images, taken.counts.later, taken.counts.tables) == (0, 1, ())
    assert taken.fates()["a.nrrd"] == ("other", "format_in_later_step")


def test_every_file_has_a_row_a_role_and_its_checksum(tmp_path: Path) -> None:
    files = {
        "a.png": png(1),
        "sub/b.png": png(2),
        "empty.png": b"",
        "fake.png": b"text",
        "README": b"words",
        ".x": b"\x01",
    }
    taken = take(make_files(tmp_path / "s", files))
    assert taken.table.schema.equals(INVENTORY)
    assert taken.fates() == {
        "a.png": ("image", None),
        "sub/b.png": ("image", None),
        "empty.png": ("other", "empty_file"),
        "fake.png": ("other", "wrong_format"),
        "README": ("other", "not_an_image"),
        ".x": ("other", "not_an_image"),
    }
    for path, content in files.items():
        row = taken.rows[path]
        assert row["item"] == IdKey().item("s", path)
        assert (row["size_bytes"], row["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())
        assert row["role"] in ROLES


def test_excluded_files_are_listed_and_not_opened(tmp_path: Path) -> None:
    root = make_files(tmp_path / "s", {"a.png": png(1), "drafts/b.png": png(2), "c.jpg": b"\xff\xd8\xff"})
    taken = take(root, make_source(include=("**/*.png",), exclude=("drafts/**",)))
    assert taken.fates() == {
        "a.png": ("image", None),
        "drafts/b.png": ("other", "excluded_by_pattern"),
        "c.jpg": ("other", "excluded_by_pattern"),
    }
    assert (taken.rows["drafts/b.png"]["sha256"], taken.rows["drafts/b.png"]["format"]) == (None, "unknown")


def test_what_was_excluded_is_read_once_it_is_included(tmp_path: Path) -> None:
    root = make_files(tmp_path / "s", {"a.png": png(1), "b.png": png(2)})
    take(root, make_source(exclude=("b*",)))
    for options in (InventoryOptions(limit=2), None):
        assert take(root, options=options).fates()["b.png"] == ("image", None)


def test_rows_are_the_same_whatever_was_known_before(tmp_path: Path) -> None:
    root = make_files(tmp_path / "s", pictures(40))
    first, second = take(root), take(root)
    (tmp_path / "s.trace").unlink()
    third = take(root, options=InventoryOptions(threads=1))
    assert first.table.equals(second.table)
    assert first.table.equals(third.table)


def test_parts_are_sorted_and_keep_the_limits(tmp_path: Path) -> None:
    root = make_files(tmp_path / "s", {**pictures(200), "README": "words"})
    taken = take(root, options=InventoryOptions(limits=Limits(max_items=16)))
    *of_images, of_files = taken.parts
    assert of_images == sorted(of_images)
    assert of_files == "s/files"
    assert sum(taken.parts[part].num_rows for part in of_images) == 200
    for part in of_images:
        items = taken.parts[part]["item"].to_pylist()
        assert items == sorted(items)
        assert 1 <= len(items) <= 16
        assert all(f"{int(item, 16):0128b}".startswith(part.removeprefix("s/")) for item in items)


def test_one_new_file_changes_one_part(tmp_path: Path) -> None:
    options = InventoryOptions(limits=Limits(max_items=16))
    root = make_files(tmp_path / "s", pictures(200))
    before = image_parts(take(root, options=options))
    for number in range(200, 212):
        make_files(root, pictures(1, number))
        after = image_parts(take(root, options=options))
        gone = [part for part, hashes in before.items() if after.get(part) != hashes]
        new = [part for part, hashes in after.items() if before.get(part) != hashes]
        assert len(gone) == 1
        assert 1 <= len(new) <= 3
        before = after


def test_a_new_annotation_changes_the_part_of_its_image(tmp_path: Path) -> None:
    options = InventoryOptions(limits=Limits(max_items=16))
    source = make_source(annotations=AnnotationSettings(kind="voc"))
    root = make_files(tmp_path / "s", pictures(100))
    before = image_parts(take(root, source, options))
    make_files(root, {"0042.xml": "<annotation/>"})
    after = image_parts(take(root, source, options))
    (changed,) = [part for part in before if before[part] != after[part]]
    assert [name for name in before[changed] if before[changed][name] != after[changed][name]] == ["support"]


def test_a_removed_file_leaves_the_inventory(tmp_path: Path) -> None:
    root = make_files(tmp_path / "s", pictures(3))
    take(root)
    (root / "0001.png").unlink()
    assert set(take(root).rows) == {"0000.png", "0002.png"}


def test_an_image_beyond_the_limit_of_bytes_is_its_own_part(tmp_path: Path) -> None:
    root = make_files(tmp_path / "s", {**pictures(5), "large.png": png() + bytes(5000)})
    taken = take(root, options=InventoryOptions(limits=Limits(max_bytes=4000)))
    own = f"s/item-{taken.rows['large.png']['item']}"
    assert list(taken.parts) == ["s/all", own]
    assert taken.parts[own].num_rows == 1


def test_a_limit_takes_the_first_images_and_reads_only_these(tmp_path: Path) -> None:
    files = {**pictures(30), **{f"{number:04d}.xml": "<annotation/>" for number in range(30)}, "t.csv": "n\n0000.png\n"}
    root = make_files(tmp_path / "s", files)
    source = make_source(annotations=AnnotationSettings(kind="voc"), tables=(TableSettings(path="t.csv", join="n"),))
    taken = take(root, source, InventoryOptions(limit=5))
    images = {path: row for path, row in taken.rows.items() if row["role"] == "image"}
    inside = sorted(path for path, row in images.items() if row["rejected"] is None)
    assert inside == sorted(sorted(images, key=lambda path: str(images[path]["item"]))[:5])
    read = sorted(path for path, row in taken.rows.items() if row["sha256"])
    assert read == sorted([*inside, *(path.replace("png", "xml") for path in inside), "t.csv"])
    beyond = {row["rejected"]["reason"] for path, row in taken.rows.items() if path not in read}
    assert beyond == {"beyond_limit"}


def test_a_limit_beyond_all_images_is_none(tmp_path: Path) -> None:
    root = make_files(tmp_path / "s", pictures(3))
    assert take(root, options=InventoryOptions(limit=3)).table.equals(take(root).table)


@pytest.mark.parametrize("group_by", ["patient", "file", "folder", "unknown"])
def test_images_carry_the_unit_that_encloses_them(tmp_path: Path, group_by: str) -> None:
    root = make_files(tmp_path / "s", {"x/a.png": png(1), "x/b.png": png(2), "y/c.png": png(3)})
    key = IdKey(b"k" * 32)
    rows = take(root, make_source(group_by=group_by), key=key).rows
    groups = [rows[path]["group"] for path in ("x/a.png", "x/b.png", "y/c.png")]
    match group_by:
        case "patient":
            assert groups == [None, None, None]
        case "file":
            assert groups == [rows[path]["item"] for path in ("x/a.png", "x/b.png", "y/c.png")]
        case "folder":
            x, y = (key.pseudonym("folder", "s", folder) for folder in ("x", "y"))
            assert groups == [x, x, y]
        case _:
            assert groups == [key.pseudonym("source", "s", "")] * 3


def test_no_path_is_in_the_inventory(tmp_path: Path) -> None:
    root = make_files(tmp_path / "s", {"CANARY/CANARY.png": png(1), "CANARY.txt": "CANARY", "CANARY/CANARY.xml": ""})
    taken = take(root, make_source(annotations=AnnotationSettings(kind="voc"), group_by="folder"), key=IdKey(b"k" * 32))
    assert "CANARY" not in str(taken.table.to_pydict())


def test_the_trace_and_skipped_folders_are_no_part_of_the_source(tmp_path: Path) -> None:
    root = make_files(tmp_path / "s", {"a.png": png(1), "work/b.png": png(2)})
    (tmp_path / "s.trace").symlink_to(root / "inside.trace")
    taken = take(root, options=InventoryOptions(skip=(root / "work",)))
    assert set(taken.rows) == {"a.png"}


def test_a_watcher_is_told_of_every_file_twice(tmp_path: Path) -> None:
    seen: list[int] = []
    take(make_files(tmp_path / "s", pictures(30)), options=InventoryOptions(watch=seen.append))
    assert sum(seen) == 60


def test_many_other_files_fall_into_parts_of_their_own(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    root = make_files(tmp_path / "s", {"a.png": png(1), **{f"{number}.txt": rng.bytes(3) for number in range(4200)}})
    taken = take(root)
    assert list(taken.parts) == ["s/all", "s/files-0", "s/files-1"]
    assert taken.table.num_rows == 4201


def test_golden_rows_of_this_version(tmp_path: Path) -> None:
    """Changed rows under an old version are wrong: raise `inventory.index.VERSION` together with the hash.

    Files are bytes written here, of which the first few tell the format, so no library has a say.
    """
    files = {
        "a/1.png": b"\x89PNG\r\n\x1a\n" + bytes(24),
        "a/2.jpg": b"\xff\xd8\xff\xe0" + bytes(24),
        "b/3.png": b"\x89PNG\r\n\x1a\n" + bytes(25),
        "b/4.png": b"text",
        "b/5.nrrd": b"NRRD0004\n",
        "drafts/6.png": b"\x89PNG\r\n\x1a\n" + bytes(26),
        "a/1.xml": b"<annotation/>",
        "lonely.xml": b"<annotation/>",
        "empty": b"",
        "t.csv": b"n,who,says\n1.png,p,pneumonia|odd\n2.jpg,p,\nnone.png,q,\n",
    }
    source = make_source(
        exclude=("drafts/**",),
        group_by="folder",
        annotations=AnnotationSettings(kind="voc"),
        tables=(TableSettings(path="t.csv", join="n", columns={"patient": "who", "label": "says"}),),
    )
    taken = take(make_files(tmp_path / "s", files), source, key=IdKey(b"k" * 32))
    assert [len(taken.rows["a/1.png"][name]) for name in ("support", "group")] == [1, 32]
    assert "pneumonia" in taken.rows["a/1.png"]["record"]
    assert {part: table.num_rows for part, table in taken.parts.items()} == {"s/all": 3, "s/files": 7}
    assert (VERSION, rows_hash(column_hashes(taken.table))) == (1, "eea5c5e055d609974695ac515269c1d8")


def steps(root: Path, count: int) -> int:
    """Of SQLite's machine, in thousands, to take `count` pictures with an annotation and a row of a table each."""
    files: dict[str, bytes] = pictures(count)
    boxes = {f"{number:04d}.xml": b"<annotation/>" for number in range(count)}
    table = {"t.csv": "\n".join(["n", *files]).encode()}
    source = make_source(annotations=AnnotationSettings(kind="voc"), tables=(TableSettings(path="t.csv", join="n"),))
    done = itertools.count()
    with Trace.open(root.with_suffix(".trace")) as trace:
        trace.connection.set_progress_handler(lambda: next(done) < 0, 1000)
        inventory = take_inventory(source, make_files(root, files | boxes | table), IdKey(), trace)
        assert sum(part.table.num_rows for part in inventory.parts()) == 2 * count + 1
        assert inventory.counts.images_without_annotation == 0
    return next(done)


def test_the_work_grows_no_faster_than_the_files(tmp_path: Path) -> None:
    assert steps(tmp_path / "many", 400) < 5 * steps(tmp_path / "few", 100)
