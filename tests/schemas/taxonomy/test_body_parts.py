import pytest

from schemas.taxonomy.body_parts import body_part, body_part_of, body_parts, contains_part, related_parts
from schemas.taxonomy.csv_table import folded


@pytest.mark.parametrize(
    ("term", "part"),
    [
        ("", None),
        ("CHEST", "chest"),
        ("Thorax", "chest"),
        ("CHESTABDPELVIS", "chest_abdomen_pelvis"),
        ("CHEST_TO_PELVIS", "chest_abdomen_pelvis"),
        ("ABDOMENPELVIS", "abdomen_pelvis"),
        ("CSPINE", "cervical_spine"),
        ("T-SPINE", "thoracic_spine"),
        ("WHOLE BODY", "whole_body"),
        ("WHOLEBODY", "whole_body"),
        ("HEADNECK", "head_neck"),
        ("Head and Neck", "head_neck"),
        ("EXTREMITY", "extremity"),
        ("FOREARM", "forearm"),
        ("FACE", "face"),
        ("BREAST", "breast"),
        ("TMJ", "jaw"),
        ("patient in room 4", None),
    ],
)
def test_terms_of_dicom_and_of_sources_resolve(term: str, part: str | None) -> None:
    assert body_part_of(term) == part


def test_a_term_stands_for_one_part() -> None:
    seen: dict[str, str] = {}
    for part in body_parts():
        for term in (part.id, part.name, *part.synonyms):
            assert seen.setdefault(folded(term), part.id) == part.id, term


def test_every_parent_exists_and_all_lie_in_the_whole_body() -> None:
    for part in body_parts():
        assert all(body_part(parent).id == parent for parent in part.parents)
        assert contains_part("whole_body", part.id)


def test_a_part_contains_itself_and_what_lies_within() -> None:
    assert contains_part("chest", "chest")
    assert contains_part("chest", "lung")
    assert contains_part("spine", "cervical_spine")
    assert contains_part("neck", "cervical_spine")
    assert not contains_part("lung", "chest")
    assert not contains_part("chest", "liver")
    assert not contains_part("chest", "nowhere")


def test_only_the_whole_contains_another_in_a_circle() -> None:
    for a in body_parts():
        for b in body_parts():
            if contains_part(a.id, b.id) and contains_part(b.id, a.id):
                assert a.id == b.id


def test_parts_are_related_both_ways() -> None:
    assert related_parts("abdomen", "liver")
    assert related_parts("liver", "abdomen")
    assert not related_parts("liver", "kidney")


def test_unknown_ids_raise() -> None:
    with pytest.raises(KeyError):
        body_part("tail")
