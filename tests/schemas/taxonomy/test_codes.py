import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.taxonomy.categories import is_category
from schemas.taxonomy.codes import Edition, category_of_code


def category_named(code: str, edition: Edition = "who", body_part: str | None = None) -> str | None:
    found = category_of_code(code, edition, body_part)
    return found.category if found else None


@pytest.mark.parametrize(
    ("code", "category"),
    [
        ("", None),
        ("J18", "pneumonia"),
        ("J18.9", "pneumonia"),
        ("j189", "pneumonia"),
        (" J18.- ", "pneumonia"),
        ("U07.1", "pneumonia"),
        ("J98.1", "atelectasis"),
        ("J98", None),  # the bare code holds much else
        ("S06", None),  # not every injury of the head is a bleed
        ("S06.4", "stroke_haemorrhage"),
        ("S06.9", None),
        ("S27.0", "pneumothorax"),
        ("S27.3", None),
        ("S82.1", "fracture"),
        ("S83.5", None),  # a dislocation lies between two fractures
        ("I51.7", "cardiac_failure"),
        ("I51.4", None),
        ("D33.3", "brain_tumour"),
        ("D12.6", "colorectal_neoplasm"),
        ("H35.3", "macula_retina"),
        ("C78.0", "lung_tumour"),
        ("C78.7", "liver"),
        ("C78.6", "metastasis_lymphoma"),
        ("C79.3", "brain_tumour"),
        ("C79.5", "metastasis_lymphoma"),
        ("M49.5", None),
        ("Z00.0", None),
        ("G56.0", None),  # a named gap
        ("pneumonia", None),
        ("J", None),
        ("J18-J20", None),
        ("123", None),
    ],
)
def test_the_longest_listed_prefix_decides(code: str, category: str | None) -> None:
    assert category_named(code) == category


@pytest.mark.parametrize(
    ("code", "who", "cm"),
    [
        ("B48.5", "pneumonia", None),
        ("B59", None, "pneumonia"),
        ("U07.2", "pneumonia", None),
        ("A16.2", "tuberculosis", None),
        ("J98.11", "atelectasis", "atelectasis"),
        ("J98.19", "atelectasis", None),
        ("J95.811", None, "pneumothorax"),
        ("I64", "stroke_haemorrhage", None),
        ("F00.1", "neurodegeneration_white_matter", None),
        ("T08", "fracture", None),
        ("M84.5", None, "fracture"),
        ("H36.0", "diabetic_retinopathy", None),
        ("E11.321", None, "diabetic_retinopathy"),
        ("E11.36", None, None),  # diabetic cataract
        ("H35.81", "macula_retina", "macula_retina"),
        ("H35.82", "macula_retina", None),
        ("I82.4", "vascular", "vascular"),
        ("D18.01", None, "skin_other"),
    ],
)
def test_editions_differ(code: str, who: str | None, cm: str | None) -> None:
    assert category_named(code, "who") == who
    assert category_named(code, "cm") == cm


@pytest.mark.parametrize(
    ("code", "body_part", "category"),
    [
        ("D18.0", None, None),
        ("D18.0", "liver", "liver"),
        ("D18.0", "SKIN", "skin_other"),
        ("D18.0", "spine", None),
        ("D18.0", "abdomen", None),  # an abdomen holds more than a liver
        ("D48.9", None, None),
        ("D48.9", "breast", "breast_lesion"),
        ("D48", "skin", "skin_other"),
        ("C79", None, None),
        ("C79.9", None, None),
        ("C79.9", "brain", "brain_tumour"),
        ("C79.9", "CSPINE", "metastasis_lymphoma"),
        ("C79.9", "head", None),  # in the brain or not
        ("C79.9", "no such part", None),
        ("E11.3", None, None),  # a cataract as well as a retinopathy
        ("E11.3", "eye", None),
        ("E11.3", "macula", "diabetic_retinopathy"),
    ],
)
def test_codes_without_a_site_need_the_body_part(code: str, body_part: str | None, category: str | None) -> None:
    assert category_named(code, body_part=body_part) == category


def test_a_cataract_code_of_the_other_edition_is_not_unlocked_by_the_retina() -> None:
    assert category_named("E11.36", "cm", "retina") is None


def test_a_code_of_many_complications_needs_its_words() -> None:
    assert category_of_code("J95.8") is None
    found = category_of_code("J95.8", words="Iatrogenic Pneumothorax after biopsy")
    assert found is not None
    assert found.category == "pneumothorax"


@pytest.mark.parametrize(
    ("code", "edition", "also"),
    [
        ("J18.9", "who", ()),
        ("A18.0", "who", ("degenerative_joint_spine",)),
        ("A18.1", "who", ()),
        ("S02.5", "who", ("dental",)),
        ("E11.3211", "cm", ("macula_retina",)),
        ("E11.3291", "cm", ()),
    ],
)
def test_second_categories_come_only_from_their_list(code: str, edition: Edition, also: tuple[str, ...]) -> None:
    found = category_of_code(code, edition)
    assert found is not None
    assert found.also == also


def test_dagger_and_asterisk_marks_are_ignored() -> None:
    assert category_named("H36.0*") == "diabetic_retinopathy"
    assert category_named("A18.0†") == "tuberculosis"


@given(st.text(max_size=8), st.sampled_from(["who", "cm"]), st.none() | st.text(max_size=8))
def test_any_text_gives_a_known_category_or_none(code: str, edition: Edition, body_part: str | None) -> None:
    found = category_of_code(code, edition, body_part)
    assert found is None or is_category(found.category)
