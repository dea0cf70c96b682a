import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.release.folder import CARD, MANIFEST, ReleaseFolder
from pipeline.release.layout import shard_writer
from pipeline.release.verify import verify
from schemas.errors import WrongRun
from schemas.tables.release import RELEASE, RELEASE_VERSION
from tests.pipeline.release.builders import encoded, paint
from tests.pipeline.release.releases import some_pictures, write_release

Rows = list[dict[str, Any]]
Tamper = Callable[[Rows], object]


def failed(folder: Path, *, full: bool = True) -> dict[str, str]:
    return {check.name: check.detail for check in verify(str(folder), full=full) if not check.passed}


def shard_of(folder: Path, split: str = "train") -> Path:
    return next(folder.glob(f"{split}-*.parquet"))


def rewrite(path: Path, change: Tamper) -> None:
    """Tampers with the rows of a shard, in place."""
    rows = pq.read_table(path).to_pylist()
    change(rows)
    sink = io.BytesIO()
    with shard_writer(sink) as writer:
        writer.write_table(pa.Table.from_pylist(rows, schema=RELEASE))
    path.write_bytes(sink.getvalue())


def reseal(folder: Path) -> None:
    """Makes sizes and checksums of the manifest true again, and nothing else, as a forger would."""
    release = ReleaseFolder(str(folder))
    manifest = release.manifest()
    for file in manifest["files"]:
        found = release.digest(file["path"])
        file.update(bytes=found.bytes, sha256=found.sha256)
    (folder / MANIFEST).write_text(json.dumps(manifest))


