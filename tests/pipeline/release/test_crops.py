from dataclasses import replace
from typing import Literal

import cv2
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.release.crops import StoredPicture, Views, cut_views
from pipeline.release.settings import ReleaseSettings
from schemas.crops import Box
from schemas.errors import BadData
from tests.pipeline.release.builders import decoded, encoded, paint

SETTINGS = ReleaseSettings(global_side_px=100, crop_side_px=64)


def stored(wh: tuple[int, int], channels: int = 3, encoding: str = "png") -> StoredPicture:
    return StoredPicture(pa.py_buffer(encoded(paint(1, wh, channels), encoding)), encoding, wh)


def cut(picture: StoredPicture, *boxes: Box, encoding: Literal["jpeg", "png"] = "jpeg") -> Views:
    return cut_views(picture, boxes, replace(SETTINGS, encoding=encoding))


@pytest.mark.parametrize("encoding", ["jpeg", "png"])
def test_a_picture_within_the_limit_keeps_its_bytes(encoding: str) -> None:
    picture = stored((100, 40), encoding=encoding)
    for views in (cut(picture), cut(picture, (5, 5, 30, 30))):
        assert views.picture.data == picture.data.to_pybytes()
        assert views.picture.suffix == {"jpeg": ".jpg", "png": ".png"}[encoding]
        assert (views.view.scale, views.view.wh) == (1.0, (100, 40))


def test_a_picture_of_which_nothing_is_cut_is_not_decoded() -> None:
    broken = StoredPicture(pa.py_buffer(b"no picture"), "png", (50, 50))
    assert cut(broken).picture.data == b"no picture"
    with pytest.raises(BadData, match="picture_damaged"):
        cut(broken, (0, 0, 9, 9))


def test_a_picture_of_another_size_than_its_row_says_is_damaged() -> None:
    with pytest.raises(BadData, match="picture_damaged"):
        cut(replace(stored((300, 200)), image_wh=(200, 300)))


@pytest.mark.parametrize(("channels", "shape"), [(1, (50, 100)), (3, (50, 100, 3))])
def test_a_larger_picture_is_shrunk_by_area_and_grey_stays_in_one_channel(
    channels: int, shape: tuple[int, ...]
) -> None:
    picture = stored((400, 200), channels)
    pixels = decoded(cut(picture, encoding="png").picture.data)
    assert pixels.shape == shape
    means = decoded(picture.data.to_pybytes()).reshape(50, 4, 100, 4, -1).mean(axis=(1, 3))
    assert np.abs(pixels.reshape(50, 100, -1) - means).max() <= 0.5


def test_jpeg_is_of_the_quality_asked_for_and_keeps_all_colour_samples() -> None:
    data = cut(stored((400, 200))).picture.data
    assert data[:2] == b"\xff\xd8"
    frame = data.index(b"\xff\xc0")
    assert data[frame + 10 : frame + 12] == b"\x01\x11"  # component 1: one sample in each direction, as 2 and 3
    finer = cut_views(stored((400, 200)), (), replace(SETTINGS, jpeg_quality=99)).picture.data
    assert len(finer) > len(data)


def test_crops_are_cut_at_source_resolution_with_context() -> None:
    picture = stored((400, 200))
    views = cut(picture, (100, 60, 140, 100), encoding="png")
    assert views.crop_boxes == ((90, 50, 150, 110),)
    expected = decoded(picture.data.to_pybytes())[50:110, 90:150]
    assert np.array_equal(decoded(views.crops[0].data), expected)


def test_a_large_crop_is_shrunk_and_a_small_one_is_not_enlarged() -> None:
    views = cut(stored((400, 200)), (0, 0, 400, 200), (10, 10, 12, 12))
    assert [decoded(crop.data).shape[:2] for crop in views.crops] == [(32, 64), (32, 32)]


@given(
    wh=st.tuples(st.integers(1, 300), st.integers(1, 300)),
    ends=st.tuples(*[st.floats(0, 1)] * 4),
)
@settings(max_examples=60, deadline=None)
def test_every_crop_holds_its_box_and_stays_within_the_picture(
    wh: tuple[int, int], ends: tuple[float, float, float, float]
) -> None:
    left, right = sorted(round(end * (wh[0] - 1)) for end in ends[:2])
    top, bottom = sorted(round(end * (wh[1] - 1)) for end in ends[2:])
    box = (left, top, right + 1, bottom + 1)
    views = cut(stored(wh), box)
    crop = views.crop_boxes[0]
    assert 0 <= crop[0] <= box[0] < box[2] <= crop[2] <= wh[0]
    assert 0 <= crop[1] <= box[1] < box[3] <= crop[3] <= wh[1]
    assert max(decoded(views.crops[0].data).shape[:2]) <= SETTINGS.crop_side_px
    assert max(views.view.wh) <= SETTINGS.global_side_px


def test_the_same_picture_gives_the_same_bytes() -> None:
    first, again = (cut(stored((400, 200)), (10, 10, 90, 90)) for _ in range(2))
    assert first == again


def test_colours_keep_their_places() -> None:
    pixels = np.zeros((200, 200, 3), np.uint8)
    pixels[..., 2] = 220  # red, in OpenCV's order
    views = cut(StoredPicture(pa.py_buffer(encoded(pixels)), "png", (200, 200)), (0, 0, 50, 50))
    for data in (views.picture.data, views.crops[0].data):
        rgb = cv2.cvtColor(decoded(data), cv2.COLOR_BGR2RGB)
        assert np.abs(rgb.reshape(-1, 3).astype(int) - (220, 0, 0)).max() <= 2
