"""Sex and age as they may leave a source: DICOM's codes, and years in bins of five."""

import math
import re

from schemas.taxonomy.csv_table import folded

SEXES = ("F", "M", "O")  # codes of DICOM's Patient's Sex (PS3.3 C.7.1.1)
UNDER_ONE, OLDEST = "under 1", "90+"
AGE_BUCKETS = (UNDER_ONE, "1-4", *(f"{low}-{low + 4}" for low in range(5, 90, 5)), OLDEST)

_OLDEST_FROM = 90
_OLDEST_KNOWN = 125  # beyond it a number is no age in years
_SEX_WORDS = {
    "F": ("f", "female", "w", "woman", "women", "weiblich", "girl"),
    "M": ("m", "male", "man", "men", "männlich", "boy"),
    "O": ("o", "other", "d", "divers", "diverse", "intersex"),
}
_UNITS = {"d": 365.25, "w": 365.25 / 7, "m": 12.0, "y": 1.0, "": 1.0}  # of them in a year
_AGE = re.compile(r"(\d+(?:\.\d+)?)\s*(?:(d|w|m|y)(?:ays?|eeks?|onths?|ears?|rs?)?)?")


def sex_word(text: str | None) -> str | None:
    """F, M or O; None where the word says nothing or is unknown."""
    word = folded(text or "")
    return next((sex for sex, words in _SEX_WORDS.items() if word in words), None)


def age_years(text: str | None) -> float | None:
    """Years from DICOM's Age String (`045Y`, `006M`; PS3.5 6.2) or from what tables hold (`45`, `45.0`, `8 months`).

    None where it is no age, and for `000Y`, which stands where an age was taken out: a child under one year has
    days, weeks or months there.
    """
    plain = (text or "").strip().lower()
    match = _AGE.fullmatch(plain)
    if match is None or re.fullmatch(r"0+\s*y\w*", plain):
        return None
    return float(match[1]) / _UNITS[match[2] or ""]


def age_bucket(years: float | None) -> str | None:
    """Bins of five years, the first split at one year, from 90 on pooled; None for what is no age."""
    if years is None or not math.isfinite(years) or not 0 <= years <= _OLDEST_KNOWN:
        return None
    if years < 1:
        return UNDER_ONE
    if years >= _OLDEST_FROM:
        return OLDEST
    low = int(years) // 5 * 5
    return f"{max(low, 1)}-{low + 4}"
