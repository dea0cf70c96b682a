"""Numbers: how many of what, and lengths with their unit."""

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from typing import Literal, NamedTuple

from annotators.captioners.nouns import number_words
from pipeline.describe.reading.mentions import Mention
from pipeline.describe.reading.words import Words, folded, holds

Comparison = Literal["exactly", "only", "at least", "at most"]

_GROUPS = {"pair": 2, "trio": 3, "single": 1, "solitary": 1, "couple": 2, "dozen": 12}
_VAGUE = {
    "several": 2,
    "multiple": 2,
    "numerous": 3,
    "many": 3,
    "various": 2,
    "cluster": 3,
    "innumerable": 10,
    "countless": 10,
    "hundred": 100,
    "thousand": 1000,
}  # at least so many
# Words before a number, what they make of it, and by how much they move it; the first that fits holds.
_COMPARED: tuple[tuple[tuple[str, ...], Comparison, int], ...] = (
    (("at", "least"), "at least", 0),
    (("no", "fewer", "than"), "at least", 0),
    (("no", "less", "than"), "at least", 0),
    (("not", "fewer", "than"), "at least", 0),
    (("at", "most"), "at most", 0),
    (("no", "more", "than"), "at most", 0),
    (("not", "more", "than"), "at most", 0),
    (("up", "to"), "at most", 0),
    (("more", "than"), "at least", 1),
    (("fewer", "than"), "at most", -1),
    (("less", "than"), "at most", -1),
    (("only",), "only", 0),
    (("exactly",), "only", 0),
    (("only", "a"), "only", 0),
)
_COMPARING = frozenset(words[-1] for words, _, _ in _COMPARED)
# Behind these a number counts nothing: a grade, a place, a date.
_NO_COUNT_BEHIND = frozenset(
    {"grade", "tooth", "level", "segment", "score", "class", "stage", "type", "no", "number", "mrn", "id", "density"}
)
# What stands behind a number and is not counted as a finding.
_NO_COUNT_BEFORE = frozenset(
    {
        *("image", "picture", "view", "frame", "slice", "patient", "reader", "region", "further", "mm", "cm", "um"),
        *("millimeter", "centimeter", "year", "day", "week", "month", "hour", "percent", "%", "o", "of", "third"),
        *("colour", "color", "part", "side", "would", "find", "count", "make", "finds", "other", "model", "category"),
    }
)
_BEHIND_A_PRONOUN = frozenset(
    {"on", "in", "at", "with", "is", "has", "being", "that", "which", "lies", "lie", "to", "near", ",", ".", ";", "and"}
)  # `the right one is`
_NO_PRONOUN_BEHIND = frozenset({"than", "least", "most", "only", "exactly", "just", "to", ":", ""})
_REACH = 8  # words from a number to the name of what it counts
_LENGTH = re.compile(
    r"(?P<first>\d+(?:\.\d+)?)[\s-]*(?:(?:by|x|×)\s*(?P<second>\d+(?:\.\d+)?)[\s-]*)?"
    r"(?P<unit>mm|µm|μm|um|cm|millimet\w+|micromet\w+|centimet\w+|microns?)\b"
)
_DIGIT = re.compile(r"\d")
_SPOKEN = re.compile(r"\b(?P<word>[a-z]+)\s+(?P<unit>millimet\w+|micromet\w+|centimet\w+)\b")
_TO_MM = {"mm": 1.0, "mi": 0.001, "µm": 0.001, "μm": 0.001, "um": 0.001, "cm": 10.0, "ce": 10.0}


class Count(NamedTuple):
    """`mention` is what is counted; None where no name stands near, as in `one of the two`."""

    number: int
    comparison: Comparison
    mention: Mention | None


class Length(NamedTuple):
    """In millimetres; `tolerance_mm` is half of the last digit written."""

    mm: float
    tolerance_mm: float


def lengths(low: str) -> list[Length]:
    """Of a text in lower case."""
    measured = _measured(low)
    if not measured and "meter" not in low and "metre" not in low:
        return []
    found = [
        _length(value, match["unit"]) for match in measured for value in (match["first"], match["second"]) if value
    ]
    numbers = number_words()
    spelled = _SPOKEN.finditer(low) if "met" in low else ()
    return found + [_length(str(numbers[m["word"]]), m["unit"]) for m in spelled if m["word"] in numbers]


