"""What many requests will cost, from a pilot."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Any

from schemas.errors import WrongRun


@dataclass(frozen=True)
class Range:
    low: float
    expected: float
    high: float


@dataclass(frozen=True)
class Estimate:
    """Of `requests` that are to be answered; `seconds` by the clock, at the pilot's concurrency."""

    requests: int
    prompt_tokens: Range
    completion_tokens: Range
    money: Range
    seconds: Range
    currency: str


def estimate(pilot: Mapping[str, Any], requests: int) -> Estimate:
    """From a ledger's summary. Raises WrongRun where the pilot has fewer than two answers whose usage was told.

    With n answers of mean m and standard deviation s, N further ones come to N m, give or take 2 s sqrt(N + N^2 / n):
    two standard errors of a predicted sum, so 19 times in 20 if pictures are alike and independent. A pilot of one kind
    of picture does not speak for others. m includes what failed attempts cost for each answer; an answer that told no
    usage is taken for one like the rest.
    """
    known = pilot["all_runs"]
    answers = known["answers_with_usage"]
    if answers < 2:
        raise WrongRun("no estimate from fewer than two answers whose tokens the server counts; ask a few first")

    def of(name: str) -> Range:
        expected = requests * known[name] / answers
        margin = 2 * known["deviation"][name] * sqrt(requests + requests**2 / answers)
        return Range(max(0.0, expected - margin), expected, expected + margin)

    return Estimate(
        requests,
        prompt_tokens=of("prompt_tokens"),
        completion_tokens=of("completion_tokens"),
        money=of("money"),
        seconds=of("seconds"),
        currency=known["currency"],
    )
