from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from pipeline.release.counts import AMOUNTS, ATTRIBUTIONS_NAMED, COLUMNS, Counts, segmenters
from schemas.tables.release import RELEASE
from tests.pipeline.release.builders import Picture, Region
from tests.pipeline.release.releases import count, some_pictures, write_release


def counted(folder: Path, *pictures: Picture) -> dict[str, Any]:
    return count(write_release(folder, pictures))


def test_nothing_counts_as_nothing() -> None:
    counts = Counts()
    counts.add(RELEASE.empty_table())
    for empty in (Counts(), counts):
        found = empty.as_json()
        assert found["total"] == {**dict.fromkeys(AMOUNTS, 0), "groups": 0}
        assert (found["by_split"], found["by_label"], found["sources"]) == ({}, {}, [])


def test_columns_are_paths_of_the_released_row() -> None:
    assert {column.partition(".")[0] for column in COLUMNS} <= set(RELEASE.names)


def test_regions_and_texts_are_counted(tmp_path: Path) -> None:
    regions = (Region(box=(0, 0, 9, 9)), Region(box=(9, 9, 30, 30), caption=None))
    found = counted(
        tmp_path,
        Picture(number=0, regions=regions, negatives=5),
        Picture(number=1, summary=None, report=None, group="g"),
        Picture(number=2, group="g"),
    )
    assert found["total"] == {
        "images": 3,
        "regions": 2,
        "summaries": 2,
        "reports": 2,
        "region_captions": 1,
        "negatives": 2 * 5 + 3,
        "groups": 2,
    }


def test_every_table_adds_up_to_the_total(tmp_path: Path) -> None:
    found = counted(tmp_path, *some_pictures())
    for name in ("by_split", "by_source", "by_modality", "by_licence"):
        for amount in AMOUNTS:
            assert sum(cell[amount] for cell in found[name].values()) == found["total"][amount]
    assert sum(cell["regions"] for cell in found["by_label"].values()) == found["total"]["regions"]
    assert sum(found["groups_by_split"].values()) == found["total"]["groups"]


def test_labels_count_regions_and_images_and_none_is_a_label(tmp_path: Path) -> None:
    cells = tuple(Region(box=(n, 0, n + 9, 9)) for n in range(3))
    found = counted(
        tmp_path,
        Picture(number=0, regions=(*cells, Region(box=(5, 5, 20, 20), label=None))),
        Picture(number=1, regions=cells[:1]),
    )
    assert found["by_label"] == {"(none)": {"images": 1, "regions": 1}, "cell": {"images": 2, "regions": 4}}


def test_regions_are_counted_by_who_named_and_who_drew_them(tmp_path: Path) -> None:
    regions = (Region(box=(0, 0, 9, 9)), Region(box=(9, 9, 30, 30)), Region(box=(9, 9, 20, 20), masked=False))
    found = counted(tmp_path, Picture(regions=regions), Picture(number=1))
    assert found["by_label_source"] == {"reader": 3}
    assert found["by_segmenter"] == {"(none)": 1, "ellipse": 2}


@pytest.mark.parametrize("provenance", [None, "", "{}", "[]", "no JSON", '{"segmenter": 3}'])
def test_provenance_that_does_not_read_names_nobody(provenance: str | None) -> None:
    assert segmenters(provenance) == []


def test_unknown_modality_is_named_so(tmp_path: Path) -> None:
    assert list(counted(tmp_path, Picture(modality=None))["by_modality"]) == ["unknown"]


def test_no_cell_tells_sex_age_or_site(tmp_path: Path) -> None:
    found = counted(tmp_path, *some_pictures())
    assert set(found) == {
        "total", "by_split", "by_source", "by_modality", "by_licence", "by_label", "by_label_source", "by_segmenter",
        "groups_by_split", "sources",
    }  # fmt: skip


@pytest.mark.parametrize(("makers", "more"), [(1, 0), (ATTRIBUTIONS_NAMED, 0), (ATTRIBUTIONS_NAMED + 3, 3)])
def test_sources_name_their_licences_and_whom_to_credit(makers: int, more: int) -> None:
    counts = Counts()
    rows: list[dict[str, Any]] = [
        {"image_id": "i", "group_id": "g", "split": "train", "source": "smears", "licence": "MIT",
         "width": 1, "height": 1, "scale": 1.0, "schema_version": 1, "attribution": f"maker {n:02}", "regions": []}
        for n in range(makers)
    ]  # fmt: skip
    counts.add(pa.Table.from_pylist(rows, schema=RELEASE))
    source = counts.as_json()["sources"][0]
    assert (source["source"], source["licences"], source["more_attributions"]) == ("smears", ["MIT"], more)
    assert source["attributions"] == [f"maker {n:02}" for n in range(min(makers, ATTRIBUTIONS_NAMED))]


def test_counts_do_not_depend_on_how_rows_are_cut(tmp_path: Path) -> None:
    release = write_release(tmp_path, [replace(picture, split="train") for picture in some_pictures()])
    table = next(release.groups(release.shards()[0], COLUMNS))
    whole, pieces = Counts(), Counts()
    whole.add(table)
    for start in range(0, table.num_rows, 5):
        pieces.add(table.slice(start, 5))
    assert whole.as_json() == pieces.as_json()
