"""The words of the lexicon and the taxonomy, and what each can mean: all that a reading knows of medicine."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from itertools import chain, product
from typing import NamedTuple

from annotators.captioners.templates import phrases
from pipeline.describe.reading.said_places import ways
from pipeline.describe.reading.words import Words, folded_words
from schemas.lexicon.attributes import attribute_table
from schemas.lexicon.findings import findings
from schemas.lexicon.places import all_places
from schemas.taxonomy.body_parts import body_parts
from schemas.taxonomy.csv_table import listed, read_rows

# Attributes that a look is told with; the other rows of the table are words of facts, not of texts.
LOOKS = frozenset(
    {
        *("margin", "shape", "texture", "density", "intensity", "echo", "uptake", "reflectivity", "colour"),
        *("enhancement", "calcification", "internal_structure", "shadow", "halo", "orientation", "distribution"),
        *("chronicity", "severity"),
    }
)
OWN_WORDS = ("dense", "intense")  # of values that are words of texts themselves: hypodense
# Of labels and codes, and something else in a sentence.
NOT_IN_TEXTS = frozenset(
    {
        *(
            "ring",
            "cup",
            "disc",
            "fold",
            "crown",
            "collapse",
            "cavity",
            "decay",
            "impacted",
            "connective",
            "cap",
            "tap",
        ),
        *("epithelial", "inflammatory", "pituitary", "subdural", "epidural", "hip", "spine", "highlight", "bubble"),
        *("reflection", "apoptotic", "neoplastic", "stain", "back", "face", "orbit", "sole", "palm", "temple", "chin"),
        *("devices", "restoration", "intraparenchymal", "intraventricular", "subarachnoid", "old", "complex", "blood"),
        *("parallel", "peripheral", "dense", "effusion in", "tumour", "tumor", "hernia", "radius", "trunk", "limb"),
        *("nucleus", "nuclei", "cell nucleus", "increased", "decreased", "blue", "trace", "lead marker", "nerves"),
        *("vessel", "vessels", "macula", "fovea", "sinus", "marked", "high density", "grouped", "abscess"),
    }
)
SHORTEST = 3  # letters of a synonym
SIDE_WORDS = frozenset({"left", "right"})


class Meaning(NamedTuple):
    """`slot` is what a text can get wrong: finding, attribute, size, position, modality, .."""

    slot: str
    value: str


@dataclass(frozen=True, eq=False)
class Term:
    """`meanings`: any of them may be meant. `exact`: the thing's own name, no synonym made for labels."""

    words: Words
    meanings: frozenset[Meaning]
    exact: bool

    @cached_property
    def by_slot(self) -> Mapping[str, list[str]]:
        """Values of meanings."""
        slots: dict[str, list[str]] = {}
        for meaning in sorted(self.meanings):
            slots.setdefault(meaning.slot, []).append(meaning.value)
        return slots

    @cached_property
    def takes_side(self) -> bool:
        """Whether a side may stand within it, which is then a claim of its own: of places and body parts."""
        return len(self.words) > 1 and any(meaning.slot in ("position", "body_part") for meaning in self.meanings)


@dataclass(slots=True)
class Node:
    """Of a tree of words: the term that ends here, and what goes on."""

    term: Term | None = None
    behind: dict[str, "Node"] = field(default_factory=dict)


class Vocabulary:
    """Terms as a tree over their words."""

    def __init__(self, named: Iterable[tuple[str, Meaning, bool]]) -> None:
        meant: dict[Words, set[Meaning]] = {}
        exact: set[Words] = set()
        for text, meaning, own in named:
            if words := folded_words(text):
                meant.setdefault(words, set()).add(meaning)
                exact.update([words] if own else [])
        self.terms = {words: Term(words, frozenset(meant[words]), words in exact) for words in meant}
        self.firsts: dict[str, Node] = {}
        self._sided: dict[str, dict[str, list[Term]]] = {}  # by their first word, then by their second
        for words, term in self.terms.items():
            self._plant(term)
            if term.takes_side:
                self._sided.setdefault(words[0], {}).setdefault(words[1], []).append(term)
        self._reach = max(map(len, meant), default=0)  # words of the longest term

    def _plant(self, term: Term) -> None:
        node = self.firsts.setdefault(term.words[0], Node())
        for word in term.words[1:]:
            node = node.behind.setdefault(word, Node())
        node.term = term

    def longest(
        self, found: Words, at: int, less_than: int | None = None, sides: Sequence[int] = ()
    ) -> tuple[Term, tuple[int, ...]] | None:
        """The longest term that starts at a word, and the indices of its words. At `sides` stand sides, which may be
        within a place: `lower pole of the left thyroid lobe`.
        """
        end = len(found) if less_than is None else min(len(found), at + less_than - 1)
        node = self.firsts.get(found[at]) if at < end else None
        if node is None:
            return None
        longest, here = node.term, at + 1
        while here < end and (node := node.behind.get(found[here])) is not None:
            here += 1
            longest = node.term or longest
        if sides and found[at] in self._sided and any(at < side < at + self._reach for side in sides):
            return self._with_side(found, longest, at)
        return None if longest is None else (longest, tuple(range(at, at + len(longest.words))))

    def _with_side(self, found: Words, plain: Term | None, at: int) -> tuple[Term, tuple[int, ...]] | None:
        """A longer term that goes on behind a side, else the plain one."""
        seconds = self._sided[found[at]]
        longer = [term for word in {*found[at + 1 : at + 3]} for term in seconds.get(word, ())]
        for term in sorted(longer, key=_longest_first):
            if plain is not None and len(term.words) <= len(plain.words):
                break
            if indices := _around_a_side(found, term, at):
                return term, indices
        return None if plain is None else (plain, tuple(range(at, at + len(plain.words))))


