from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotators.captioners.chat.answer import Usage
from annotators.captioners.chat.estimate import Range, estimate
from annotators.captioners.chat.ledger import Ledger
from annotators.captioners.chat.payment import Prices
from schemas.errors import WrongRun


def summary_of(*usages: tuple[Usage | None, bool]) -> dict[str, Any]:
    """Of a ledger in which a token costs 1 and every payment took a second."""
    seconds = iter(range(10**6))
    ledger = Ledger(Prices(1e6, 1e6, "EUR"), clock=lambda: float(next(seconds)))
    with ledger.working():
        for usage, answered in usages:
            ledger.reserve(1.0)
            ledger.settle("0", 1.0, usage, answered)
        return ledger.summary()


@pytest.mark.parametrize("usages", [[], [(Usage(1, 1), True)], [(None, True)] * 5, [(Usage(1, 1), False)] * 5])
def test_too_few_answers_give_no_estimate(usages: Any) -> None:
    with pytest.raises(WrongRun, match="ask a few first"):
        estimate(summary_of(*usages), 100)


def test_answers_that_are_all_alike_leave_no_doubt() -> None:
    found = estimate(summary_of(*[(Usage(100, 20), True)] * 4), 1000)
    assert found.prompt_tokens == Range(100_000, 100_000, 100_000)
    assert found.completion_tokens == Range(20_000, 20_000, 20_000)
    assert found.money == Range(120_000, 120_000, 120_000)
    assert found.seconds.expected == pytest.approx(1000)
    assert (found.requests, found.currency) == (1000, "EUR")


def test_the_range_is_two_standard_errors_of_a_predicted_sum() -> None:
    usages = [(Usage(tokens, 0), True) for tokens in (90, 110)]  # mean 100, standard deviation 10 * sqrt(2)
    found = estimate(summary_of(*usages), 8).prompt_tokens
    margin = 2 * (200 * (8 + 64 / 2)) ** 0.5
    assert (found.low, found.expected, found.high) == pytest.approx((800 - margin, 800, 800 + margin))


def test_nothing_costs_less_than_nothing() -> None:
    found = estimate(summary_of((Usage(0, 0), True), (Usage(1000, 0), True)), 1)
    assert found.prompt_tokens.low == 0


def test_failed_attempts_cost_too() -> None:
    usages = [*[(Usage(100, 20), True)] * 2, (Usage(100, 0), False)]
    found = estimate(summary_of(*usages), 10)
    assert found.prompt_tokens.expected == 1500
    assert found.completion_tokens.expected == 200


@given(st.lists(st.integers(1, 1000), min_size=2, max_size=30), st.integers(0, 10**6))
def test_what_is_expected_lies_in_its_range_and_grows_with_the_requests(tokens: list[int], requests: int) -> None:
    pilot = summary_of(*[(Usage(each, each), True) for each in tokens])
    some, more = estimate(pilot, requests), estimate(pilot, requests + 1)
    for name in ("prompt_tokens", "completion_tokens", "money", "seconds"):
        low, high = getattr(some, name), getattr(more, name)
        assert 0 <= low.low <= low.expected <= low.high
        assert low.expected < high.expected
    assert some.money.expected == pytest.approx(2 * sum(tokens) / len(tokens) * requests)
