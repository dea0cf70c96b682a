from collections.abc import Iterator
from typing import Any

import pytest

from pipeline.describe.audit.language_model import LanguageModel
from pipeline.describe.audit.looks import Look, companions, lengths, likelihood, ngrams, taught, values
from pipeline.describe.audit.preferences import Told
from tests.pipeline.describe.audit.builders import make_pair

LOOKS = {"length": lengths, "ngrams": ngrams, "companions": companions, "value": values}


def parts(told: Told) -> Iterator[tuple[Any, Any, float]]:
    """Name, context and value of each."""
    for column, value in told.items():
        name, context = column  # type: ignore[misc]
        yield name, context, value  # type: ignore[has-type]


def plain(told: Told) -> dict[str, float]:
    """What is told by itself, without a context."""
    return {name: value for name, context, value in parts(told) if not context}


@pytest.mark.parametrize("look", [*LOOKS.values(), likelihood(LanguageModel([("a cyst", ("ct", "chest"))]))])
def test_texts_that_are_alike_tell_nothing(look: Look) -> None:
    assert look(make_pair("A cyst.", "A cyst.", original="cyst", replaced="cyst")) == {}


@pytest.mark.parametrize("look", [*LOOKS.values(), likelihood(LanguageModel([("a cyst", ("ct", "chest"))]))])
def test_the_other_way_round_tells_the_opposite(look: Look) -> None:
    there = look(make_pair("A cyst, 3.", "One mass.", original="3", replaced="12"))
    back = look(make_pair("One mass.", "A cyst, 3.", original="12", replaced="3"))
    assert there == {name: -value for name, value in back.items()} != {}


def test_lengths_count_letters_words_and_marks() -> None:
    told = plain(lengths(make_pair("A cyst, 12 mm: (Left).", "Cyst.")))
    assert told == {
        "characters": 17, "words": 4, "digits": 2, "capitals": 1, "commas": 1, "colons": 1,
        "brackets": 1,
    }  # fmt: skip


def test_a_thing_is_told_within_slot_modality_and_body_part() -> None:
    told = values(make_pair(original="cyst", replaced="mass"))
    contexts = {context for name, context, _ in parts(told) if name == "is cyst"}
    assert contexts == {(), ("edit region name",), ("edit region name", "ct"), ("edit region name", "ct", "chest")}


def test_a_number_is_told_by_magnitude_and_last_digit_too() -> None:
    told = plain(values(make_pair(original="3.5 x 8", replaced="7.0 x 16")))
    assert told == {
        "is 3.5 x 8": 1, "is 7.0 x 16": -1, "magnitude 4": 1, "magnitude 8": -1, "last digit 5": 1, "last digit 8": 1,
        "last digit 0": -1, "last digit 6": -1,
    }  # fmt: skip


def test_companions_are_changed_words_beside_those_that_stay() -> None:
    told = companions(make_pair("small cyst of bone and bone", "large cyst of bone and bone"))
    assert told["edit region name", "small", "cyst"] == 1
    assert told["edit region name", "large", "cyst"] == -1
    assert told["edit region name", "small", "bone"] == 2
    assert told["edit region name", "large", "(ct)"] == told["edit region name", "large", "(chest)"] == -1
    assert ("edit region name", "cyst", "bone") not in told
    assert ("edit region name", "small", "large") not in told


def test_a_true_text_teaches_once_a_patient() -> None:
    pair, other = make_pair("A cyst.", "A mass."), make_pair("A rib.", "A mass.", group_id="g1")
    assert taught([pair, pair, other])(pair) == taught([pair, other])(pair)
    assert taught([pair, pair, other])(pair) != taught([pair, other, make_pair("A cyst.", group_id="g2")])(pair)


def test_a_model_is_taught_by_true_texts_alone() -> None:
    told = plain(taught([make_pair("A cyst.", "A mass.")])(make_pair("A cyst.", "A mass.")))
    assert min(told.values()) > 0
