import pytest

from annotators.captioners.reported_text import reported_sentences, reported_summary
from annotators.captioners.templates import Dice
from schemas.facts import IMAGE, Fact
from tests.annotators.captioners.builders import make_evidence


def thing(number: int, name: str, assertion: str = "present", **slots: str) -> list[Fact]:
    subject = f"report-{number}"
    facts = [Fact(subject, "identity", "name", name, "report", assertion=assertion)]
    kinds = {"side": ("side", "patient"), "place": ("location", "anatomy"), "severity": ("appearance", "severity")}
    for slot, value in slots.items():
        frame = "patient" if slot == "side" else None
        facts.append(Fact(subject, *kinds[slot], value, "report", frame=frame))
    return facts


def denied(name: str) -> Fact:
    return Fact(IMAGE, "presence", "name", name, "report", assertion="absent")


def said(*facts: Fact) -> list[str]:
    return list(reported_sentences(make_evidence(*facts), Dice("a")))


def test_nothing_reported_nothing_said() -> None:
    assert said() == []
    assert said(Fact(IMAGE, "presence", "name", "cyst", "source_statement", assertion="absent")) == []


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        (thing(1, "pleural effusion"), "a pleural effusion"),
        (thing(1, "emphysema", severity="severe"), "severe emphysema"),
        (thing(1, "pleural effusion", severity="mild", side="left"), "a mild pleural effusion on the patient's left"),
        (thing(1, "pleural effusion", side="bilateral"), "a pleural effusion on both sides of the patient"),
        (thing(1, "atelectasis", side="left", place="lower_lobe"), "atelectasis in the left lower lobe"),
        (thing(1, "atelectasis", side="bilateral", place="lower_lobe"), "in the lower lobe on both sides"),
        (thing(1, "polyp", place="sigmoid_colon"), "a polyp in the sigmoid colon"),
        (thing(1, "diabetic retinopathy", severity="3"), "diabetic retinopathy"),
        ([*thing(1, "rib fracture"), *thing(2, "emphysema")], "a rib fracture and emphysema"),
        ([denied("rib fracture"), denied("emphysema")], "of rib fractures or emphysema"),
    ],
)
def test_things_are_told_with_their_place_side_and_severity(facts: list[Fact], words: str) -> None:
    (sentence,) = said(*facts)
    assert words in sentence
    assert sentence[0].isupper()
    assert sentence.endswith(".")


def test_what_is_possible_is_told_as_such_and_not_in_the_summary() -> None:
    facts = [*thing(1, "emphysema"), *thing(2, "rib fracture", "possible")]
    sure, unsure = said(*facts)
    assert "possib" in unsure.lower()
    assert "possib" not in sure.lower()
    assert list(reported_summary(make_evidence(*facts))) == ["The report describes emphysema."]


def test_many_things_are_told_some_at_a_time() -> None:
    names = ("emphysema", "rib fracture", "pneumothorax", "pleural effusion", "atelectasis", "cardiomegaly", "bulla")
    assert len(said(*(fact for i, name in enumerate(names) for fact in thing(i, name)))) == 2
