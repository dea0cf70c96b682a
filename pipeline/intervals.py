"""Intervals of shares that were counted."""

import math
from collections.abc import Callable
from functools import lru_cache

CONFIDENCE = 0.95
_HALVINGS = 60  # of [0, 1]


@lru_cache(maxsize=1024)
def clopper_pearson(some: int, of: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """The exact two-sided interval of a share (Clopper and Pearson, 1934, Biometrika 26:404); of none counted (0, 1).

    Of no event in n its upper end is about 3.7 / n.
    """
    tail = (1 - confidence) / 2
    low = 0.0 if some == 0 else _share_where(lambda p: 1 - _at_most(some - 1, of, p) < tail)
    high = 1.0 if some == of else _share_where(lambda p: _at_most(some, of, p) > tail)
    return low, high


def _share_where(is_below: Callable[[float], bool]) -> float:
    """The share up to which something holds, by halving."""
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if is_below(middle) else (low, middle)
    return (low + high) / 2


def _at_most(some: int, of: int, p: float) -> float:
    """The chance of at most so many of a binomial distribution, 0 < p < 1."""
    log_p, log_q, whole = math.log(p), math.log1p(-p), math.lgamma(of + 1)
    return math.fsum(
        math.exp(whole - math.lgamma(k + 1) - math.lgamma(of - k + 1) + k * log_p + (of - k) * log_q)
        for k in range(some + 1)
    )
