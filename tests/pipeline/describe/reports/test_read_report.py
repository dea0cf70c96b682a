"""The sentences by hand, scored; `python -m benchmarks describe` gives the table by slot."""

from collections import Counter

import pytest

from benchmarks.reported import cases, words
from pipeline.describe.reports.picture import Pictured
from pipeline.describe.reports.read_report import CONTRADICTED, statements_of
from pipeline.describe.reports.statements import ASIDE, PARTLY, REASONS

CHEST = Pictured("radiography", "chest", None)


def read(*texts: str, picture: Pictured = CHEST) -> set[str]:
    return {told for each in statements_of(texts, picture).statements for told in words(each)}


@pytest.mark.parametrize(("part", "least"), [("tuned", 0.97), ("held", 0.94)])
def test_precision_and_recall_of_sentences_by_hand(part: str, least: float) -> None:
    told: Counter[str] = Counter()
    for case in cases(part):
        got = case.read()
        told.update(right=len(got & case.expected), wrong=len(got - case.expected), missed=len(case.expected - got))
    assert told["right"] / (told["right"] + told["wrong"]) >= least
    assert told["right"] / (told["right"] + told["missed"]) >= least


def test_what_is_not_of_now_or_of_somebody_else_is_never_read() -> None:
    for part in ("tuned", "held"):
        for case in cases(part):
            if case.slot in ("experiencer", "hypothetical", "scope"):
                assert case.read() <= case.expected, case.text


def test_findings_come_once_in_the_order_of_the_text() -> None:
    said = statements_of(["Emphysema. No pneumothorax. Emphysema of both lungs."], CHEST).statements
    assert [each.finding.id for each in said] == ["emphysema", "pneumothorax"]


def test_what_two_texts_say_both_ways_is_left_out() -> None:
    said = statements_of(["No pleural effusion.", "Small pleural effusion."], CHEST)
    assert (said.statements, said.left_out) == ([], [CONTRADICTED])


def test_a_wider_denial_beside_a_narrower_finding_is_left_out() -> None:
    assert read("No opacity. Consolidation.") == {"consolidation present"}


@pytest.mark.parametrize(("side", "expected"), [(None, {"drusen present", "drusen side left"}), ("right", set()),
    ("left", {"drusen present", "drusen side left"})])  # fmt: skip
def test_the_other_eye_is_another_picture(side: str | None, expected: set[str]) -> None:
    assert read("Drusen in the left eye.", picture=Pictured("fundus", "retina", side)) == expected


def test_where_nobody_says_what_the_picture_is_every_examination_is_another() -> None:
    unknown = Pictured(None, None, None)
    assert read("Pleural effusion.", picture=unknown) == {"pleural_effusion present"}
    assert read("CT shows a pleural effusion.", picture=unknown) == set()


@pytest.mark.parametrize(
    "text",
    [
        "The pneumothorax has resolved.",
        "Interval resolution of the previously seen pneumothorax.",
        "The pneumothorax has resolved since the prior study, and there is no consolidation.",
        "The pneumothorax is no longer clearly visible.",
        "The pneumothorax is not seen any more.",
    ],
)
def test_what_has_resolved_is_absent(text: str) -> None:
    assert "pneumothorax absent" in read(text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("The pleural effusion has not resolved.", PARTLY),
        ("The pleural effusion has partially resolved.", PARTLY),
        ("The pleural effusion has nearly resolved.", PARTLY),
        ("The pleural effusion has probably resolved.", PARTLY),
        ("The pleural effusion has resolved, but a small residual remains.", PARTLY),
        ("None of the pleural effusions have resolved.", PARTLY),
        ("The left pleural effusion has resolved.", PARTLY),
        ("The large pleural effusion has resolved.", PARTLY),
        ("The apical pneumothorax has resolved.", PARTLY),
        ("The consolidation in the left lower lobe has cleared.", PARTLY),
        ("The consolidation in the upper and lower lobes has cleared.", PARTLY),
        ("The pleural effusion is no longer large.", REASONS["historical"]),
        ("The pleural effusion is not large any more.", PARTLY),
    ],
)
def test_what_has_resolved_in_part_or_not_at_all_is_no_fact(text: str, reason: str) -> None:
    said = statements_of([text], CHEST)
    assert (said.statements, said.left_out) == ([], [reason])


def test_one_verb_may_be_of_two_findings_or_of_the_last_alone() -> None:
    assert read("Consolidation and pneumothorax have resolved.") == {"pneumothorax absent"}
    assert read("Consolidation is seen and the pneumothorax has resolved.") == {
        "consolidation present", "pneumothorax absent",
    }  # fmt: skip


@pytest.mark.parametrize("text", ["Technique: PA and lateral. There is a pleural effusion.", "History: pneumonia."])
def test_names_in_sections_that_do_not_tell_of_the_picture_are_counted(text: str) -> None:
    said = statements_of([text], CHEST)
    assert (said.statements, said.left_out) == ([], [ASIDE])


def test_a_heading_of_the_picture_s_own_ends_what_is_about_its_making() -> None:
    assert read("Exam: Chest radiograph.\nLungs: There is a pleural effusion.") == {"pleural_effusion present"}
