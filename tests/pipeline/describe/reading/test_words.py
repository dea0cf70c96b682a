import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.describe.reading.words import Phrases, folded, folded_words, standing


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("T2-weighted MR image.", ("t2", "weighted", "mr", "image", ".")),
        ("Haemorrhages and tumours", ("hemorrhage", "and", "tumor")),
        ("masses, metastases, opacities, keratoses", ("mass", ",", "metastasis", ",", "opacity", ",", "keratosis")),
        ("1.2 cm", ("1.2", "cm")),
        ("the image's left", ("the", "image", "'", "s", "left")),
        ("", ()),
    ],
)
def test_words_are_compared_in_one_spelling_and_singular(text: str, found: tuple[str, ...]) -> None:
    assert folded_words(text) == found


@pytest.mark.parametrize("word", ["axis", "lens", "pus", "mass", "gas", "iris"])
def test_what_only_looks_plural_is_cut_alike_wherever_it_stands(word: str) -> None:
    assert folded(word) == folded(word.upper())


@given(st.text(st.sampled_from("aS2 .,-_\t\u2028\u00b5")), st.text(max_size=40))
def test_each_word_stands_where_it_says(plain: str, odd: str) -> None:
    text = f"{plain}{odd}"
    assert tuple(folded(text[start:end]) for _, start, end in standing(text, 0, len(text))) == folded_words(text)


@given(st.text(st.sampled_from("aS2 .,-_\t"), max_size=20), st.integers(0, 20), st.integers(0, 20))
def test_words_at_some_characters_are_those_of_the_whole_text(text: str, one: int, other: int) -> None:
    start, end = sorted((min(one, len(text)), min(other, len(text))))
    within = [each for each in standing(text, 0, len(text)) if start <= each[1] and each[2] <= end]
    assert [each for each in standing(text, start, end) if start <= each[1] and each[2] <= end] == within


@given(st.lists(st.text(max_size=12)))
def test_no_word_goes_on_behind_a_space(stretches: list[str]) -> None:
    together = folded_words(" ".join(stretches))
    assert together == tuple(word for each in stretches for word in folded_words(each))


def test_phrases_are_found_the_longest_first_and_whole() -> None:
    phrases = Phrases([(("no",), "a"), (("no", "sign", "of"), "b"), (("no", "sign"), "c"), (("no",), "d")])
    found = folded_words("there is no sign of it, no sign, no")
    at = [i for i, word in enumerate(found) if word in phrases.firsts]
    assert [list(phrases.at(found, i)) for i in at] == [
        [(5, "b"), (4, "c"), (3, "a")],
        [(9, "c"), (8, "a")],
        [(11, "a")],
    ]


def test_words_at_the_edges_of_characters_are_those_that_stand_there_in_part() -> None:
    assert list(standing("an ovoid mass", 4, 10)) == [(1, 3, 8), (2, 9, 13)]
    assert list(standing("an ovoid mass", 2, 3)) == []
