import os
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.inventory.listing import Listing, item_text, list_into
from pipeline.trace import Trace, TracedFile
from schemas.errors import SourceError
from schemas.ids import IdKey
from tests.pipeline.inventory.builders import make_files


def everything(path: str) -> bool:
    return bool(path)


def listed(
    root: Path, extra: tuple[str, ...] = (), skip: tuple[Path, ...] = (), wanted: Callable[[str], bool] = everything
) -> dict[str, TracedFile]:
    with Trace.open(root.with_suffix(".trace")) as trace:
        for _ in list_into(trace, Listing("s", root, IdKey(), wanted, extra, skip)):
            pass
        return {file.path: file for page in trace.pages("s") for file in page}


def test_an_empty_folder_has_no_files(tmp_path: Path) -> None:
    (tmp_path / "s").mkdir()
    assert listed(tmp_path / "s") == {}


def test_every_file_is_listed_hidden_ones_too(tmp_path: Path) -> None:
    root = make_files(tmp_path / "s", {"a.png": "1", "x/y/b.png": "22", ".hidden": "", "x/.h/c": "333"})
    found = listed(root)
    assert {path: file.size_bytes for path, file in found.items()} == {
        "a.png": 1,
        "x/y/b.png": 2,
        ".hidden": 0,
        "x/.h/c": 3,
    }
    assert found["a.png"].item == IdKey().item("s", "a.png")
    assert found["a.png"].mtime_ns == (root / "a.png").stat().st_mtime_ns


def test_links_are_followed_only_within_the_root(tmp_path: Path) -> None:
    root = make_files(tmp_path / "s", {"a.png": "123", "folder/b.png": ""})
    make_files(tmp_path / "secret", {"c.png": "", "d/e.png": ""})
    (root / "inside").symlink_to("a.png")
    (root / "outside").symlink_to(tmp_path / "secret" / "c.png")
    (root / "outside_folder").symlink_to(tmp_path / "secret")
    (root / "inside_folder").symlink_to("folder")
    (root / "around").symlink_to(".")
    (root / "broken").symlink_to("nowhere")
    (root / "loop").symlink_to("loop")
    found = {path: file.reason for path, file in listed(root).items()}
    assert found == {
        "a.png": None,
        "folder/b.png": None,
        "inside": None,
        "outside": "link_not_followed",
        "outside_folder": "link_not_followed",
        "inside_folder": "link_not_followed",
        "around": "link_not_followed",
        "broken": "link_not_followed",
        "loop": "link_not_followed",
    }
    assert listed(root)["inside"].size_bytes == 3


def test_a_root_that_is_a_link_is_followed(tmp_path: Path) -> None:
    make_files(tmp_path / "real", {"a.png": "", "b/c.png": ""})
    (tmp_path / "s").symlink_to("real")
    assert set(listed(tmp_path / "s")) == {"a.png", "b/c.png"}


def test_pipes_are_listed_and_not_opened(tmp_path: Path) -> None:
    (tmp_path / "s").mkdir()
    os.mkfifo(tmp_path / "s" / "pipe.png")
    assert listed(tmp_path / "s")["pipe.png"].reason == "not_a_regular_file"


def test_names_that_are_no_utf8_have_an_item(tmp_path: Path) -> None:
    root = make_files(tmp_path / "s", {})
    root.mkdir()
    name = os.fsdecode(b"caf\xe9.png")
    (root / name).write_bytes(b"")
    assert listed(root)[name].item == IdKey().item("s", "caf\\xe9.png")
    assert item_text(name) == "caf\\xe9.png"


def test_skipped_folders_and_files_are_no_part_of_the_source(tmp_path: Path) -> None:
    root = make_files(tmp_path / "s", {"a.png": "", "work/b.parquet": "", "other/work/c.png": "", "s.trace": ""})
    assert set(listed(root, skip=(root / "work", root / "s.trace"))) == {"a.png", "other/work/c.png"}


def test_files_outside_the_root_are_listed_where_the_settings_name_them(tmp_path: Path) -> None:
    root = make_files(tmp_path / "s", {"a.png": ""})
    make_files(tmp_path, {"SOURCES.csv": "file\n"})
    assert listed(root, extra=("../SOURCES.csv",))["../SOURCES.csv"].size_bytes == 5


def test_what_is_not_wanted_is_listed_with_its_reason(tmp_path: Path) -> None:
    root = make_files(tmp_path / "s", {"a.png": "", "b.png": ""})
    found = listed(root, wanted="a.png".__eq__)
    assert {path: file.reason for path, file in found.items()} == {"a.png": None, "b.png": "excluded_by_pattern"}


def test_a_root_that_cannot_be_listed_ends_the_run(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="its root cannot be listed"):
        listed(tmp_path / "absent")


def test_a_folder_that_cannot_be_listed_is_in_the_list_itself(tmp_path: Path) -> None:
    root = make_files(tmp_path / "s", {"a.png": ""})
    (root / "folder").mkdir()

    def wanted(path: str) -> bool:
        (root / "folder").rmdir()  # after the root was listed, before the folder is
        return bool(path)

    assert {path: file.reason for path, file in listed(root, wanted=wanted).items()} == {
        "a.png": None,
        "folder": "folder_unreadable",
    }


def test_many_files_come_in_pages(tmp_path: Path) -> None:
    root = make_files(tmp_path / "s", {f"{number // 1000}/{number}": "" for number in range(4100)})
    with Trace.open(tmp_path / "s.trace") as trace:
        assert list(list_into(trace, Listing("s", root, IdKey(), everything))) == [4096, 4]
