import pyarrow as pa

from pipeline.select.settings import SelectSettings
from pipeline.select.signatures import SIGNATURE_READS, SIGNATURES, signatures
from tests.pipeline.select.tables import make_images, make_records, rejected


def narrow(images: pa.Table, records: pa.Table) -> pa.Table:
    """From no more than the declared columns."""
    images, records = (
        table.select(list(SIGNATURE_READS[name])) for name, table in (("images", images), ("records", records))
    )
    return signatures(images, records, SelectSettings())


def test_a_part_without_pictures_has_no_signatures() -> None:
    found = narrow(make_images(), make_records())
    assert (found.schema, found.num_rows) == (SIGNATURES, 0)


def test_what_a_person_typed_wins_over_a_header() -> None:
    images = make_images({"item": "1", "patient": "header", "study": "header", "series": "header"}, {"item": "2"})
    records = make_records({"item": "1", "patient": "typed", "lesion": "L"}, {"item": "2", "study": "S", "group": "G"})
    row, other = narrow(images, records).to_pylist()
    assert (row["patient"], row["study"], row["series"], row["lesion"]) == ("typed", "header", "header", "L")
    assert (other["patient"], other["study"], other["group"]) == (None, "S", "G")


def test_verdicts_come_with_the_pixels() -> None:
    images = make_images(
        {"item": "1", "rejected": rejected(), "pixel_hash": None, "width": None, "pixel_std": None},
        {"item": "2", "pixel_std": 0.0},
        {"item": "3", "burned_in": "annotation"},
    )
    rows = narrow(images, make_records({"item": "2"}, {"item": "3"})).to_pylist()
    assert [row["rejected"] for row in rows] == [True, False, False]
    assert [row["pixel_rule"] for row in rows] == [None, "blank", None]
    assert [row["burned_in"] for row in rows] == [False, False, True]


def test_a_rejected_record_rejects_its_picture() -> None:
    found = narrow(make_images({"item": "1"}), make_records({"item": "1", "rejected": rejected()}))
    assert found["rejected"].to_pylist() == [True]


def test_signatures_of_parts_stand_one_after_another() -> None:
    parts = [narrow(make_images({"item": i, "source": i}), make_records({"item": i, "source": i})) for i in "ab"]
    joined = pa.concat_tables(parts).unify_dictionaries()
    assert joined["source"].to_pylist() == ["a", "b"]
