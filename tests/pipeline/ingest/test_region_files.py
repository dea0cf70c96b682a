import json
from typing import Any

import numpy as np
import pytest

from pipeline.ingest.given import Dropped
from pipeline.ingest.region_files import dumped, read_regions
from schemas.errors import BadData
from schemas.masks import encode

WH = (40, 30)


def region(**columns: Any) -> dict[str, Any]:
    return {"label": "cyst", "box_xyxy": [1, 2, 11, 8], **columns}


def document(*regions: Any, **columns: Any) -> bytes:
    return json.dumps({"width": 40, "height": 30, "regions": list(regions), **columns}).encode()


def test_a_file_without_regions_says_that_there_are_none() -> None:
    found = read_regions(document(), WH)
    assert (found.regions, found.dropped, found.exhaustive) == ((), (), frozenset())


def test_all_of_a_region_is_read() -> None:
    mask = dict(encode(np.ones((6, 10), np.bool_)))
    said = {"side": "left", "place": "upper_outer_quadrant", "attributes": {"margin": "spiculated", "echo": "mixed"}}
    (found,) = read_regions(document(region(mask=mask, **said)), WH).regions
    assert (found.label, found.box_xyxy, found.mask) == ("cyst", (1, 2, 11, 8), mask)
    assert dict(found.attributes) == {
        "echo": "mixed",
        "margin": "spiculated",
        "place": "upper_outer_quadrant",
        "side": "left",
    }


def test_what_is_written_is_read_back() -> None:
    found = read_regions(dumped(WH, iter([region()]), frozenset({"b", "a"})), WH)
    assert [each.label for each in found.regions] == ["cyst"]
    assert found.exhaustive == {"a", "b"}


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"label": ""}, "label_missing"),
        ({"label": 7}, "label_missing"),
        ({"box_xyxy": [1, 2, 3]}, "box_unreadable"),
        ({"box_xyxy": [1, 2, "3", 4]}, "box_unreadable"),
        ({"box_xyxy": [True, 2, 3, 4]}, "box_unreadable"),
        ({"box_xyxy": [5, 5, 5, 9]}, "box_empty"),
        ({"box_xyxy": [50, 50, 60, 60]}, "box_outside_image"),
    ],
)
def test_a_region_without_a_label_or_a_box_is_left_out_with_its_reason(changed: dict[str, Any], reason: str) -> None:
    found = read_regions(document(region(**changed), region()), WH)
    assert len(found.regions) == 1
    assert [each.reason for each in found.dropped] == [reason]


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"mask": {"size": [6, 10]}}, "mask_malformed"),
        ({"mask": "0"}, "mask_malformed"),
        ({"mask": dict(encode(np.ones((5, 10), np.bool_)))}, "mask_size_mismatch"),
        ({"side": "bilateral"}, "word_unknown"),
        ({"place": "nowhere"}, "word_unknown"),
        ({"attributes": {"margin": "fluffy"}}, "word_unknown"),
        ({"attributes": {"charm": "great"}}, "word_unknown"),
        ({"attributes": ["margin"]}, "word_unknown"),
    ],
)
def test_a_mask_or_word_that_is_none_is_left_out_and_the_box_stays(changed: dict[str, Any], reason: str) -> None:
    found = read_regions(document(region(**changed)), WH)
    assert [(each.label, each.mask, each.attributes) for each in found.regions] == [("cyst", None, ())]
    assert found.dropped == (Dropped(reason, label="cyst", box_stays=True),)
    assert not found.incomplete


def test_a_file_for_a_picture_of_another_size_gives_nothing() -> None:
    assert [each.reason for each in read_regions(document(region(), width=41), WH).dropped] == [
        "annotation_size_mismatch"
    ]


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b"\xff", b'{"regions": 3}', b"[" * 100_000])
def test_what_is_no_region_file_is_unreadable(data: bytes) -> None:
    with pytest.raises(BadData, match="annotation_unreadable"):
        read_regions(data, WH)


@pytest.mark.parametrize("odd", [3, None, "x", [1]])
def test_a_region_that_is_no_mapping_is_unreadable(odd: Any) -> None:
    assert [each.reason for each in read_regions(document(odd), WH).dropped] == ["box_unreadable"]
