import hashlib
import pickle
import re
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from pydicom.uid import MRImageStorage
from xxhash import xxh3_128_hexdigest

import pipeline.ingest
from pipeline.ingest.images import DECODERS, Ingest, IngestSettings
from pipeline.runner import PartInput
from schemas.errors import SourceError
from schemas.ids import IdKey
from schemas.keys import column_hashes, rows_hash
from schemas.reasons import REASONS
from schemas.tables.images import IMAGES
from schemas.tables.inventory import INVENTORY
from tests.pipeline.ingest.files import (
    SHIPPED,
    dicom_file,
    jpeg_file,
    png_file,
    shown_by,
    smooth,
    smooth_rgb,
    tiff_file,
    tiff_page,
)
from tests.pipeline.ingest.test_strokes import contour, grey

KEY = IdKey(b"k" * 32)
Row = dict[str, Any]


def make_tables(folder: Path, files: dict[str, bytes], **changes: dict[str, Any]) -> dict[str, pa.Table]:
    """Item `x` is the file `x`; `changes` are columns of single items of the inventory."""
    rows, paths = [], []
    for name, data in files.items():
        (folder / name).write_bytes(data)
        rows.append(
            {
                "source": "s",
                "item": name,
                "sha256": hashlib.sha256(data).hexdigest(),
                "size_bytes": len(data),
                "format": "",
                "role": "image",
            }
        )
        paths.append({"item": name, "path": str(folder / name)})
    for row in rows:
        row.update(changes.get(str(row["item"]), {}))
    reads = Ingest.reads["inventory"]
    inventory = pa.Table.from_pylist(rows, INVENTORY).select(list(reads))
    return {"inventory": inventory, "files": pa.Table.from_pylist(paths, FILES)}


FILES = pa.schema([("item", pa.string()), ("path", pa.string())])


def ingest(folder: Path, files: dict[str, bytes], settings: IngestSettings | None = None, **changes: Any) -> list[Row]:
    stage = Ingest("s", KEY, settings or IngestSettings())
    table = stage(make_tables(folder, files, **changes))
    assert table.schema.equals(IMAGES, check_metadata=True)
    rows: list[Row] = table.to_pylist()
    return rows


def test_no_files_give_an_empty_table(tmp_path: Path) -> None:
    assert ingest(tmp_path, {}) == []


def test_rows_are_sorted_by_item_and_frame(tmp_path: Path) -> None:
    stack = np.stack([smooth()] * 3)
    rows = ingest(tmp_path, {"b": dicom_file(stack, NumberOfFrames=3), "c": b"", "a": png_file(smooth())})
    assert [(row["item"], row["frame"], row["view"]) for row in rows] == [
        ("a", 0, ""), ("b", 0, ""), ("b", 1, ""), ("b", 2, ""), ("c", 0, ""),
    ]  # fmt: skip


def test_only_accepted_images_of_the_inventory_are_read(tmp_path: Path) -> None:
    files = {name: png_file(smooth()) for name in "abcd"}
    rejected = {"reason": "empty_file", "value": 0.0}
    rows = ingest(tmp_path, files, b={"role": "annotation"}, c={"rejected": rejected})
    assert [row["item"] for row in rows] == ["a", "d"]


def test_a_row_says_what_was_stored(tmp_path: Path) -> None:
    (row,) = ingest(tmp_path, {"a": jpeg_file(smooth_rgb())})
    assert row.pop("image") == jpeg_file(smooth_rgb())
    assert row.pop("image_bytes") == len(jpeg_file(smooth_rgb()))
    assert row.pop("image_hash") == xxh3_128_hexdigest(jpeg_file(smooth_rgb()))
    assert len(row.pop("pixel_hash")) == 32
    assert row.pop("pixel_mean") == pytest.approx(smooth_rgb().mean(), abs=5)
    assert row.pop("pixel_std") > 10
    assert {name: value for name, value in row.items() if value is not None} == {
        **{"source": "s", "item": "a", "frame": 0, "view": "", "encoding": "jpeg", "channels": 3, "bits_stored": 8},
        **{"width": 50, "height": 40, "source_width": 50, "source_height": 40, "scale": 1.0},
        **{"spacing_basis": "unknown", "pixel_ops": []},
    }


def test_a_rejected_row_says_why_and_nothing_else(tmp_path: Path) -> None:
    (row,) = ingest(tmp_path, {"a": png_file(smooth())[:70]})
    assert {name: value for name, value in row.items() if value is not None} == {
        **{"source": "s", "item": "a", "frame": 0, "view": ""},
        **{"rejected": {"reason": "truncated", "value": 70.0}},
    }


