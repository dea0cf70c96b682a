import pytest

from schemas.taxonomy.assessable import assessable, assessable_categories, assessable_table
from schemas.taxonomy.body_parts import body_part
from schemas.taxonomy.categories import categories, is_category
from schemas.taxonomy.modalities import UNKNOWN, modalities, techniques
from schemas.taxonomy.projections import projections


def test_every_word_of_the_table_is_known() -> None:
    views = {UNKNOWN, *(each.id for each in projections())}
    for row in assessable_table():
        assert is_category(row.category)
        assert set(row.techniques) <= set(techniques(row.modality))
        assert set(row.projections) <= views
        for part in row.body_parts:
            assert body_part(part.removeprefix("=")).name


def test_every_category_is_assessable_somewhere_and_every_modality_assesses_something() -> None:
    assert {row.category for row in assessable_table()} == {each.id for each in categories()}
    assert {row.modality for row in assessable_table()} == {each.id for each in modalities()}


@pytest.mark.parametrize(
    ("category", "modality", "body_part_term", "projection", "technique", "expected"),
    [
        ("pneumonia", "radiography", None, None, None, False),  # unknown part: not assessed
        ("pneumonia", "radiography", "CHEST", "PA", None, True),
        ("pneumonia", "radiography", "hand", "PA", None, False),
        ("pneumonia", "dental", None, None, None, False),
        ("pneumothorax", "radiography", "chest", "AP", "plain", True),
        ("pneumothorax", "radiography", "chest", "LL", "plain", False),
        ("pneumothorax", "radiography", "chest", None, None, True),
        ("dental", "dental", None, None, None, True),
        ("dental", "fundus", None, None, None, False),
        ("diabetic_retinopathy", "fundus", None, None, None, True),
        ("diabetic_retinopathy", "fundus", None, None, "FAF", False),
        ("diabetic_retinopathy", "oct", None, None, "B-scan", False),
        ("glaucoma", "oct", None, None, "B-scan", False),  # a macular scan does not show the disc
        ("glaucoma", "oct", "eye", None, "B-scan", False),
        ("glaucoma", "oct", "optic disc", None, "B-scan", True),
        ("macula_retina", "oct", None, None, None, True),
        ("melanoma", "dermatology", "FACE", None, "clinical", True),
        ("blood_disorder", "microscopy", "blood", None, "smear", True),
        ("blood_disorder", "microscopy", "colon", None, "H&E", False),
        ("liver", "ct", "ABDOMENPELVIS", None, "portal", True),
        ("liver", "ct", "CHESTABDPELVIS", None, None, True),
        ("liver", "ultrasound", "liver", None, None, True),
        ("kidney", "ultrasound", "liver", None, None, False),
        ("vascular", "ct", "chest", None, "non-contrast", False),
        ("vascular", "ct", "chest", None, "angiographic", True),
        ("fracture", "radiography", "CSPINE", "AP", None, True),
        ("stroke_haemorrhage", "ct", "HEAD", None, None, True),
        ("stroke_haemorrhage", "ct", "HEAD", None, "parametric map", False),
        ("metastasis_lymphoma", "nuclear", None, None, "PET", True),
        ("prostate", "ultrasound", "pelvis", None, None, False),
        ("breast_lesion", "mammography", None, "MLO", None, True),
    ],
)
def test_what_a_reader_could_assess(
    category: str,
    modality: str,
    body_part_term: str | None,
    projection: str | None,
    technique: str | None,
    expected: bool,
) -> None:
    assert assessable(category, modality, body_part_term, projection, technique) is expected


def test_categories_are_listed_once() -> None:
    found = assessable_categories("microscopy", "bone marrow", None, "smear")
    assert "blood_disorder" in found
    assert len(set(found)) == len(found)


def test_a_parametric_map_shows_nothing_to_assess() -> None:
    assert assessable_categories("ct", "whole body", None, "parametric map") == ()


def test_an_unknown_body_part_assesses_only_what_needs_none() -> None:
    assert assessable_categories("ct", "no such part") == ()
    assert assessable_categories("dermatology", "no such part") == ("melanoma", "skin_other")


def test_unknown_modalities_raise() -> None:
    with pytest.raises(KeyError):
        assessable_categories("telepathy")
