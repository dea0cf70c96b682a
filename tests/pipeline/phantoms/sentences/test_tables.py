"""The tables of this language name only what the lexicon and the taxonomy know."""

from pipeline.phantoms.sentences.denials import deniable, is_apart
from pipeline.phantoms.sentences.exclusive import other_places, other_values
from schemas.lexicon.attributes import attribute_table, attribute_values
from schemas.lexicon.findings import finding
from schemas.lexicon.places import all_places
from schemas.taxonomy.body_parts import body_part
from schemas.taxonomy.categories import categories
from schemas.taxonomy.csv_table import listed, read_rows
from tests.pipeline.phantoms.sentences.builders import make_phantom, make_region

PACKAGE = "pipeline.phantoms.sentences"


def test_every_category_has_something_that_can_be_denied_and_a_short_name() -> None:
    ids = {each.id for each in categories()}
    assert {row["category"] for row in read_rows(PACKAGE, "denied")} == ids
    assert {row["category"] for row in read_rows(PACKAGE, "categories")} == ids


def test_a_denied_finding_is_of_its_category() -> None:
    for row in read_rows(PACKAGE, "denied"):
        assert finding(row["finding"]).category == row["category"], row
        assert finding(row["finding"]).plural or not finding(row["finding"]).name.endswith("drusen")
        for part in listed(row["body_parts"]):
            assert body_part(part.removeprefix("="))


def test_values_that_exclude_each_other_are_of_one_vocabulary() -> None:
    vocabularies = {
        each.vocabulary: {other.id for other in all_places() if other.vocabulary == each.vocabulary}
        for each in all_places()
    }
    attributes = {each.attribute for each in attribute_table()}
    for row in read_rows(PACKAGE, "exclusive"):
        assert row["of"] in vocabularies or row["of"] in attributes, row
        known = vocabularies.get(row["of"]) or {each.value for each in attribute_values(row["of"])}
        assert row["values"] == "*" or set(listed(row["values"])) <= known, row
        assert row["values"] == "*" or len(listed(row["values"])) > 1, row


def test_exclusion_is_mutual_and_never_of_a_value_itself() -> None:
    for place in all_places():
        others = other_places(place.id, None)
        assert place.id not in others
        assert all(place.id in other_places(each, None) for each in others), place.id
    assert "upper_zone" not in other_places("apex", None)
    assert "field_4_oclock" not in other_places("field_3_oclock", None)
    assert "field_9_oclock" in other_places("field_3_oclock", None)


def test_other_places_exist_on_the_side() -> None:
    assert "middle_lobe" in other_places("upper_lobe", "right")
    assert "middle_lobe" not in other_places("upper_lobe", "left")


def test_other_values_are_legal_in_the_modality() -> None:
    assert "pleomorphic" in other_values("calcification", "none", "mammography")
    assert "pleomorphic" not in other_values("calcification", "none", "ct")
    assert other_values("calcification", "none", "oct") == ()


def test_nothing_is_denied_that_the_picture_shows_in_another_name() -> None:
    assert not is_apart("fracture", "healed_rib_fracture")  # its name
    assert not is_apart("breast_mass", "spiculated_mass")  # its wider term
    assert not is_apart("pneumonia", "consolidation")  # sign and disease
    assert is_apart("breast_mass", "intramammary_node")


def test_an_unseen_finding_keeps_its_category_from_being_denied() -> None:
    def denied(*labels: str, visible: bool = True) -> set[str]:
        phantom = make_phantom(
            *(make_region(label, visible=visible) for label in labels),
            modality="radiography", body_part="chest", technique="plain", assessed=("lung_tumour", "pneumothorax"),
        )  # fmt: skip
        return {fact.attribute for choices in deniable(phantom) for fact in choices}

    assert denied() == {"lung_tumour", "pneumothorax"}
    assert denied("pneumothorax") == {"lung_tumour"}
    assert denied("pneumothorax", visible=False) == {"lung_tumour"}
