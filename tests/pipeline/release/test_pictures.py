from dataclasses import replace

import pyarrow as pa
import pytest

from pipeline.release.pictures import READS, belonging, shard_pictures
from pipeline.release.plan import ShardPlan
from schemas.errors import SchemaError
from schemas.tables.captions import CAPTIONS
from schemas.tables.columns import row_keys
from schemas.tables.images import IMAGES
from schemas.tables.regions import REGIONS
from schemas.tables.selection import SELECTION
from tests.pipeline.release.builders import Picture, Region, part_tables

ALL = ShardPlan("train", "", ())
ONE = Region(box=(0, 0, 9, 9))


def test_only_columns_that_tables_have_are_read() -> None:
    schemas = {"images": IMAGES, "selection": SELECTION, "regions": REGIONS, "captions": CAPTIONS}
    assert set(READS) == set(schemas)
    for table, columns in READS.items():
        assert set(columns) <= set(schemas[table].names)
        assert len(set(columns)) == len(columns)


def test_the_declared_columns_are_enough() -> None:
    tables = part_tables([Picture(regions=(ONE,))])
    narrow = {name: tables[name].select(list(columns)) for name, columns in READS.items()}
    assert len(shard_pictures(ALL, narrow)) == 1


def test_frames_of_one_item_are_different_pictures() -> None:
    table = part_tables([Picture(), Picture()])["selection"]
    frames = table.set_column(table.schema.get_field_index("frame"), "frame", pa.array([0, 1], pa.int32()))
    assert len(set(row_keys(frames).to_pylist())) == 2


@pytest.mark.parametrize(
    ("picture", "belongs"),
    [
        (Picture(), True),
        (Picture(split="test"), False),
        (Picture(status="duplicate"), False),
        (Picture(status="excluded"), False),
    ],
)
def test_kept_pictures_of_the_split_belong(picture: Picture, belongs: bool) -> None:
    assert belonging(ALL, part_tables([picture])["selection"]).to_pylist() == [belongs]


def test_a_picture_without_a_split_does_not_belong() -> None:
    table = part_tables([Picture()])["selection"]
    without = table.set_column(table.schema.get_field_index("split"), "split", pa.nulls(1, pa.string()))
    assert belonging(ALL, without).to_pylist() == [False]


@pytest.mark.parametrize("table", ["images", "captions"])
def test_a_kept_picture_that_a_table_lacks_ends_the_run(table: str) -> None:
    tables = part_tables([Picture(number=0), Picture(number=1)])
    with pytest.raises(SchemaError, match="1 kept"):
        shard_pictures(ALL, {**tables, table: tables[table].slice(1)})


def test_taking_pictures_takes_their_regions() -> None:
    numbered = [
        replace(Picture(number=n), regions=tuple(Region(box=(0, 0, 9 + i, 9)) for i in range(n))) for n in range(4)
    ]
    pictures = shard_pictures(ALL, part_tables(numbered))
    counts = pictures.counts.tolist()
    for rows in ([], [0], [3, 1], [2, 2]):
        taken = pictures.take(rows)
        assert taken.counts.tolist() == [counts[row] for row in rows]
        assert [len(boxes) for _, boxes in taken.stored()] == taken.counts.tolist()
        assert taken.selection["image_id"].to_pylist() == [pictures.selection["image_id"][row].as_py() for row in rows]
        owners = row_keys(taken.regions).to_pylist()
        names = row_keys(taken.selection).to_pylist()
        assert owners == [name for name, count in zip(names, taken.counts, strict=True) for _ in range(count)]
