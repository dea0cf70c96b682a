"""`medregion phantoms`, and a corpus of phantoms through the whole build."""

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from flows.commands.phantoms import PhantomsCommand, run, settings_of
from pipeline.phantoms.folder import CANARIES, RECORDS, TRUTH_FILE
from pipeline.release.verify import verify
from schemas.errors import ConfigError
from schemas.taxonomy.modalities import modalities
from tests.flows.corpora import build_small

CONFIG = """
name: phantoms
ids: content
sources:
  - {{name: png, kind: phantoms, root: {root}/png, licence: CC0-1.0}}
  - {{name: dicom, kind: phantoms, root: {root}/dicom, licence: CC0-1.0}}
"""


def command(out: Path, count: int = 24, **changes: Any) -> PhantomsCommand:
    told: dict[str, Any] = {"seed": 5, "size": 96, "dicom": False, "part": "train", "modalities": ()}
    return PhantomsCommand(out, count, confound=0.0, noise=(0.0, 0.0, 0.0, 0.0), **{**told, "workers": 1, **changes})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("phantoms")
    run(command(place / "png"))
    run(command(place / "dicom", count=18, seed=6, dicom=True))
    return place


@pytest.fixture(scope="module")
def release(folder: Path) -> Path:
    config = folder / "corpus.yaml"
    config.write_text(CONFIG.format(root=folder))
    released = build_small(config, folder / "work").release
    assert released is not None
    return Path(released.folder)


def test_a_folder_appears_whole(folder: Path) -> None:
    assert pq.read_table(folder / "png" / TRUTH_FILE).num_rows == 24
    assert sorted(each.name for each in folder.iterdir() if each.suffix == ".unfinished") == []


def test_two_processes_write_what_one_writes(folder: Path, tmp_path: Path) -> None:
    run(command(tmp_path / "again", workers=2))
    for file in sorted((folder / "png").rglob("*")):
        if file.is_file():
            assert file.read_bytes() == (tmp_path / "again" / file.relative_to(folder / "png")).read_bytes(), file.name


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"modalities": ("xray",)}, "no modality 'xray'"), ({"part": "both"}, "neither train nor test")],
)
def test_a_wrong_word_is_refused(tmp_path: Path, changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        settings_of(command(tmp_path / "x", **changes))


def test_a_folder_that_is_there_is_left_alone(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="is there already"):
        run(command(tmp_path))


def test_a_corpus_of_phantoms_is_released_whole_and_proves_itself(folder: Path, release: Path) -> None:
    manifest = json.loads((release / "manifest.json").read_text())
    images = manifest["ledgers"]["images"]["rows"]
    assert sum(row["count"] for row in images if row["status"] == "released") == 42
    assert all(check.passed for check in verify(str(release), full=True))
    rows = [row for shard in release.glob("*.parquet") for row in pq.read_table(shard).to_pylist()]
    assert {row["modality"] for row in rows} == {each.id for each in modalities()}
    assert all(row["summary"] and row["report"] for row in rows)


def test_truth_reaches_the_rows(folder: Path, release: Path) -> None:
    """Every thing that can be seen is a region with its label, look and place; what cannot be seen is in no text."""
    truth = {
        (row["modality"], tuple(region["box_xyxy"])): region
        for part in ("png", "dicom")
        for row in pq.read_table(folder / part / TRUTH_FILE).to_pylist()
        for region in row["regions"]
    }
    regions = [
        (row["modality"], region)
        for shard in release.glob("*.parquet")
        for row in pq.read_table(shard).to_pylist()
        for region in row["regions"]
    ]
    given = [(modality, region) for modality, region in regions if region["label_source"] == "phantom"]
    assert len(given) > 60
    for modality, region in given:
        known = truth[modality, tuple(region["source_box_xyxy"])]
        assert known["visible"]
        assert known["label"] == region["label"]
        looks = {fact["attribute"]: fact["value"] for fact in region["facts"] if fact["kind"] == "appearance"}
        assert looks == {each["attribute"]: each["value"] for each in known["attributes"]}


def test_no_canary_leaves(folder: Path, release: Path) -> None:
    planted = [json.loads(line)["value"].encode() for line in (folder / "dicom" / CANARIES).read_text().splitlines()]
    assert len(planted) > 100
    assert b"CANARY" in (folder / "dicom" / RECORDS).read_bytes()
    for file in release.rglob("*"):
        if file.is_file():
            assert b"CANARY" not in file.read_bytes(), file.name
    for shard in release.glob("*.parquet"):  # whose columns are compressed
        for row in pq.read_table(shard).to_pylist():
            assert "CANARY" not in repr(row)
