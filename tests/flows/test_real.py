"""The real images under open licences, through the whole build; counts against the annotation files themselves."""

import csv
import json
from collections import Counter
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import cv2
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from flows.build import Built
from flows.orders import trace_path
from pipeline.bootstrap import LEAST_GROUPS
from pipeline.clip.evaluate.evaluate import SEEN_IN_TRAINING, evaluate
from pipeline.clip.evaluate.page import TOO_FEW, markdown
from pipeline.clip.evaluate.settings import EvaluationSettings
from pipeline.clip.settings import RunSettings, StageSettings
from pipeline.clip.train import Training, train
from pipeline.release.verify import verify
from pipeline.trace import Trace
from pipeline.work import Work
from schemas.licences import licence_id, strictest
from tests.conftest import REPOSITORY
from tests.flows.corpora import build_small, manifest
from tests.pipeline.clip.builders import Silent, tiny_settings

pytestmark = pytest.mark.slow

Row = dict[str, Any]


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Work:
    return Work(str(tmp_path_factory.mktemp("real") / "work"))


@pytest.fixture(scope="module")
def built(real_data: Path, work: Work) -> Built:
    return build_small(REPOSITORY / "examples" / "real.yaml", work.url, f"data={real_data}")


@pytest.fixture(scope="module")
def rows(built: Built) -> list[Row]:
    """Released rows without pixels."""
    assert built.release is not None
    shards = sorted(Path(built.release.folder).glob("*.parquet"))
    names = ["image_id", "source", "licence", "attribution", "modality", "split", "group_id", "burned_in", "report"]
    regions = [f"regions.list.element.{name}" for name in ("label", "mask.size.list.element", "label_source")]
    return [row for path in shards for row in pq.ParquetFile(path).read([*names, *regions]).to_pylist()]


def of_source(rows: list[Row], source: str) -> list[Row]:
    return [row for row in rows if row["source"] == source]


def labels(rows: list[Row], source: str) -> Counter[str]:
    return Counter(region["label"] for row in of_source(rows, source) for region in row["regions"])


def test_the_release_proves_itself(built: Built) -> None:
    assert built.release is not None
    assert [check for check in verify(built.release.folder, full=True) if not check.passed] == []


def test_every_file_below_the_sources_is_in_the_ledger(built: Built, real_data: Path) -> None:
    ledger = json.loads(manifest(built))["ledgers"]["files"]
    files = sum(1 for path in real_data.rglob("*") if path.is_file() and path.parent != real_data)
    folders = sum(1 for path in real_data.iterdir() if path.is_dir())
    assert ledger["total"] == files + folders  # each source also lists SOURCES.csv, which it joins
    assert sum(row["count"] for row in ledger["rows"]) == ledger["total"]
    reasons = {row["reason"] for row in ledger["rows"] if row["status"] == "rejected"}
    assert "format_in_later_step" in reasons
    assert reasons <= {
        "archive_not_opened", "excluded_by_pattern", "format_in_later_step", "not_an_image", "tiled_slide_not_yet",
        "parameter_map",
    }  # fmt: skip


def test_smear_boxes_are_released_by_class(rows: list[Row], real_data: Path) -> None:
    files = (real_data / "bccd" / "BCCD" / "Annotations").glob("*.xml")
    written = [
        (
            path.stem,
            each.findtext("name"),
            *(each.findtext(f"bndbox/{edge}") for edge in ("xmin", "ymin", "xmax", "ymax")),
        )
        for path in files
        for each in ElementTree.parse(path).iter("object")
    ]
    assert labels(rows, "bccd") == Counter(str(box[1]) for box in set(written))


def test_fundus_boxes_are_released_by_class(rows: list[Row], real_data: Path) -> None:
    folder = real_data / "codras-idrid"
    names = (folder / "retinal.names").read_text().split()
    lines = {(path.stem, line) for path in (folder / "images").glob("*.txt") for line in path.read_text().splitlines()}
    expected = Counter(names[int(line.split()[0])] for _, line in lines if line.strip())
    assert labels(rows, "codras-idrid") == expected


