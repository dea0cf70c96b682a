from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.describe.audit.words import differing_ngrams, ngrams, words

SAID = st.lists(st.sampled_from(["a", "b", "c"]), max_size=9).map(tuple)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ()),
        ("A cyst, in the patient's left.", ("a", "cyst", "in", "the", "patient's", "left")),
        ("T2-weighted; tooth 45", ("t2-weighted", "tooth", "45")),
        ("8 mm wide", ("#6", "mm", "wide")),
        ("4.0 x 16 mm", ("#4", "x", "#8", "mm")),
        ("0 mm", ("#-99", "mm")),
    ],
)
def test_words_are_small_and_lengths_are_magnitudes(text: str, expected: tuple[str, ...]) -> None:
    assert words(text) == expected


def test_ngrams_know_the_ends_of_a_text() -> None:
    assert set(ngrams(("a", "b"))) == {
        *((word,) for word in ("", "a", "b")),
        *(("", "a"), ("a", "b"), ("b", "")),
        *(("", "a", "b"), ("a", "b", "")),
    }


@given(SAID, SAID)
def test_ngrams_that_differ_are_those_of_the_whole_texts(true: tuple[str, ...], false: tuple[str, ...]) -> None:
    whole = Counter(ngrams(true))
    whole.subtract(Counter(ngrams(false)))
    assert differing_ngrams(true, false) == {ngram: count for ngram, count in whole.items() if count}
