import pytest

from annotators.captioners.evidence import UNLABELLED
from annotators.captioners.nouns import noun
from annotators.captioners.templates import phrases
from pipeline.describe.check import FAILURES, unsupported, withheld
from pipeline.describe.reading.vocabulary import SHORTEST
from schemas.facts import IMAGE, Fact
from schemas.lexicon.findings import findings
from tests.annotators.captioners.builders import absent, acquired, counted, labelled, make_region
from tests.processes import outputs

REGION = make_region("r1", "hard exudate", kind="finding").facts
SIDED = make_region("r1", "rib fracture", kind="finding", side="left").facts
MEASURED = make_region("r1", "platelet", width="12", height="3.5").facts
STAINED = acquired(modality="microscopy", technique="H&E", body_part="lymph_node")
NOMINAL = tuple(Fact("r1", "measurement", name, "12", "geometry", unit="mm") for name in ("width", "height"))


@pytest.mark.parametrize(
    ("text", "facts", "failures"),
    [
        ("", (), ()),
        ("A hard exudate in the upper left of the image.", REGION, ()),
        ("A hard exudate in the upper right of the image.", REGION, ("position",)),
        ("A hard exudate in the lower left of the image.", REGION, ("position",)),
        ("A hard exudate in the upper third of the image.", REGION, ()),
        ("A drusen in the upper left of the image.", REGION, ("finding",)),
        ("A pacemaker.", REGION, ("finding",)),
        ("On the patient's left.", REGION, ("side",)),
        ("On the patient's left.", SIDED, ()),
        ("On the patient's right.", SIDED, ("side",)),
        ("About 12 mm wide and 3.5 mm high.", MEASURED, ()),
        ("About 13 mm wide.", MEASURED, ("measurement",)),
        ("About 12 µm wide.", MEASURED, ("measurement",)),
        ("About 12 mm wide.", NOMINAL, ("measurement",)),
        ("About 12 mm wide.", REGION, ("measurement",)),
        ("No drusen.", REGION, ("polarity",)),
        ("An H&E-stained micrograph of the lymph node.", STAINED, ()),
        ("An H&E-stained micrograph of a lymph node.", acquired(body_part="lung"), ("finding", "modality")),
        ("On the right, 5 mm, no drusen, with a pacemaker.", REGION, ("finding", "polarity", "side", "measurement")),
    ],
)
def test_a_caption_may_claim_what_its_region_s_facts_say(
    text: str, facts: tuple[Fact, ...], failures: tuple[str, ...]
) -> None:
    assert unsupported(text, facts) == failures


LEFT_EYE = acquired(modality="fundus", side="left")


@pytest.mark.parametrize(
    ("text", "facts", "failures"),
    [
        ("A fundus photograph of the left eye.", LEFT_EYE, ()),
        ("A fundus photograph of the right eye.", LEFT_EYE, ("side",)),
        ("A fundus photograph of the left eye.", acquired(modality="fundus"), ("side",)),
        ("A mammogram of both breasts.", acquired(modality="mammography", side="bilateral"), ()),
        ("A mammogram of both breasts.", LEFT_EYE, ("side", "modality", "body_part")),
        ("Nothing in it has been annotated.", LEFT_EYE, ()),
        ("Nothing in it has been annotated.", [labelled("pneumonia", "absent")], ("nothing",)),
        ("No annotation accompanies this image.", counted("cyst", 1), ("nothing",)),
        ("Three hard exudates.", counted("hard exudate", 3, exact=True), ()),
        ("Three hard exudates.", counted("hard exudate", 3), ("count",)),
        ("Four hard exudates.", counted("hard exudate", 3, exact=True), ("count",)),
        ("At least three hard exudates.", counted("hard exudate", 3), ()),
        ("At least four hard exudates.", counted("hard exudate", 3), ("count",)),
        ("One hard exudate.", counted("hard exudate", 1), ()),
        ("Three unlabelled areas.", counted(UNLABELLED, 3), ()),
        ("Two unlabelled areas.", counted(UNLABELLED, 3), ("count",)),
        ("One of the two readers.", counted("hard exudate", 3), ()),
        ("All in the upper left of the image.", counted("a", 2, place="upper image-left"), ()),
        ("All in the left third of the image.", counted("a", 2, place="image-left"), ()),
        ("All in the upper third of the image.", counted("a", 2, place="image-left"), ("position",)),
        ("All on the patient's left.", counted("a", 2, place="image-left"), ("side",)),
        ("All on the patient's left.", counted("a", 2, side="left"), ()),
        ("On both sides of the patient.", counted("a", 2, side="both"), ()),
        ("On both sides of the patient.", counted("a", 2, side="left"), ("side",)),
        ("The left kidney is marked.", counted("left kidney", 1), ()),
        ("The right kidney is marked.", counted("left kidney", 1), ("side",)),
        ("No white blood cells.", [absent("white blood cell")], ()),
        ("No red blood cells.", [absent("white blood cell")], ("polarity",)),
        ("No white blood cells.", counted("white blood cell", 2), ("polarity",)),
        ("A hard exudate.", [absent("hard exudate")], ("finding",)),
        ("Labelled as absent: pneumonia.", [labelled("pneumonia", "absent")], ()),
        ("Labelled as absent: pneumonia.", [labelled("pneumonia", "possible")], ("polarity",)),
        (
            "Labelled as absent: pleural effusion, empyema or pleural thickening.",
            [labelled("pleural_effusion", "absent")],
            (),
        ),
        (
            "Labelled as absent: pleural effusion; and fracture.",
            [labelled("pleural_effusion", "absent")],
            ("polarity",),
        ),
        ("Labelled as: pneumonia.", [labelled("pneumonia")], ()),
        ("Labelled as: pneumonia.", [labelled("pneumonia", "absent")], ("finding",)),
        ("To the left of the artery.", [Fact("a", "relation", "left_of", "b", "geometry")], ()),
        ("To the right of the artery.", [Fact("a", "relation", "left_of", "b", "geometry")], ("relation",)),
    ],
)
def test_a_report_may_claim_what_the_picture_s_facts_say(
    text: str, facts: list[Fact], failures: tuple[str, ...]
) -> None:
    assert unsupported(text, facts) == failures


