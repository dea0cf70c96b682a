"""How findings are named in a sentence: article, number, and what agrees with them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from schemas.lexicon.findings import finding

Number = Literal["one", "mass", "many"]

# Names that are plural by form; the lexicon gives neither these nor mass nouns a plural.
PLURAL_ONLY = frozenset({"drusen", "optic_disc_drusen", "new_vessels", "airway", "small_cell_tumour_nests"})
# What the lexicon gives a plural, and a report speaks of without an article: no sign of pneumonia.
UNCOUNTED = frozenset(
    {
        *("pneumonia", "viral_pneumonia", "bacterial_pneumonia", "aspiration_pneumonia", "atelectasis", "leukaemia"),
        *("lymphoma", "deep_vein_thrombosis", "degenerative_spine"),
    }
)
# Anatomy without a plural is one of its kind and takes `the`, but for these, which are no structure.
MASS_ANATOMY = frozenset({"physiologic_uptake", "normal_ageing_widening", "breast_tissue"})

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
ORDINALS = ("", "one", "another", "a third", "a fourth", "a fifth", "a sixth", "a seventh", "an eighth", "a ninth")
AGAIN = ("another", "a further")  # where the number is not told

# By sound: `an ulcer`, `a uniform mass`, `an 8 mm mass`; words of capitals are spelt: `an MR image`, `a CT image`.
_VOWEL = re.compile(r"[aeio]|u(?!ni[^nm]|r[eio]|s[aeiu]|ti)|8|1[18](?!\d)", re.IGNORECASE)
_CONSONANT = re.compile(r"eu|one\b|SPECT|FLAIR", re.IGNORECASE)
_SPELT = re.compile(r"[A-Z][A-Z&\d]")
_SPELT_VOWEL = re.compile(r"[AEFHILMNORSX]")

SINGULAR: Mapping[str, str] = {
    "is": "is", "was": "was", "has": "has", "does": "does", "s": "s", "it": "it", "it_object": "it", "its": "its",
    "this": "this", "es": "es",
}  # fmt: skip
PLURAL: Mapping[str, str] = {
    "is": "are", "was": "were", "has": "have", "does": "do", "s": "", "it": "they", "it_object": "them",
    "its": "their", "this": "these", "es": "",
}  # fmt: skip


@dataclass(frozen=True)
class Noun:
    """`plural` is None for what cannot be counted; `definite` is one of its kind."""

    name: str
    plural: str | None
    number: Number
    definite: bool = False

    @property
    def agreement(self) -> Mapping[str, str]:
        """The words that agree with it, as slots."""
        return PLURAL if self.number == "many" else SINGULAR

    def headed(self, words: Sequence[str]) -> str:
        """With its article and adjectives: `a small, round mass`."""
        named = " ".join((listed_adjectives(words), self.name)).strip()
        if self.definite:
            return f"the {named}"
        return with_article(named) if self.number == "one" else named


@cache
def noun(id: str) -> Noun:
    """Of one thing; raises KeyError where there is no such finding."""
    found = finding(id)
    if found.id in PLURAL_ONLY:
        return Noun(found.name, None, "many")
    if found.plural and found.id not in UNCOUNTED:
        return Noun(found.name, found.plural, "one")
    return Noun(found.name, None, "mass", definite=found.kind == "anatomy" and found.id not in MASS_ANATOMY)


@cache
def counted_noun(id: str) -> Noun:
    """Of one of several: what has no plural is counted by areas or groups."""
    found = noun(id)
    if found.plural:
        return found
    measure, measures = ("group", "groups") if found.number == "many" else ("area", "areas")
    return Noun(f"{measure} of {found.name}", f"{measures} of {found.name}", "one")


@cache
def plural(id: str) -> str:
    """The name of several, without a number: `masses`, `caries`."""
    return noun(id).plural or noun(id).name


def agreement(id: str, several: bool) -> Mapping[str, str]:
    """The words that agree with the name of one or of several, as slots."""
    return PLURAL if several and noun(id).plural else noun(id).agreement


def with_article(words: str) -> str:
    return f"{article(words)} {words}"


@cache
def article(words: str) -> str:
    """`a` or `an`, by the sound of the first word."""
    if _CONSONANT.match(words):
        return "a"
    sounds = _SPELT_VOWEL if _SPELT.match(words) else _VOWEL
    return "an" if sounds.match(words) else "a"


def listed_adjectives(words: Sequence[str]) -> str:
    """`small round`, and with commas from three on."""
    return (", " if len(words) > 2 else " ").join(words)


def listed_words(words: Sequence[str], last: str) -> str:
    """`a, b and c`, the last two parted by `last`."""
    return f" {last} ".join((", ".join(words[:-1]), words[-1])) if len(words) > 1 else "".join(words)


def sentence_case(text: str) -> str:
    return text[:1].upper() + text[1:]
