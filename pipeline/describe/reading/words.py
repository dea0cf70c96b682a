"""A text as words that can be compared: lower case, one spelling, singular, hyphens gone."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import chain
from typing import Generic, TypeVar

Words = tuple[str, ...]
_T = TypeVar("_T")

_WORD = re.compile(r"\d+\.\d+|[^\W_]+|[^\w\s‐‑–—-]")
_AMERICAN = (
    ("haem", "hem"), ("oedem", "edem"), ("oesoph", "esoph"), ("tumour", "tumor"), ("colour", "color"),
    ("centre", "center"), ("grey", "gray"), ("leukaem", "leukem"), ("ischaem", "ischem"), ("naev", "nev"),
    ("metre", "meter"), ("fibre", "fiber"), ("artefact", "artifact"), ("neighbour", "neighbor"), ("caec", "cec"),
    ("goitre", "goiter"), ("isation", "ization"), ("ageing", "aging"), ("leucocyt", "leukocyt"), ("rrhoe", "rrhe"),
    ("centerd", "centered"), ("labelled", "labeled"), ("calliper", "caliper"), ("coelia", "celia"),
)  # fmt: skip
_IRREGULAR = {
    "metastases": "metastasis", "nevi": "nevus", "foci": "focus", "feet": "foot", "teeth": "tooth",
    "calculi": "calculus", "diverticula": "diverticulum", "emboli": "embolus", "thrombi": "thrombus", "septa": "septum",
    "phalanges": "phalanx", "vertebrae": "vertebra", "bullae": "bulla", "apices": "apex", "cortices": "cortex",
    "bronchi": "bronchus", "calyces": "calyx", "gyri": "gyrus", "sulci": "sulcus", "hila": "hilum", "maculae": "macula",
    "menisci": "meniscus", "fistulae": "fistula", "striae": "stria", "lumina": "lumen", "hili": "hilum", "’": "'",
}  # fmt: skip


def folded_words(text: str) -> tuple[str, ...]:
    """Runs of letters and digits, decimals whole, and each other sign but hyphens: `T2-weighted` is two words."""
    return tuple(chain.from_iterable(map(_folded_stretch, text.split())))


@lru_cache(maxsize=1 << 15)
def _folded_stretch(stretch: str) -> tuple[str, ...]:
    """The words of what stands between two spaces: no word crosses one, and few stretches are new to a corpus."""
    return tuple(map(folded, _WORD.findall(stretch)))


def standing(text: str, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """(index, start, end) of each of the `folded_words` of which a part stands within some characters."""
    for i, (first, last) in enumerate(_spans(text)):
        if first < end and start < last:
            yield i, first, last


@lru_cache(maxsize=1)
def _spans(text: str) -> tuple[tuple[int, int], ...]:
    return tuple([match.span() for match in _WORD.finditer(text)])


@lru_cache(maxsize=1 << 15)
def folded(word: str) -> str:
    """One word as compared: `Tumours` is `tumor`, `haemorrhages` is `hemorrhage`."""
    low = word.lower()
    for british, american in _AMERICAN:
        if british in low:
            low = low.replace(british, american)
    return _IRREGULAR.get(low) or _singular(low)


def _singular(low: str) -> str:
    """By the endings of English and Greek plurals; what only looks like one is cut in the same way everywhere."""
    if len(low) < 4 or not low.endswith("s") or low.endswith(("ss", "us", "is")):
        return low
    if low.endswith("oses"):
        return f"{low[:-2]}is"
    if low.endswith("ies"):
        return f"{low[:-3]}y"
    return low[:-2] if low.endswith(("sses", "xes", "shes", "ches")) else low[:-1]


class Phrases(Generic[_T]):
    """What stretches of words stand for. Of equal ones the first holds."""

    def __init__(self, meant: Iterable[tuple[Words, _T]]) -> None:
        self._meant: dict[Words, _T] = {}
        lengths: dict[str, set[int]] = {}
        for words, meaning in meant:
            self._meant.setdefault(words, meaning)
            lengths.setdefault(words[0], set()).add(len(words))
        self._lengths = {first: sorted(found, reverse=True) for first, found in lengths.items()}
        self.firsts = self._lengths.keys()

    def at(self, found: Words, at: int) -> Iterator[tuple[int, _T]]:
        """(index behind it, meaning) of each that starts at a word, one of `firsts`; the longest first."""
        for length in self._lengths[found[at]]:
            words = found[at : at + length]
            if len(words) == length and (meaning := self._meant.get(words)) is not None:
                yield at + length, meaning


def holds(found: Words, term: Words, at: int) -> bool:
    """Whether a term's words stand at a place of others."""
    return found[at : at + len(term)] == term
