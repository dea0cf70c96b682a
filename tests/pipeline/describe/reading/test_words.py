import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.describe.reading.words import folded, folded_words, words


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


@given(st.text(max_size=80))
def test_each_word_stands_where_it_says(text: str) -> None:
    for word in words(text):
        assert folded(text[word.start : word.end]) == word.text
