"""The sources of examples/real.yaml over the real images: every file accounted for, every annotation counted."""

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pyarrow as pa
import pytest
import yaml
from PIL import Image
from pydantic import TypeAdapter

from pipeline.ingest.records import Records
from pipeline.inventory.ledger import FileCounts, file_counts
from pipeline.inventory.take import Inventory, take_inventory
from pipeline.sources import SourceSettings
from pipeline.trace import Trace
from schemas.ids import IdKey
from schemas.masks import area_px
from schemas.tables.images import IMAGES
from tests.conftest import REPOSITORY

Row = dict[str, Any]


@dataclass(frozen=True)
class Real:
    """A source's inventory, its records (of PNG, JPEG and TIFF), and the paths that rows came from."""

    source: SourceSettings
    inventory: Inventory
    rows: list[Row]
    records: list[Row]
    counts: FileCounts
    paths: dict[str, str]  # item -> relative path


def read_sources(data: Path) -> list[SourceSettings]:
    text = (REPOSITORY / "examples" / "real.yaml").read_text(encoding="utf-8").replace("${data}", str(data))
    return TypeAdapter(list[SourceSettings]).validate_python(yaml.safe_load(text)["sources"])


def pictures_of(rows: list[Row], paths: dict[str, Path]) -> pa.Table:
    """What ingest says of sizes, here from Pillow; a DICOM file counts as one picture of no size."""
    made: list[Row] = []
    for row in rows:
        frames, wh = 1, (0, 0)
        if row["format"] != "dicom":
            with Image.open(paths[row["item"]]) as image:
                frames, wh = getattr(image, "n_frames", 1), image.size
        size = {"source_width": wh[0], "source_height": wh[1]}
        made += [{"source": "s", "item": row["item"], "frame": frame, "view": "", **size} for frame in range(frames)]
    return pa.Table.from_pylist(made, IMAGES)


def take(source: SourceSettings, trace: Trace) -> Real:
    inventory = take_inventory(source, Path(source.root), IdKey(), trace)
    rows: list[Row] = []
    records: list[Row] = []
    counts = FileCounts()
    for part in inventory.parts():
        listed = part.table.to_pylist()
        rows += listed
        support = [each["item"] for row in listed for each in row["support"] or []]
        images = pictures_of(
            [row for row in listed if row["role"] == "image"], trace.paths(source.name, [row["item"] for row in listed])
        )
        said = Records(source)({"inventory": part.table, "images": images, "files": trace.files(source.name, support)})
        records += said.to_pylist()
        counts += file_counts(part.table, images, said)
    paths = {file.item: file.path for page in trace.pages(source.name) for file in page}
    return Real(source, inventory, rows, records, counts, paths)


@pytest.fixture(scope="module")
def real(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Real]]:
    with Trace.open(tmp_path_factory.mktemp("real") / "w.trace") as trace:
        yield {source.name: take(source, trace) for source in read_sources(real_data)}


@pytest.fixture(scope="module")
def licences(real_data: Path) -> dict[str, dict[str, str]]:
    with (real_data / "SOURCES.csv").open(encoding="utf-8", newline="") as file:
        return {row["file"]: row for row in csv.DictReader(file)}


def regions(real: Real) -> Iterator[tuple[str, Row]]:
    """(relative path of the image, annotation)."""
    return ((real.paths[row["item"]], region) for row in real.records for region in row["annotations"])


def labels_of(real: Real) -> Counter[str]:
    return Counter(region["label"] for _, region in regions(real))


def test_there_is_a_source_for_every_folder(real: dict[str, Real], real_data: Path) -> None:
    assert sorted(real) == sorted(path.name for path in real_data.iterdir() if path.is_dir())


def test_every_file_is_in_the_ledger(real: dict[str, Real], real_data: Path) -> None:
    for name, source in real.items():
        folder = real_data / name
        present = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
        assert {path for path in source.paths.values() if not path.startswith("../")} == present
        assert sorted(row["item"] for row in source.rows) == sorted(source.paths)
        source.counts.check(name)


def test_what_is_not_read_yet_has_that_reason(real: dict[str, Real]) -> None:
    reasons: Counter[str] = Counter()
    for source in real.values():
        reasons.update(source.counts.rejected)
    assert reasons["format_in_later_step"] == 4 + 22 + 129  # NRRD, and NIfTI of two sources
    assert reasons["excluded_by_pattern"] == 10 + 23 + 1  # cropped masks, masks by name, a preview
    assert set(reasons) == {"archive_not_opened", "excluded_by_pattern", "format_in_later_step", "not_an_image"}


def test_every_picture_that_the_list_calls_an_image_is_one(
    real: dict[str, Real], licences: dict[str, dict[str, str]]
) -> None:
    listed = {name for name, row in licences.items() if row["role"] == "image" and not name.endswith(".nii.gz")}
    found = {
        f"{source.source.name}/{source.paths[row['item']]}"
        for source in real.values()
        for row in source.rows
        if row["role"] == "image"
    }
    assert listed <= found
    evidence = {name for name in found - listed if licences[name]["role"] in ("annotation", "text")}
    assert found - listed == evidence
    assert all(name.endswith(".dcm") for name in evidence)


def test_licence_and_attribution_are_those_of_the_list(
    real: dict[str, Real], licences: dict[str, dict[str, str]]
) -> None:
    for name, source in real.items():
        for row in source.records:
            stated = licences[f"{name}/{source.paths[row['item']]}"]
            assert (row["licence"], row["attribution"]) == (stated["licence"], stated["attribution"])


