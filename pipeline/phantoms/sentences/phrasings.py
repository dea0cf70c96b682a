"""The two sets of phrasings, from the files of their folders."""

from functools import cache
from importlib.resources import files
from typing import Literal

from pipeline.phantoms.sentences.grammar import Grammar, read_grammar

Phrasing = Literal["training", "evaluation"]
PHRASINGS: tuple[Phrasing, ...] = ("training", "evaluation")


@cache
def grammar(phrasing: Phrasing) -> Grammar:
    folder = files("pipeline.phantoms.sentences").joinpath(phrasing)
    found = sorted((each for each in folder.iterdir() if each.name.endswith(".txt")), key=lambda each: each.name)
    return read_grammar(*(each.read_text(encoding="utf-8") for each in found))
