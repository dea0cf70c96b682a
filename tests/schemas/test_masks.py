import numpy as np
import pycocotools.mask as coco
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from schemas import masks
from schemas.errors import BadData
from schemas.masks import Rle

MASKS = hnp.arrays(np.bool_, st.tuples(st.integers(1, 40), st.integers(1, 40)))
SIDES = st.integers(1, 60)


def make_rle(counts: str, height: int = 4, width: int = 4) -> Rle:
    return Rle(size=[height, width], counts=counts)


def decoded_or_reason(rle: Rle) -> masks.Mask | str:
    try:
        return masks.decode(rle)
    except BadData as error:
        return error.reason


@given(MASKS)
def test_a_mask_survives_its_code(mask: NDArray[np.bool_]) -> None:
    rle = masks.encode(mask)
    assert rle["size"] == list(mask.shape)
    assert rle["counts"].isascii()
    assert (masks.decode(rle) == mask).all()
    assert masks.decode(rle).flags["C_CONTIGUOUS"]
    assert masks.area_px(rle) == mask.sum()


@given(MASKS)
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # in pycocotools' decoder
def test_codes_mean_what_coco_says(mask: NDArray[np.bool_]) -> None:
    rle = masks.encode(mask)
    theirs = {"size": rle["size"], "counts": rle["counts"].encode()}
    assert (masks.decode(rle) == coco.decode(theirs)).all()
    assert masks.area_px(rle) == coco.area(theirs)


def test_large_runs_are_read_in_full() -> None:
    mask = np.zeros((3000, 2000), dtype=bool)
    mask[2999, 1500:] = True
    assert masks.area_px(masks.encode(mask)) == 500
    assert masks.runs(masks.encode(mask)).sum() == 6_000_000


@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (4,), (2, 2, 1)])
def test_only_pictures_with_pixels_are_encoded(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="a mask is"):
        masks.encode(np.zeros(shape, dtype=bool))


@pytest.mark.parametrize(
    "counts",
    [
        "",
        "0",  # no run at all: pycocotools would hand out raw memory
        "1000000000",  # too short
        "P",  # says that more follows, and nothing does
        "PPPPPPPPPPPP1",  # a number of more than 35 bits
        "o" * 50,
        "~~~~",  # no character of the code
        "\x00",
        "ä",
        "a0O",  # 17 and -1 make 16, but a run is not negative
    ],
)
def test_malformed_codes_are_bad_data(counts: str) -> None:
    for read in (masks.decode, masks.area_px, masks.runs):
        with pytest.raises(BadData) as caught:
            read(make_rle(counts))
        assert caught.value.reason == "mask_malformed"


@pytest.mark.parametrize("size", [[], [4], [4, 4, 1], [0, 4], [-4, -4], [2**20, 2**20]])
def test_malformed_sizes_are_bad_data(size: list[int]) -> None:
    with pytest.raises(BadData, match="mask_malformed"):
        masks.decode(Rle(size=size, counts="0"))


@given(st.text(st.characters(min_codepoint=0, max_codepoint=130), max_size=30), st.integers(1, 9), SIDES)
def test_any_text_is_a_mask_or_bad_data(counts: str, height: int, width: int) -> None:
    rle = make_rle(counts, height, width)
    mask = decoded_or_reason(rle)
    if isinstance(mask, str):
        assert mask == "mask_malformed"
    else:
        assert mask.shape == (height, width)
        assert masks.area_px(rle) == mask.sum()


@given(MASKS, st.data())
def test_a_damaged_code_is_never_read_beyond_its_size(mask: NDArray[np.bool_], data: st.DataObject) -> None:
    rle = masks.encode(mask)
    cut = data.draw(st.integers(0, len(rle["counts"])))
    extra = data.draw(st.text(st.characters(min_codepoint=48, max_codepoint=111), max_size=4))
    read = decoded_or_reason(make_rle(rle["counts"][:cut] + extra, *mask.shape))
    assert read == "mask_malformed" if isinstance(read, str) else read.shape == mask.shape


@given(MASKS)
def test_bounds_hold_every_pixel_and_no_empty_edge(mask: NDArray[np.bool_]) -> None:
    box = masks.bounds(mask)
    if box is None:
        assert not mask.any()
        return
    inside = masks.crop_to_box(mask, box)
    assert inside.sum() == mask.sum()
    assert inside[0].any()
    assert inside[-1].any()
    assert inside[:, 0].any()
    assert inside[:, -1].any()


