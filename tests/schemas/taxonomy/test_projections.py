import pytest

from schemas.taxonomy.csv_table import folded
from schemas.taxonomy.modalities import modality
from schemas.taxonomy.projections import projection_of, projections


@pytest.mark.parametrize(
    ("term", "expected"),
    [("", None), ("PA", "pa"), ("AP Supine", "ap"), ("LL", "lateral"), ("R-MLO", None), ("RMLO", "mlo"), ("CC", "cc")],
)
def test_view_positions_resolve(term: str, expected: str | None) -> None:
    assert projection_of(term) == expected


def test_a_term_names_one_projection_of_known_modalities() -> None:
    seen: dict[str, str] = {}
    for each in projections():
        assert all(modality(id).id == id for id in each.modalities)
        for term in (each.id, each.name, *each.synonyms):
            assert seen.setdefault(folded(term), each.id) == each.id
