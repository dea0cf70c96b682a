from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.ingest.given import Dropped, Given
from pipeline.ingest.voc import read_voc
from schemas.errors import BadData

WH = (100, 50)


def voc(*objects: str, size: str = "<size><width>100</width><height>50</height></size>") -> bytes:
    return f"<annotation>{size}{''.join(objects)}</annotation>".encode()


def thing(*corners: Any, name: str = "RBC", more: str = "") -> str:
    tags = "".join(f"<{tag}>{at}</{tag}>" for tag, at in zip(("xmin", "ymin", "xmax", "ymax"), corners, strict=False))
    return f"<object><name>{name}</name><bndbox>{tags}</bndbox>{more}</object>"


def boxes(found: Given) -> list[tuple[str, tuple[int, int, int, int]]]:
    return [(region.label, region.box_xyxy) for region in found.regions]


def test_a_file_without_objects_says_that_there_are_none() -> None:
    assert read_voc(voc(), WH) == Given()


def test_corners_count_from_one_and_belong_to_the_box() -> None:
    assert boxes(read_voc(voc(thing(1, 1, 100, 50), thing(3, 4, 3, 4)), WH)) == [
        ("RBC", (0, 0, 100, 50)),
        ("RBC", (2, 3, 3, 4)),
    ]


def test_corners_may_be_edges_from_zero() -> None:
    assert boxes(read_voc(voc(thing(0, 0, 100, 50), thing(3, 4, 5, 6)), WH, first_pixel=0)) == [
        ("RBC", (0, 0, 100, 50)),
        ("RBC", (3, 4, 5, 6)),
    ]


def test_parts_of_objects_are_no_objects() -> None:
    head = "<part><name>head</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>2</xmax><ymax>2</ymax></bndbox></part>"
    assert boxes(read_voc(voc(thing(1, 1, 10, 10, name=" cell ", more=head)), WH)) == [("cell", (0, 0, 10, 10))]


@pytest.mark.parametrize(
    ("object_", "dropped"),
    [
        (thing(1, 1, 10), Dropped("box_unreadable", label="RBC")),
        (thing(1, 1, 10, "wide"), Dropped("box_unreadable", label="RBC")),
        (thing(1, 1, 10, "nan"), Dropped("box_unreadable", label="RBC")),
        ("<object><name>RBC</name></object>", Dropped("box_unreadable", label="RBC")),
        (thing(1, 1, 10, 10, name=""), Dropped("label_missing")),
        (thing(10, 1, 5, 10), Dropped("box_empty", -4, "RBC")),
        (thing(201, 1, 210, 10), Dropped("box_outside_image", 1, "RBC")),
    ],
)
def test_objects_without_a_box_are_dropped_and_others_stay(object_: str, dropped: Dropped) -> None:
    found = read_voc(voc(object_, thing(1, 1, 2, 2)), WH)
    assert found.dropped == (dropped,)
    assert len(found.regions) == 1


def test_a_file_of_a_picture_of_another_size_gives_nothing() -> None:
    found = read_voc(voc(thing(1, 1, 2, 2)), (50, 100))
    assert found == Given(dropped=(Dropped("annotation_size_mismatch", 100),))


@pytest.mark.parametrize(
    "size", ["", "<size><width>0</width><height>0</height></size>", "<size><width>?</width></size>"]
)
def test_a_file_need_not_say_the_size(size: str) -> None:
    assert len(read_voc(voc(thing(1, 1, 2, 2), size=size), WH).regions) == 1


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"text",
        voc(thing(1, 1, 2, 2))[:-20],
        b"<html><object/></html>",
        b"\x89PNG\r\n\x1a\n",
        b'<?xml version="1.0" encoding="no-such"?><annotation/>',
        b'<!DOCTYPE a [<!ENTITY b "c">]><annotation>&b;</annotation>',
        b'<!DOCTYPE annotation SYSTEM "http://example.org/a.dtd"><annotation/>',
        b"<annotation>&undefined;</annotation>",
    ],
)
def test_what_is_no_plain_annotation_is_refused(data: bytes) -> None:
    with pytest.raises(BadData, match="annotation_unreadable"):
        read_voc(data, WH)


def test_entities_that_expand_without_end_are_refused_before_they_do() -> None:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<!DOCTYPE a [<!ENTITY l0 "x">{levels}]><annotation><object><name>&l11;</name></object></annotation>'
    with pytest.raises(BadData, match="annotation_unreadable"):
        read_voc(bomb.encode(), WH)


@pytest.mark.parametrize("side", ["inf", "1e300", "-4", "120.5"])
def test_a_size_that_no_picture_has_is_a_mismatch(side: str) -> None:
    data = f"<annotation><size><width>{side}</width><height>{side}</height></size></annotation>"
    assert read_voc(data.encode(), WH).dropped == (Dropped("annotation_size_mismatch", float(side)),)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with suppress(BadData):
        read_voc(b"<annotation>" + data, WH)


def test_every_real_box_fills_its_picture_to_the_edges_and_no_further(real_data: Path) -> None:
    """Boxes of smears touch 1 and the width, never 0: counted from one, none is clipped."""
    files = sorted((real_data / "bccd" / "BCCD" / "Annotations").glob("*.xml"))
    found = [read_voc(path.read_bytes(), (640, 480)) for path in files]
    assert all(each.dropped == () for each in found)
    edges = [region.box_xyxy for each in found for region in each.regions]
    assert min(box[0] for box in edges) == 0
    assert max(box[2] for box in edges) == 640
    assert max(box[3] for box in edges) == 480
