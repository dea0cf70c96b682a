from collections import Counter
from typing import Any

import pytest

from pipeline.describe.across import OTHER_PICTURE
from pipeline.describe.captions import Describe
from pipeline.describe.exchanges import PARTNERS
from pipeline.describe.settings import ENOUGH, DescribeSettings
from tests.pipeline.describe.builders import Row, describe, make_image, make_region, make_selection, make_tables

UPPER_LEFT, LOWER_RIGHT = (20, 20, 60, 60), (800, 500, 850, 550)
LIKE = {"modality": "ct", "body_part": "abdomen", "group_id": "g", "split": "train", "licence": "MIT"}


def parted(boxes: list[tuple[int, int, int, int]], stage: Describe | None = None, **other: Any) -> list[Row]:
    """A part of pictures with one cyst each; `other` is said of the first alone."""
    items = [f"p{i:02}" for i in range(len(boxes))]
    selection = [make_selection(item, **{**LIKE, **({} if i else other)}) for i, item in enumerate(items)]
    regions = [make_region(box, "cyst", item) for box, item in zip(boxes, items, strict=True)]
    return describe(make_tables([make_image(item) for item in items], selection, regions), stage)


def exchanged(rows: list[Row]) -> list[tuple[str, Row]]:
    """What single regions took of those of other pictures, with the true text."""
    regions = [region for row in rows for region in row["regions"]]
    return [(n["positive"] or r["caption"], n) for r in regions for n in r["negatives"] if n["twin"]]


def test_a_part_without_regions_exchanges_nothing() -> None:
    assert exchanged(describe(make_tables([make_image()], [make_selection(**LIKE)]))) == []


def test_regions_that_are_alone_take_each_other_s_caption_and_values() -> None:
    rows = parted([UPPER_LEFT, LOWER_RIGHT])
    captions = [row["regions"][0]["caption"] for row in rows]
    found = exchanged(rows)
    whole = [(true, each["text"]) for true, each in found if each["kind"] == OTHER_PICTURE]
    assert whole == [(captions[0], captions[1]), (captions[1], captions[0])]
    assert {each["slot"] for _, each in found} >= {"position"}
    assert set(Counter(each["twin"] for _, each in found).values()) == {2}


@pytest.mark.parametrize(
    "other",
    [
        {"modality": "mri"},
        {"body_part": "chest"},
        {"split": "test"},
        {"licence": "CC-BY-NC-4.0"},
        {"group_id": "b"},  # of the other half of the patients
    ],
)
def test_pictures_that_differ_otherwise_exchange_nothing(other: Row) -> None:
    assert exchanged(parted([UPPER_LEFT, LOWER_RIGHT], **other)) == []


def test_what_may_be_true_of_both_is_not_exchanged() -> None:
    assert exchanged(parted([UPPER_LEFT, UPPER_LEFT])) == []


def test_each_pair_of_texts_stands_once_each_way_and_nobody_has_more_than_the_settings_say() -> None:
    boxes = [(30 + 290 * (i % 3), 20 + 190 * (i // 3), 60 + 290 * (i % 3), 50 + 190 * (i // 3)) for i in range(9)]
    for limit in (3, 64):
        rows = parted(boxes, Describe(DescribeSettings(negatives_per_region=limit)))
        found = exchanged(rows)
        pairs = Counter((true, each["text"]) for true, each in found)
        assert pairs == Counter({(false, true): count for (true, false), count in pairs.items()})
        assert all(len(row["regions"][0]["negatives"]) <= limit for row in rows)
    drawn = [[each["kind"] for each in row["regions"][0]["negatives"] if each["twin"]] for row in rows]
    assert all(PARTNERS <= kinds.count(OTHER_PICTURE) <= 2 * PARTNERS for kinds in drawn)
    assert sum(len(kinds) >= ENOUGH for kinds in drawn) > len(boxes) / 2


def test_a_region_that_has_enough_in_its_picture_takes_none_of_another() -> None:
    regions = []
    for i in range(9):
        left, top, side = 10 + 290 * (i % 3), 5 + 195 * (i // 3), 20 if i % 2 else 190  # small or large
        regions.append(make_region((left, top, left + side, top + side), "cyst", "a"))
    regions.append(make_region(UPPER_LEFT, "cyst", "b"))
    selection = [make_selection(item, **LIKE) for item in "ab"]
    (row, _) = describe(make_tables([make_image(item) for item in "ab"], selection, regions))
    taken = [[each for each in region["negatives"] if each["twin"]] for region in row["regions"]]
    held = Counter(each["twin"] for of_region in taken for each in of_region)
    enough = 0
    for of_region in taken:
        own = [each for each in of_region if held[each["twin"]] == 2 and each["kind"] != "binding"]
        enough += len(own) >= ENOUGH
        assert len(own) < ENOUGH or all(held[each["twin"]] == 2 for each in of_region)
    assert enough
