import re
from collections.abc import Callable

import pytest

from annotators.captioners.evidence import NO_KIND, UNLABELLED, UNNAMED, Evidence
from annotators.captioners.report_text import report, summary
from annotators.captioners.rules import RuleWriter
from pipeline.describe.check import unsupported, withheld
from schemas.facts import IMAGE, Fact
from schemas.lexicon.findings import findings
from tests.annotators.captioners.builders import absent, acquired, counted, labelled, make_evidence, make_region

SMEAR = acquired(modality="microscopy", technique="smear", body_part="blood")
FILM = acquired(modality="radiography", technique="plain", body_part="chest", projection="pa")


def over_ids(evidence: Evidence, text: Callable[[Evidence], str] = report, count: int = 60) -> set[str]:
    """What is written of the same facts under other ids."""
    return {text(Evidence(f"i{i}", evidence.facts, evidence.regions)) for i in range(count)}


def test_little_is_said_where_little_is_known() -> None:
    texts = over_ids(make_evidence())
    assert all("annotat" in text for text in texts)
    assert all("medical image" in text for text in texts)
    assert all(text.lower().startswith("a medical image") for text in over_ids(make_evidence(), summary))


def test_a_picture_with_regions_is_never_called_unannotated() -> None:
    evidence = make_evidence(*SMEAR, regions=(make_region(name=None, kind=NO_KIND),))
    assert not any("annotat" in text for text in over_ids(evidence) | over_ids(evidence, summary))


def test_a_number_is_exact_only_where_the_annotation_is() -> None:
    exact = over_ids(make_evidence(*SMEAR, *counted("platelet", 3, exact=True)))
    least = over_ids(make_evidence(*SMEAR, *counted("platelet", 3)))
    assert all("three platelets" in text.lower() for text in exact)
    assert not any("at least" in text or "or more" in text for text in exact)
    assert all(
        "at least three platelets" in text.lower() or "three or more platelets" in text.lower() for text in least
    )


def test_one_thing_that_may_have_company_is_told_with_an_article() -> None:
    assert all("a platelet" in text.lower() for text in over_ids(make_evidence(*SMEAR, *counted("platelet", 1))))


@pytest.mark.parametrize(
    ("count", "place", "told"),
    [
        (1, "upper image-left", "upper left"),
        (2, "upper image-left", "both "),
        (5, "upper image-left", "all "),
        (2, "apart", "apart|different parts"),
        (4, "several", "several parts|distributed"),
        (9, "everywhere", "spread|scattered"),
        (3, "upper", "all in the upper"),
        (1, "upper", ", in the upper"),
        (2, "middle", "both (at mid-height|halfway)"),
        (3, "centre", "all midway"),
        (3, "image-right", "all (in the right third|on the right side)"),
    ],
)
def test_where_several_things_lie_agrees_with_their_number(count: int, place: str, told: str) -> None:
    for text in over_ids(make_evidence(*SMEAR, *counted("platelet", count, exact=True, place=place))):
        assert re.search(told, text), text


@pytest.mark.parametrize(
    ("side", "count", "told"), [("left", 1, "left"), ("right", 3, "all on the"), ("both", 4, "both sides")]
)
def test_a_patient_s_side_is_told_for_some_pictures_and_then_alone(side: str, count: int, told: str) -> None:
    evidence = make_evidence(*FILM, *counted("rib fracture", count, exact=True, place="upper centre", side=side))
    texts = over_ids(evidence, count=80)
    by_patient = {text for text in texts if "patient" in text}
    assert by_patient
    assert texts - by_patient
    assert all(told in text and "centre" not in text for text in by_patient)


def test_many_names_share_a_sentence() -> None:
    names = ["liver", "spleen", "stomach", "aorta", "pancreas", "gallbladder"]
    evidence = make_evidence(*(fact for name in names for fact in counted(name, 1)))
    text = report(evidence)
    assert text.count(".") == 6
    assert "the pancreas and the gallbladder" in text


def test_what_a_model_counts_is_possible() -> None:
    facts = [Fact(IMAGE, "count_at_least", "polyp", "2", "model", unit="1", assertion="possible")]
    assert all("two possible polyps" in text.lower() and "model" in text for text in over_ids(make_evidence(*facts)))
    assert all("two possible polyps" in text.lower() for text in over_ids(make_evidence(*facts), summary))


def test_a_diagnosis_that_a_model_gives_is_told_as_its_label() -> None:
    facts = [Fact(IMAGE, "count_at_least", "melanoma", "2", "model", unit="1", assertion="possible")]
    for text in over_ids(make_evidence(*facts)) | over_ids(make_evidence(*facts), summary):
        assert re.search(r"two lesions|labels two lesions", text.lower())
        assert "as melanoma" in text
        assert "labelled as melanoma" not in text


@pytest.mark.parametrize(("name", "words"), [(UNLABELLED, "unlabelled"), (UNNAMED, "name")])
@pytest.mark.parametrize(("count", "areas"), [(1, "area"), (3, "areas")])
def test_areas_without_a_name_are_counted_as_such(name: str, words: str, count: int, areas: str) -> None:
    texts = over_ids(make_evidence(*counted(name, count, place="apart" if count > 1 else "lower centre")))
    assert all(words in text and f" {areas} " in text for text in texts)
    assert all(areas in text for text in over_ids(make_evidence(*counted(name, count)), summary))


