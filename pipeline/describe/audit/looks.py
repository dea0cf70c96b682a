"""What each blind classifier looks at: of a pair, what its true text holds less what its false one holds.

Things are told by themselves, within slot and kind, with the modality, and with the body part as well, so that
a value that is likely on one picture may be unlikely on another.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

from pipeline.describe.audit.language_model import LanguageModel
from pipeline.describe.audit.pairs import Pair
from pipeline.describe.audit.preferences import Told
from pipeline.describe.audit.words import differing_ngrams, half_octave, words

Look = Callable[[Pair], Told]
Measures = Mapping[str, float]

_MARKS = {"commas": ",", "semicolons": ";", "full stops": ".", "colons": ":", "hyphens": "-", "brackets": "("}
_PART = re.compile(r"\w+")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


def lengths(pair: Pair) -> Told:
    """How long a text is, and how it is punctuated."""
    return _crossed(_difference(_lengths(pair.true), _lengths(pair.false)), pair)


@lru_cache(4096)
def _lengths(text: str) -> Measures:
    parts = _PART.findall(text)
    return {
        "characters": len(text),
        "words": len(parts),
        "longest word": max(map(len, parts), default=0),
        "digits": sum(map(str.isdigit, text)),
        "capitals": sum(map(str.isupper, text)),
        **{name: text.count(mark) for name, mark in _MARKS.items()},
    }


def ngrams(pair: Pair) -> Told:
    """Runs of one to three words."""
    return _crossed(differing_ngrams(words(pair.true), words(pair.false)), pair)


def companions(pair: Pair) -> Told:
    """Within its slot, each word that changes with each that both texts hold, and with modality and body part.

    So a size that its finding never has is found, and a side that the rest of a report speaks against.
    """
    true, false = Counter(words(pair.true)), Counter(words(pair.false))
    about = {**(true & false), f"({pair.modality})": 1, f"({pair.body_part})": 1}
    changed = _difference(true, false)
    return {(pair.form, word, other): by * n for word, by in changed.items() for other, n in about.items()}


def values(pair: Pair) -> Told:
    """The value that was edited, without the text around it."""
    return _crossed(_difference(_value(pair.original), _value(pair.replaced)), pair)


@lru_cache(4096)
def _value(value: str) -> Counter[str]:
    """Of numbers, which seldom occur twice, also magnitude and last digit: doubled ones are even."""
    numbers = _NUMBER.findall(value)
    magnitudes = (f"magnitude {half_octave(float(number))}" for number in numbers)
    return Counter([f"is {value}", *magnitudes, *(f"last digit {number[-1]}" for number in numbers)])


def likelihood(model: LanguageModel) -> Look:
    """How likely a language model finds a text: in all, by the word, and its least likely word."""

    @lru_cache(4096)
    def measures(text: str, modality: str, body_part: str) -> Measures:
        found = model.log_likelihoods(text, (modality, body_part))
        return {"all": float(found.sum()), "a word": float(found.mean()), "least": float(found.min())}

    def look(pair: Pair) -> Told:
        true, false = (measures(text, pair.modality, pair.body_part) for text in (pair.true, pair.false))
        return _crossed(_difference(true, false), pair)

    return look


def taught(pairs: Iterable[Pair]) -> Look:
    """By true texts alone, each once for its patient."""
    told = dict.fromkeys((pair.group_id, pair.true, (pair.modality, pair.body_part)) for pair in pairs)
    return likelihood(LanguageModel((text, scene) for _, text, scene in told))


def _difference(true: Measures, false: Measures) -> dict[str, float]:
    names = dict.fromkeys((*true, *false))
    found = {name: true.get(name, 0.0) - false.get(name, 0.0) for name in names}
    return {name: value for name, value in found.items() if value}


def _crossed(told: Mapping[Any, float], pair: Pair) -> Told:
    form, scene = (pair.form,), (pair.modality, pair.body_part)
    within = ((), form, (*form, scene[0]), (*form, *scene))
    return {(name, context): value for name, value in told.items() for context in within}
