from typing import Any

import numpy as np

from pipeline.annotate.given import given_regions
from schemas.masks import decode, encode


def annotation(box: list[int], label: str = "WBC", mask: Any = None, **more: Any) -> dict[str, Any]:
    plain = {"kind": "cell", "name": "white blood cell", "category": None, "exhaustive": True, "licence": "MIT"}
    stated = {"label": label, "box_xyxy": box, "mask": mask, "label_source": "reader", "attributes": None}
    return {**stated, **plain, **more}


def test_a_picture_without_annotations_has_no_regions() -> None:
    assert given_regions([], (100, 80), (100, 80)) == []


def test_boxes_and_masks_move_to_the_stored_picture() -> None:
    mask = encode(np.ones((20, 40), dtype=np.bool_))
    (found,) = given_regions([annotation([11, 10, 51, 30], mask=mask)], (100, 80), (50, 40))
    assert found.proposal.box_xyxy == (5, 5, 26, 15)
    assert found.proposal.mask is not None
    assert decode(found.proposal.mask).shape == (10, 21)
    assert (found.segmenter, found.exhaustive, found.licence) == ("given", True, "MIT")


def test_the_same_box_and_label_count_once_in_a_fixed_order() -> None:
    boxes = [
        annotation([5, 5, 9, 9]),
        annotation([1, 1, 4, 4]),
        annotation([5, 5, 9, 9]),
        annotation([5, 5, 9, 9], "RBC"),
    ]
    found = given_regions(boxes, (10, 10), (10, 10))
    assert [(each.proposal.box_xyxy, each.proposal.label) for each in found] == [
        ((1, 1, 4, 4), "WBC"),
        ((5, 5, 9, 9), "RBC"),
        ((5, 5, 9, 9), "WBC"),
    ]
    assert found == given_regions(boxes[::-1], (10, 10), (10, 10))
