import json
from pathlib import Path

import cv2
import numpy as np
import pyarrow.parquet as pq
import pytest

from pipeline.ingest.region_files import read_regions
from pipeline.phantoms.folder import ABOUT, CANARIES, RECORDS, TRUTH_FILE, Task, write_patient, write_tables
from pipeline.phantoms.generate import modality, phantoms
from pipeline.phantoms.plan import patients
from pipeline.phantoms.settings import PhantomSettings
from pipeline.phantoms.source import as_folder
from pipeline.phantoms.truth import TRUTH
from pipeline.sources import SourceSettings
from schemas.errors import SourceError

SETTINGS = PhantomSettings(8, 6, 96, modalities=("mammography", "fundus"))


def written(folder: Path, dicom: bool = False) -> Path:
    planned = patients(SETTINGS, {name: modality(name) for name in SETTINGS.modalities})
    tasks = [Task(SETTINGS, each.index, each.modality.id, each.pictures, str(folder), dicom) for each in planned]
    assert sum(write_tables(folder, SETTINGS, map(write_patient, tasks))) == SETTINGS.count
    return folder


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in (folder / name).read_text().splitlines()]


def test_pictures_regions_rows_and_truth_are_of_the_same_phantoms(tmp_path: Path) -> None:
    folder = written(tmp_path)
    truth = pq.read_table(folder / TRUTH_FILE)
    assert truth.schema.equals(TRUTH)
    for phantom, record, true in zip(phantoms(SETTINGS), rows(folder, RECORDS), truth.to_pylist(), strict=True):
        assert record["file"] == true["file"] == f"images/{phantom.modality}/{phantom.id}.png"
        stored = cv2.imread(str(folder / record["file"]), cv2.IMREAD_UNCHANGED)
        pixels = phantom.pixels if phantom.pixels.ndim == 2 else phantom.pixels[:, :, ::-1]
        assert stored is not None
        assert np.array_equal(stored, pixels)
        height, width = phantom.pixels.shape[:2]
        given = read_regions((folder / f"regions/{phantom.modality}/{phantom.id}.json").read_bytes(), (width, height))
        assert [region.label for region in given.regions] == [
            region.label for region in phantom.regions if region.visible
        ]
        assert not given.dropped
        assert [region["label"] for region in true["regions"]] == [region.label for region in phantom.regions]
        assert record["report"].endswith(".")


def test_truth_is_in_few_row_groups_whatever_the_number_of_patients(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.phantoms.folder.ROW_GROUP", 5)
    with pq.ParquetFile(written(tmp_path) / TRUTH_FILE) as truth:
        groups = [truth.metadata.row_group(i).num_rows for i in range(truth.num_row_groups)]
    assert sum(groups) == SETTINGS.count
    assert all(rows >= 5 for rows in groups[:-1])
    assert len(groups) == 2


def test_a_png_folder_has_no_canaries_and_a_dicom_folder_lists_all(tmp_path: Path) -> None:
    (tmp_path / "png").mkdir()
    (tmp_path / "dicom").mkdir()
    assert not (written(tmp_path / "png") / CANARIES).exists()
    folder = written(tmp_path / "dicom", dicom=True)
    listed = rows(folder, CANARIES)
    assert {row["file"] for row in listed} == {row["file"] for row in rows(folder, RECORDS)}
    reports = {row["file"]: row["report"] for row in rows(folder, RECORDS)}
    for row in listed:
        found = (
            reports[row["file"]] if row["place"] == "report" else (folder / row["file"]).read_bytes().decode("latin1")
        )
        assert row["value"] in found


def test_the_settings_are_written_last_and_say_what_was_drawn(tmp_path: Path) -> None:
    about = json.loads((written(tmp_path) / ABOUT).read_text())
    assert about["pictures"] == 8
    assert about["settings"]["seed"] == 6


def test_the_source_kind_reads_such_a_folder_and_no_other(tmp_path: Path) -> None:
    source = SourceSettings(name="own", kind="phantoms", root=str(tmp_path), licence="CC0-1.0")
    with pytest.raises(SourceError, match="medregion phantoms"):
        as_folder(source)
    (tmp_path / ABOUT).touch()
    found = as_folder(source)
    assert found.annotations is not None
    assert found.annotations.kind == "regions"
    assert found.tables[0].states["state:liver"] == "category:liver"
    plain = SourceSettings(name="other", root=".", licence="MIT")
    assert as_folder(plain) is plain
