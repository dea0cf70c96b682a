import pytest

from pipeline.phantoms.sentences.phrasings import PHRASINGS
from pipeline.phantoms.sentences.prompts import prompts
from schemas.taxonomy.categories import categories


def test_each_phrasing_has_two_paraphrases_of_several_pairs() -> None:
    for phrasing in PHRASINGS:
        for paraphrase in (0, 1):
            found = [
                each for each in prompts("pneumothorax") if (each.phrasing, each.paraphrase) == (phrasing, paraphrase)
            ]
            assert len(found) >= 4


@pytest.mark.parametrize(
    ("id", "present", "absent"),
    [
        ("spiculated_mass", "There is a spiculated mass.", "There is no spiculated mass."),
        ("drusen", "There are drusen.", "There is no drusen."),
        ("dental", "There is dental disease.", "There is no dental disease."),
    ],
)
def test_a_pair_says_that_it_is_there_and_that_it_is_not(id: str, present: str, absent: str) -> None:
    assert (prompts(id)[0].present, prompts(id)[0].absent) == (present, absent)


def test_every_category_has_prompts_of_its_own() -> None:
    sentences = {pair.present for each in categories() for pair in prompts(each.id)}
    assert len(sentences) == len(categories()) * len(prompts("dental"))


def test_phrasings_and_paraphrases_share_no_sentence() -> None:
    said = [text for pair in prompts("angioma") for text in (pair.present, pair.absent)]
    assert len(set(said)) == len(said)


def test_an_unknown_id_is_named_by_an_error() -> None:
    with pytest.raises(KeyError, match="nothing_of_the_kind"):
        prompts("nothing_of_the_kind")
