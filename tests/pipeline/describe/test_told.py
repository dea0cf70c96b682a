import pytest

from pipeline.describe.told import told_facts
from schemas.facts import Fact
from tests.annotators.captioners.builders import absent, acquired, counted, labelled, make_region

REGION = make_region("r1", "hard exudate", kind="finding", side="left").facts


@pytest.mark.parametrize(
    ("text", "slots"),
    [
        ("", set()),
        ("A hard exudate.", {"identity.name"}),
        (
            "Hard exudates lie in the upper left of the image.",
            {"identity.name", "position.vertical", "position.image_side"},
        ),
        ("Something in the upper third of the image.", {"position.vertical"}),
        ("A hard exudate on the patient's left.", {"identity.name", "side.patient"}),
        ("A hard exudate on the patient's right.", {"identity.name"}),
        ("It extends over a small fraction of the image.", {"size.share_of_image"}),
        ("A cotton-wool spot.", set()),
    ],
)
def test_a_caption_tells_what_its_words_say(text: str, slots: set[str]) -> None:
    found = {f"{fact.kind}.{fact.attribute}" for fact in told_facts(text, REGION)}
    assert found == slots | {"identity.kind"}


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("A nodule.", set()),
        ("A nodule on both sides of the patient.", {"distribution", "relation", "laterality"}),
        ("Nodules, lying apart from each other.", {"distribution", "relation"}),
        ("A nodule, 34 mm wide.", {"measurement"}),
    ],
)
def test_what_has_no_closed_list_of_words_is_told_in_doubt(text: str, kinds: set[str]) -> None:
    facts = [
        Fact("image", "distribution", "nodule", "apart", "geometry"),
        Fact("r1", "relation", "above", "r2", "geometry"),
        Fact("image", "laterality", "image", "left", "header"),
        Fact("r1", "measurement", "width", "34", "header", unit="mm"),
    ]
    assert {fact.kind for fact in told_facts(text, facts)} == kinds


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("A chest radiograph with two pulmonary nodules.", {"radiography", "chest", "2"}),
        ("A radiograph. No pneumothoraces are present.", {"radiography", "pneumothorax"}),
        ("A radiograph, labelled with pneumonia.", {"radiography", "pneumonia"}),
    ],
)
def test_a_report_tells_modality_parts_counts_absences_and_labels(text: str, values: set[str]) -> None:
    facts: tuple[Fact, ...] = (
        *acquired(modality="radiography", body_part="chest"),
        *counted("pulmonary nodule", 2),
        absent("pneumothorax"),
        labelled("pneumonia"),
    )
    assert {fact.value for fact in told_facts(text, facts)} == values