def test_blood_cells_are_counted_as_their_files_count_them(real: dict[str, Real], real_data: Path) -> None:
    counted = Counter(
        element.findtext("name")
        for path in (real_data / "bccd/BCCD/Annotations").glob("*.xml")
        for element in ElementTree.parse(path).getroot().iter("object")
    )
    assert labels_of(real["bccd"]) == counted == {"RBC": 1105, "Platelets": 103, "WBC": 96}
    assert {(region["kind"], region["category"]) for _, region in regions(real["bccd"])} == {("cell", None)}
    assert all(row["annotation_scope"] == ["white blood cell"] for row in real["bccd"].records)


def test_boxes_of_fundus_pictures_are_counted_as_their_files_count_them(real: dict[str, Real], real_data: Path) -> None:
    names = (real_data / "codras-idrid/retinal.names").read_text().split()
    lines = [
        (path, line.split())
        for path in (real_data / "codras-idrid/images").glob("*.txt")
        for line in path.read_text().splitlines()
        if line.strip()
    ]
    assert labels_of(real["codras-idrid"]) == Counter(names[int(words[0])] for _, words in lines)
    exact = Counter(
        (f"images/{path.stem}.jpg", names[int(words[0])], *_edges([float(word) for word in words[1:]], 4288, 2848))
        for path, words in lines
    )
    found = Counter((path, region["label"], *region["box_xyxy"]) for path, region in regions(real["codras-idrid"]))
    assert found == exact
    assert {region["licence"] for _, region in regions(real["codras-idrid"])} == {"CC BY-SA 4.0"}
    assert {row["licence"] for row in real["codras-idrid"].records} == {"CC BY 4.0"}
    assert {tuple(row["annotation_scope"]) for row in real["codras-idrid"].records} == {()}


def _edges(shares: list[float], width: int, height: int) -> tuple[int, int, int, int]:
    x, y, w, h = shares
    edges = ((x - w / 2) * width, (y - h / 2) * height, (x + w / 2) * width, (y + h / 2) * height)
    left, top, right, bottom = (round(edge) for edge in edges)
    return left, top, right, bottom


def test_nerves_and_vessels_cover_the_pixels_that_their_masks_mark(real: dict[str, Real], real_data: Path) -> None:
    source = real["usgra-seg"]
    areas: Counter[tuple[str, str]] = Counter()
    for path, region in regions(source):
        areas[Path(path).name, region["label"]] += area_px(region["mask"])
    marked: Counter[tuple[str, str]] = Counter()
    for drawn in (real_data / "usgra-seg/dataset/masks").glob("*.png"):
        with Image.open(drawn) as mask:
            values = np.asarray(mask)
        for value, label in ((1, "nerve"), (2, "vessel")):
            marked[drawn.name, label] += int((values == value).sum())
    assert areas == +marked
    assert labels_of(source) == {"nerve": 85, "vessel": 76}
    assert {(region["kind"], region["category"]) for _, region in regions(source)} == {("anatomy", None)}


def test_nuclei_are_counted_as_their_masks_count_them(real: dict[str, Real], real_data: Path) -> None:
    folder = real_data / "stardist/stardist/data/images"
    counted: Counter[str] = Counter()
    for name in ("2d", "3d"):
        with Image.open(folder / f"mask{name}.tif") as mask:
            for page in range(getattr(mask, "n_frames", 1)):
                mask.seek(page)
                counted[f"stardist/data/images/img{name}.tif"] += len(np.unique(np.asarray(mask))) - 1
    assert Counter(path for path, _ in regions(real["stardist"])) == counted


def test_films_of_a_patient_share_a_pseudonym(real: dict[str, Real]) -> None:
    records = real["hannover-cxr"].records
    patients = sorted(row["patient"] for row in records)
    assert (len(records), len(set(patients))) == (101, 28)
    assert max(len(list(films)) for _, films in groupby(patients)) == 18
    assert Counter(row["projection"] for row in records) == {"ap": 76, "pa": 25}
    assert Counter(row["sex"] for row in records) == {"M": 78, "F": 23}
    assert all(row["labels"] == [] for row in records)


def test_a_diagnosis_is_of_pathology_only_after_a_biopsy(real: dict[str, Real], real_data: Path) -> None:
    with (real_data / "pad-ufes-20/metadata.csv").open(encoding="utf-8", newline="") as file:
        metadata = {row["img_id"]: row for row in csv.DictReader(file)}
    source = real["pad-ufes-20"]
    for row in source.records:
        stated = metadata[Path(source.paths[row["item"]]).name]
        (label,) = row["labels"]
        basis = "pathology" if stated["biopsed"] == "True" else "clinical"
        assert (label["label"], label["basis"], label["category"]) == (stated["diagnostic"], basis, "skin_other")
        assert row["body_part"] is not None
        assert row["dropped"] == []
    assert source.inventory.counts.tables[0].without_image == 2298 - 28
    assert len({row["patient"] for row in source.records}) == 27


def test_no_name_of_a_file_or_patient_is_in_the_tables(real: dict[str, Real]) -> None:
    tables = str([(source.rows, source.records) for source in real.values()])
    for name in ("BloodImage", "PAT_", "0000.png", "b604b0cb", "pneumocystis-pneumonia-1.jpg"):
        assert name not in tables
