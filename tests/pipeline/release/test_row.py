import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from pipeline.release.pictures import shard_pictures
from pipeline.release.plan import ShardPlan
from pipeline.release.row import release_rows
from pipeline.release.settings import ReleaseSettings
from schemas.tables.release import RELEASE
from tests.pipeline.release.builders import Picture, Region, part_tables

SETTINGS = ReleaseSettings(global_side_px=50)
WIDE = Picture(number=3, wh=(200, 90), spacing_mm=(0.5, 0.25))


def released(*pictures: Picture) -> list[dict[str, Any]]:
    """Rows in the order of items."""
    table, lost = release_rows(shard_pictures(ShardPlan("train", "", ()), part_tables(pictures)), SETTINGS)
    assert table.schema.equals(RELEASE)
    assert not lost
    return list(table.to_pylist())


def regions_of(*regions: Region) -> list[dict[str, Any]]:
    row = released(replace(WIDE, regions=regions))[0]
    return list(row["regions"])


def test_no_pictures_give_no_rows() -> None:
    assert released() == []


def test_columns_of_their_step_to_come_are_null() -> None:
    row = released(WIDE)[0]
    assert {name for name in ("site_id", "audit") if row[name] is None} == {"site_id", "audit"}


def test_size_scale_and_spacing_are_those_of_the_global_view() -> None:
    row = released(WIDE)[0]
    assert (row["width"], row["height"], row["scale"]) == (50, 23, 0.25)  # 22.5, halves to the larger
    assert row["spacing_mm"] == pytest.approx([0.5 * 90 / 23, 0.25 * 200 / 50])


def test_unknown_spacing_stays_unknown() -> None:
    assert released(replace(WIDE, spacing_mm=None))[0]["spacing_mm"] is None


def test_a_picture_without_regions_has_an_empty_list() -> None:
    assert regions_of() == []


def test_boxes_move_to_the_view_and_their_sources_stay() -> None:
    whole, part = regions_of(Region(box=(0, 0, 200, 90)), Region(box=(40, 30, 80, 60)))
    assert whole["box_xyxy"] == [0, 0, 50, 23]
    assert part["box_xyxy"] == pytest.approx([10, 30 * 23 / 90, 20, 60 * 23 / 90], rel=1e-6)
    assert part["source_box_xyxy"] == [40, 30, 80, 60]
    assert part["crop_box_xyxy"] == pytest.approx([7.5, 22 * 23 / 90, 22.5, 68 * 23 / 90], rel=1e-6)


def test_masks_and_labels_pass_as_they_are() -> None:
    region = Region(box=(40, 30, 80, 60), label="RBC")
    found = regions_of(region, Region(box=(0, 0, 9, 9), masked=False))
    assert found[0]["mask"]["size"] == [30, 40]
    assert (found[0]["label"], found[0]["kind"], found[1]["mask"]) == ("RBC", "cell", None)


def test_files_are_named_by_ids() -> None:
    region = Region(box=(40, 30, 80, 60))
    row = released(replace(WIDE, encoding="png", wh=(40, 18), regions=(Region(box=(4, 3, 9, 9)),)))[0]
    assert row["image"]["path"] == f"{WIDE.image_id}.png"
    row = released(replace(WIDE, encoding="png", regions=(region,)))[0]
    assert row["image"]["path"] == f"{WIDE.image_id}.jpg"
    assert row["regions"][0]["crop"]["path"] == f"{WIDE.region_id(region)}.jpg"


def test_captions_find_their_regions_by_id() -> None:
    regions = [Region(box=(0, 0, 9 + n, 9), caption=f"Cell {n}.") for n in range(3)]
    tables = part_tables([replace(WIDE, regions=tuple(regions))])
    backwards = tables["regions"].take([2, 0, 1])
    pictures = shard_pictures(ShardPlan("train", "", ()), {**tables, "regions": backwards})
    row = release_rows(pictures, SETTINGS)[0].to_pylist()[0]
    assert [region["caption"] for region in row["regions"]] == ["Cell 2.", "Cell 0.", "Cell 1."]
    assert row["regions"][0]["facts"][0]["subject"] == WIDE.region_id(regions[2])


def test_regions_go_to_their_own_pictures() -> None:
    pictures = [
        Picture(number=number, regions=tuple(Region(box=(0, 0, 9 + n, 9)) for n in range(number % 3)))
        for number in range(7)
    ]
    by_id = {row["image_id"]: row for row in released(*pictures)}
    for picture in pictures:
        found = [region["region_id"] for region in by_id[picture.image_id]["regions"]]
        assert found == [picture.region_id(region) for region in picture.regions]


def test_rejected_regions_are_left_out_and_the_picture_stays() -> None:
    assert regions_of(Region(box=(0, 0, 9, 9), rejected="mask_malformed")) == []


@pytest.mark.parametrize(
    ("own", "annotations", "expected"),
    [
        ("MIT", [], "MIT"),
        ("MIT", [None], "MIT"),
        ("CC BY 4.0", ["CC BY-SA 4.0"], "CC-BY-SA-4.0"),
        ("CC BY-SA 4.0", ["MIT", "CC0"], "CC-BY-SA-4.0"),
        ("ask the author", ["MIT"], "other"),
    ],
)
def test_a_row_has_the_strictest_licence_and_regions_keep_theirs(
    own: str, annotations: list[str | None], expected: str
) -> None:
    regions = tuple(Region(box=(0, 0, 9 + n, 9), licence=given) for n, given in enumerate(annotations))
    row = released(replace(WIDE, licence=own, regions=regions))[0]
    assert row["licence"] == expected
    assert [region["licence"] for region in row["regions"]] == annotations


def test_provenance_says_who_proposed_each_region_and_who_drew_its_mask() -> None:
    row = released(replace(WIDE, regions=(Region(box=(0, 0, 9, 9)), Region(box=(0, 0, 9, 8), masked=False))))[0]
    assert json.loads(row["provenance"]) == {"detector": ["given", "given"], "segmenter": ["ellipse", None]}


def test_what_selection_says_wins_and_the_projection_is_the_view() -> None:
    row = released(WIDE)[0]
    assert (row["view"], row["modality"], row["attribution"]) == ("PA", "microscopy", "makers of smears")
    assert row["axes"] == ["L", "F"]
    assert row["label_states"] == [
        {"category": "pneumonia", "state": "absent", "visible": None, "basis": "reader", "stated": True}
    ]


def test_damaged_pictures_are_counted_by_source_and_the_others_keep_their_own_rows() -> None:
    broken = Picture(number=1, data=b"", regions=(Region(box=(0, 0, 9, 9)),))
    pictures = [Picture(number=number, regions=(Region(box=(0, 0, 9 + number, 9)),)) for number in (0, 2, 3)]
    tables = part_tables([broken, *pictures])
    table, lost = release_rows(shard_pictures(ShardPlan("train", "", ()), tables), SETTINGS)
    assert lost == {("smears", "picture_damaged"): 1}
    found = {row["image_id"]: row["regions"][0]["source_box_xyxy"] for row in table.to_pylist()}
    assert found == {picture.image_id: [0, 0, 9 + picture.number, 9] for picture in pictures}


def test_boxes_are_single_precision() -> None:
    box = released(replace(WIDE, regions=(Region(box=(1, 1, 7, 8)),)))[0]["regions"][0]["box_xyxy"]
    assert box == [float(np.float32(value)) for value in box]