def _longest_first(term: Term) -> tuple[int, Words]:
    return -len(term.words), term.words


def _around_a_side(found: Words, term: Term, at: int) -> tuple[int, ...]:
    indices, here = [at], at + 1
    for word in term.words[1:]:
        if here < len(found) and found[here] in SIDE_WORDS and word not in SIDE_WORDS:
            here += 1
        if here >= len(found) or found[here] != word:
            return ()
        indices.append(here)
        here += 1
    return tuple(indices)


@cache
def vocabulary() -> Vocabulary:
    return Vocabulary(chain(_findings(), _attributes(), _places(), _body_parts(), _exams(), _labels(), _wording()))


@lru_cache(maxsize=1 << 12)
def names_vocabulary(names: frozenset[str]) -> Vocabulary:
    """Of names that facts bear and the lexicon need not know."""
    return Vocabulary((name, Meaning("name", name), True) for name in names)


def _findings() -> Iterator[tuple[str, Meaning, bool]]:
    for each in findings():
        for name in (each.name, each.plural or each.name):
            yield name, Meaning("finding", each.id), True
        for synonym in each.synonyms:
            if len(synonym) >= SHORTEST and synonym not in NOT_IN_TEXTS:
                yield synonym, Meaning("finding", each.id), False


def _attributes() -> Iterator[tuple[str, Meaning, bool]]:
    for each in attribute_table():
        value = (each.value,) if each.value.endswith(OWN_WORDS) else ()
        for words in (each.phrase, *value, *each.synonyms):
            if words.startswith("no "):  # `no diabetic retinopathy` denies it
                continue
            if each.attribute in LOOKS and words not in NOT_IN_TEXTS:
                slot = "severity" if each.attribute == "severity" else "attribute"
                for said in _shown(words):
                    yield said, Meaning(slot, f"{each.attribute}={each.value}"), False
            elif each.attribute == "size" and words not in NOT_IN_TEXTS:
                yield words, Meaning("size", each.value), False
            elif each.attribute == "window_name" and words == each.phrase:
                yield words, Meaning("window", each.value), False


def _shown(words: str) -> Iterator[str]:
    """`with a halo` is also `a halo`, `without a halo` also `no halo`."""
    yield words
    if words.startswith("with "):
        yield words.removeprefix("with ").removeprefix("a ").removeprefix("an ")
    elif words.startswith("without "):
        what = words.removeprefix("without ").removeprefix("a ").removeprefix("an ")
        yield from (f"no {what}", f"lack of {what}", f"without any {what}")
    elif words.startswith("of "):
        yield words.removeprefix("of ")


def _places() -> Iterator[tuple[str, Meaning, bool]]:
    for each in all_places():
        if each.vocabulary not in ("image", "field"):
            for said in ways(each.phrase):
                yield said, Meaning("position", each.id), True
        if each.phrase.startswith("region of tooth"):
            tooth = each.phrase.removeprefix("region of ")
            yield tooth, Meaning("position", each.id), True
            for what, id in _of_teeth():
                yield f"{what}{tooth}", Meaning("position", each.id), True
                yield f"{what}{tooth}", Meaning("finding", id), True


def _of_teeth() -> Iterator[tuple[str, str]]:
    """(`impacted `, id) of impacted teeth, behind which a number may stand."""
    names = ((name, each.id) for each in findings() for name in (each.name, *each.synonyms))
    return ((name.removesuffix("tooth"), id) for name, id in names if name.endswith(" tooth"))


def _body_parts() -> Iterator[tuple[str, Meaning, bool]]:
    for each in body_parts():
        for word in (each.name, *each.synonyms):
            if word == each.name or (len(word) > SHORTEST and word not in NOT_IN_TEXTS):
                yield word, Meaning("body_part", each.id), word == each.name
    for part, adjective in phrases("acquisition", "adjectives").items():
        yield adjective, Meaning("body_part", part), False


def _exams() -> Iterator[tuple[str, Meaning, bool]]:
    """What pictures are called by those who write of them, with the technique where the noun tells it."""
    for modality in phrases("acquisition"):
        for technique, nouns in _nouns(modality).items():
            for noun in nouns:
                if "{part}" not in noun:
                    yield noun, Meaning("exam", f"{modality}:{technique}"), True


def _nouns(modality: str) -> Mapping[str, tuple[str, ...]]:
    found = phrases("acquisition", modality)
    nouns = found.get("nouns", {}) if isinstance(found, Mapping) else {}
    return nouns if modality != "unknown" and isinstance(nouns, Mapping) else {}


def _labels() -> Iterator[tuple[str, Meaning, bool]]:
    for category, words in phrases("labels", "categories").items():
        yield words, Meaning("label", category), True


def alternatives(words: str) -> Iterator[str]:
    """All that `well|sharply defined` says."""
    return map(" ".join, product(*(word.split("|") for word in words.split())))


def _wording() -> Iterator[tuple[str, Meaning, bool]]:
    for row in read_rows("pipeline.describe.reading", "wording"):
        if row["slot"] in ("unread", "derived"):
            continue
        for words in chain.from_iterable(map(alternatives, listed(row["words"]))):
            value = f"severity={row['value']}" if row["slot"] == "severity" else row["value"]
            yield words, Meaning(row["slot"], value), True
