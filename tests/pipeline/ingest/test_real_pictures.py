"""What real files of nine kinds come out as; every case is a trap that was met."""

import hashlib
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from pipeline.ingest.images import Ingest, IngestSettings
from schemas.ids import IdKey
from tests.pipeline.ingest.files import shown_by

Row = dict[str, Any]
SUFFIXES = {".png", ".jpg", ".jpeg", ".tif", ".dcm"}
PYDICOM = "pydicom-data/data_store/data"
FUNDUS = "codras-idrid/images"


def rows_of(paths: list[Path], root: Path, settings: IngestSettings | None = None) -> list[Row]:
    """Items are paths below the root."""
    names = sorted(path.relative_to(root).as_posix() for path in paths)
    nothing = pa.nulls(len(names), pa.struct([("reason", pa.string()), ("value", pa.float64())]))
    inventory = pa.table(
        {
            "item": names,
            "sha256": [hashlib.sha256((root / name).read_bytes()).hexdigest() for name in names],
            "role": ["image"] * len(names),
            "rejected": nothing,
        }
    )
    files = pa.table({"item": names, "path": [str(root / name) for name in names]})
    found: list[Row] = Ingest("real", IdKey(), settings or IngestSettings())(
        {"inventory": inventory, "files": files}
    ).to_pylist()
    return found


@pytest.fixture(scope="module")
def rows(real_data: Path) -> dict[str, list[Row]]:
    """Of every file but masks, previews and most of the 12-megapixel fundus photographs."""
    paths = [path for path in real_data.rglob("*") if path.suffix.lower() in SUFFIXES]
    paths = [path for path in paths if path.parent.name != "masks" and path.name != "preview_total.png"]
    fundus = [path for path in paths if FUNDUS in path.as_posix()]
    chosen = sorted(set(paths) - set(sorted(fundus)[3:]))
    found: dict[str, list[Row]] = {}
    for row in rows_of(chosen, real_data):
        found.setdefault(row["item"], []).append(row)
    return found


def one(rows: dict[str, list[Row]], name: str) -> Row:
    (row,) = rows[name]
    return row


def test_every_file_is_read_but_for_other_kinds_of_dicom_objects(rows: dict[str, list[Row]]) -> None:
    reasons = Counter(row["rejected"] and row["rejected"]["reason"] for found in rows.values() for row in found)
    pictures = reasons.pop(None)
    assert reasons == {"not_an_image": 20, "tiled_slide_not_yet": 9}
    assert pictures == sum(map(len, rows.values())) - 29


def test_every_stored_picture_decodes_to_its_size_and_is_not_one_colour(rows: dict[str, list[Row]]) -> None:
    for row in (row for found in rows.values() for row in found if row["image"] is not None):
        shown = shown_by(row["image"])
        assert shown.shape[1::-1] == (row["width"], row["height"])
        assert (shown.ndim == 2) == (row["channels"] == 1)
        assert shown.std() > 4


def test_the_painted_oct_pictures_are_flagged_and_no_other(rows: dict[str, list[Row]]) -> None:
    flagged = {name for name, found in rows.items() if any(row["burned_in"] for row in found)}
    assert flagged == {name for name in rows if name.startswith("oct-biomarker/data/sample_images/")}
    assert len(flagged) == 16


def test_a_film_that_is_mirrored_says_so(rows: dict[str, list[Row]]) -> None:
    """Its R marker is seen mirrored: image right is patient right."""
    film = one(rows, f"{PYDICOM}/RG3_J2KR.dcm")
    assert (film["axes"], film["mirrored"], film["image_laterality"]) == (["R", "F"], True, "right")
    assert (film["projection"], film["body_part"], film["plane"]) == ("ap", "extremity", "none")
    shown = shown_by(film["image"])
    assert shown[400:1200, 900:940].mean() > shown[400:1200, 560:590].mean()  # bone is brighter than air


def test_a_usual_film_is_not_mirrored_and_its_lungs_are_dark(rows: dict[str, list[Row]]) -> None:
    film = one(rows, f"{PYDICOM}/RG1_J2KI.dcm")
    assert (film["axes"], film["mirrored"], film["projection"]) == (["L", "F"], False, "pa")
    assert film["pixel_ops"] == ["window", "invert"]
    assert film["spacing_basis"] == "unknown"  # a header that says 0 mm
    shown = shown_by(film["image"])
    assert shown[500:900, 400:550].mean() < shown[500:900, 900:1000].mean() - 20


def test_an_oblique_slice_has_no_plain_plane(rows: dict[str, list[Row]]) -> None:
    slice_ = one(rows, f"{PYDICOM}/MR2_UNCR.dcm")
    assert (slice_["plane"], slice_["axes"]) == ("oblique", ["P", "F"])


def test_a_perfusion_map_is_no_ct_of_a_brain(rows: dict[str, list[Row]]) -> None:
    first, second = rows[f"{PYDICOM}/eCT_Supplemental.dcm"]
    assert first["technique"] == second["technique"] == "parametric map"
    assert (first["channels"], first["window"]) == (3, None)
    assert first["pixel_ops"] == ["window", "palette"]
    assert first["spacing_mm"] == pytest.approx([0.388672, 0.388672])


