"""What one attempt cost, and how that is written down."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from annotators.captioners.chat.answer import Usage

MILLION = 1_000_000


@dataclass(frozen=True)
class Prices:
    """Money for a million tokens; a server of one's own costs nothing."""

    input_per_million: float = 0.0
    output_per_million: float = 0.0
    currency: str = "USD"

    def of(self, usage: Usage) -> float:
        spent = usage.prompt_tokens * self.input_per_million + usage.completion_tokens * self.output_per_million
        return spent / MILLION


@dataclass(frozen=True)
class Payment:
    """One attempt that a server may bill. Without `usage`, `money` is the most that it can have cost.

    `key` is its request's; `seconds` are those of work since the payment before.
    """

    key: str
    answered: bool
    usage: Usage | None
    money: float
    seconds: float

    def as_line(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "answered": self.answered,
            "prompt_tokens": None if self.usage is None else self.usage.prompt_tokens,
            "completion_tokens": None if self.usage is None else self.usage.completion_tokens,
            "money": float(self.money),
            "seconds": float(self.seconds),
        }


def payment_of(line: Mapping[str, Any]) -> Payment | None:
    """None for a line that `as_line` does not write."""
    match line:
        case {"key": str(key), "answered": bool(answered), "money": float(money), "seconds": float(seconds)}:
            pass
        case _:
            return None
    match line:
        case {"prompt_tokens": None, "completion_tokens": None}:
            return Payment(key, answered, None, money, seconds)
        case {"prompt_tokens": int(prompt_tokens), "completion_tokens": int(completion_tokens)}:
            return Payment(key, answered, Usage(prompt_tokens, completion_tokens), money, seconds)
        case _:
            return None
