import pytest

from pipeline.describe.reading.read import read


def asserted(text: str) -> dict[str, str]:
    return {each.mention.of("finding")[0]: each.assertion for each in read(text).named if each.mention.of("finding")}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("There is no pneumothorax, pleural effusion or fracture.", dict.fromkeys(
            ("pneumothorax", "pleural_effusion", "fracture"), "absent")),
        ("No pneumothorax, but a pleural effusion.", {"pneumothorax": "absent", "pleural_effusion": "present"}),
        ("No cataract, with drusen on the left", {"cataract": "absent", "drusen": "present"}),
        ("A kidney stone is not seen.", {"kidney_stone": "absent"}),
        ("Pneumothorax has been excluded.", {"pneumothorax": "absent"}),
        ("Pneumothorax: absent.", {"pneumothorax": "absent"}),
        ("Nothing here suggests a pneumothorax.", {"pneumothorax": "absent"}),
        ("The picture lacks any arterial stenosis.", {"stenosis": "absent"}),
        ("Labelled by a reader as absent: melanoma; and pneumonia.", {"melanoma": "absent", "pneumonia": "absent"}),
        ("Pathology excludes: melanoma; and two further categories.", {"melanoma": "absent"}),
        ("Pneumonia cannot be excluded.", {"pneumonia": "possible"}),
        ("Perhaps pneumonia.", {"pneumonia": "possible"}),
        ("There is possible pneumonia.", {"pneumonia": "possible"}),
        ("Breast cyst versus fibroadenoma.", {"breast_cyst": "possible", "fibroadenoma": "possible"}),
        ("Contact with a brother who has tuberculosis.", {"tuberculosis": "experiencer"}),
        ("His father had melanoma, he has drusen.", {"melanoma": "experiencer", "drusen": "present"}),
        ("The label leaves open whether there is pneumonia.", {"pneumonia": "possible"}),
        ("A pneumothorax cannot be denied; it is plainly there.", {"pneumothorax": "present"}),
        ("A kidney stone is seen, not merely suspected.", {"kidney_stone": "present"}),
        ("If left untreated it may progress to consolidation.", {"consolidation": "hypothetical"}),
        ("The patient has a history of tuberculosis.", {"tuberculosis": "historical"}),
        ("Her mother had melanoma.", {"melanoma": "experiencer"}),
        ("Positive for pneumonia.", {"pneumonia": "present"}),
    ],
)  # fmt: skip
def test_a_name_is_asserted_by_the_cue_in_whose_scope_it_stands(text: str, expected: dict[str, str]) -> None:
    assert asserted(text) == expected


@pytest.mark.parametrize(
    ("text", "denied"),
    [
        ("No fistula is seen.", True),
        ("without perforation", True),
        ("No scale is given.", False),
        ("A marked area, without a name.", False),
        ("No pneumothorax.", False),
        ("Made without, and so absent: fracture.", False),
        ("The size is not known.", False),
    ],
)
def test_what_the_lexicon_does_not_know_can_be_denied_all_the_same(text: str, denied: bool) -> None:
    assert read(text).denied is denied


@pytest.mark.parametrize(
    ("text", "unread"),
    [
        ("An angiosarcoma.", ("angiosarcoma",)),
        ("A mass with a cyst.", ("mass", "cyst")),
        ("No mass is seen.", ()),
        ("The diagnosis is open.", ()),
        ("A basal cell carcinoma.", ()),
    ],
)
def test_words_for_disease_that_no_name_covers_are_kept(text: str, unread: tuple[str, ...]) -> None:
    assert tuple(word for word, _ in read(text).diseases) == unread
