import math

import pytest

from schemas.demographics import AGE_BUCKETS, age_bucket, age_years, sex_word


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (None, None),
        ("", None),
        ("F", "F"),
        (" FEMALE ", "F"),
        ("w", "F"),
        ("m", "M"),
        ("Male", "M"),
        ("O", "O"),
        ("U", None),
        ("unknown", None),
        ("female?", None),
    ],
)
def test_sex_is_one_of_three_codes_or_unknown(text: str | None, code: str | None) -> None:
    assert sex_word(text) == code


@pytest.mark.parametrize(
    ("text", "years"),
    [
        (None, None),
        ("", None),
        ("045Y", 45.0),
        ("006M", 0.5),
        ("052W", 52 * 7 / 365.25),
        ("010D", 10 / 365.25),
        ("45", 45.0),
        ("45.0", 45.0),
        ("8 months", 8 / 12),
        ("3 years", 3.0),
        ("12 yrs", 12.0),
        ("0", 0.0),
        ("000D", 0.0),
        ("forty", None),
        ("-3", None),
        ("45Y30", None),
    ],
)
def test_ages_of_headers_and_tables_become_years(text: str | None, years: float | None) -> None:
    assert age_years(text) == pytest.approx(years)


@pytest.mark.parametrize("text", ["000Y", "0Y", "000y"])
def test_a_year_of_zero_stands_where_an_age_was_taken_out(text: str) -> None:
    assert age_years(text) is None


@pytest.mark.parametrize(
    ("years", "bucket"),
    [
        (None, None),
        (math.nan, None),
        (math.inf, None),
        (-0.1, None),
        (126.0, None),
        (0.0, "under 1"),
        (0.99, "under 1"),
        (1.0, "1-4"),
        (4.9, "1-4"),
        (5.0, "5-9"),
        (47.0, "45-49"),
        (89.9, "85-89"),
        (90.0, "90+"),
        (125.0, "90+"),
    ],
)
def test_ages_fall_into_bins_of_five_years(years: float | None, bucket: str | None) -> None:
    assert age_bucket(years) == bucket
    assert bucket is None or bucket in AGE_BUCKETS


def test_every_bin_is_the_bin_of_some_age() -> None:
    assert tuple(dict.fromkeys(age_bucket(years / 2) for years in range(200))) == AGE_BUCKETS
