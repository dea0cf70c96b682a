"""A text as words that can be compared: lower case, one spelling, singular, hyphens gone."""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import chain

_WORD = re.compile(r"\d+\.\d+|[^\W_]+|[^\w\s‐‑–—-]")
_AMERICAN = (
    ("haem", "hem"), ("oedem", "edem"), ("oesoph", "esoph"), ("tumour", "tumor"), ("colour", "color"),
    ("centre", "center"), ("grey", "gray"), ("leukaem", "leukem"), ("ischaem", "ischem"), ("naev", "nev"),
    ("metre", "meter"), ("fibre", "fiber"), ("artefact", "artifact"), ("neighbour", "neighbor"), ("caec", "cec"),
    ("goitre", "goiter"), ("isation", "ization"), ("ageing", "aging"), ("leucocyt", "leukocyt"), ("rrhoe", "rrhe"),
    ("labelled", "labeled"), ("calliper", "caliper"), ("coelia", "celia"),
)  # fmt: skip
_IRREGULAR = {"metastases": "metastasis", "nevi": "nevus", "foci": "focus", "feet": "foot", "teeth": "tooth"}


def folded_words(text: str) -> tuple[str, ...]:
    """Runs of letters and digits, decimals whole, and each other sign but hyphens: `T2-weighted` is two words."""
    return tuple(chain.from_iterable(map(_folded_stretch, text.split())))


@lru_cache(maxsize=1 << 15)
def _folded_stretch(stretch: str) -> tuple[str, ...]:
    """The words of what stands between two spaces: no word crosses one, and few stretches are new to a corpus."""
    return tuple(map(folded, _WORD.findall(stretch)))


def bounds(text: str) -> list[tuple[int, int]]:
    """Where each of the `folded_words` stands: [start, end) of the text."""
    found, end = [], 0
    for stretch in text.split():
        start = text.index(stretch, end)
        found += [(start + first, start + last) for first, last in _bounds_in(stretch)]
        end = start + len(stretch)
    return found


@lru_cache(maxsize=1 << 15)
def _bounds_in(stretch: str) -> tuple[tuple[int, int], ...]:
    return tuple(match.span() for match in _WORD.finditer(stretch))


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


def holds(found: Sequence[str], term: Sequence[str], at: int) -> bool:
    """Whether a term's words stand at a place of others."""
    return tuple(found[at : at + len(term)]) == tuple(term)
