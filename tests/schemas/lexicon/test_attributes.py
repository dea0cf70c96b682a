import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.lexicon.attributes import (
    attribute_table,
    attribute_value_of,
    attribute_values,
    count_bin,
    size_bin,
)
from schemas.taxonomy.modalities import modalities


def values(attribute: str, scale: str | None = None) -> list[str]:
    return [each.value for each in attribute_values(attribute, scale)]


def test_values_are_unique_within_their_scale_and_their_modalities_known() -> None:
    known = {each.id for each in modalities()}
    keys = [(each.attribute, each.scale, each.value) for each in attribute_table()]
    assert len(set(keys)) == len(keys)
    for each in attribute_table():
        assert each.phrase
        assert set(each.modalities) <= known


@pytest.mark.parametrize(
    ("attribute", "scale", "expected"),
    [
        ("side", None, ["left", "right", "bilateral", "midline"]),
        ("image_side", None, ["image-left", "image-right", "centre"]),
        ("assertion", None, ["present", "absent", "possible", "not_assessed"]),
        ("label_state", None, ["present", "absent", "uncertain", "not_assessed"]),
        ("severity", "ordinal-3", ["mild", "moderate", "severe"]),
        ("severity", "icdr", ["0", "1", "2", "3", "4"]),
        ("severity", "acr-density", ["a", "b", "c", "d"]),
        ("certainty", None, ["cannot exclude", "possible", "probable", "definite"]),
        ("plane", None, ["axial", "coronal", "sagittal", "oblique", "none"]),
        ("exhaustiveness", None, ["exhaustive", "sampled", "unknown"]),
    ],
)
def test_closed_vocabularies(attribute: str, scale: str | None, expected: list[str]) -> None:
    assert values(attribute, scale) == expected


def test_the_patients_side_and_the_pictures_share_no_word() -> None:
    assert not set(values("side")) & set(values("image_side"))
    assert attribute_value_of("image_side", "left") is None


def test_ranks_rise_through_a_scale() -> None:
    for attribute, scale in {(each.attribute, each.scale) for each in attribute_table()}:
        ranks = [each.rank for each in attribute_values(attribute, scale) if each.rank is not None]
        assert ranks == sorted(set(ranks))


def test_unknown_attributes_and_scales_raise() -> None:
    with pytest.raises(KeyError, match="mood"):
        attribute_values("mood")
    with pytest.raises(KeyError, match="severity:mood"):
        attribute_values("severity", "mood")


@pytest.mark.parametrize(
    ("attribute", "word", "expected"),
    [
        ("side", "", None),
        ("side", "L", "left"),
        ("margin", "Well-Defined", "circumscribed"),
        ("margin", "spiculated", "spiculated"),
        ("unit", "HU", "[hnsf'U]"),
        ("severity", "marked", "severe"),
        ("severity", "2", None),  # a number without its scale says nothing
        ("spacing_basis", "header", "header"),
    ],
)
def test_words_become_values(attribute: str, word: str, expected: str | None) -> None:
    found = attribute_value_of(attribute, word)
    assert (found and found.value) == expected


def test_a_number_counts_within_its_scale() -> None:
    found = attribute_value_of("severity", "2", "kellgren-lawrence")
    assert found is not None
    assert found.phrase == "Kellgren-Lawrence grade 2"


@pytest.mark.parametrize(
    ("share", "expected"),
    [(0.0, "tiny"), (0.0199, "tiny"), (0.02, "small"), (0.07, "medium"), (0.2, "large"), (1.0, "large")],
)
def test_size_bins_begin_at_their_bound(share: float, expected: str) -> None:
    assert size_bin(share).value == expected


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_larger_thing_is_never_in_a_smaller_bin(a: float, b: float) -> None:
    small, large = size_bin(min(a, b)).rank, size_bin(max(a, b)).rank
    assert small is not None
    assert large is not None
    assert small <= large


@pytest.mark.parametrize(
    ("count", "expected"), [(1, "single"), (2, "two"), (4, "few"), (9, "several"), (10, "many"), (999, "many")]
)
def test_counts_have_words(count: int, expected: str) -> None:
    assert count_bin(count).value == expected


def test_nothing_has_no_count_word() -> None:
    with pytest.raises(ValueError, match="below every bin"):
        count_bin(0)