def test_ultrasound_masks_are_released_by_object(rows: list[Row], real_data: Path) -> None:
    expected: Counter[str] = Counter()
    for path in (real_data / "usgra-seg" / "dataset" / "masks").glob("*.png"):
        mask = np.array(Image.open(path))  # values of the palette, not its colours
        for value, name in ((1, "nerve"), (2, "vessel")):
            objects, _ = cv2.connectedComponents(np.asarray(mask == value, np.uint8), connectivity=8)
            expected[name] += objects - 1
    assert labels(rows, "usgra-seg") == expected
    assert all(region["mask"] is not None for row in of_source(rows, "usgra-seg") for region in row["regions"])


def test_nuclei_are_released_one_by_one(rows: list[Row], real_data: Path) -> None:
    nuclei = 0
    for name in ("mask2d.tif", "mask3d.tif"):
        found, pages = cv2.imreadmulti(
            str(real_data / "stardist/stardist/data/images" / name), flags=cv2.IMREAD_UNCHANGED
        )
        assert found
        nuclei += sum(len(np.unique(page)) - 1 for page in pages)
    assert labels(rows, "stardist")["nucleus"] == nuclei


def test_licences_are_those_of_the_list_of_sources(rows: list[Row], real_data: Path, work: Work) -> None:
    with (real_data / "SOURCES.csv").open(newline="") as file:
        listed = {row["file"]: row for row in csv.DictReader(file)}
    annotated = {"codras-idrid": "CC BY-SA 4.0"}  # boxes under a licence of their own
    compared = 0
    for source, path, row in traced(rows, work):
        said = listed[str(path.relative_to(real_data))]
        extra = [annotated[source]] if source in annotated and row["regions"] else []
        assert licence_id(row["licence"]) == strictest([said["licence"], *extra]), path.name
        assert row["attribution"].startswith(said["attribution"][:20])
        compared += 1
    assert compared == len(rows)


def traced(rows: list[Row], work: Work) -> "list[tuple[str, Path, Row]]":
    by_id = {row["image_id"]: row for row in rows}
    index = work.index("selection")
    assert index is not None
    read = [work.read("selection", part.key, ["source", "item", "image_id", "status"]) for part in index.parts]
    found = []
    with Trace.open(trace_path(work)) as trace:
        for each in pa.concat_tables(read).to_pylist():
            if each["status"] == "kept":
                path = trace.resolve(each["source"], each["item"])
                assert path is not None
                found.append((each["source"], path, by_id[each["image_id"]]))
    return found


def test_painted_contours_never_leave(rows: list[Row], built: Built) -> None:
    assert of_source(rows, "oct-biomarker") == []
    images = json.loads(manifest(built))["ledgers"]["images"]["rows"]
    assert {"source": "oct-biomarker", "status": "excluded", "reason": "burned_in_annotation", "count": 16} in images


def test_films_of_one_patient_stay_together(rows: list[Row], real_data: Path) -> None:
    films = of_source(rows, "hannover-cxr")
    with (real_data / "hannover-cxr" / "data.csv").open(newline="") as file:
        patients = {row["patient_id"] for row in csv.DictReader(file)}
    assert len({row["group_id"] for row in films}) == len(patients)
    assert len({(row["group_id"], row["split"]) for row in films}) == len(patients)


def test_no_text_says_what_the_sources_do_not(rows: list[Row]) -> None:
    films = of_source(rows, "hannover-cxr")  # of a series of COVID-19 patients, without a word on any film
    assert not [row for row in films if "pneumonia" in row["report"].lower() or "covid" in row["report"].lower()]
    assert not [row for row in rows if row["source"] == "usgra-seg" and "retina" in row["report"].lower()]
    assert not [row for row in rows if row["source"] == "codras-idrid" and "diabetic" in row["report"].lower()]


def test_a_model_trains_on_the_release_and_tables_say_where_groups_are_too_few(built: Built, tmp_path: Path) -> None:
    assert built.release is not None
    stage = StageSettings(name="joint", steps=3, report=1.0, summary=0.5, region=1.0, negatives=0.5, roi=True)
    settings = RunSettings(stages=(stage,), batch=8, threads=1, device="cpu")
    place = train(Training(built.release.folder, "train", tiny_settings(), settings, tmp_path / "run"), Silent())
    few = EvaluationSettings(resamples=20, threads=1, device="cpu")
    found = evaluate(place, built.release.folder, "test", few, lambda _: None)
    assert found.about["groups"] < LEAST_GROUPS
    assert found.about[SEEN_IN_TRAINING] == 0
    assert {row.figure.value for row in found.rows} == {None}
    assert markdown(found, "real").count(TOO_FEW) == len(found.rows)
