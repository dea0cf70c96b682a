"""What two texts differ in, word by word."""

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

N = 3  # words of the longest n-gram
# A length is told by its magnitude, since hardly any occurs twice; other numbers (teeth, counts) are words.
_LENGTH = r"\d+(?:\.\d+)?(?=(?:\s*(?:x|×|by)\s*\d+(?:\.\d+)?)?\s*(?:mm|cm|µm|um)\b)"
_WORD = re.compile(rf"(?P<length>{_LENGTH})|[^\W_]+(?:[.'’-][^\W_]+)*")

Words = tuple[str, ...]


@lru_cache(4096)
def words(text: str) -> Words:
    """Small letters, no punctuation; a length as `#6`, in half octaves."""
    return tuple(
        f"#{half_octave(float(match['length']))}" if match["length"] else match.group()
        for match in _WORD.finditer(text.lower())
    )


def half_octave(number: float) -> int:
    return round(2 * math.log2(number)) if number > 0 else -99


def ngrams(told: Sequence[str]) -> Iterator[Words]:
    """Of 1 to N words, with the text's ends as empty words."""
    padded = ("", *told, "")
    for n in range(1, N + 1):
        yield from (tuple(padded[i : i + n]) for i in range(len(padded) - n + 1))


def differing_ngrams(true: Words, false: Words) -> Mapping[Words, int]:
    """How much oftener each stands in the true text; only those that do not stand equally often in both."""
    start, end = _shared_ends(true, false)
    first = max(0, start - N)
    here, there = (Counter(ngrams(told[first : len(told) - max(0, end - N)])) for told in (true, false))
    here.subtract(there)
    return {ngram: count for ngram, count in here.items() if count}


def _shared_ends(true: Words, false: Words) -> tuple[int, int]:
    """Of how many words the beginning is the same, and then the end."""
    most = min(len(true), len(false))
    start = next((i for i in range(most) if true[i] != false[i]), most)
    rest = most - start
    return start, next((i for i in range(rest) if true[-1 - i] != false[-1 - i]), rest)
