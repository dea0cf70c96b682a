import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from PIL import Image

from pipeline.ingest.given import Dropped, Given
from pipeline.ingest.label_masks import LabelImage, read_label_image, regions_by_instance, regions_by_value
from schemas.errors import BadData
from schemas.masks import paste

WH = (4, 3)
BLANK = np.zeros((3, 4), np.uint8)


def encoded(*pages: Image.Image, kind: str = "PNG") -> bytes:
    sink = io.BytesIO()
    more: dict[str, Any] = {"save_all": True, "append_images": pages[1:]} if len(pages) > 1 else {}
    pages[0].save(sink, kind, **more)
    return sink.getvalue()


def picture(values: NDArray[Any]) -> Image.Image:
    return Image.fromarray(values)


def with_palette(values: NDArray[np.uint8]) -> Image.Image:
    made = Image.frombytes("P", (values.shape[1], values.shape[0]), values.tobytes())
    made.putpalette([0, 0, 0, 128, 0, 0, 0, 128, 0])
    return made


VALUES = np.array([[0, 1, 1, 0], [0, 0, 0, 2], [2, 0, 0, 2]], np.uint8)


@pytest.mark.parametrize(
    "data",
    [
        encoded(picture(VALUES)),
        encoded(picture(VALUES), kind="TIFF"),
        encoded(picture(VALUES.astype(np.uint16))),
        encoded(picture(VALUES.astype(np.uint16)), kind="TIFF"),
        encoded(picture(VALUES.astype(np.int32)), kind="TIFF"),
        encoded(picture(np.repeat(VALUES[..., None], 3, axis=2))),
        encoded(with_palette(VALUES)),
    ],
)
def test_grey_and_palette_values_are_labels(data: bytes) -> None:
    assert read_label_image(data, WH).tolist() == VALUES.tolist()


def test_black_and_white_masks_are_zero_and_one() -> None:
    assert read_label_image(encoded(picture(VALUES > 0)), WH).tolist() == (VALUES > 0).astype(int).tolist()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "annotation_unreadable"),
        (b"text", "annotation_unreadable"),
        (encoded(picture(VALUES))[:-25], "annotation_unreadable"),
        (encoded(picture(VALUES), kind="BMP"), "annotation_unreadable"),
        (encoded(picture(np.arange(36, dtype=np.uint8).reshape(3, 4, 3))), "annotation_unreadable"),
        (encoded(picture(VALUES.T.copy())), "mask_size_mismatch"),
        (encoded(picture(VALUES), picture(VALUES), kind="TIFF"), "annotation_frame_unknown"),
    ],
)
def test_what_is_no_label_image_of_the_picture_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(BadData) as caught:
        read_label_image(data, WH)
    assert caught.value.reason == reason


def test_pages_belong_to_frames() -> None:
    data = encoded(picture(VALUES), picture(VALUES + 1), kind="TIFF")
    assert read_label_image(data, WH, 1, 2).tolist() == (VALUES + 1).tolist()
    with pytest.raises(BadData, match="annotation_frame_unknown"):
        read_label_image(encoded(picture(VALUES)), WH, 1, 2)


def test_a_blank_mask_says_that_there_is_nothing() -> None:
    assert regions_by_value(BLANK.astype(np.int64), {1: "nerve"}) == Given()
    assert regions_by_instance(BLANK.astype(np.int64), "nucleus") == Given()


def test_each_component_of_a_named_value_is_a_region() -> None:
    found = regions_by_value(VALUES.astype(np.int64), {1: "nerve", 2: "vessel"})
    assert [(region.label, region.box_xyxy) for region in found.regions] == [
        ("nerve", (1, 0, 3, 1)),
        ("vessel", (3, 1, 4, 3)),
        ("vessel", (0, 2, 1, 3)),
    ]
    assert found.dropped == ()


def test_pixels_that_touch_at_a_corner_are_one_component() -> None:
    found = regions_by_value(np.eye(3, dtype=np.int64), {1: "nerve"})
    assert [region.box_xyxy for region in found.regions] == [(0, 0, 3, 3)]


def test_values_without_a_name_are_dropped() -> None:
    found = regions_by_value(VALUES.astype(np.int64), {1: "nerve"})
    assert found.dropped == (Dropped("mask_value_unknown", 2),)
    assert [region.label for region in found.regions] == ["nerve"]


def test_each_value_is_an_instance_also_in_two_pieces() -> None:
    found = regions_by_instance(VALUES.astype(np.int64), "nucleus")
    assert [region.box_xyxy for region in found.regions] == [(1, 0, 3, 1), (0, 1, 4, 3)]


def whole_mask(found: Given, index: int, wh: tuple[int, int]) -> NDArray[np.bool_]:
    region = found.regions[index]
    assert region.mask is not None
    return paste(region.mask, region.box_xyxy, wh)


label_images = arrays(np.int64, st.tuples(st.integers(1, 12), st.integers(1, 12)), elements=st.integers(0, 4))


@given(label_images)
def test_instances_give_back_their_pixels(labels: LabelImage) -> None:
    found = regions_by_instance(labels, "nucleus")
    values = [value for value in np.unique(labels) if value]
    assert len(found.regions) == len(values)
    for index, value in enumerate(values):
        mask = whole_mask(found, index, (labels.shape[1], labels.shape[0]))
        assert np.array_equal(mask, labels == value)
        x1, y1, x2, y2 = found.regions[index].box_xyxy
        assert mask[y1:y2, x1].any()
        assert mask[y1:y2, x2 - 1].any()
        assert mask[y1, x1:x2].any()
        assert mask[y2 - 1, x1:x2].any()


@given(label_images)
def test_components_together_give_back_their_value(labels: LabelImage) -> None:
    found = regions_by_value(labels, {1: "one", 2: "two", 3: "three", 4: "four"})
    for value, name in ((1, "one"), (4, "four")):
        masks = [
            whole_mask(found, index, (labels.shape[1], labels.shape[0]))
            for index, region in enumerate(found.regions)
            if region.label == name
        ]
        assert np.array_equal(np.sum([np.zeros(labels.shape), *masks], axis=0), labels == value)


def test_nuclei_of_a_real_mask_are_counted_by_their_values(real_data: Path) -> None:
    data = (real_data / "stardist/stardist/data/images/mask2d.tif").read_bytes()
    labels = read_label_image(data, (512, 512))
    assert len(regions_by_instance(labels, "nucleus").regions) == len(np.unique(labels)) - 1 == 125