BAD = {
    "empty": (b"", "empty_file"),
    "text": (b"not a picture.png", "unsupported_format"),
    "gif": (b"GIF89a" + bytes(20), "unsupported_format"),
    "cut.png": (png_file(smooth())[:-5], "truncated"),
    "cut.dcm": (dicom_file(smooth())[:-99], "truncated"),
    "cut before its pixels.dcm": (dicom_file(smooth())[:300], "no_pixel_data"),
    "one bad frame": (dicom_file(np.stack([smooth()] * 2), NumberOfFrames=3), "truncated"),
    "report": (dicom_file(Modality="SR"), "not_an_image"),
}


@pytest.mark.parametrize(("data", "reason"), BAD.values(), ids=BAD)
def test_bad_files_become_one_row_and_the_rest_goes_on(tmp_path: Path, data: bytes, reason: str) -> None:
    bad, good = ingest(tmp_path, {"a": data, "b": png_file(smooth())})
    assert bad["rejected"]["reason"] == reason
    assert bad["image"] is None
    assert good["rejected"] is None


def test_every_reason_that_readers_give_is_explained() -> None:
    sources = Path(pipeline.ingest.__file__).parent.glob("*.py")
    given = {
        word for path in sources for word in re.findall(r'(?:BadData|refusing)\(\s*"(\w+)"', path.read_text("utf-8"))
    }
    assert len(given) > 10
    assert given - set(REASONS) == set()


def test_names_decide_nothing(tmp_path: Path) -> None:
    rows = ingest(tmp_path, {"a.dcm": png_file(smooth()), "b.png": dicom_file(smooth()), "c.jpg": png_file(smooth())})
    assert [row["encoding"] for row in rows] == ["png"] * 3
    assert len({row["pixel_hash"] for row in rows}) == 1


def test_a_picture_beyond_the_limit_is_reduced_and_its_spacing_grows(tmp_path: Path) -> None:
    data = dicom_file(smooth(100, 50), PixelSpacing=[0.5, 0.25])
    (row,) = ingest(tmp_path, {"a": data}, IngestSettings(limit_px=40))
    assert (row["width"], row["height"], row["source_width"], row["source_height"]) == (40, 20, 100, 50)
    assert row["scale"] == 0.4
    assert row["spacing_mm"] == [1.25, 0.625]
    assert row["pixel_ops"] == ["resample"]
    assert shown_by(row["image"]).shape == (20, 40)


def test_the_hash_does_not_depend_on_the_limit(tmp_path: Path) -> None:
    files = {"a": png_file(smooth_rgb())}
    (whole,), (small,) = ingest(tmp_path, files), ingest(tmp_path, files, IngestSettings(limit_px=10))
    assert whole["pixel_hash"] == small["pixel_hash"]


def test_limits_of_pixels_and_bytes_come_from_the_settings(tmp_path: Path) -> None:
    settings = IngestSettings(max_megapixels=1, max_file_mb=1)
    large = png_file(np.zeros((1000, 1001), np.uint8))
    heavy = png_file(smooth(), extra=[(b"tEXt", bytes(10**6))])
    rows = ingest(tmp_path, {"a": large, "b": heavy}, settings)
    assert [row["rejected"]["reason"] for row in rows] == ["image_too_large", "file_too_large"]


def test_painted_contours_are_flagged_but_not_on_ultrasound(tmp_path: Path) -> None:
    painted = contour(grey())
    rows = ingest(
        tmp_path,
        {
            "a": png_file(painted),
            "b": jpeg_file(painted),
            "c": dicom_file(painted, SOPClassUID=MRImageStorage),
            "d": dicom_file(painted, SOPClassUID="1.2.840.10008.5.1.4.1.1.6.1", Modality="US"),
            "e": png_file(smooth_rgb(), extra=[(b"tEXt", b"Burned In Annotation\0YES")]),
        },
    )
    assert [row["burned_in"] for row in rows] == ["annotation"] * 3 + [None, None]


def test_identifiers_are_pseudonyms_of_the_source_and_the_key(tmp_path: Path) -> None:
    (row,) = ingest(
        tmp_path, {"a": dicom_file(smooth(), PatientID="A7", StudyInstanceUID="1.2", SeriesInstanceUID="1.3")}
    )
    assert row["patient"] == KEY.pseudonym("patient", "s", "A7")
    assert row["study"] == KEY.pseudonym("study", "s", "1.2")
    assert row["series"] == KEY.pseudonym("series", "s", "1.3")


