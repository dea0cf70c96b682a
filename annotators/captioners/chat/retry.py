"""How long to wait before a request is sent again."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_SECONDS = re.compile(r"[0-9]+(\.[0-9]+)?")


def retry_after_s(header: str | None, now: datetime) -> float | None:
    """Seconds from `now` that a server asks for, as a number or as an HTTP date (RFC 9110, 10.2.3); None if unreadable.

    Fractions are not in the standard and are sent nevertheless. A date that is past gives 0.
    """
    text = (header or "").strip()
    if _SECONDS.fullmatch(text):
        return float(text)
    try:
        date = parsedate_to_datetime(text)
        until = date if date.tzinfo else date.replace(tzinfo=UTC)
        return max(0.0, (until - now).total_seconds())
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def pause_s(
    retries: int, asked_s: float | None, first_s: float, longest_s: float, random: Callable[[], float]
) -> float:
    """Exponential back-off with full jitter, and no less than the server asks for, up to `longest_s`.

    `retries` counts from 0; `random` gives [0, 1). Full jitter: M. Brooker, Exponential Backoff And Jitter, 2015.
    """
    jittered = random() * min(longest_s, first_s * 2.0 ** min(retries, 64))
    return max(jittered, min(longest_s, asked_s or 0.0))
