from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.select.settings import SelectSettings
from pipeline.select.signatures import signatures
from pipeline.select.split_units import find_split_units
from pipeline.sources import SourceSettings
from tests.pipeline.select.tables import Row, make_images, make_records, make_sources, rejected

OF_RECORDS = ("lesion", "group")


def units(*rows: Row, sources: Sequence[SourceSettings] | None = None) -> list[str | None]:
    """The unit's name of each row; lesion and group are typed, the rest comes from headers."""
    key = ("source", "item", "frame", "view")
    records = [{name: row[name] for name in row if name in (*key, *OF_RECORDS)} for row in rows]
    images = [{name: row[name] for name in row if name not in OF_RECORDS} for row in rows]
    found = signatures(make_images(*images), make_records(*records), SelectSettings()).unify_dictionaries()
    result = find_split_units(found, sources or make_sources())
    names = result.names.to_pylist()
    return [names[unit] if unit >= 0 else None for unit in result.unit]


def by(kind: Any) -> list[SourceSettings]:
    return make_sources(group_by=kind)


def test_nothing_has_no_units() -> None:
    assert units() == []


def test_rejected_pictures_have_no_unit() -> None:
    assert units({"item": "1", "patient": "p", "rejected": rejected()}) == [None]


@pytest.mark.parametrize("shared", ["patient", "study", "series"])
def test_pictures_of_one_person_share_a_unit(shared: str) -> None:
    same = units({"item": "1", shared: "x"}, {"item": "2", shared: "x"}, {"item": "3", shared: "y"})
    assert same == [f"{shared}:x", f"{shared}:x", f"{shared}:y"]


def test_links_go_any_number_of_steps() -> None:
    found = units(
        {"item": "1", "patient": "q"},
        {"item": "2", "patient": "q", "lesion": "L"},
        {"item": "3", "study": "s", "lesion": "L"},
        {"item": "4", "study": "s", "patient": "p"},
        {"item": "5", "patient": "r"},
    )
    assert found == ["patient:p"] * 4 + ["patient:r"]


def test_copies_in_two_sources_join_their_patients() -> None:
    found = units(
        {"item": "1", "patient": "p", "pixel_hash": "same"},
        {"item": "2", "patient": "q", "pixel_hash": "same", "source": "b"},
        {"item": "3", "patient": "q", "source": "b"},
    )
    assert found == ["patient:p"] * 3


def test_copies_under_other_windows_share_a_unit() -> None:
    found = units(
        {"item": "1", "patient": "p", "pixel_hash": "same", "view": "lung"},
        {"item": "2", "patient": "q", "pixel_hash": "same", "view": "bone"},
    )
    assert found == ["patient:p"] * 2


def test_blank_slices_join_nobody() -> None:
    blank = {"pixel_hash": "black", "pixel_std": 0.0}
    assert units({"item": "1", "patient": "p", **blank}, {"item": "2", "patient": "q", **blank}) == [
        "patient:p",
        "patient:q",
    ]


def test_frames_of_a_file_stay_together() -> None:
    found = units({"item": "1", "frame": 0, "patient": "p"}, {"item": "1", "frame": 1, "patient": "q"})
    assert found == ["patient:p"] * 2


@pytest.mark.parametrize(
    ("kind", "group", "expected"),
    [
        ("patient", None, ["source a", "source a"]),  # nobody knows whose they are
        ("unknown", "whole", ["whole", "whole"]),
        ("folder", "f", ["f", "f"]),
    ],
)
def test_unknown_patients_share_the_smallest_known_unit(kind: str, group: str | None, expected: list[str]) -> None:
    rows = [{"item": "1", "group": group}, {"item": "2", "group": group}]
    assert units(*rows, sources=by(kind)) == [f"group:{name}" for name in expected]


def test_files_that_are_independent_are_units() -> None:
    rows: list[Row] = [{"item": "1", "group": "1"}, {"item": "2", "group": None}]
    assert units(*rows, sources=by("file")) == ["group:1", "item:2"]


def test_a_known_series_needs_no_larger_unit() -> None:
    rows = [{"item": "1", "series": "s", "group": "whole"}, {"item": "2", "series": "t", "group": "whole"}]
    assert units(*rows, sources=by("unknown")) == ["series:s", "series:t"]


def test_a_lesion_alone_does_not_tell_whose_it_is() -> None:
    assert units({"item": "1", "lesion": "x"}, {"item": "2", "lesion": "y"}) == ["group:source a"] * 2


def test_a_folder_joins_pictures_whose_series_differ() -> None:
    rows = [{"item": "1", "series": "s", "group": "f"}, {"item": "2", "series": "t", "group": "f"}]
    assert units(*rows, sources=by("folder")) == ["group:f"] * 2


def test_sources_of_unknown_patients_are_apart() -> None:
    assert units({"item": "1"}, {"item": "2", "source": "b"}) == ["group:source a", "group:source b"]


def test_a_further_study_of_a_patient_does_not_rename_the_unit() -> None:
    first: Row = {"item": "5", "patient": "p", "study": "m", "series": "m"}
    added: Row = {"item": "1", "patient": "p", "study": "a", "series": "a"}
    assert units(first)[0] == units(first, added)[0]


KNOWN = {name: st.sampled_from([None, "x", "y", "z"]) for name in ("patient", "study", "series", "lesion", "group")}


@given(st.lists(st.fixed_dictionaries(KNOWN), min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_neither_order_nor_unrelated_pictures_change_a_name(rows: list[dict[str, Any]], random: Any) -> None:
    items = [{**row, "item": str(i)} for i, row in enumerate(rows)]
    unrelated = [{"item": f"u{i}", "source": "b", "patient": f"u{i}"} for i in range(3)]
    moved = random.sample([*items, *unrelated], k=len(items) + 3)
    names = dict(zip((row["item"] for row in items), units(*items), strict=True))
    again = dict(zip((row["item"] for row in moved), units(*moved), strict=True))
    assert {item: again[item] for item in names} == names
