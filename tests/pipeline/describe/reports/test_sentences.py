import pytest

from pipeline.describe.reports.sentences import sentences, skipped_sentences


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("   \n ", []),
        ("One thing. Another thing", ["One thing.", "Another thing"]),
        ("Measures 1.5 cm. No more.", ["Measures 1.5 cm.", "No more."]),
        ("HISTORY: Cough. FINDINGS: A nodule.", ["A nodule."]),
        ("Clinical information: cough\nFindings: a nodule\nRecommendation: CT", ["a nodule"]),
        ("Indication: cough.", []),
        ("A nodule. Comparison: none. IMPRESSION: Fracture.", ["A nodule.", "Fracture."]),
        ("Right eye: drusen.", ["Right eye: drusen."]),
        ("Exam: Chest radiograph.\nLungs: A nodule.\n  Heart: Large.", ["Lungs: A nodule.", "Heart: Large."]),
        ("Technique: two views. Right lung: a nodule.", []),
        ("History: cough.\nLungs: a nodule.", []),
        ("Seen by Dr Anna Smith: a nodule.", ["Seen by : a nodule."]),
        ("Mr. Smith has a nodule.", ["has a nodule."]),
    ],
)
def test_sentences_of_the_sections_that_tell_of_the_picture(text: str, expected: list[str]) -> None:
    assert list(sentences(text)) == expected


def test_what_is_skipped_is_all_that_is_not_told() -> None:
    text = "A nodule. Comparison: none.\nTechnique: CT. Two views.\nLungs: Clear.\nHistory: Cough.\nAge: forty."
    assert list(skipped_sentences(text)) == ["none.", "CT.", "Two views.", "Cough.", "Age: forty."]
    assert list(sentences(text)) == ["A nodule.", "Lungs: Clear."]