def test_a_crop_is_a_copy() -> None:
    mask = np.zeros((5, 6), dtype=bool)
    masks.crop_to_box(mask, (1, 1, 3, 4))[:] = True
    assert not mask.any()


@given(MASKS)
def test_pasting_undoes_cropping(mask: NDArray[np.bool_]) -> None:
    box = masks.bounds(mask)
    if box is None:
        return
    rle = masks.encode(masks.crop_to_box(mask, box))
    assert (masks.paste(rle, box, (mask.shape[1], mask.shape[0])) == mask).all()


@pytest.mark.parametrize("box", [(0, 0, 0, 0), (-1, 0, 3, 2), (0, 0, 7, 2), (0, 0, 2, 6), (3, 0, 2, 2)])
def test_boxes_beyond_the_picture_are_bad_data(box: masks.Box) -> None:
    with pytest.raises(BadData, match="mask_outside"):
        masks.crop_to_box(np.zeros((5, 6), dtype=bool), box)
    with pytest.raises(BadData, match="mask_outside"):
        masks.paste(make_rle("`0"), box, (6, 5))


def test_a_mask_of_another_size_than_its_box_is_bad_data() -> None:
    rle = masks.encode(np.ones((2, 3), dtype=bool))
    with pytest.raises(BadData, match="mask_malformed"):
        masks.paste(rle, (0, 0, 2, 3), (9, 9))
    with pytest.raises(BadData, match="mask_malformed"):
        masks.resize(rle, (0, 0, 2, 3), (0, 0, 4, 6))


@pytest.mark.parametrize("box_wh", [(1, 1), (1, 9), (9, 1), (2, 2)])
def test_the_ellipse_of_a_thin_box_fills_it(box_wh: tuple[int, int]) -> None:
    assert masks.ellipse_in(box_wh).shape == (box_wh[1], box_wh[0])
    assert masks.ellipse_in(box_wh).all()


@given(SIDES, SIDES)
def test_the_ellipse_is_symmetric_and_never_empty(width: int, height: int) -> None:
    ellipse = masks.ellipse_in((width, height))
    assert ellipse.shape == (height, width)
    assert ellipse.any()
    assert (ellipse == ellipse[::-1]).all()
    assert (ellipse == ellipse[:, ::-1]).all()
    assert (ellipse == masks.ellipse_in((height, width)).T).all()


def test_the_area_of_an_ellipse_is_that_of_geometry() -> None:
    assert masks.ellipse_in((300, 200)).sum() == pytest.approx(np.pi * 150 * 100, rel=0.002)


def test_a_box_without_area_holds_no_ellipse() -> None:
    with pytest.raises(ValueError, match="holds no ellipse"):
        masks.ellipse_in((0, 3))


@given(MASKS, SIDES, SIDES)
def test_resizing_gives_the_new_size_and_loses_no_mask(mask: NDArray[np.bool_], width: int, height: int) -> None:
    box_old = (5, 7, 5 + mask.shape[1], 7 + mask.shape[0])
    resized = masks.decode(masks.resize(masks.encode(mask), box_old, (1, 2, 1 + width, 2 + height)))
    assert resized.shape == (height, width)
    assert resized.any() == mask.any()


@given(MASKS, st.integers(1, 4))
def test_enlarging_by_a_whole_number_repeats_pixels_and_comes_back(mask: NDArray[np.bool_], times: int) -> None:
    height, width = mask.shape
    small, large = (0, 0, width, height), (0, 0, width * times, height * times)
    rle = masks.resize(masks.encode(mask), small, large)
    assert (masks.decode(rle) == mask.repeat(times, axis=0).repeat(times, axis=1)).all()
    assert masks.resize(rle, large, small) == masks.encode(mask)


def test_shrinking_keeps_pixels_that_are_half_covered() -> None:
    mask = np.array([[1, 1, 0, 0, 0], [0, 0, 0, 0, 0]], dtype=bool)
    rle = masks.resize(masks.encode(mask), (0, 0, 5, 2), (0, 0, 2, 1))
    assert masks.decode(rle).tolist() == [[True, False]]  # 2 of 5 covered, nothing has half: the most covered
    full_rows = np.array([[1, 1, 1, 0], [1, 1, 0, 0]], dtype=bool)
    rle = masks.resize(masks.encode(full_rows), (0, 0, 4, 2), (0, 0, 2, 1))
    assert masks.decode(rle).tolist() == [[True, False]]
