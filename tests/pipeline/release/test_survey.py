from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pipeline.release.survey import COUNTS, SHOWN, SIZES, Survey, binned, survey
from tests.pipeline.release.builders import Picture, Region
from tests.pipeline.release.releases import some_pictures, write_release


@pytest.mark.parametrize(
    ("values", "filled"),
    [([], {}), ([0, 1.9, 2, 39.9, 40, 100], {"<2": 2, "2–5": 1, "20–40": 1, "≥40": 2})],
)
def test_bins_are_half_open_and_all_there(values: list[float], filled: dict[str, int]) -> None:
    assert binned(np.array(values), SIZES) == {**dict.fromkeys(SIZES, 0), **filled}


def test_nothing_is_shown_of_nothing() -> None:
    assert Survey().shown() == []


def test_sizes_are_sides_in_percent_of_the_picture(tmp_path: Path) -> None:
    regions = (Region(box=(0, 0, 96, 64)), Region(box=(0, 0, 12, 8)))  # all of it, and an eighth of each side
    found = survey(write_release(tmp_path, [Picture(regions=regions), Picture(number=1)]))
    assert {name: amount for name, amount in found.region_sizes.items() if amount} == {"10–20": 1, "≥40": 1}
    assert list(found.region_sizes) == list(SIZES)
    assert {name: amount for name, amount in found.regions_per_image.items() if amount} == {"0": 1, "2": 1}
    assert list(found.regions_per_image) == list(COUNTS)


def test_a_survey_counts_splits_as_the_manifest_does(tmp_path: Path) -> None:
    release = write_release(tmp_path, some_pictures())
    for name in ("source", "modality"):
        said = {key: amounts["images"] for key, amounts in release.manifest()["counts"][f"by_{name}"].items()}
        assert {key: splits.total() for key, splits in survey(release).splits_of[name].items()} == said


def test_regions_with_few_negatives_are_counted_once_and_by_each_reason(tmp_path: Path) -> None:
    boxes = [(0, 0, 9, 9), (20, 0, 29, 9), (40, 0, 49, 9), (60, 0, 69, 9)]
    because = [(), ("lost", "alone"), ("lost",), ()]
    regions = [Region(box=box, few_because=why) for box, why in zip(boxes, because, strict=True)]
    found = survey(write_release(tmp_path, [Picture(regions=tuple(regions)), Picture(number=1)]))
    assert (found.regions, found.few) == (4, 2)
    assert found.few_because == {"lost": 2, "alone": 1}


def test_what_reports_name_and_no_fact_says_adds_up_by_reason(tmp_path: Path) -> None:
    left_out = [(("old", 2), ("asked", 1)), (("old", 3),), ()]
    found = survey(write_release(tmp_path, [Picture(number=n, left_out=told) for n, told in enumerate(left_out)]))
    assert found.left_out == {"old": 5, "asked": 1}
    assert found.reports_left_out == 2


def test_pictures_come_in_turn_from_every_source_and_modality_with_regions_first(tmp_path: Path) -> None:
    many = [Picture(number=n, modality="microscopy", regions=(Region(box=(0, 0, 9, 9)),)) for n in range(40)]
    few = [Picture(number=n, source="films", modality=f"m{n}") for n in range(3)]
    bare = Picture(number=50, modality="microscopy")
    places = survey(write_release(tmp_path, [*many, *few, bare])).shown()
    assert len(places) == len(set(places)) == SHOWN
    ids = [place.image_id for place in places]
    assert {picture.image_id for picture in few} <= set(ids[:4])
    assert bare.image_id not in ids


def test_the_choice_does_not_depend_on_how_rows_lie(tmp_path: Path) -> None:
    pictures = [Picture(number=n, source="ab"[n % 2]) for n in range(9)]
    one = survey(write_release(tmp_path / "1", pictures)).shown(5)
    other = survey(write_release(tmp_path / "2", [replace(p, split="test") for p in pictures[::-1]])).shown(5)
    assert [place.image_id for place in one] == [place.image_id for place in other]
