"""Names as noun phrases: article, plural, number.

A finding that is a diagnosis or is not counted is told as what was labelled so, since a box is no diagnosis.
"""

import csv
import re
from dataclasses import dataclass
from functools import cache, lru_cache

from annotators.captioners.templates import template_text
from schemas.lexicon.findings import Finding, finding_of

SMALL = (
    *("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
HEADS = {"lesion": "lesion", "region": "area"}  # of names that are told as labels, by the form in the table
TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")

_CONSONANT_SOUND = re.compile(r"(?:uni|ure|ute|usu|eu|one\b|once\b)", re.IGNORECASE)  # a uterus, a one-sided view
_ACRONYM = re.compile(r"[A-Z][A-Z0-9&]*(?![a-z])")
_SPOKEN_AS_WORDS = re.compile(r"(?:FLAIR|SPECT|REM)\b")
_ONE_OF_ITS_KIND = re.compile(r"(?:left|right) |[CTLS][0-9]{1,2} vertebra$")
_VOWELS = "aeiou"
_LETTERS_WITH_A_VOWEL_FIRST = "AEFHILMNORSX"  # an MR image


@dataclass(frozen=True)
class Noun:
    """`bare` is without an article; `definite` names what a body has once, or a side has once.

    `head` is `area` or `lesion` where the name itself is told as a label, else empty.
    """

    name: str
    bare: str
    plural: str
    definite: bool = False
    head: str = ""

    @property
    def indefinite(self) -> str:
        return with_article(self.bare)

    @property
    def the(self) -> str:
        return f"the {self.bare}"

    @property
    def as_label(self) -> str:
        """Behind `labelled as`: `a polyp`, `the optic disc`, `macular oedema`."""
        return self.name if self.head else self.the if self.definite else self.indefinite

    def counted(self, count: int) -> str:
        return f"{number_word(count)} {self.bare if count == 1 else self.plural}"


def number_word(count: int) -> str:
    """In words below one hundred."""
    if count < 20:
        return SMALL[count]
    if count >= 100:
        return str(count)
    tens, ones = divmod(count, 10)
    return TENS[tens] + (f"-{SMALL[ones]}" if ones else "")


@cache
def number_words() -> dict[str, int]:
    return {number_word(count): count for count in range(1, 100)}


@lru_cache(maxsize=4096)
def with_article(bare: str) -> str:
    """By sound: an MR image, a FLAIR image, a uterus, an ulcer."""
    if _ACRONYM.match(bare) and not _SPOKEN_AS_WORDS.match(bare):
        vowel = bare[0] in _LETTERS_WITH_A_VOWEL_FIRST
    else:
        vowel = bare[:1].lower() in tuple(_VOWELS) and not _CONSONANT_SOUND.match(bare)
    return f"an {bare}" if vowel else f"a {bare}"


def joined(items: list[str], conjunction: str = "and") -> str:
    """`a, b and c`; semicolons where an item holds a comma or the conjunction itself."""
    if len(items) < 2:
        return "".join(items)
    nested = any("," in item or f" {conjunction} " in item for item in items)
    head = ("; " if nested else ", ").join(items[:-1])
    return f"{head}{';' if nested else ''} {conjunction} {items[-1]}"


@lru_cache(maxsize=4096)
def noun(name: str, kind: str | None = None) -> Noun:
    """From the table of nouns, else the lexicon's plural, else the rules of English."""
    entry = finding_of(name)
    kind = kind or (entry.kind if entry else None)
    plural, form = _listed(name)
    of_lexicon = entry.plural if entry and entry.name == name else None  # a synonym has a plural of its own
    plural = plural or of_lexicon or (name if _is_plural(entry) else _plural(name))
    if form == "" and _uncounted(entry):
        form = {"finding": "region", "artefact": "area"}.get(kind or "", "")
    if form in HEADS:
        head = HEADS[form]
        return Noun(name, f"{head} labelled as {name}", f"{head}s labelled as {name}", head=head)
    if form == "area":
        return Noun(name, f"area of {name}", f"areas of {name}")
    once = kind == "anatomy" and (_uncounted(entry) or _ONE_OF_ITS_KIND.match(name) is not None)
    return Noun(name, name, plural, definite=form == "the" or once)


def _is_plural(entry: Finding | None) -> bool:
    """Of a structure without a plural: `airways` is one already."""
    return _uncounted(entry) and entry is not None and entry.kind == "anatomy" and entry.name.endswith("ways")


def _uncounted(entry: Finding | None) -> bool:
    return entry is not None and entry.plural is None


def _listed(name: str) -> tuple[str, str]:
    """Plural and form of the whole name, else of its last word."""
    table = _table()
    if name in table:
        return table[name]
    head, _, last = name.rpartition(" ")
    plural, form = table.get(last, ("", ""))
    return (f"{head} {plural}" if plural and head else plural), form


@cache
def _table() -> dict[str, tuple[str, str]]:
    rows = csv.DictReader(template_text("nouns.csv").splitlines(), strict=True)
    return {row["name"]: (row["plural"], row["form"]) for row in rows}


def _plural(name: str) -> str:
    head, of, rest = name.partition(" of ")
    if of:
        return f"{_plural(head)} of {rest}"
    if name.endswith("y") and name[-2:-1] not in _VOWELS:
        return f"{name[:-1]}ies"
    if name.endswith("sis"):
        return f"{name[:-2]}es"
    return f"{name}es" if name.endswith(("s", "x", "z", "ch", "sh")) else f"{name}s"