def test_a_head_ct_is_seen_in_a_brain_window(rows: dict[str, list[Row]]) -> None:
    head = one(rows, f"{PYDICOM}/693_UNCR.dcm")
    assert head["window"] == {"center": 40.0, "width": 100.0, "name": "brain"}
    shown = shown_by(head["image"])
    assert 20 < np.median(shown[200:300, 200:300]) < 200  # brain, neither black nor white


def test_an_age_of_nought_is_unknown_and_a_window_by_default_is_named(rows: dict[str, list[Row]]) -> None:
    ct = one(rows, "highdicom-tests/data/test_files/ct_image.dcm")
    assert (ct["age_bucket"], ct["sex"]) == (None, "O")
    assert ct["window"] == {"center": 40.0, "width": 400.0, "name": "soft_tissue"}


def test_a_window_for_the_whole_series_does_not_leave_a_slice_black(rows: dict[str, list[Row]]) -> None:
    pet = one(rows, "dicom-go-testdata/testdata/1.dcm")
    assert pet["window"]["name"] == "percentile"
    assert pet["technique"] == "PET"


def test_ultrasound_says_its_scale_only_where_one_region_is_all(rows: dict[str, list[Row]]) -> None:
    heart = one(rows, f"{PYDICOM}/JPGLosslessP14SV1_1s_1f_8b.dcm")
    dual = one(rows, f"{PYDICOM}/gdcm-US-ALOKA-16.dcm")
    assert (heart["spacing_basis"], dual["spacing_basis"]) == ("header", "unknown")
    assert heart["burned_in"] is None  # its header says NO, its pixels are full of text
    assert (dual["pixel_ops"], dual["channels"]) == (["palette"], 3)


def test_skin_photographs_lose_their_alpha_alone(rows: dict[str, list[Row]]) -> None:
    skin = [one(rows, name) for name in rows if name.startswith("pad-ufes-20/")]
    assert Counter(tuple(row["pixel_ops"]) for row in skin) == {("alpha",): 17, (): 11}
    assert {row["channels"] for row in skin} == {3}


def test_microscope_tiffs_are_visible_and_a_stack_has_one_window(rows: dict[str, list[Row]]) -> None:
    dim = one(rows, "stardist/stardist/data/images/img2d.tif")
    assert (dim["window"]["name"], dim["bits_stored"]) == ("percentile", 16)
    assert dim["pixel_mean"] > 20
    stack = rows["stardist/stardist/data/images/img3d.tif"]
    assert [row["frame"] for row in stack] == list(range(31))
    assert len({str(row["window"]) for row in stack}) == 1


def test_histology_in_jpeg_tiles_is_put_together(rows: dict[str, list[Row]]) -> None:
    for name, side in (("OS-1-detail", 1101), ("OS-2-ndpi", 2202)):
        row = one(rows, f"qupath-cells/images/{name}.ome.tif")
        assert (row["width"], row["height"], row["channels"]) == (side, side, 3)
        red, green, blue = shown_by(row["image"]).reshape(-1, 3).mean(axis=0)
        assert min(red, blue) > green - 10  # pink and blue, not green as YCbCr taken for RGB


def test_films_and_smears_keep_their_bytes(rows: dict[str, list[Row]], real_data: Path) -> None:
    smear = one(rows, "bccd/BCCD/JPEGImages/BloodImage_00000.jpg")
    assert smear["image"] == (real_data / smear["item"]).read_bytes()
    films = [one(rows, name) for name in rows if name.startswith("hannover-cxr/png/")]
    assert len(films) == 101
    assert {(row["encoding"], len(row["pixel_ops"])) for row in films} == {("png", 0)}


def test_fundus_photographs_pass_at_full_size_and_are_reduced_beyond_a_limit(
    rows: dict[str, list[Row]], real_data: Path
) -> None:
    name = min(name for name in rows if name.startswith(FUNDUS))
    whole = one(rows, name)
    assert (whole["width"], whole["height"], whole["encoding"], whole["scale"]) == (4288, 2848, "jpeg", 1.0)
    assert len(whole["image"]) < (real_data / name).stat().st_size  # without its EXIF and XMP
    (small,) = rows_of([real_data / name], real_data, IngestSettings(limit_px=1072))
    assert (small["width"], small["height"], small["scale"], small["encoding"]) == (1072, 712, 0.25, "png")
    assert small["pixel_hash"] == whole["pixel_hash"]


def test_slices_of_one_patient_share_a_pseudonym(rows: dict[str, list[Row]]) -> None:
    slices = [one(rows, name) for name in rows if name.startswith("niivue-vs-seg-mri/dicom/")]
    assert len(slices) == 8
    assert len({row["patient"] for row in slices}) == len({row["series"] for row in slices}) == 1
    assert {(row["modality"], row["plane"], row["mirrored"]) for row in slices} == {("mri", "axial", False)}
