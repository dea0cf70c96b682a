from pathlib import Path
from threading import Thread

import pytest

from annotators.captioners.chat.answer import Usage
from annotators.captioners.chat.journal import line_of, value_of
from annotators.captioners.chat.ledger import Ledger
from annotators.captioners.chat.payment import Prices
from schemas.errors import BudgetSpent, ConfigError, StorageError
from tests.annotators.captioners.chat.builders import all_runs_of, run_of

PRICES = Prices(input_per_million=2e6, output_per_million=10e6)  # a token costs 2, and 10
KEY = "0" * 64
USAGE = Usage(10, 5)  # costs 70


class Clock:
    """Seconds that a test sets."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def pay(ledger: Ledger, usage: Usage | None = USAGE, answered: bool = True, reserved: float = 100.0) -> None:
    ledger.reserve(reserved)
    ledger.settle(KEY, reserved, usage, answered)


def test_a_new_ledger_is_empty() -> None:
    assert Ledger(PRICES).summary() == {
        "run": {
            **{"requests": 0, "answered": 0, "cached": 0, "repeated": 0, "sent": 0, "retries": 0},
            "failures": {},
        },
        "all_runs": {
            **{"answers": 0, "answers_with_usage": 0, "prompt_tokens": 0, "completion_tokens": 0, "money": 0},
            **{"seconds": 0, "failed_prompt_tokens": 0, "failed_completion_tokens": 0},
            **{"unreported": 0, "unreported_money_at_most": 0, "currency": "USD"},
            "deviation": {"prompt_tokens": 0, "completion_tokens": 0, "money": 0, "seconds": 0},
        },
    }


def test_tokens_cost_their_prices() -> None:
    assert Prices(2.5, 10).of(Usage(1_000_000, 0)) == 2.5
    assert Prices(2.5, 10).of(Usage(1000, 200)) == pytest.approx(0.0045)
    assert Prices().of(Usage(10**9, 10**9)) == 0


def test_answers_failed_attempts_and_silent_ones_are_told_apart(tmp_path: Path) -> None:
    with Ledger(PRICES, path=tmp_path / "l") as ledger:
        pay(ledger)
        pay(ledger, Usage(20, 15))
        pay(ledger, Usage(7, 3), answered=False)
        pay(ledger, None, answered=False)
        pay(ledger, None, answered=True, reserved=50.0)
        before = ledger.summary()["all_runs"]
    assert before == {
        **{"answers": 3, "answers_with_usage": 2, "prompt_tokens": 37, "completion_tokens": 23, "money": 304.0},
        **{"failed_prompt_tokens": 7, "failed_completion_tokens": 3},
        **{"unreported": 2, "unreported_money_at_most": 150.0, "currency": "USD"},
        **{"seconds": before["seconds"], "deviation": before["deviation"]},
    }
    assert before["deviation"]["prompt_tokens"] == pytest.approx(50**0.5)
    with Ledger(PRICES, path=tmp_path / "l") as ledger:
        assert ledger.summary()["all_runs"] == before


def test_a_line_holds_what_was_paid_and_nothing_of_what_was_said(tmp_path: Path) -> None:
    with Ledger(PRICES, path=tmp_path / "l") as ledger:
        pay(ledger)
    known = value_of((tmp_path / "l").read_bytes())
    assert known == {
        **{"key": KEY, "answered": True, "prompt_tokens": 10, "completion_tokens": 5},
        **{"money": 70.0, "seconds": 0.0, "currency": "USD"},
    }


def test_old_prices_stay_with_what_was_bought_at_them(tmp_path: Path) -> None:
    with Ledger(PRICES, path=tmp_path / "l") as ledger:
        pay(ledger)
    with Ledger(Prices(1e6, 1e6), path=tmp_path / "l") as ledger:
        pay(ledger)
        assert all_runs_of(ledger, "money") == (85.0,)


def test_another_currency_is_refused(tmp_path: Path) -> None:
    with Ledger(PRICES, path=tmp_path / "l") as ledger:
        pay(ledger)
    with pytest.raises(ConfigError, match="currency: the ledger counts in 'USD'"):
        Ledger(Prices(currency="EUR"), path=tmp_path / "l")
    Ledger(PRICES, path=tmp_path / "l").close()  # nobody holds it


@pytest.mark.parametrize(
    "changed",
    [
        *({"key": 1}, {"answered": 1}, {"money": "1"}, {"money": None}, {"seconds": None}),
        *({"prompt_tokens": None}, {"prompt_tokens": 1.5}, {"completion_tokens": "5"}),
    ],
    ids=str,
)
def test_a_line_that_nobody_here_wrote_is_damage(tmp_path: Path, changed: dict[str, object]) -> None:
    with Ledger(PRICES, path=tmp_path / "l") as ledger:
        pay(ledger)
    line = value_of((tmp_path / "l").read_bytes())
    (tmp_path / "l").write_bytes(line_of(line) + line_of({**line, **changed}))
    with pytest.raises(StorageError, match="line 2 is damaged"):
        Ledger(PRICES, path=tmp_path / "l")


def test_the_budget_holds_what_is_spent_and_what_is_under_way() -> None:
    ledger = Ledger(PRICES, budget=200.0)
    ledger.reserve(100.0)
    ledger.reserve(100.0)
    with pytest.raises(BudgetSpent):
        ledger.reserve(0.01)
    ledger.settle(KEY, 100.0, Usage(10, 5), answered=True)  # 70
    ledger.reserve(30.0)
    ledger.release(100.0)
    ledger.reserve(100.0)
    with pytest.raises(BudgetSpent):
        ledger.reserve(0.01)
    assert run_of(ledger)["sent"] == 4


def test_money_that_may_be_billed_counts_against_the_budget() -> None:
    ledger = Ledger(PRICES, budget=100.0)
    pay(ledger, None, answered=False)
    with pytest.raises(BudgetSpent, match=r"up to 100\.0000 of 100\.0000 USD are spent"):
        ledger.reserve(0.01)


def test_money_of_runs_before_counts_against_the_budget(tmp_path: Path) -> None:
    with Ledger(PRICES, path=tmp_path / "l") as ledger:
        pay(ledger)
    with Ledger(PRICES, budget=100.0, path=tmp_path / "l") as ledger, pytest.raises(BudgetSpent) as caught:
        ledger.reserve(31.0)
    assert (caught.value.spent, caught.value.budget) == (70.0, 100.0)


def test_seconds_are_those_in_which_anything_is_under_way(tmp_path: Path) -> None:
    clock = Clock()
    with Ledger(PRICES, path=tmp_path / "l", clock=clock) as ledger:
        clock.now = 100.0  # nobody asks
        with ledger.working():
            clock.now = 101.0
            with ledger.working():  # together, 2 seconds
                clock.now = 103.0
                pay(ledger)
        clock.now = 200.0
        with ledger.working():
            clock.now = 204.0
            pay(ledger)
        assert all_runs_of(ledger, "seconds") == (7.0,)
    with Ledger(PRICES, path=tmp_path / "l") as ledger:
        assert all_runs_of(ledger, "seconds") == (7.0,)


def test_threads_may_share_it(tmp_path: Path) -> None:
    with Ledger(PRICES, budget=1e9, path=tmp_path / "l") as ledger:

        def work() -> None:
            for _ in range(50):
                ledger.count("requests")
                pay(ledger)
                ledger.count_failure("bad_body")
            ledger.sync()

        threads = [Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert run_of(ledger) == {"requests": 400, "sent": 400, "failures": {"bad_body": 400}}
        assert all_runs_of(ledger, "answers", "money") == (400, 400 * 70.0)
    with Ledger(PRICES, path=tmp_path / "l") as ledger:
        assert all_runs_of(ledger, "answers", "money") == (400, 400 * 70.0)
