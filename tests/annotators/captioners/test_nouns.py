import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotators.captioners.nouns import joined, noun, number_word, number_words, with_article
from schemas.lexicon.findings import findings


@pytest.mark.parametrize(
    ("bare", "phrase"),
    [
        ("optic disc", "an optic disc"),
        ("platelet", "a platelet"),
        ("MR image", "an MR image"),
        ("CT image", "a CT image"),
        ("FLAIR MR image", "a FLAIR MR image"),
        ("SPECT image", "a SPECT image"),
        ("OCT B-scan", "an OCT B-scan"),
        ("H&E-stained micrograph", "an H&E-stained micrograph"),
        ("X-ray image", "an X-ray image"),
        ("T2-weighted MR image", "a T2-weighted MR image"),
        ("L1 vertebra", "an L1 vertebra"),
        ("ulcer", "an ulcer"),
        ("ureteric stone", "a ureteric stone"),
        ("uterus", "a uterus"),
        ("ultrasound image", "an ultrasound image"),
        ("unenhanced CT image", "an unenhanced CT image"),
        ("unilateral mass", "a unilateral mass"),
        ("axial CT image", "an axial CT image"),
        ("Alzheimer plaque", "an Alzheimer plaque"),
        ("Barrett mucosa", "a Barrett mucosa"),
    ],
)
def test_the_article_follows_the_sound(bare: str, phrase: str) -> None:
    assert with_article(bare) == phrase


@pytest.mark.parametrize(
    ("name", "plural"),
    [
        ("platelet", "platelets"),
        ("artery", "arteries"),
        ("vertebra", "vertebrae"),
        ("cell nucleus", "cell nuclei"),
        ("strange nucleus", "strange nuclei"),
        ("valley", "valleys"),
        ("abscess", "abscesses"),
        ("new stenosis", "new stenoses"),
        ("crease of the skin", "creases of the skin"),
        ("lower lobe of the lung", "lower lobes of the lungs"),
    ],
)
def test_plurals_come_from_the_lexicon_the_table_or_the_rules(name: str, plural: str) -> None:
    assert noun(name).plural == plural


@pytest.mark.parametrize(
    ("name", "phrase"),
    [
        ("basal cell carcinoma", "a lesion labelled as basal cell carcinoma"),
        ("melanoma", "a lesion labelled as melanoma"),
        ("pneumonia", "an area labelled as pneumonia"),
        ("macular oedema", "an area labelled as macular oedema"),
        ("blur", "an area of blur"),
        ("hard exudate", "a hard exudate"),
    ],
)
def test_a_diagnosis_is_told_as_a_label(name: str, phrase: str) -> None:
    assert noun(name).indefinite == phrase


@pytest.mark.parametrize(
    ("name", "label"),
    [("polyp", "a polyp"), ("optic disc", "the optic disc"), ("melanoma", "melanoma"), ("blur", "an area of blur")],
)
def test_behind_the_word_label_a_diagnosis_stands_alone(name: str, label: str) -> None:
    assert noun(name).as_label == label


def test_what_a_body_has_once_is_definite() -> None:
    names = ("optic disc", "aorta", "caecum", "left kidney", "L1 vertebra", "kidney", "vertebra", "platelet")
    assert [noun(name, "anatomy").definite for name in names] == [True] * 5 + [False] * 3
    assert noun("optic disc").the == "the optic disc"


@pytest.mark.parametrize(
    ("count", "words"),
    [(1, "one platelet"), (2, "two platelets"), (21, "twenty-one platelets"), (100, "100 platelets")],
)
def test_a_number_is_spelled_below_one_hundred(count: int, words: str) -> None:
    assert noun("platelet").counted(count) == words


@given(st.integers(min_value=1, max_value=99))
def test_a_spelled_number_reads_back(count: int) -> None:
    assert number_words()[number_word(count)] == count


@pytest.mark.parametrize(
    ("items", "text"),
    [
        ([], ""),
        (["a cyst"], "a cyst"),
        (["a cyst", "a stone"], "a cyst and a stone"),
        (["a", "b", "c"], "a, b and c"),
        (["a", "b, c"], "a; and b, c"),
        (["portal and splenic vein", "b", "c"], "portal and splenic vein; b; and c"),
    ],
)
def test_a_list_reads_as_a_list(items: list[str], text: str) -> None:
    assert joined(items) == text


def test_every_name_of_the_lexicon_has_two_forms_or_is_definite() -> None:
    known = {each.name: noun(each.name) for each in findings()}
    assert [name for name, each in known.items() if each.bare == each.plural and not each.definite] == []
