import io
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from pipeline.release.index import VERSION
from pipeline.release.plan import ShardPlan
from pipeline.release.settings import ReleaseSettings
from pipeline.release.shards import ShardStats, write_shard
from schemas.keys import column_hashes, rows_hash
from schemas.tables.release import REGION
from tests.pipeline.release.builders import Picture, Region, encoded, part_tables

CELL = Region(box=(20, 10, 50, 40))


def written(
    *parts: Sequence[Picture], split: str = "train", prefix: str = "", scratch: Path | None = None
) -> tuple[bytes, ShardStats]:
    tables = {f"smears/{number}": part_tables(pictures) for number, pictures in enumerate(parts)}
    sink = io.BytesIO()
    stats = write_shard(ShardPlan(split, prefix, tuple(tables)), tables.__getitem__, sink, ReleaseSettings(), scratch)
    return sink.getvalue(), stats


def rows_of(data: bytes) -> list[dict[str, Any]]:
    return list(pq.read_table(io.BytesIO(data)).to_pylist())


def test_no_pictures_give_a_shard_without_rows() -> None:
    data, stats = written([])
    assert rows_of(data) == []
    assert stats == ShardStats()


def test_rows_are_sorted_by_id_over_all_parts() -> None:
    pictures = [Picture(number=number) for number in range(9)]
    data, stats = written(pictures[:5], pictures[5:])
    assert [row["image_id"] for row in rows_of(data)] == sorted(picture.image_id for picture in pictures)
    assert stats.rows == 9


def test_the_same_rows_give_the_same_bytes_however_they_lie_in_parts(tmp_path: Path) -> None:
    pictures = [Picture(number=number, regions=(CELL,)) for number in range(9)]
    first, _ = written(pictures)
    assert first == written(pictures, scratch=tmp_path)[0]
    assert first == written(pictures[3:], pictures[:3])[0]


def test_the_caller_keeps_the_file_open() -> None:
    sink = io.BytesIO()
    write_shard(ShardPlan("train", "", ()), lambda _: part_tables([]), sink, ReleaseSettings())
    assert not sink.closed


def test_only_kept_pictures_of_the_split_and_the_prefix_are_written() -> None:
    pictures = [Picture(number=number) for number in range(12)]
    ones = [picture for picture in pictures if f"{int(picture.item[0], 16):04b}".startswith("1")]
    others = [Picture(number=20, split="test"), Picture(number=21, status="duplicate")]
    data, _ = written([*pictures, *others], prefix="1")
    assert {row["image_id"] for row in rows_of(data)} == {picture.image_id for picture in ones}


def test_rejected_pictures_are_counted_by_reason_and_left_out() -> None:
    damaged = Picture(number=1, data=b"\xff\xd8 no picture", regions=(CELL,))
    data, stats = written([Picture(number=0), damaged, Picture(number=2, rejected="text_failed")])
    assert [row["image_id"] for row in rows_of(data)] == [Picture(number=0).image_id]
    assert stats.rejected == {"picture_damaged": 1}  # the other is in the books of the stage that rejected it
    assert stats.rejected_by_source == {"smears": {"picture_damaged": 1}}


def test_a_shard_counts_what_it_holds() -> None:
    pictures = [Picture(number=0, regions=(CELL, Region(box=(0, 0, 9, 9))), negatives=3), Picture(number=1)]
    data, stats = written(pictures)
    rows = rows_of(data)
    crops = sum(len(region["crop"]["bytes"]) for row in rows for region in row["regions"])
    assert (stats.rows, stats.regions, stats.negatives) == (2, 2, 2 * 3 + 2)
    assert stats.image_bytes == crops + sum(len(row["image"]["bytes"]) for row in rows)


def test_many_small_rows_close_a_group_at_128() -> None:
    data, _ = written([Picture(number=number, wh=(8, 8)) for number in range(300)])
    shard = pq.ParquetFile(io.BytesIO(data))
    assert [shard.metadata.row_group(group).num_rows for group in range(shard.num_row_groups)] == [
        128,
        86,
        86,
    ]


def test_bytes_and_texts_lie_plain_and_uncompressed() -> None:
    data, _ = written([Picture(number=0, regions=(CELL,))])
    group = pq.read_metadata(io.BytesIO(data)).row_group(0)
    columns = {group.column(index).path_in_schema: group.column(index) for index in range(group.num_columns)}
    assert {column.compression for column in columns.values()} == {"UNCOMPRESSED"}
    for name in (
        "image.bytes",
        "report",
        "regions.list.element.crop.bytes",
        "regions.list.element.mask.counts",
    ):
        assert not columns[name].has_dictionary_page
        assert columns[name].statistics is None
    assert columns["image_id"].statistics.min == Picture(number=0).image_id
    assert all(column.has_offset_index for column in columns.values())
    assert data.find(rows_of(data)[0]["image"]["bytes"]) > 0


