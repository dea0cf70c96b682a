import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.ingest.given import Dropped, Given, GivenRegion, NamedCorners, place

WH = (100, 50)


def placed(x1: float, y1: float, x2: float, y2: float) -> Given:
    return place(NamedCorners("a", (x1, y1, x2, y2)), WH)


@pytest.mark.parametrize(
    ("corners", "box"),
    [
        ((0, 0, 100, 50), (0, 0, 100, 50)),
        ((10, 10, 20, 20), (10, 10, 20, 20)),
        ((10.4, 10.4, 20.4, 20.4), (10, 10, 20, 20)),
        ((10.5, 10.5, 20.5, 20.5), (11, 11, 21, 21)),
        ((10.1, 10.1, 10.2, 10.2), (10, 10, 11, 11)),
        ((99.6, 0, 99.9, 1), None),
        ((-0.4, 0, 1, 1), (0, 0, 1, 1)),
    ],
)
def test_boxes_are_rounded_to_whole_pixels_and_keep_one(
    corners: tuple[float, float, float, float], box: tuple[int, int, int, int] | None
) -> None:
    found = placed(*corners)
    assert [region.box_xyxy for region in found.regions] == ([] if box is None else [box])
    assert all(each.reason == "box_outside_image" for each in found.dropped)


@pytest.mark.parametrize(
    ("corners", "reason", "value"),
    [
        ((10, 10, 10, 20), "box_empty", 0),
        ((20, 10, 10, 20), "box_empty", -10),
        ((100, 0, 120, 20), "box_outside_image", 1),
        ((0, -20, 20, 0), "box_outside_image", 1),
        ((math.nan, 0, 20, 20), "box_unreadable", 0),
        ((0, 0, math.inf, 20), "box_unreadable", 0),
    ],
)
def test_what_is_no_box_of_the_picture_is_dropped(
    corners: tuple[float, float, float, float], reason: str, value: float
) -> None:
    assert placed(*corners) == Given(dropped=(Dropped(reason, value, "a"),))


def test_a_box_partly_outside_is_cut_and_noted() -> None:
    found = placed(-10, 0, 10, 10)
    assert found.regions == (GivenRegion("a", (0, 0, 10, 10)),)
    assert found.dropped == (Dropped("box_clipped", 0.5, "a", box_stays=True),)
    assert found.incomplete == frozenset()


def test_what_is_lost_makes_its_label_incomplete() -> None:
    lost = Given.united([placed(0, 0, 1, 1), placed(0, 0, 0, 0), Given.nothing("class_unknown", 7)])
    assert len(lost.regions) == 1
    assert lost.incomplete == {"a", None}


def test_nothing_united_is_nothing() -> None:
    assert Given.united([]) == Given()


coordinate = st.floats(-200, 200)


@given(coordinate, coordinate, coordinate, coordinate)
def test_every_box_is_within_the_picture_or_has_a_reason(x1: float, y1: float, x2: float, y2: float) -> None:
    found = placed(x1, y1, x2, y2)
    assert len(found.regions) + len(found.incomplete) == 1
    for region in found.regions:
        left, top, right, bottom = region.box_xyxy
        assert 0 <= left < right <= WH[0]
        assert 0 <= top < bottom <= WH[1]
        assert abs(left - max(x1, 0)) <= 1
        assert abs(bottom - min(y2, WH[1])) <= 1
