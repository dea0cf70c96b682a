import numpy as np
import pytest

from pipeline.bootstrap import LEAST_GROUPS, Rows, Statistic, auc, figure, figure_of_draws, mean


@pytest.mark.parametrize(
    ("scores", "positive", "expected"),
    [
        ([1, 2, 3, 4], [0, 0, 1, 1], 1.0),
        ([4, 3, 2, 1], [0, 0, 1, 1], 0.0),
        ([1, 1, 1, 1], [0, 1, 0, 1], 0.5),
        ([1, 2, 2, 3], [0, 0, 1, 1], 0.875),
    ],
)
def test_auc_counts_pairs_and_ties_as_halves(scores: list[float], positive: list[int], expected: float) -> None:
    assert auc(np.array(scores, float), np.array(positive, bool)) == pytest.approx(expected)


def test_auc_without_one_side_is_no_number() -> None:
    assert np.isnan(auc(np.array([1.0, 2.0]), np.array([True, True])))


def test_too_few_groups_give_no_figure() -> None:
    groups = [f"g{i % (LEAST_GROUPS - 1)}" for i in range(500)]
    found = mean([1.0] * 500, groups, 50)
    assert (found.value, found.low, found.high, found.n, found.groups) == (None, None, None, 500, LEAST_GROUPS - 1)
    assert found.shifted(0.5) == found


def test_an_interval_is_as_wide_as_groups_make_it() -> None:
    """Twenty copies of each item within its group tell no more than one of each."""
    random = np.random.default_rng(0)
    values = random.normal(size=100)
    alone = mean(values, [str(i) for i in range(100)], 500)
    copied = mean(np.repeat(values, 20), [str(i) for i in range(100) for _ in range(20)], 500)
    assert (alone.value, alone.low) == pytest.approx((copied.value, copied.low))
    loose = mean(np.repeat(values, 20), [str(i) for i in range(2000)], 500)
    assert loose.high is not None
    assert loose.low is not None
    assert copied.high is not None
    assert copied.low is not None
    assert loose.high - loose.low < 0.5 * (copied.high - copied.low)


def test_a_mean_is_the_figure_of_a_mean() -> None:
    random = np.random.default_rng(1)
    values, groups = random.normal(size=200), [f"g{i}" for i in random.integers(0, 40, 200)]
    ours, theirs = mean(values, groups, 100, 5), figure(lambda rows: float(values[rows].mean()), groups, 100, 5)
    assert (ours.n, ours.groups) == (theirs.n, theirs.groups)
    assert (ours.value, ours.low, ours.high) == pytest.approx((theirs.value, theirs.low, theirs.high))


def test_an_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    covered = 0
    for trial in range(120):
        values = np.random.default_rng(trial).normal(1.0, 1.0, 60)
        found = mean(values, [str(i) for i in range(60)], 200)
        assert found.low is not None
        assert found.high is not None
        covered += found.low <= 1.0 <= found.high
    assert 0.86 <= covered / 120 <= 1.0


def test_a_statistic_that_seldom_has_a_value_is_judged_by_those_that_have() -> None:
    found = figure(lambda rows: float("nan"), [str(i) for i in range(30)], 20)
    assert found.value is None


def test_one_draw_is_the_statistic_itself() -> None:
    values, groups = np.random.default_rng(0).normal(size=60), [str(i % 30) for i in range(60)]

    def statistic(rows: Rows) -> float:
        return float(values[rows].mean())

    assert figure_of_draws([statistic], groups, 200) == figure(statistic, groups, 200)


def always(value: float) -> Statistic:
    return lambda _: float(value)


def test_an_interval_over_draws_holds_what_they_differ_by() -> None:
    """Groups add nothing here; four draws that score 0, 0, 1 and 1 say little of their mean."""
    groups = [str(i) for i in range(LEAST_GROUPS)]
    few = figure_of_draws([always(value) for value in (0, 0, 1, 1)], groups, 1000)
    assert (few.value, few.low, few.high) == (0.5, 0.0, 1.0)
    many = figure_of_draws([always(value) for value in [0, 1] * 50], groups, 1000)
    assert many.value == 0.5
    assert many.low is not None
    assert many.high is not None
    assert many.high - many.low == pytest.approx(2 * 1.96 * 0.05, rel=0.2)
