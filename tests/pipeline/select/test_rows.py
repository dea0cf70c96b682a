import pytest

from pipeline.select.rows import aligned, is_rejected
from tests.pipeline.select.tables import Row, make_images, make_records, rejected


def test_no_rows_align() -> None:
    assert aligned(make_images(), make_records()).num_rows == 0


def test_rows_come_in_the_order_of_the_pictures() -> None:
    records = make_records({"item": "2", "licence": "B"}, {"item": "1", "licence": "A"})
    assert aligned(make_images({"item": "1"}, {"item": "2"}), records)["licence"].to_pylist() == ["A", "B"]


def test_every_column_of_the_key_counts() -> None:
    keys: list[Row] = [
        {"item": "1"},
        {"item": "1", "frame": 1},
        {"item": "1", "view": "lung"},
        {"item": "1", "source": "b"},
    ]
    images = make_images(*keys)
    records = make_records(*({**key, "study": str(i)} for i, key in reversed(list(enumerate(keys)))))
    assert aligned(images, records)["study"].to_pylist() == ["0", "1", "2", "3"]


def test_a_rejected_picture_needs_no_record() -> None:
    images = make_images({"item": "1", "rejected": rejected()}, {"item": "2"})
    assert aligned(images, make_records({"item": "2"}))["licence"].to_pylist() == [None, "MIT"]


def test_a_good_picture_without_a_record_is_a_bug() -> None:
    with pytest.raises(KeyError, match="1 pictures"):
        aligned(make_images({"item": "1"}), make_records({"item": "2"}))


def test_a_row_is_rejected_by_its_reason() -> None:
    assert is_rejected(make_images({"item": "1"}, {"item": "2", "rejected": rejected()})).tolist() == [False, True]