def lengths_spans(low: str) -> list[tuple[int, int]]:
    """The characters that lengths in digits take."""
    return [match.span() for match in _measured(low)]


@lru_cache(maxsize=1)
def _measured(low: str) -> tuple[re.Match[str], ...]:
    return tuple(_LENGTH.finditer(low)) if _DIGIT.search(low) else ()


@lru_cache(maxsize=1 << 13)
def _length(written: str, unit: str) -> Length:
    scale = 1.0 if unit.startswith("millimet") else _TO_MM[unit[:2]]
    decimals = len(written.partition(".")[2])
    return Length(float(written) * scale, 0.5 * 10.0**-decimals * scale)


def counts(texts: Words, mentions: Sequence[Mention], taken: frozenset[int]) -> Iterator[Count]:
    """Of numbers outside `taken`, in the order of the text's words; `mentions` are what can be counted."""
    told = _number_like()
    if told.isdisjoint(texts) and not any(map(str.isdecimal, texts)):
        return
    named = {mention.at for mention in mentions}
    end = 0
    for at, text in enumerate(texts):
        if at < end or at in taken or not (text in told or text.isdecimal()):
            continue
        number, end, vague = _number(texts, at)
        if number is not None and (end in named or not _is_no_count(texts, at, end)):
            mention = _counted(texts, at, end, mentions)
            yield Count(*_compared(texts, at, end, number, vague), mention)


def _number(texts: Words, at: int) -> tuple[int | None, int, bool]:
    """(number, index behind it, whether it is vague) of the words from `at` on."""
    word = texts[at]
    numbers = number_words()
    if word.isdecimal():
        return int(word), at + 1, False
    if at + 1 < len(texts) and (both := numbers.get(f"{word}-{texts[at + 1]}")):
        return both, at + 2, False
    if word in _GROUPS or word in _VAGUE:
        return _GROUPS.get(word) or _VAGUE[word], at + 1, word in _VAGUE
    return _numbers_folded().get(word), at + 1, False


@cache
def _numbers_folded() -> dict[str, int]:
    return {folded(word): number for word, number in number_words().items()}


@cache
def _number_like() -> frozenset[str]:
    """Words as compared that a number may begin with."""
    spoken = (word.partition("-")[0] for word in number_words())
    return frozenset({*map(folded, spoken), *_numbers_folded(), *_GROUPS, *_VAGUE})


def _is_no_count(texts: Words, at: int, end: int) -> bool:
    behind = texts[at - 1] if at else ""
    next_word = texts[end] if end < len(texts) else ""
    if texts[at] == "one" and next_word in _BEHIND_A_PRONOUN and behind not in _NO_PRONOUN_BEHIND:
        return True
    if texts[at] == "one" and behind in ("no", "any", "the", "this", "each", "every", "upper", "lower", "which"):
        return True
    return (behind in _NO_COUNT_BEHIND and texts[at - 2 : at] != ("cell", "number")) or (
        next_word in _NO_COUNT_BEFORE and not (next_word == "of" and texts[at] in _GROUPS)
    )


def _compared(texts: Words, at: int, end: int, number: int, vague: bool) -> tuple[int, Comparison]:
    if vague or holds(texts, ("or", "more"), end):
        return number, "at least"
    if at and texts[at - 1] in _COMPARING:
        for words, comparison, more in _COMPARED:
            if at >= len(words) and holds(texts, words, at - len(words)):
                return number + more, comparison
    return number, "only" if texts[at] in ("single", "solitary") else "exactly"


def _counted(texts: Words, at: int, end: int, mentions: Sequence[Mention]) -> Mention | None:
    """The next name, else the one before where the number stands behind it: `platelets: three`."""
    stop = next((i for i in range(end, len(texts)) if texts[i] in (".", ";", ":")), len(texts))
    if texts[at - 1 : at] == ("the",) and end < len(texts) and not texts[end].isalnum():
        return None  # `of the two, ..`
    later = next((each for each in mentions if end <= each.at < min(stop, end + _REACH)), None)
    if later is not None or (at and texts[at - 1] == "the"):
        return later  # `the upper one of the two` counts nothing
    return next((each for each in reversed(mentions) if at - _REACH <= each.at < at), None)
