"""What the questions cost: counts of a run, and money that outlives it."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Any, Literal

from annotators.captioners.chat.answer import REASONS, Reason, Usage
from annotators.captioners.chat.journal import Journal
from annotators.captioners.chat.payment import Payment, Prices, payment_of
from annotators.captioners.chat.stopwatch import Stopwatch
from annotators.captioners.chat.totals import Totals
from schemas.errors import BudgetSpent, ConfigError, StorageError

Event = Literal[
    "requests",  # handed in
    "answered",  # by the server, in this run
    "cached",  # known from before
    "repeated",  # the same as another one of the call, and asked with it
    "sent",  # attempts
    "retries",  # attempts after the first
]
EVENTS: tuple[Event, ...] = ("requests", "answered", "cached", "repeated", "sent", "retries")


class Ledger:
    """Counts and holds the budget; threads may share it.

    An attempt is reserved at the most that it can cost, and then settled at what the server says, or at that most where
    it says nothing and may bill it: a reply without usage, one cut short, a wait without end. So what is spent never
    passes the budget as long as that most is one. With `path` each payment is a line of a file that the next run reads;
    a crash loses at most what the attempts then under way cost.
    """

    def __init__(
        self,
        prices: Prices,
        budget: float | None = None,
        path: Path | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Raises StorageError for a damaged file, LockedError where another process asks, ConfigError where the file
        counts in another currency.
        """
        self._prices, self._budget = prices, budget
        self._lock = Lock()
        self._totals, self._reserved = Totals(), 0.0
        self._events: Counter[Event] = Counter()
        self._failures: Counter[Reason] = Counter()
        self._watch = Stopwatch(clock)
        self._journal = None if path is None else Journal(path)
        try:
            self._read_payments()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> "Ledger":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        if self._journal is not None:
            self._journal.close()
            self._journal = None

    def cost_at_most(self, usage: Usage) -> float:
        return self._prices.of(usage)

    def count(self, event: Event) -> None:
        with self._lock:
            self._events[event] += 1

    def count_failure(self, reason: Reason) -> None:
        with self._lock:
            self._failures[reason] += 1

    @contextmanager
    def working(self) -> Iterator[None]:
        """Around the work on one request: the time in which there is any counts as seconds."""
        with self._lock:
            self._watch.start()
        try:
            yield
        finally:
            with self._lock:
                self._watch.stop()

    def reserve(self, money: float) -> None:
        """Before an attempt is sent. Raises BudgetSpent where it could pass the budget."""
        with self._lock:
            if self._budget is not None and self._totals.money_at_most + self._reserved + money > self._budget:
                raise BudgetSpent(self._totals.money_at_most, self._budget, self._prices.currency)
            self._reserved += money
            self._events["sent"] += 1

    def release(self, money: float) -> None:
        """What was reserved for an attempt that nobody bills."""
        with self._lock:
            self._reserved -= money

    def settle(self, key: str, reserved: float, usage: Usage | None, answered: bool) -> None:
        """What was reserved for an attempt becomes what it cost. Not durable before `sync`."""
        money = reserved if usage is None else self._prices.of(usage)
        with self._lock:
            payment = Payment(key, answered, usage, money, self._watch.take_s())
            self._reserved -= reserved
            self._totals.add(payment)
            if self._journal is not None:
                self._journal.append({**payment.as_line(), "currency": self._prices.currency})

    def sync(self) -> None:
        """Returns when all that was settled before would survive a crash of the machine."""
        if self._journal is not None:
            self._journal.sync()

    def summary(self) -> dict[str, Any]:
        """`run`: counts of this process; requests = answered + cached + repeated + failures, unless it was stopped.

        `all_runs`: tokens, money and seconds since the ledger's first line. Seconds are those in which any request was
        under way; tokens and money hold those of failed attempts too, as far as the server told them.
        """
        with self._lock:
            failures = {reason: self._failures[reason] for reason in REASONS if self._failures[reason]}
            return {
                "run": {**{event: self._events[event] for event in EVENTS}, "failures": failures},
                "all_runs": {**self._totals.as_dict(), "currency": self._prices.currency},
            }

    def _read_payments(self) -> None:
        if self._journal is None:
            return
        for number, line in enumerate(self._journal.values(), 1):
            payment, currency = payment_of(line), line.get("currency")
            if payment is None:
                raise StorageError(f"ledger: line {number} is damaged; put the file back from a copy")
            if currency != self._prices.currency:
                raise ConfigError("currency", f"the ledger counts in {currency!r}; say so, or begin another ledger")
            self._totals.add(payment)
