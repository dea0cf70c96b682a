"""In which ways the name of a fact may be told: ids of the lexicon, plurals, the last words of longer names."""

from functools import lru_cache
from typing import NamedTuple

from annotators.captioners.nouns import noun
from pipeline.describe.reading.plain_words import is_plain
from pipeline.describe.reading.vocabulary import vocabulary
from pipeline.describe.reading.words import Words, folded_words
from schemas.lexicon.findings import Finding, ancestors, finding, finding_of

NO_HEADS = frozenset({"disease", "area", "change", "sign", "type", "spot", "disorder", "syndrome", "tissue", "cell"})


class Forms(NamedTuple):
    """All that a thing of one name may be called by. `ids` are those of the lexicon, wider terms too, `ends` ids and
    words with which the name ends: it may be meant by them where nothing is named so. `sides` are in the name itself.
    """

    ids: frozenset[str]
    names: frozenset[str]
    ends: frozenset[str]
    sides: frozenset[str]


@lru_cache(maxsize=1 << 12)
def forms_of(name: str, modality: str | None) -> Forms:
    sides = frozenset({"left", "right"} & set(name.lower().split()))
    return Forms(ids_of(name, modality), frozenset({name, *own_forms(name)}), ends_of(name), sides)


@lru_cache(maxsize=1 << 13)
def ids_of(name: str, modality: str | None, wider: bool = True) -> frozenset[str]:
    """Of the lexicon, with those of wider terms; empty for a name that it does not hold."""
    found = _found(name, modality)
    if found is None:
        return frozenset()
    return frozenset({found.id, *ancestors(found.id)}) if wider else frozenset({found.id})


def _found(name: str, modality: str | None) -> Finding | None:
    return finding_of(name, modality) or finding_of(name)


@lru_cache(maxsize=1 << 12)
def head_of(name: str) -> str | None:
    """The last word, as compared, with which a text may name a thing again: the cyst, of a renal cyst. None where it is
    itself a name of the lexicon, or says nothing.
    """
    words = folded_words(name)
    if len(words) < 2 or not words[-1].isalpha() or words[-1] in NO_HEADS or is_plain(words[-1]):
        return None
    if words[-1:] in vocabulary().terms:
        return None
    return words[-1]


@lru_cache(maxsize=1 << 12)
def ends_of(name: str) -> frozenset[str]:
    """Ids of the lexicon that a name or its end can mean, and its last word: a metastasis, of a brain metastasis."""
    words = folded_words(name)
    terms = (vocabulary().terms.get(words[i:]) for i in range(len(words)))
    meant = (
        each for term in terms if term for each in term.meanings if each.slot == "finding" and _is_thing(each.value)
    )
    return frozenset((*(each.value for each in meant), *words[-1:]))


def _is_thing(id: str) -> bool:
    return finding(id).kind != "anatomy"


@lru_cache(maxsize=1 << 12)
def own_forms(name: str) -> tuple[str, ...]:
    """Of a name, as it is and in the plural, what is no name of the vocabulary."""
    told = noun(name)
    if finding_of(name) is None:
        return name, told.bare, told.plural
    forms = (name, told.plural) if told.bare == name else (name,)  # else told as a label, of which the name is read
    return tuple(form for form in forms if not _is_name(folded_words(form)))


def _is_name(words: Words) -> bool:
    """Of a finding, and not of one with its severity: proliferative diabetic retinopathy."""
    found = vocabulary().longest(words, 0) if words else None
    if found is None or len(found[1]) < len(words):
        return False
    return "finding" in found[0].by_slot and "severity" not in found[0].by_slot


@lru_cache(maxsize=1 << 12)
def tails_of(name: str, modality: str | None) -> frozenset[Words]:
    """The name and its synonyms as compared, each from every word on."""
    found = _found(name, modality)
    wordings = map(folded_words, (name, *((found.name, *found.synonyms) if found else ())))
    return frozenset(words[i:] for words in wordings for i in range(len(words)))


@lru_cache(maxsize=1 << 12)
def parts_in(name: str) -> frozenset[str]:
    """Body parts that a name names: the lung of a lung nodule."""
    found = folded_words(name)
    longest = (vocabulary().longest(found, at, less_than=len(found)) for at in range(len(found)))
    terms = (match[0] for match in longest if match)
    return frozenset(meaning.value for term in terms for meaning in term.meanings if meaning.slot == "body_part")
