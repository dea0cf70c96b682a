import json
import os
import shutil
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pipeline.release.verify import verify
from pipeline.work import TABLES
from schemas.errors import ConfigError, FellShort, RejectedShare, SourceError, WeightsError
from tests.flows.corpora import add_smear, build_small, make_corpus, manifest, order_for, write_picture, write_table

UNKNOWN = ("glumph|zorbed", "zorbed", "leukaemia|zorbed")  # of three pictures; the taxonomy knows one


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return make_corpus(tmp_path / "sources")


@pytest.fixture
def work(tmp_path: Path) -> Path:
    return tmp_path / "work"


def calls(work: Path) -> Counter[str]:
    """How many parts each stage computed so far."""
    lines = (work / "log" / "calls.jsonl").read_text().splitlines()
    return Counter(json.loads(line)["stage"] for line in lines)


def newly(work: Path, before: Counter[str]) -> dict[str, int]:
    return dict(calls(work) - before)


def test_a_corpus_builds_and_proves_itself(config: Path, work: Path) -> None:
    built = build_small(config, work)
    assert built.release is not None
    assert [check.name for check in verify(built.release.folder, full=True) if not check.passed] == []
    told = json.loads(manifest(built))
    assert told["counts"]["total"]["images"] == 18
    assert told["counts"]["by_label"]["WBC"]["regions"] == 12
    assert str(config.parent) not in json.dumps(told)


def test_nothing_is_computed_twice(config: Path, work: Path) -> None:
    first = manifest(build_small(config, work))
    before = calls(work)
    assert manifest(build_small(config, work)) == first
    assert newly(work, before) == {}


def test_a_build_in_another_folder_gives_the_same_bytes(config: Path, tmp_path: Path) -> None:
    one, two = build_small(config, tmp_path / "one"), build_small(config, tmp_path / "two")
    assert manifest(one) == manifest(two)


def test_a_new_file_recomputes_one_part_a_stage(config: Path, work: Path) -> None:
    write_picture(config.parent / "films" / "film-a.png", seed=77, channels=1)
    build_small(config, work)
    before = calls(work)
    write_picture(config.parent / "films" / "film-b.png", seed=78, channels=1)
    build_small(config, work)
    stages = ("images", "records", "selection", "regions", "drafts", "counts", "captions", "shards")
    assert newly(work, before) == dict.fromkeys(stages, 1)


def test_a_corrected_label_encodes_no_pixel_again(config: Path, work: Path) -> None:
    build_small(config, work)
    before = calls(work)
    write_table(config.parent, {"smear-1.jpg": {"label": "malaria"}})
    build_small(config, work)
    assert "images" not in newly(work, before)
    assert newly(work, before)["records"] == 1


def test_a_changed_report_runs_records_and_describe_and_what_they_change(config: Path, work: Path) -> None:
    columns = "columns: {patient: patient, label: label"
    config.write_text(config.read_text().replace(columns, f"{columns}, report: report"))
    write_table(config.parent, {"smear-1.jpg": {"report": "Malaria parasites."}})
    build_small(config, work)
    before = calls(work)
    write_table(config.parent, {"smear-1.jpg": {"report": "Malaria parasites, seen again."}})
    build_small(config, work)
    assert newly(work, before) == {"records": 1, "drafts": 1}
    write_table(config.parent, {"smear-1.jpg": {"report": "No malaria parasites."}})
    build_small(config, work)
    assert newly(work, before) == {"records": 2, "drafts": 2, "counts": 1, "captions": 1, "shards": 1}


def test_a_changed_text_setting_runs_describe_and_release_alone(config: Path, work: Path) -> None:
    build_small(config, work)
    before = calls(work)
    build_small(config, work, "describe.negatives_per_region=2")
    assert set(newly(work, before)) == {"drafts", "counts", "captions", "shards"}


def test_a_changed_crop_runs_release_alone(config: Path, work: Path) -> None:
    build_small(config, work)
    before = calls(work)
    build_small(config, work, "release.crop_context=0.5")
    assert set(newly(work, before)) == {"shards"}


def test_a_build_stops_where_it_is_told(config: Path, work: Path) -> None:
    built = build_small(config, work, until="select")
    assert built.release is None
    assert list(built.indexes) == ["inventory", "images", "records", "selection"]
    assert not (work / "release").exists()