def test_an_absence_is_told_of_what_the_facts_call_absent() -> None:
    texts = over_ids(make_evidence(*SMEAR, absent("white blood cell")))
    assert all(re.search(r"\bno white blood cells\b", text.lower()) for text in texts)


def test_absences_share_sentences_by_what_they_are_told_as() -> None:
    names = ("freckle", "melanoma", "scar", "angioma")
    for text in over_ids(make_evidence(*map(absent, names))):
        assert "freckles or scars" in text
        assert "lesions labelled as melanoma or angioma" in text


def test_a_long_list_of_absences_takes_a_second_sentence() -> None:
    names = ("scar", "freckle", "cyst", "polyp", "hard exudate", "pulp stone", "microaneurysm")
    for text in over_ids(make_evidence(*map(absent, names))):
        assert re.search(r"hard exudates or pulp stones\b[^,]*\.", text)
        assert re.search(r"\b[Nn]o microaneurysms", text)


def test_every_absence_that_the_lexicon_can_name_is_read_as_one() -> None:
    names = [each.name for each in findings() if each.kind == "finding" and not withheld(each.name)]
    for start in range(0, len(names), 5):
        facts = [absent(name) for name in names[start : start + 5]]
        assert unsupported(report(make_evidence(*facts)), facts) == ()


@pytest.mark.parametrize(
    ("basis", "words"),
    [
        ("pathology", "Pathology|pathological"),
        ("clinical", "[Cc]linical"),
        ("reader", "reader"),
        ("report", "report"),
        ("model", "model"),
        ("phantom", "synthetic"),
    ],
)
def test_a_label_is_told_with_who_gave_it(basis: str, words: str) -> None:
    evidence = make_evidence(*FILM, labelled("pneumonia", basis=basis))
    assert all(re.search(words, text) and "pneumonia" in text for text in over_ids(evidence))
    assert all("pneumonia" in text for text in over_ids(evidence, summary))


def test_categories_with_an_or_are_kept_apart() -> None:
    one = over_ids(make_evidence(*FILM, labelled("lung_tumour")))
    two = over_ids(make_evidence(*FILM, labelled("lung_tumour"), labelled("pneumonia")))
    assert all(re.search(r": lung nodule or tumour\.", text) for text in one)
    assert all("lung nodule or tumour; and pneumonia." in text for text in two)


def test_a_disease_is_never_stated_outright_from_a_reader_s_label() -> None:
    texts = over_ids(make_evidence(*FILM, labelled("pneumonia"))) | over_ids(
        make_evidence(*FILM, labelled("pneumonia")), summary
    )
    assert all("label" in text for text in texts)


def test_an_uncertain_label_is_left_open() -> None:
    evidence = make_evidence(*FILM, labelled("pneumonia", "possible"))
    assert all("leave open" in text or "uncertain" in text for text in over_ids(evidence))
    assert not any("pneumonia" in text for text in over_ids(evidence, summary))


def test_a_long_list_of_absent_labels_is_cut_and_counted() -> None:
    names = ("pneumonia", "tuberculosis", "pneumothorax", "atelectasis", "fracture", "cardiac_failure")
    for text in over_ids(make_evidence(*FILM, *(labelled(name, "absent") for name in names))):
        assert "two further categories" in text
        assert "heart failure" not in text


def test_a_relation_names_both_regions() -> None:
    nerve, artery = make_region("a", "nerve", kind="anatomy"), make_region("b", "artery", kind="anatomy")
    for kind, words in {"left_of": "to the left of", "above": "above", "larger_than": "takes up more"}.items():
        relation = Fact("a", "relation", kind, "b", "geometry", frame="image")
        for text in over_ids(make_evidence(relation, regions=(nerve, artery))):
            assert words in text
            assert "the nerve" in text.lower()
            assert "the artery" in text.lower()


def test_a_summary_tells_neither_places_nor_absences() -> None:
    facts = (
        *SMEAR,
        *counted("platelet", 2, place="upper centre"),
        absent("white blood cell"),
        labelled("pneumonia", "absent"),
    )
    for text in over_ids(make_evidence(*facts), summary):
        assert "two platelets" in text.lower()
        assert "upper" not in text
        assert "white" not in text
        assert "pneumonia" not in text


def test_neighbouring_sentences_have_different_templates() -> None:
    evidence = make_evidence(*SMEAR, *counted("platelet", 5), *counted("red blood cell", 9))
    for text in over_ids(evidence):
        first, second = text.split(". ")[1:3]
        assert first.replace("platelets", "").replace("five", "") != second.replace("red blood cells", "").replace(
            "nine", ""
        )


def test_the_writer_gives_texts_for_each_picture_in_order() -> None:
    regions = (make_region("a"), make_region("b", "red blood cell"))
    pictures = [make_evidence(*SMEAR, regions=regions, image_id="x"), make_evidence(*FILM, image_id="y")]
    smear, film = RuleWriter().write(pictures)
    assert [text.region_id for text in smear.regions] == ["a", "b"]
    assert film.regions == ()
    assert "radiograph" in film.summary
    assert all(text.caption != text.paraphrase for text in smear.regions)
    assert RuleWriter().write(pictures) == [smear, film]
    assert RuleWriter().write([]) == []
