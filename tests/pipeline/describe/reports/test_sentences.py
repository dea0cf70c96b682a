import pytest

from pipeline.describe.reports.sentences import sentences


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
        ("Seen by Dr Anna Smith: a nodule.", ["Seen by : a nodule."]),
        ("Mr. Smith has a nodule.", ["has a nodule."]),
    ],
)
def test_sentences_of_the_sections_that_tell_of_the_picture(text: str, expected: list[str]) -> None:
    assert list(sentences(text)) == expected
