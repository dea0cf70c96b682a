"""The sentences by hand, scored; `python -m benchmarks describe` gives the table by slot."""

from collections import Counter

import pytest

from benchmarks.reported import cases, words
from pipeline.describe.reports.picture import Pictured
from pipeline.describe.reports.read_report import CONTRADICTED, statements_of

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
