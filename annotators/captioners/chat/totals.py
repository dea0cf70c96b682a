"""Sums over payments, with how much they differ from answer to answer."""

from dataclasses import dataclass, field
from math import sqrt
from typing import Any

from annotators.captioners.chat.payment import Payment

QUANTITIES = ("prompt_tokens", "completion_tokens", "money", "seconds")


@dataclass
class Tally:
    """A running sum, and the standard deviation of what was added."""

    count: int = 0
    total: float = 0
    squares: float = 0

    def add(self, value: float) -> None:
        self.count += 1
        self.total += value
        self.squares += value * value

    @property
    def deviation(self) -> float:
        """Of a sample; 0 where fewer than two values were added."""
        if self.count < 2:
            return 0.0
        return sqrt(max(0.0, self.squares - self.total * self.total / self.count) / (self.count - 1))


@dataclass
class Totals:
    """`answered` tallies answers whose usage was reported, `failed` what attempts cost that gave none.

    `unreported` counts attempts that may be billed and told no usage, `unreported_money` the most that they cost.
    """

    answers: int = 0
    unreported: int = 0
    unreported_money: float = 0.0
    unreported_seconds: float = 0.0
    answered: dict[str, Tally] = field(default_factory=lambda: {name: Tally() for name in QUANTITIES})
    failed: dict[str, Tally] = field(default_factory=lambda: {name: Tally() for name in QUANTITIES})

    def add(self, payment: Payment) -> None:
        self.answers += payment.answered
        if payment.usage is None:
            self.unreported += 1
            self.unreported_money += payment.money
            self.unreported_seconds += payment.seconds
            return
        tallies = self.answered if payment.answered else self.failed
        tallies["prompt_tokens"].add(payment.usage.prompt_tokens)
        tallies["completion_tokens"].add(payment.usage.completion_tokens)
        tallies["money"].add(payment.money)
        tallies["seconds"].add(payment.seconds)

    @property
    def money_at_most(self) -> float:
        return self.answered["money"].total + self.failed["money"].total + self.unreported_money

    def as_dict(self) -> dict[str, Any]:
        sums = {name: self.answered[name].total + self.failed[name].total for name in QUANTITIES}
        return {
            "answers": self.answers,
            "answers_with_usage": self.answered["money"].count,
            **sums,
            "seconds": sums["seconds"] + self.unreported_seconds,
            "failed_prompt_tokens": self.failed["prompt_tokens"].total,
            "failed_completion_tokens": self.failed["completion_tokens"].total,
            "unreported": self.unreported,
            "unreported_money_at_most": self.unreported_money,
            "deviation": {name: self.answered[name].deviation for name in QUANTITIES},
        }