def test_an_object_store_holds_a_work_directory(config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    built = build_small(config, f"memory://{tmp_path.name}")
    assert built.release is not None
    checks = verify(f"memory://{tmp_path.name}/release/{built.release.version}", full=True)
    assert [check.name for check in checks if not check.passed] == []


def test_a_bad_file_is_counted_and_the_others_are_released(config: Path, work: Path) -> None:
    (config.parent / "films" / "cut.png").write_bytes((config.parent / "films" / "film-0.png").read_bytes()[:80])
    (config.parent / "films" / "empty.png").write_bytes(b"")
    (config.parent / "films" / "notes.txt").write_text("no picture")
    told = json.loads(manifest(build_small(config, work, "sources.1.rejected_limit=0.5")))
    files = {(row["status"], row["reason"]): row["count"] for row in told["ledgers"]["files"]["rows"]}
    assert files["rejected", "empty_file"] == 1
    assert files["rejected", "not_an_image"] == 1
    assert files["rejected", "truncated"] == 1
    assert told["counts"]["by_source"]["films"]["images"] == 6


def test_unknown_labels_are_reported_and_their_images_stay(config: Path, work: Path) -> None:
    write_table(config.parent, {f"smear-{number}.jpg": {"label": label} for number, label in enumerate(UNKNOWN)})
    built = build_small(config, work)
    assert built.release is not None
    told = json.loads(manifest(built))
    assert told["unmapped"] == [{"source": "smears", "images": 3, "labels": 2, "words": ["zorbed", "glumph"]}]
    assert told["counts"]["by_source"]["smears"]["images"] == 12
    assert [check.name for check in verify(built.release.folder) if not check.passed] == []
    assert "zorbed, glumph" in Path(built.release.report).read_text()
    card = (Path(built.release.folder) / "README.md").read_text()
    assert "smears: images with unmapped labels 3, different labels 2; `manifest.json` names them." in card


def test_keyed_releases_count_unknown_labels_and_do_not_name_them(
    config: Path, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = config.parent / "key"
    key.write_bytes(b"k" * 32)
    key.chmod(0o600)
    monkeypatch.setenv("MEDREGION_KEY_FILE", str(key))
    write_table(config.parent, {f"smear-{number}.jpg": {"label": label} for number, label in enumerate(UNKNOWN)})
    built = build_small(config, work, "ids=keyed")
    assert built.release is not None
    told = json.loads(manifest(built))
    assert told["unmapped"] == [{"source": "smears", "images": 3, "labels": 2, "words": None}]
    everything = b"".join(path.read_bytes() for path in Path(built.release.folder).iterdir())
    assert b"zorbed" not in everything


def test_labels_that_are_all_known_leave_nothing_to_report(config: Path, work: Path) -> None:
    write_table(config.parent, {"smear-1.jpg": {"label": "leukaemia"}})
    assert json.loads(manifest(build_small(config, work)))["unmapped"] == []


def test_a_source_that_loses_too_much_ends_the_run_after_ingest(config: Path, work: Path) -> None:
    for number in range(3):
        (config.parent / "films" / f"film-{number}.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    with pytest.raises(RejectedShare, match="3 of 6 images were rejected"):
        build_small(config, work)
    assert (work / "images" / "index.json").exists()
    assert not (work / "records").exists()


def test_a_wrong_run_writes_nothing(config: Path, work: Path) -> None:
    shutil.rmtree(config.parent / "films")
    with pytest.raises(SourceError, match="not a folder"):
        order_for(config, work)
    assert not work.exists()


@pytest.mark.parametrize(
    ("detector", "error"),
    [("{name: yolo, weights: none.safetensors}", WeightsError), ("{name: yolo}", ConfigError)],
)
def test_missing_weights_end_a_run_before_it_begins(
    config: Path, work: Path, detector: str, error: type[Exception]
) -> None:
    with pytest.raises(error, match=r"annotate\.detectors"):
        order_for(config, work, f"annotate.detectors=[{detector}]")
    assert not work.exists()


def test_a_published_release_is_left_alone_when_nothing_changed(config: Path, work: Path) -> None:
    built = build_small(config, work)
    assert built.release is not None
    before = {path.name: path.stat().st_ino for path in Path(built.release.folder).iterdir() if path.suffix != ".html"}
    build_small(config, work)
    after = {path.name: path.stat().st_ino for path in Path(built.release.folder).iterdir() if path.suffix != ".html"}
    assert after == before


def test_a_named_version_never_changes_its_content(config: Path, work: Path) -> None:
    first = manifest(build_small(config, work, "release.version=v1"))
    assert manifest(build_small(config, work, "release.version=v1")) == first
    with pytest.raises(ConfigError, match=r"release\.version: 'v1' is published with other content"):
        build_small(config, work, "release.version=v1", "release.crop_context=0.5")
    assert (work / "release" / "v1" / "manifest.json").read_bytes() == first


def test_no_table_but_the_trace_holds_a_path_or_a_file_name(config: Path, work: Path) -> None:
    (config.parent / "films" / "Doe^Jane-1970.png").write_bytes((config.parent / "films" / "film-0.png").read_bytes())
    build_small(config, work)
    everything = b"".join(path.read_bytes() for path in work.rglob("*") if path.is_file())
    assert b"Doe" not in everything
    assert str(config.parent).encode() not in everything
    assert b"Doe" in (work.parent / "work.trace").read_bytes()
    assert (work.parent / "work.trace").stat().st_mode & 0o077 == 0


def test_patients_stay_in_one_split(config: Path, work: Path) -> None:
    add_smear(config.parent, 12)
    write_table(config.parent, {})
    built = build_small(config, work)
    assert built.release is not None
    splits: dict[str, set[str]] = {}
    for path in Path(built.release.folder).glob("*.parquet"):
        for row in pq.read_table(path, columns=["group_id", "split"]).to_pylist():
            splits.setdefault(row["group_id"], set()).add(row["split"])
    assert {len(found) for found in splits.values()} == {1}
    assert len(splits) == 7 + 6


def test_every_stage_has_an_index_that_names_its_files(config: Path, work: Path) -> None:
    build_small(config, work)
    for table in TABLES:
        index = json.loads((work / table / "index.json").read_text())
        assert {f"{part['key']}.parquet" for part in index["parts"]} == {
            p.name for p in (work / table).glob("*.parquet")
        }


def test_a_build_that_leaves_nothing_to_release_falls_short(config: Path, work: Path) -> None:
    with pytest.raises(FellShort, match="no picture is left to release"):
        build_small(config, work, "sources.0.licence=all rights reserved", "sources.1.licence=mine")
    assert not (work / "release").exists()


def test_a_file_name_that_is_no_text_is_read_like_any_other(config: Path, work: Path) -> None:
    odd = os.fsencode(config.parent / "films") + b"/film-\xff.png"
    with open(odd, "wb") as file:  # noqa: PTH123  no Path holds it
        file.write((config.parent / "films" / "film-0.png").read_bytes())
    told = json.loads(manifest(build_small(config, work)))
    images = {(row["source"], row["status"]): row["count"] for row in told["ledgers"]["images"]["rows"]}
    assert images["films", "released"] == 6
    assert images["films", "duplicate"] == 1
