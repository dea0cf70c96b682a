from collections import Counter

import pytest

from pipeline.phantoms.seeds import random_of
from pipeline.phantoms.sentences.grammar import read_grammar, tidy


def test_a_text_without_rules_is_a_grammar_without_rules() -> None:
    assert not read_grammar("# only words about it\n\n").rules


def test_the_language_holds_every_way_through_the_rules() -> None:
    grammar = read_grammar("S = {np} is <SEEN> | there is {np}\nSEEN = seen\n  | noted <HERE>\nHERE = | here\n")
    assert list(grammar.language("S")) == [
        "{np} is seen", "{np} is noted", "{np} is noted here", "there is {np}",
    ]  # fmt: skip


def test_what_is_drawn_is_in_the_language() -> None:
    grammar = read_grammar("S = a <X>, <X> | <X>", "X = | b | c")
    random = random_of(0, "test")
    assert {grammar.expand("S", random) for _ in range(500)} == set(grammar.language("S"))


def test_weights_say_how_often_an_alternative_is_drawn() -> None:
    grammar, random = read_grammar("S = [3] often | seldom"), random_of(0, "test")
    drawn = Counter(grammar.expand("S", random) for _ in range(4000))
    assert drawn["often"] / 4000 == pytest.approx(0.75, abs=0.03)


def test_the_same_seed_draws_the_same_forms() -> None:
    grammar = read_grammar("S = <X> <X> <X>", "X = a | b | c | d")
    one, two = random_of(3, "test"), random_of(3, "test")
    assert [grammar.expand("S", one) for _ in range(50)] == [grammar.expand("S", two) for _ in range(50)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("no rule at all", "not a rule"),
        ("S = a\nS = b", "given twice"),
        ("S = <LOST>", "rule LOST is missing"),
        ("S = a <T>\nT = b <S>", "leads to itself"),
    ],
)
def test_a_grammar_that_cannot_work_is_refused(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_grammar(text)


@pytest.mark.parametrize(("text", "clean"), [("", ""), ("  a   b ", "a b"), ("a , b .", "a, b.")])
def test_spaces_are_single_and_never_before_a_stop(text: str, clean: str) -> None:
    assert tidy(text) == clean