def test_a_changed_byte_of_a_page_is_noticed_at_reading() -> None:
    data, _ = written([Picture(number=0)])
    place = data.find(rows_of(data)[0]["image"]["bytes"]) + 40
    damaged = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
    with pytest.raises(OSError, match="CRC"):
        pq.ParquetFile(io.BytesIO(damaged), page_checksum_verification=True).read()


def test_rows_that_lay_in_parquet_before_are_read_alike(tmp_path: Path) -> None:
    tables = part_tables([Picture(number=number, regions=(CELL,)) for number in range(3)])
    for name, table in tables.items():
        pq.write_table(table, tmp_path / f"{name}.parquet", row_group_size=2)
    stored = {name: pq.read_table(tmp_path / f"{name}.parquet") for name in tables}
    direct, again = io.BytesIO(), io.BytesIO()
    plan = ShardPlan("train", "", ("smears/",))
    write_shard(plan, {"smears/": tables}.__getitem__, direct, ReleaseSettings())
    write_shard(plan, {"smears/": stored}.__getitem__, again, ReleaseSettings())
    assert direct.getvalue() == again.getvalue()


def arrow_peak(parts: int) -> int:
    """The most bytes that Arrow holds while it writes a shard of so many parts of 8 pictures, 1.6 MB each."""
    noise = encoded(np.random.default_rng(0).integers(0, 255, (256, 256, 3), np.uint8))

    def load(part: str) -> dict[str, pa.Table]:
        numbers = range(int(part) * 8, int(part) * 8 + 8)
        return part_tables([Picture(number=n, wh=(256, 256), encoding="png", data=noise) for n in numbers])

    usual = pa.default_memory_pool()
    counted = pa.proxy_memory_pool(usual)
    pa.set_memory_pool(counted)
    try:
        with Path(os.devnull).open("wb") as sink:
            write_shard(ShardPlan("train", "", tuple(map(str, range(parts)))), load, sink, ReleaseSettings())
        return int(counted.max_memory())
    finally:
        pa.set_memory_pool(usual)


def test_memory_does_not_grow_with_the_parts_of_a_shard() -> None:
    assert arrow_peak(40) < 1.1 * arrow_peak(10)


def hashes_without_bytes(rows: pa.Table) -> dict[str, str]:
    """Of the columns, of which pictures and crops go by their names alone: their bytes are the encoder's."""
    regions = rows["regions"].combine_chunks()
    flat = pc.list_flatten(regions)
    of_regions = {field.name: pc.struct_field(flat, field.name) for field in REGION if field.name != "crop"}
    of_regions |= {"crop": pc.struct_field(flat, ["crop", "path"]), "row": pc.list_parent_indices(regions)}
    of_rows = {name: rows[name] for name in rows.column_names if name not in ("regions", "image")}
    of_rows["image"] = pc.struct_field(rows["image"], "path")
    return {
        **column_hashes(pa.table(of_rows)),
        **{f"regions.{name}": found for name, found in column_hashes(pa.table(of_regions)).items()},
    }


def test_golden_rows_of_this_version() -> None:
    """Changed rows under an old version are wrong: raise `release.index.VERSION` together with the hash."""
    boxes = [Region(box=(20, 10, 50, 40)), Region(box=(0, 0, 12, 9), masked=False, licence="CC-BY-SA-4.0")]
    pictures = [
        Picture(number=0, wh=(1600, 900), spacing_mm=(0.2, 0.1), regions=tuple(boxes)),  # shrunk
        Picture(number=1, encoding="png", channels=1, modality="radiography", report=None),
        Picture(number=2, source="films", licence="CC-BY-4.0", regions=(CELL, Region(box=(9, 9, 9, 12), rejected="x"))),
        Picture(number=3, status="excluded"),
    ]
    data, _ = written(pictures[:2], pictures[2:])
    rows = pq.read_table(io.BytesIO(data))
    assert sorted(len(row["regions"]) for row in rows.to_pylist()) == [0, 1, 2]
    assert (VERSION, rows_hash(hashes_without_bytes(rows))) == (7, "77109ce0adcb5d475194659cc0af9a47")
