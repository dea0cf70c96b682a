import cv2
import numpy as np
import pyarrow as pa
import pytest

from pipeline.annotate.settings import AnnotateSettings, DetectorSettings, SegmenterSettings
from pipeline.annotate.stage import Annotate
from pipeline.stage import Stage
from schemas.errors import ConfigError
from schemas.ids import IdKey
from schemas.keys import column_hashes, rows_hash
from schemas.masks import area_px, decode
from schemas.tables.images import IMAGES
from schemas.tables.regions import REGIONS
from schemas.tables.selection import SELECTION

GIVEN = {
    "label": "WBC", "kind": "cell", "name": "white blood cell", "box_xyxy": [10, 20, 30, 50], "exhaustive": True,
    "label_source": "reader", "licence": "MIT", "source": "a",
}  # fmt: skip


def blob() -> bytes:
    """A bright disc on a grey ground, as a PNG."""
    picture = np.full((96, 128), 60, np.uint8)
    cv2.circle(picture, (80, 50), 14, 220, -1)
    return bytes(cv2.imencode(".png", picture)[1])


def tables(annotated: bool = True, status: str = "kept") -> dict[str, pa.Table]:
    key = {"source": "a", "item": "0", "frame": 0, "view": ""}
    image = {**key, "width": 128, "height": 96, "source_width": 128, "source_height": 96, "image": blob()}
    chosen = {**key, "status": status, "image_id": "i" * 32, "licence": "CC0-1.0"}
    chosen["annotations"] = [GIVEN] if annotated else []
    whole = {
        "images": pa.Table.from_pylist([image], IMAGES),
        "selection": pa.Table.from_pylist([chosen], SELECTION),
    }
    return {name: table.select(list(Annotate.reads[name])) for name, table in whole.items()}


def annotate(options: AnnotateSettings | None = None) -> Annotate:
    return Annotate(options or AnnotateSettings(), IdKey())


def test_the_stage_is_a_stage_and_pickles_its_rows_into_the_schema() -> None:
    stage: Stage = annotate()
    assert stage(tables(status="excluded")).num_rows == 0
    assert stage(tables()).schema == REGIONS


def test_given_boxes_keep_what_their_source_said() -> None:
    (row,) = annotate()(tables()).to_pylist()
    assert (row["label"], row["name"], row["kind"], row["label_source"]) == (
        "WBC",
        "white blood cell",
        "cell",
        "reader",
    )
    assert (row["box_xyxy"], row["detector"], row["segmenter"]) == ([10, 20, 30, 50], "given", "ellipse")
    assert row["area_px"] == area_px(row["mask"]) < 20 * 30
    assert len(row["region_id"]) == 32


def test_a_picture_without_given_boxes_gets_unlabelled_areas() -> None:
    rows = annotate()(tables(annotated=False)).to_pylist()
    assert rows
    assert {(row["kind"], row["name"], row["detector"]) for row in rows} == {(None, None, "classical")}
    assert any(row["box_xyxy"][0] <= 80 < row["box_xyxy"][2] for row in rows)
    assert all(row["licence"] == "CC0-1.0" for row in rows)
    assert all(decode(row["mask"]).any() for row in rows)


def test_golden_rows_of_this_version() -> None:
    found = annotate()(tables())
    assert (Annotate.version, rows_hash(column_hashes(found))) == (2, "c45d09cacddc906914c3cb0165756627")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (AnnotateSettings(), AnnotateSettings(), True),
        (AnnotateSettings(), AnnotateSettings(overlap=0.4), False),
        (AnnotateSettings(segmenter=SegmenterSettings(batch=1)), AnnotateSettings(), True),
        (AnnotateSettings(detectors=()), AnnotateSettings(), False),
        (
            AnnotateSettings(detectors=(DetectorSettings(name="classical", device="cpu"),)),
            AnnotateSettings(detectors=(DetectorSettings(name="classical"),)),
            True,
        ),
    ],
)
def test_what_changes_regions_enters_the_key_and_nothing_else(
    one: AnnotateSettings, other: AnnotateSettings, same: bool
) -> None:
    assert (annotate(one).settings() == annotate(other).settings()) is same


def test_a_model_without_weights_is_a_config_error() -> None:
    options = AnnotateSettings(detectors=(DetectorSettings(name="yolo"),))
    with pytest.raises(ConfigError, match=r"annotate\.detectors\.weights: yolo needs the path"):
        annotate(options)(tables())