def test_a_file_that_is_gone_ends_the_run_and_is_not_named(tmp_path: Path) -> None:
    tables = make_tables(tmp_path, {"doe_jane": png_file(smooth())})
    (tmp_path / "doe_jane").unlink()
    with pytest.raises(SourceError, match="cannot be read") as caught:
        Ingest("s", KEY)(tables)
    assert "doe" not in str(caught.value)


def test_files_are_read_from_any_file_system(tmp_path: Path) -> None:
    import fsspec

    with fsspec.open("memory://pictures/a", "wb") as file:
        file.write(png_file(smooth()))
    tables = make_tables(tmp_path, {"a": png_file(smooth())})
    tables["files"] = pa.Table.from_pylist([{"item": "a", "path": "memory://pictures/a"}], FILES)
    assert Ingest("s", KEY)(tables)["encoding"].to_pylist() == ["png"]


# --- keys ----------------------------------------------------------------------------------------------------


def key(tables: dict[str, pa.Table], stage: Ingest | None = None) -> str:
    return PartInput("s/0", stage or Ingest("s", KEY), inline={"inventory": tables["inventory"]}).key()


def test_the_key_changes_with_a_file_and_with_every_setting(tmp_path: Path) -> None:
    tables = make_tables(tmp_path, {"a": b"", "b": b""})
    others = [
        key(make_tables(tmp_path, {"a": b"", "b": b""}, b={"sha256": "other"})),
        key(make_tables(tmp_path, {"a": b""})),
        key(tables, Ingest("t", KEY)),
        key(tables, Ingest("s", IdKey())),
        key(tables, Ingest("s", KEY, IngestSettings(limit_px=1))),
        key(tables, Ingest("s", KEY, IngestSettings(max_megapixels=1))),
    ]
    assert len({key(tables), *others}) == 1 + len(others)


def test_a_joined_table_or_a_support_file_does_not_change_the_key(tmp_path: Path) -> None:
    assert set(Ingest.reads["inventory"]) & {"record", "support", "size_bytes", "format"} == set()


def test_the_secret_is_in_neither_settings_nor_the_name_of_the_stage() -> None:
    stage = Ingest("s", KEY)
    assert "kkkk" not in str(stage.settings()) + repr(stage)
    assert stage.settings()["id_key"] == KEY.key_id
    assert set(stage.settings()["decoders"]) == set(DECODERS)


def test_a_stage_survives_the_way_to_a_worker() -> None:
    assert pickle.loads(pickle.dumps(Ingest("s", KEY))) == Ingest("s", KEY)


# --- golden --------------------------------------------------------------------------------------------------

GOLDEN = (2, "36f4a5c83b2cd7c9b80f230dd860d62d")


def pattern(width: int = 60, height: int = 40, channels: int = 1, dtype: Any = np.uint8) -> np.ndarray:
    """By whole numbers alone, so that it is the same on every processor."""
    rows, columns, planes = np.ogrid[:height, :width, :channels]
    levels = (rows * rows * 7 + columns * 13 + rows * columns * (planes + 1)) * 57 % (np.iinfo(dtype).max + 1)
    return np.asarray(levels.astype(dtype).squeeze())


def test_rows_of_this_version_are_pinned(tmp_path: Path) -> None:
    deep = pattern(dtype=np.uint16)
    painted = np.dstack([pattern(200, 200) // 4 + 60] * 3)
    painted[50:150, 80:82] = (255, 0, 0)
    files = {
        "a": png_file(pattern(channels=3)),
        "b": png_file(np.dstack([pattern()] * 3)),
        "c": tiff_file(tiff_page(deep), tiff_page(deep // 2)),
        "d": dicom_file(deep, PixelSpacing=[0.5, 0.5], WindowCenter=30000, WindowWidth=60000, PatientID="A7"),
        "e": (SHIPPED / "examples_palette.dcm").read_bytes(),
        "f": (SHIPPED / "MR_small_jp2klossless.dcm").read_bytes(),
        "g": b"",
        "h": tiff_file(tiff_page(painted)),
    }
    table = Ingest("s", KEY)(make_tables(tmp_path, files))
    assert table["burned_in"].to_pylist().count("annotation") == 1
    assert (Ingest.version, rows_hash(column_hashes(table))) == GOLDEN


def test_a_file_that_is_another_since_the_inventory_ends_the_run(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="changed since the inventory"):
        ingest(tmp_path, {"a": png_file(smooth())}, a={"sha256": "0" * 64})