def change_manifest(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    manifest = ReleaseFolder(str(folder)).manifest()
    change(manifest)
    (folder / MANIFEST).write_text(json.dumps(manifest))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_release(tmp_path / "release", some_pictures())
    return tmp_path / "release"


@pytest.mark.parametrize("full", [False, True])
def test_a_good_release_passes_every_check(folder: Path, full: bool) -> None:
    checks = verify(str(folder), full=full)
    assert {check.name: check.detail for check in checks if not check.passed} == {}
    assert len({check.name for check in checks}) == len(checks) == 19


def test_a_release_without_rows_passes(tmp_path: Path) -> None:
    write_release(tmp_path, [])
    assert failed(tmp_path) == {}


def test_only_full_decodes_every_picture(tmp_path: Path) -> None:
    many = [picture for picture in some_pictures() if picture.split == "train"] * 3
    write_release(tmp_path, [replace(picture, number=number) for number, picture in enumerate(many)])
    amounts = {full: {check.name: check.detail for check in verify(str(tmp_path), full=full)} for full in (False, True)}
    assert amounts[False]["images decode"] == "16 of 24 images, with their crops"
    assert amounts[True]["images decode"] == "24 of 24 images, with their crops"


def test_no_folder_is_a_wrong_run(tmp_path: Path) -> None:
    with pytest.raises(WrongRun, match=r"manifest\.json"):
        verify(str(tmp_path / "nowhere"))


@pytest.mark.parametrize("text", ["", "[]", "{}", "not JSON", '{"schema_version": 2, "files": [{}]}'])
def test_a_manifest_that_says_nothing_is_the_one_check_that_fails(folder: Path, text: str) -> None:
    (folder / MANIFEST).write_text(text)
    assert [(check.name, check.passed) for check in verify(str(folder))] == [("manifest", False)]


def test_a_missing_manifest_is_caught(folder: Path) -> None:
    (folder / MANIFEST).unlink()
    assert list(failed(folder)) == ["manifest"]


def test_another_schema_version_is_named(folder: Path) -> None:
    change_manifest(folder, lambda manifest: manifest.update(schema_version=99))
    assert "99" in failed(folder)["schema version"]


def test_a_flipped_byte_of_a_picture_is_caught_twice(folder: Path) -> None:
    path = shard_of(folder)
    data = bytearray(path.read_bytes())
    data[data.find(b"\x89PNG") + 30] ^= 1
    path.write_bytes(bytes(data))
    assert {"checksums", "shards readable"} <= set(failed(folder))
    assert failed(folder)["checksums"] == path.name


def test_a_flipped_byte_of_the_card_is_caught(folder: Path) -> None:
    card = folder / CARD
    card.write_bytes(card.read_bytes().replace(b"corpus", b"Corpus", 1))
    assert failed(folder) == {"checksums": CARD}


def test_a_cut_shard_is_caught(folder: Path) -> None:
    path = shard_of(folder)
    path.write_bytes(path.read_bytes()[:-100])
    assert {"checksums", "shards readable"} <= set(failed(folder))


def test_missing_and_extra_files_are_named(folder: Path) -> None:
    (folder / CARD).unlink()
    (folder / "notes.txt").write_text("to do")
    assert failed(folder) == {"no missing files": CARD, "no extra files": "notes.txt"}


def test_the_report_may_lie_beside_what_the_manifest_lists(folder: Path) -> None:
    (folder / "report.html").write_text("<p>timings</p>")
    assert failed(folder) == {}


def with_region(rows: Rows) -> dict[str, Any]:
    return next(row for row in rows if row["regions"])


def region_of(rows: Rows) -> dict[str, Any]:
    found: dict[str, Any] = with_region(rows)["regions"][0]
    return found


def swap(rows: Rows, name: str) -> None:
    rows[0][name], rows[1][name] = rows[1][name], rows[0][name]


def swap_pixels(rows: Rows) -> None:
    """Of two pictures with a region each, so that only what they show gives it away."""
    first, second = [row for row in rows if len(row["regions"]) == 1][:2]
    first["image"]["bytes"], second["image"]["bytes"] = second["image"]["bytes"], first["image"]["bytes"]


def swap_crops(rows: Rows) -> None:
    first, second = [row["regions"][0]["crop"] for row in rows if len(row["regions"]) == 1][:2]
    first["bytes"], second["bytes"] = second["bytes"], first["bytes"]


TAMPERED: list[tuple[str, Tamper, set[str]]] = [
    ("nothing", lambda rows: None, set()),
    ("a row is dropped", lambda rows: rows.pop(), {"row counts", "counts add up", "ledgers add up"}),
    (
        "a row is doubled",
        lambda rows: rows.append(rows[0]),
        {"row counts", "counts add up", "ledgers add up", "ids unique"},
    ),
    (
        "two pictures are swapped with their names",
        lambda rows: swap(rows, "image"),
        {"paths match ids", "crops match boxes"},
    ),
    ("the pixels of two pictures are swapped", swap_pixels, {"crops match boxes"}),
    ("two crops are swapped", swap_crops, {"crops match boxes"}),
    ("an id is a name", lambda rows: rows[0].update(image_id="PAT_17"), {"ids well formed", "paths match ids"}),
    ("a picture is no picture", lambda rows: rows[0]["image"].update(bytes=b"GIF89a"), {"images decode"}),
    ("a picture is lost", lambda rows: rows[0]["image"].update(bytes=None), {"images decode"}),
    ("a picture is empty", lambda rows: rows[0]["image"].update(bytes=b""), {"images decode"}),
    ("a size is wrong", lambda rows: rows[0].update(width=81), {"images decode"}),
    ("a box leaves the view", lambda rows: region_of(rows)["box_xyxy"].__setitem__(2, 81.0), {"boxes in bounds"}),
    ("a box is inside out", lambda rows: region_of(rows)["box_xyxy"].__setitem__(2, 1.0), {"boxes in bounds"}),
    ("a box is lost", lambda rows: region_of(rows).update(box_xyxy=None), {"boxes in bounds"}),
    (
        "a source box is shifted",
        lambda rows: region_of(rows).update(source_box_xyxy=[24, 10, 54, 40]),
        {"boxes in bounds"},
    ),
    ("a mask is malformed", lambda rows: region_of(rows)["mask"].update(counts="0"), {"masks valid"}),
    ("a mask is of another box", lambda rows: region_of(rows)["mask"].update(size=[30, 31]), {"masks valid"}),
    ("an area is wrong", lambda rows: region_of(rows).update(area_px=1), {"masks valid"}),
    ("a report is empty", lambda rows: rows[0].update(report="  "), {"texts present"}),
    ("a caption is lost", lambda rows: region_of(rows).update(caption=None), {"texts present", "counts add up"}),
    (
        "a negative says what the caption says",
        lambda rows: region_of(rows)["negatives"][0].update(text=region_of(rows)["caption"]),
        {"texts present"},
    ),
    ("a row is of another schema", lambda rows: rows[0].update(schema_version=RELEASE_VERSION + 1), {"schema of rows"}),
    ("a licence is lost", lambda rows: rows[0].update(licence=""), {"schema of rows", "counts add up"}),
    ("a row says another split", lambda rows: rows[0].update(split="test"), {"splits disjoint", "counts add up"}),
]


@pytest.mark.parametrize(("change", "caught"), [case[1:] for case in TAMPERED], ids=[case[0] for case in TAMPERED])
def test_what_was_tampered_with_is_caught_by_name(folder: Path, change: Tamper, caught: set[str]) -> None:
    rewrite(shard_of(folder), change)
    reseal(folder)
    assert set(failed(folder)) == caught


def test_a_group_in_two_splits_is_caught(folder: Path) -> None:
    group = pq.read_table(shard_of(folder, "test"), columns=["group_id"])["group_id"][0].as_py()
    rewrite(shard_of(folder), lambda rows: rows[0].update(group_id=group))
    reseal(folder)
    assert failed(folder)["splits disjoint"] == f"group {group}"


def test_a_shard_without_features_is_caught(folder: Path) -> None:
    path = shard_of(folder)
    pq.write_table(pq.read_table(path).replace_schema_metadata(None), path)
    reseal(folder)
    assert failed(folder)["schema of rows"] == path.name


def test_a_picture_of_the_right_size_but_another_is_caught(folder: Path) -> None:
    other = encoded(paint(77, (80, 53)))
    rewrite(shard_of(folder), lambda rows: with_region(rows)["image"].update(bytes=other))
    reseal(folder)
    assert set(failed(folder)) == {"crops match boxes"}


def test_an_enlarged_crop_is_caught(folder: Path) -> None:
    rewrite(
        shard_of(folder), lambda rows: region_of(rows)["crop"].update(bytes=encoded(np.zeros((400, 400), np.uint8)))
    )
    reseal(folder)
    assert set(failed(folder)) == {"crops match boxes"}


def test_ledgers_and_counts_of_the_manifest_are_checked(folder: Path) -> None:
    change_manifest(folder, lambda manifest: manifest["counts"]["total"].update(images=13))
    assert failed(folder)["counts add up"] == "total.images: the manifest says 13, the rows 12"
    change_manifest(folder, lambda manifest: manifest["ledgers"]["files"].update(total=1))
    assert failed(folder)["ledgers add up"].startswith("ledger of files")


def test_details_name_three_and_count_the_rest(folder: Path) -> None:
    rewrite(shard_of(folder), lambda rows: [row.update(report="") for row in rows])
    reseal(folder)
    assert failed(folder)["texts present"].endswith(", and 5 more")
