"""Pairs of sentences for zero-shot tests: a finding or a category is there, or it is not."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import get_args

from pipeline.phantoms.sentences.nouns import Noun, Number, noun, sentence_case
from pipeline.phantoms.sentences.phrasings import PHRASINGS, Phrasing
from schemas.lexicon.findings import is_finding
from schemas.taxonomy.csv_table import read_rows

# The table's words as our types.
_NUMBERS: Mapping[str, Number] = {each: each for each in get_args(Number)}
_PHRASINGS: Mapping[str, Phrasing] = {each: each for each in PHRASINGS}


@dataclass(frozen=True)
class PromptPair:
    """`paraphrase` numbers two sets of the same phrasing, each to be averaged by itself."""

    phrasing: Phrasing
    paraphrase: int
    present: str
    absent: str


@cache
def prompts(id: str) -> tuple[PromptPair, ...]:
    """Of a category of the taxonomy or a finding of the lexicon; where an id is both, of the category.

    Both phrasings, two paraphrases each, several pairs to a paraphrase. Raises KeyError for any other id.
    """
    named = _category_nouns().get(id) or _finding_noun(id)
    slots = {"thing": named.name, "a_thing": named.headed(()), **named.agreement}
    return tuple(
        PromptPair(
            _PHRASINGS[row["phrasing"]],
            int(row["paraphrase"]),
            sentence_case(row["present"].format_map(slots)),
            sentence_case(row["absent"].format_map(slots)),
        )
        for row in read_rows("pipeline.phantoms.sentences", "prompts")
    )


def _finding_noun(id: str) -> Noun:
    if not is_finding(id):
        raise KeyError(id)
    return noun(id)


@cache
def _category_nouns() -> Mapping[str, Noun]:
    """Short names, where the taxonomy's list what a category holds."""
    rows = read_rows("pipeline.phantoms.sentences", "categories")
    return {row["category"]: Noun(row["noun"], None, _NUMBERS[row["number"]]) for row in rows}
