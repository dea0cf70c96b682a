"""Words that claim nothing of a picture by themselves. Any other word that was not read may be a claim."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache

from pipeline.describe.reading.words import folded, folded_words
from schemas.taxonomy.csv_table import listed, read_rows

_SOLE = frozenset({"only", "sole", "alone"})
_LIKE = frozenset({"as", "so"})  # before these, what was said of one thing is said of another
_CLAIMING = _SOLE | _LIKE
_SO = frozenset({"is", "are", "was", "were", "do", "doe", "does", "did", "has", "have"})
_ENDINGS = (
    *("al", "ial", "eal", "ic", "tic", "itic", "atic", "ical", "ar", "ular", "ary", "ous", "atous", "ive", "y", "ly"),
    *("ed", "ied", "ated", "ized", "ised", "ing", "able", "ine", "ion", "e", "ation"),
)
SHORTEST_STEM, LONGEST_NOUN_ENDING = 4, 5
_SIGNS = frozenset(".,:;()/'\"?!&")


def unknown(found: Sequence[str], taken: Collection[int]) -> Iterator[int]:
    """Indices of words as compared, none of them in `taken`, that are not plain."""
    plain = _plain()
    for at, word in enumerate(found):
        if at not in taken and (word not in plain or (word in _CLAIMING and _claims_here(found, at))):
            yield at


def _claims_here(found: Sequence[str], at: int) -> bool:
    """Whether a word claims more than by itself: `the only lesion`, and what `_does_so`."""
    word = found[at]
    if word in _SOLE:
        last = at + 1 == len(found) or found[at + 1] in (".", ",", ";")
        return last or tuple(found[at - 1 : at]) == ("the",) or tuple(found[at + 1 : at + 3]) == ("one", "of")
    return word in _LIKE and _does_so(found, at)


def _does_so(found: Sequence[str], at: int) -> bool:
    """`the naevus is black, as is the keratosis`"""
    return at > 0 and at + 1 < len(found) and found[at - 1] in (",", "and") and found[at + 1] in _SO


def is_plain(word: str) -> bool:
    return word in _plain()


@cache
def derived() -> Mapping[str, frozenset[str]]:
    """Of words like `fractured`, those of names that they are said of: `fracture`."""
    nouns: dict[str, set[str]] = {}
    for row in read_rows("pipeline.describe.reading", "wording"):
        if row["slot"] == "derived":
            for word in listed(row["words"]):
                nouns.setdefault(folded(word), set()).add(folded(row["value"]))
    return {word: frozenset(of) for word, of in nouns.items()}


def is_made_of(word: str, names: Collection[str]) -> bool:
    """Whether a word is an adjective or a participle of one of the words: `phalangeal` of a phalanx."""
    return any(_is_made(word, ending, name) for ending in _ENDINGS if word.endswith(ending) for name in names)


def _is_made(word: str, ending: str, name: str) -> bool:
    stem = word.removesuffix(ending)
    return len(stem) >= SHORTEST_STEM and name.startswith(stem) and len(name) - len(stem) <= LONGEST_NOUN_ENDING


@cache
def _plain() -> frozenset[str]:
    rows = read_rows("pipeline.describe.reading", "plain_words")
    return _SIGNS | {word for row in rows for each in listed(row["words"]) for word in folded_words(each)}
