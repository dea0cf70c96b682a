from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.work import StageIndex, Work, count_reasons
from schemas.errors import SchemaError, StorageError

REJECTED = pa.struct([("reason", pa.string()), ("value", pa.float64())])


def rows(*items: str, rejected: tuple[str | None, ...] = ()) -> pa.Table:
    reasons = [reason and {"reason": reason, "value": 0.0} for reason in rejected or (None,) * len(items)]
    return pa.table(
        {"item": list(items), "rejected": pa.array(reasons, REJECTED), "image": [b"p" * 9 for _ in items]},
    )


@pytest.fixture(params=["local", "memory"])
def work(request: pytest.FixtureRequest, tmp_path: Path) -> Work:
    return Work(str(tmp_path) if request.param == "local" else f"memory://{tmp_path.name}")


def test_a_part_reads_back_with_just_the_asked_columns(work: Work) -> None:
    work.write("images", "a/0", "k", rows("x", "y"))
    assert work.read("images", "k", ["image", "item"]).column_names == ["image", "item"]
    assert work.read("images", "k")["item"].to_pylist() == ["x", "y"]


def test_the_footer_tells_what_was_committed(work: Work) -> None:
    stored = work.write("images", "a/0", "k", rows("x", "y", "z", rejected=(None, "truncated", "truncated")))
    assert work.stored("images", "k") == stored
    assert stored.rejected == {"truncated": 2}
    assert stored.source == "a"
    assert work.has("images", "k")
    assert not work.has("images", "other")


def test_an_index_reads_back_and_is_absent_before(work: Work) -> None:
    assert work.index("images") is None
    stored = work.write("images", "a/0", "k", rows("x"))
    index = StageIndex("images", 1, (stored,))
    work.write_index(index)
    assert work.index("images") == index
    assert index.rows == 1
    assert index.by_part == {"a/0": stored}


def test_identical_rows_give_identical_bytes_however_chunked(tmp_path: Path) -> None:
    one, two = Work(str(tmp_path / "1")), Work(str(tmp_path / "2"))
    whole = rows("x", "y", "z")
    one.write("images", "a/0", "k", whole)
    two.write("images", "a/0", "k", pa.concat_tables([whole.slice(0, 1), whole.slice(1)]))
    assert (tmp_path / "1/images/k.parquet").read_bytes() == (tmp_path / "2/images/k.parquet").read_bytes()


def test_pictures_are_stored_as_they_are_and_the_rest_compressed(tmp_path: Path) -> None:
    Work(str(tmp_path)).write("images", "a/0", "k", rows("x"))
    group = pq.read_metadata(tmp_path / "images/k.parquet").row_group(0)
    stored = {group.column(i).path_in_schema: group.column(i).compression for i in range(group.num_columns)}
    assert stored == {
        "item": "ZSTD", "rejected.reason": "ZSTD", "rejected.value": "ZSTD", "image": "UNCOMPRESSED",
    }  # fmt: skip


def test_a_missing_part_says_what_to_do(work: Work) -> None:
    with pytest.raises(StorageError, match="run the build again"):
        work.read("images", "gone")


@pytest.mark.parametrize("data", [b"", b"PAR1", b"no Parquet at all", None])
def test_a_damaged_part_says_what_to_do(tmp_path: Path, data: bytes | None) -> None:
    work = Work(str(tmp_path))
    work.write("images", "a/0", "k", rows(*map(str, range(99))))
    path = tmp_path / "images/k.parquet"
    whole = path.read_bytes()
    path.write_bytes(whole[:4] + b"\0" * 100 + whole[104:] if data is None else data)
    with pytest.raises(StorageError, match=r"images/k\.parquet is damaged .* remove it"):
        work.read("images", "k")


def test_the_keys_that_are_present_come_from_one_listing(work: Work) -> None:
    assert work.present("images") == frozenset()
    work.write("images", "a/0", "k", rows("x"))
    work.write_index(StageIndex("images", 1, ()))
    assert work.present("images") == {"k"}


def test_a_foreign_parquet_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    pq.write_table(rows("x"), tmp_path / "images/k.parquet")
    with pytest.raises(StorageError, match="not a part"):
        Work(str(tmp_path)).stored("images", "k")


@pytest.mark.parametrize("text", ["", "{}", '{"stage": "images", "version": 1, "parts": [{}]}'])
def test_a_damaged_index_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "images/index.json").write_text(text)
    with pytest.raises(SchemaError, match="remove it"):
        Work(str(tmp_path)).index("images")


def test_tables_that_reject_nothing_have_no_reasons() -> None:
    assert count_reasons(pa.table({"item": ["x"]})) == {}
