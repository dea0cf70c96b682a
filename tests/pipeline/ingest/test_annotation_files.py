import hashlib
import io
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from pipeline.ingest.annotation_files import NAMES, AnnotationFiles, Frame
from pipeline.ingest.given import Dropped, Given
from pipeline.sources import AnnotationSettings, SourceSettings
from schemas.errors import SourceError

ONE = Frame(0, 1, (4, 3))


class Case:
    """Files of one image, on disk."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.folder = folder
        self.source = SourceSettings(name="s", root="s", licence="MIT", annotations=AnnotationSettings(**settings))
        self.support: list[dict[str, Any]] = []

    def add(self, kind: str, data: bytes) -> Path:
        path = self.folder / str(len(self.support))
        path.write_bytes(data)
        self.support.append({"item": path.name, "sha256": hashlib.sha256(data).hexdigest(), "kind": kind})
        return path

    def given(self, frame: Frame = ONE) -> Given | None:
        paths = {each["item"]: str(self.folder / each["item"]) for each in self.support}
        return AnnotationFiles(self.source, paths).given(self.support, frame)


def mask(*values: int) -> bytes:
    sink = io.BytesIO()
    Image.fromarray(np.resize(np.array(values, np.uint8), (3, 4))).save(sink, "PNG")
    return sink.getvalue()


BOX = b"<bndbox><xmin>1</xmin><ymin>1</ymin><xmax>2</xmax><ymax>2</ymax></bndbox>"
VOC = b"<annotation><object><name>a</name>" + BOX + b"</object></annotation>"


def boxes(found: Given | None) -> list[tuple[str, tuple[int, int, int, int]]]:
    return [(region.label, region.box_xyxy) for region in (found.regions if found else ())]


def test_an_image_without_files_has_nothing_and_not_an_empty_something(tmp_path: Path) -> None:
    assert Case(tmp_path, kind="voc").given() is None
    case = Case(tmp_path, kind="yolo")
    case.add(NAMES, b"a")
    assert case.given() is None


def test_files_are_read_as_their_kind(tmp_path: Path) -> None:
    case = Case(tmp_path, kind="voc", first_pixel=0)
    case.add("voc", VOC)
    assert boxes(case.given()) == [("a", (1, 1, 2, 2))]
    case = Case(tmp_path, kind="yolo", names="n")
    case.add("yolo", b"1 .5 .5 1 1")
    case.add(NAMES, b"a\nb")
    assert boxes(case.given()) == [("b", (0, 0, 4, 3))]
    case = Case(tmp_path, kind="label_masks", values={7: "nerve"})
    case.add("label_masks", mask(7))
    assert boxes(case.given()) == [("nerve", (0, 0, 4, 3))]
    case = Case(tmp_path, kind="label_masks", instances="cell")
    case.add("label_masks", mask(1, 1, 2, 2))
    assert boxes(case.given()) == [("cell", (0, 0, 2, 3)), ("cell", (2, 0, 4, 3))]


def test_several_files_add_up(tmp_path: Path) -> None:
    case = Case(tmp_path, kind="voc")
    case.add("voc", VOC)
    case.add("voc", VOC.replace(b">a<", b">b<"))
    assert [label for label, _ in boxes(case.given())] == ["a", "b"]


def test_a_damaged_file_is_lost_and_others_stay(tmp_path: Path) -> None:
    case = Case(tmp_path, kind="voc")
    case.add("voc", VOC[:50])
    case.add("voc", VOC)
    found = case.given()
    assert found is not None
    assert found.dropped == (Dropped("annotation_unreadable"),)
    assert len(found.regions) == 1


def test_a_file_that_the_inventory_could_not_open_is_lost(tmp_path: Path) -> None:
    case = Case(tmp_path, kind="voc")
    case.add("voc", VOC)
    case.support[0]["sha256"] = None
    assert case.given() == Given(dropped=(Dropped("annotation_unreadable"),))


def test_an_absurdly_large_file_is_not_read(tmp_path: Path) -> None:
    case = Case(tmp_path, kind="voc")
    os.truncate(case.add("voc", VOC), 300_000_000)  # sparse: takes no room
    assert case.given() == Given(dropped=(Dropped("annotation_too_large", 300),))


@pytest.mark.parametrize("kind", ["voc", "yolo"])
def test_boxes_of_a_file_of_frames_belong_to_no_frame(tmp_path: Path, kind: str) -> None:
    case = Case(tmp_path, kind=kind)
    case.add(kind, VOC)
    assert case.given(Frame(1, 3, (4, 3))) == Given(dropped=(Dropped("annotation_frame_unknown", 3),))


def test_a_file_that_changed_since_the_inventory_ends_the_run(tmp_path: Path) -> None:
    case = Case(tmp_path, kind="voc")
    path = case.add("voc", VOC)
    path.write_bytes(VOC + b" ")
    with pytest.raises(SourceError, match="changed while the build ran; run it again"):
        case.given()
    path.unlink()
    with pytest.raises(SourceError, match="changed while the build ran"):
        case.given()


def test_class_names_that_are_no_text_end_the_run(tmp_path: Path) -> None:
    case = Case(tmp_path, kind="yolo")
    case.add("yolo", b"0 .5 .5 1 1")
    case.add(NAMES, b"\xff\xfe\x00\x01")
    with pytest.raises(SourceError, match=r"annotations\.names: it is no UTF-8 text"):
        case.given()