def test_a_place_or_side_must_be_of_the_name_that_the_sentence_tells() -> None:
    facts = [
        *counted("cyst", 1, place="upper image-left", side="right"),
        *counted("stone", 1, place="middle centre", side="left"),
    ]
    assert unsupported("A cyst is marked on the patient's right. A stone lies in the centre of the image.", facts) == ()
    assert unsupported("A cyst is marked on the patient's left.", facts) == ("side",)
    assert unsupported("A stone lies in the upper left of the image.", facts) == ("position",)
    assert unsupported("It lies in the upper left of the image.", facts) == ()


def test_failures_come_once_and_in_a_fixed_order() -> None:
    failures = unsupported("12 mm on the left and 14 mm on the right, no cyst, in the centre of the image", ())
    assert failures == ("polarity", "side", "position", "measurement")
    assert set(failures) <= set(FAILURES)


@pytest.mark.parametrize(
    ("name", "failures"),
    [
        ("hard exudate", ()),
        ("left kidney", ()),
        ("basal cell carcinoma", ()),
        ("upper lobe of the lung", ()),
        ("no lesion", ("polarity",)),
        ("3 mm nodule", ("measurement",)),
        ("left and right lung", ()),
    ],
)
def test_a_name_that_claims_something_is_withheld(name: str, failures: tuple[str, ...]) -> None:
    assert withheld(name) == failures


def test_a_side_in_a_name_is_the_source_s_statement() -> None:
    assert unsupported("The left kidney is marked.", [Fact(IMAGE, "count", "left kidney", "1", "reader")]) == ()
    assert unsupported("The left kidney is marked.", make_region("r1", "kidney", kind="anatomy").facts) == ("side",)


def test_every_name_and_synonym_may_be_said_as_the_rules_say_it() -> None:
    """Sources call things by synonyms and plurals, which no text in general is read for: nuclei, infiltrates."""
    wrong = []
    for name in {said for each in findings() for said in (each.name, *each.synonyms) if len(said) >= SHORTEST}:
        told = noun(name)
        many = counted(name, 12, place="everywhere")
        for text, facts in (
            (f"There are at least 12 {told.plural}, scattered over much of the image.", many),
            (f"{told.indefinite} in the upper left of the image.", make_region("r1", name).facts),
        ):
            wrong += [(text, failed) for failed in [unsupported(text, facts)] if failed]
    assert wrong == []


def test_every_sentence_on_a_label_passes_where_the_label_is_a_fact() -> None:
    wrong = []
    for category, thing in phrases("labels", "categories").items():
        for state in ("present", "absent"):
            for basis, templates in phrases("labels", state).items():
                said = (template.format(list=thing) for template in templates)
                wrong += [text for text in said if unsupported(text, [labelled(category, state, basis)])]
        possible = (template.format(list=thing) for template in phrases("labels", "possible"))
        wrong += [text for text in possible if unsupported(text, [labelled(category, "possible")])]
    assert wrong == []


def test_what_fails_is_told_alike_in_every_process() -> None:
    """A word of several meanings, of which one is doubted and one unknown, fails as one of both."""
    code = (
        "from pipeline.describe.check import unsupported\n"
        "from schemas.facts import IMAGE, Fact\n"
        "stone = Fact(IMAGE, 'count_at_least', 'kidney stone', '3', 'reader', assertion='possible')\n"
        "print(unsupported('One stone, at the bottom.', [stone]))"
    )
    assert len(outputs(code, *({"PYTHONHASHSEED": seed} for seed in "123"))) == 1
