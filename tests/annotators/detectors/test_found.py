import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotators.detectors.found import as_proposals, check_labels, check_side, rounded_outward
from annotators.proposal import Proposal
from schemas.errors import ConfigError


def test_rows_become_named_proposals_best_first() -> None:
    rows = np.array([[1.5, 2, 3, 4.1, 0.25, 1], [0, 0, 2, 2, 0.5, 0], [7, 1, 7, 3, 0.9, 0]], dtype=np.float32)
    assert as_proposals(rows[:0], ["a", "b"], {}) == []
    assert as_proposals(rows, ["a", "b"], {"b": ("cyst", "finding")}) == [
        Proposal((0, 0, 2, 2), "a", None, 0.5),
        Proposal((1, 2, 3, 5), "cyst", "finding", 0.25),
    ]


@given(st.lists(st.tuples(*[st.integers(0, 800)] * 4), max_size=5))
def test_rounded_boxes_hold_the_float_ones_and_are_no_pixel_larger(eighths: list[tuple[int, ...]]) -> None:
    exact = np.array(eighths, dtype=np.float32).reshape(-1, 4) / np.float32(8)
    rounded = rounded_outward(exact)
    assert rounded.dtype == np.int64
    for outward in (exact[:, :2] - rounded[:, :2], rounded[:, 2:] - exact[:, 2:]):
        assert ((outward >= 0) & (outward < 1)).all()


def test_a_class_that_the_model_does_not_know_is_a_wrong_config() -> None:
    check_labels({}, ["a"])
    check_labels({"a": ("x", None)}, ["a", "b"])
    with pytest.raises(ConfigError, match=r"^labels\.c: the model knows no such class; it knows a, b"):
        check_labels({"c": ("x", None)}, ["a", "b"])


@pytest.mark.parametrize(("side_px", "nearest"), [(0, 32), (31, 32), (100, 96)])
def test_a_side_that_the_stride_does_not_divide_is_a_wrong_config(side_px: int, nearest: int) -> None:
    with pytest.raises(ConfigError, match=rf"^image_side_px: must be a multiple of 32; the nearest is {nearest}"):
        check_side(side_px, 32)
    check_side(nearest, 32)
