from typing import NoReturn

import numpy as np
import pytest

from annotators.proposal import Picture, SegmentedMask
from annotators.segmenters.ellipse import EllipseSegmenter
from tests.annotators.tiny_models import make_picture

Box = tuple[int, int, int, int]


class Unseen(list[Picture]):
    def __iter__(self) -> NoReturn:
        raise AssertionError("a picture was decoded")


def segment(*boxes_xyxy: list[Box]) -> list[list[SegmentedMask]]:
    arrays = [np.array(boxes, dtype=np.int64).reshape(-1, 4) for boxes in boxes_xyxy]
    return EllipseSegmenter().segment([make_picture(seed=i) for i in range(len(arrays))], arrays)


def test_every_box_gets_the_ellipse_of_its_own_size() -> None:
    assert segment() == []
    none, two = segment([], [(3, 4, 43, 24), (0, 0, 1, 1)])
    assert none == []
    assert [mask.mask_hw.shape for mask in two] == [(20, 40), (1, 1)]
    assert two[0].mask_hw.mean() == pytest.approx(np.pi / 4, abs=0.01)
    assert two[1].mask_hw.all()


def test_it_is_drawn_on_purpose_not_as_a_fallback() -> None:
    ((mask,),) = segment([(0, 0, 9, 9)])
    assert (mask.stability, mask.fallback) == (None, False)


def test_no_picture_is_looked_at() -> None:
    """Pictures may be decoded on demand, and ellipses ask for none."""
    assert len(EllipseSegmenter().segment(Unseen(), [np.array([[0, 0, 3, 3]])])) == 1
