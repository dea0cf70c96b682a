import pytest

from pipeline.phantoms.sentences.nouns import (
    article,
    counted_noun,
    listed_adjectives,
    listed_words,
    noun,
    plural,
    sentence_case,
)  # fmt: skip


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("mass", "a"), ("ulcer", "an"), ("uniform mass", "a"), ("unopacified vessel", "an"), ("ureteric stone", "a"),
        ("urinary bladder", "a"), ("eosinophil", "an"), ("upper lobe", "an"), ("hypoechoic nodule", "a"),
        ("MR image", "an"), ("CT image", "a"), ("OCT image", "an"), ("SPECT image", "a"), ("FLAIR MR image", "a"),
        ("H&E-stained micrograph", "an"), ("T2-weighted MR image", "a"), ("8 mm mass", "an"), ("18 mm mass", "an"),
        ("180 mm mass", "a"), ("12 mm mass", "a"), ("Barrett mucosa", "a"),
    ],
)  # fmt: skip
def test_the_article_follows_the_sound(words: str, wanted: str) -> None:
    assert article(words) == wanted


@pytest.mark.parametrize(
    ("id", "words", "phrase", "verb"),
    [
        ("circumscribed_mass", [], "a circumscribed mass", "is"),
        ("circumscribed_mass", ["oval"], "an oval circumscribed mass", "is"),
        ("caries", ["small"], "small caries", "is"),
        ("pneumonia", [], "pneumonia", "is"),
        ("drusen", ["tiny", "round"], "tiny round drusen", "are"),
        ("new_vessels", [], "new vessels", "are"),
        ("posterior_hyaloid", [], "the posterior hyaloid", "is"),
        ("physiologic_uptake", [], "physiologic uptake", "is"),
    ],
)
def test_a_name_takes_its_article_and_its_verb(id: str, words: list[str], phrase: str, verb: str) -> None:
    assert noun(id).headed(words) == phrase
    assert noun(id).agreement["is"] == verb


@pytest.mark.parametrize(
    ("id", "one", "several"),
    [
        ("spiculated_mass", "spiculated mass", "spiculated masses"),
        ("subretinal_fluid", "area of subretinal fluid", "areas of subretinal fluid"),
        ("drusen", "group of drusen", "groups of drusen"),
    ],
)
def test_what_has_no_plural_is_counted_by_areas_or_groups(id: str, one: str, several: str) -> None:
    assert (counted_noun(id).name, counted_noun(id).plural) == (one, several)


def test_lists_read_well() -> None:
    assert [listed_words(words, "or") for words in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "", "a", "a or b", "a, b or c",
    ]  # fmt: skip
    assert [listed_adjectives(words) for words in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "", "a", "a b", "a, b, c",
    ]  # fmt: skip


def test_several_are_named_without_a_number() -> None:
    assert (plural("bulla"), plural("caries")) == ("bullae", "caries")


def test_only_the_first_letter_is_raised() -> None:
    assert [sentence_case(text) for text in ("", "an MR image", "T2 shine-through")] == [
        "", "An MR image", "T2 shine-through",
    ]  # fmt: skip


def test_an_unknown_finding_is_named_by_an_error() -> None:
    with pytest.raises(KeyError):
        noun("nothing_of_the_kind")
