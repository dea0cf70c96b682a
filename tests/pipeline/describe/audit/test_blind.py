"""Each classifier finds the leak that it looks for, and no classifier finds one where there is none."""

import numpy as np
import pytest

from pipeline.bootstrap import Figure, mean
from pipeline.describe.audit.blind import KINDS, fit_blind, right
from pipeline.describe.audit.pairs import Pair, halves
from tests.pipeline.describe.audit.builders import (
    Leak,
    fair,
    far_apart,
    longer,
    make_pair,
    make_pairs,
    order,
    own_value,
    own_word,
)  # fmt: skip

FINDERS = [
    (fair, set()),
    (longer, {"length"}),
    (own_word, {"ngrams", "companions", "likelihood"}),
    (own_value, {"value"}),
    (order, {"ngrams", "likelihood"}),
    (far_apart, {"companions"}),
]


def judged(pairs: list[Pair], kind: str) -> Figure:
    fitted, others = halves(pairs, "judge")
    margins = fit_blind(fitted, kind, 0).margins(others)
    return mean(right(margins), [pair.group_id for pair in others], 200)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("leak", "finders"), FINDERS, ids=[leak.__name__ for leak, _ in FINDERS])
def test_a_leak_is_found_by_those_who_look_for_it(leak: Leak, finders: set[str], kind: str) -> None:
    found = judged(make_pairs(leak, seed=1), kind)
    assert found.low is not None
    assert found.high is not None
    if kind in finders:
        assert found.low > 0.55, found
    else:
        assert found.low <= 0.5 <= found.high, found


@pytest.mark.parametrize(("modality", "true", "false"), [("ct", "cyst", "mass"), ("mri", "mass", "cyst")])
@pytest.mark.parametrize("kind", ["ngrams", "companions", "value", "likelihood"])
def test_what_is_true_of_one_modality_may_be_false_of_another(modality: str, true: str, false: str, kind: str) -> None:
    pairs = [
        make_pair(f"A {one}.", f"A {other}.", original=one, replaced=other, modality=name, group_id=f"g{i}")
        for i in range(200)
        for name, one, other in (("ct", "cyst", "mass"), ("mri", "mass", "cyst"))
    ]
    asked = make_pair(f"A {true}.", f"A {false}.", original=true, replaced=false, modality=modality)
    assert fit_blind(pairs, kind, 0).margins([asked])[0] > 0


@pytest.mark.parametrize("kind", KINDS)
def test_texts_alike_are_a_tie_and_count_half(kind: str) -> None:
    scorer = fit_blind(make_pairs(own_word, patients=60), kind, 0)
    margins = scorer.margins([make_pair("Same.", "Same.", original="a", replaced="a")])
    assert right(margins).tolist() == [0.5]


def test_rounding_makes_no_winner() -> None:
    assert right(np.array([2.0, 0.0, -1e-3])).tolist() == [1.0, 0.5, 0.0]
    scorer = fit_blind(make_pairs(own_word, patients=60), "likelihood", 0)
    told = ("cyst", "mass", "rib", "bone", "nerve", "node")
    shuffled = [make_pair(" ".join(told), " ".join(reversed(told)), group_id="new")]
    assert scorer.margins(shuffled).tolist() == [0.0]


@pytest.mark.parametrize("kind", KINDS)
def test_the_seed_alone_decides(kind: str) -> None:
    pairs = make_pairs(own_word, patients=60)
    one, same = (fit_blind(pairs, kind, 3).margins(pairs) for _ in range(2))
    assert (one == same).all()


def test_another_seed_teaches_the_language_model_another_way() -> None:
    pairs = make_pairs(own_word, patients=60)
    one, other = (fit_blind(pairs, "likelihood", seed).margins(pairs) for seed in (3, 4))
    assert (one != other).any()


def test_a_look_is_fitted_on_other_patients_than_it_is_taught_by() -> None:
    """Words that one patient alone has are likely to who read that patient's texts, and unknown to all others."""
    pairs = [make_pair(f"one{i}", f"two{i}", group_id=f"g{i}") for i in range(40) for _ in range(4)]
    assert fit_blind(pairs, "likelihood", 0).columns == {}


@pytest.mark.parametrize("kind", KINDS)
def test_no_pairs_make_a_scorer_for_which_all_is_a_tie(kind: str) -> None:
    assert fit_blind([], kind, 0).margins([make_pair()]).tolist() == [0.0]
