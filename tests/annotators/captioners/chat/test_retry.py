from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotators.captioners.chat.retry import pause_s, retry_after_s

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("0", 0.0),
        ("120", 120.0),
        (" 2.5 ", 2.5),
        ("-1", None),
        ("1e3", None),
        ("nan", None),
        ("inf", None),
        ("٣", None),  # a digit, though none of ASCII
        ("soon", None),
        ("Sun, 01 Mar 2026 12:00:30 GMT", 30.0),
        ("Sun, 01 Mar 2026 12:00:30 -0000", 30.0),
        ("Sun, 01 Mar 2026 13:00:30 +0100", 30.0),
        ("Sun, 01 Mar 2026 11:00:00 GMT", 0.0),
        ("Sun, 99 Mar 2026 12:00:30 GMT", None),
        ("Sun, 01 Mar 99999 12:00:30 GMT", None),
    ],
)
def test_seconds_and_dates_are_read(header: str | None, seconds: float | None) -> None:
    assert retry_after_s(header, NOW) == seconds


@given(st.integers(0, 10**9))
def test_a_number_is_that_many_seconds(seconds: int) -> None:
    assert retry_after_s(str(seconds), NOW) == seconds


@given(st.integers(-(10**6), 10**6))
def test_a_date_is_the_time_until_then(seconds: int) -> None:
    header = format_datetime(NOW + timedelta(seconds=seconds), usegmt=True)
    assert retry_after_s(header, NOW) == max(0, seconds)


@given(st.one_of(st.text(), st.text("0123456789:, +-.GMTSunMar", max_size=40)))
def test_no_header_can_break_the_reader(header: str) -> None:
    seconds = retry_after_s(header, NOW)
    assert seconds is None or seconds >= 0


@pytest.mark.parametrize(("retries", "most"), [(0, 1.0), (1, 2.0), (3, 8.0), (6, 60.0), (10**6, 60.0)])
def test_a_pause_is_anything_up_to_a_bound_that_doubles(retries: int, most: float) -> None:
    assert pause_s(retries, None, 1.0, 60.0, lambda: 0.0) == 0
    assert pause_s(retries, None, 1.0, 60.0, lambda: 0.5) == most / 2
    assert pause_s(retries, None, 1.0, 60.0, lambda: 1.0) == most


@given(st.integers(0, 200), st.one_of(st.none(), st.floats(0, allow_infinity=True)), st.floats(0, 1))
def test_a_pause_is_as_long_as_asked_for_and_no_longer_than_allowed(
    retries: int, asked: float | None, dice: float
) -> None:
    pause = pause_s(retries, asked, 1.0, 60.0, lambda: dice)
    assert min(60.0, asked or 0.0) <= pause <= 60.0
