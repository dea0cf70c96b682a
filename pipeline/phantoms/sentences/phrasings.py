"""The two sets of phrasings, from the files of their folders."""

from functools import cache
from importlib.resources import files
from typing import Literal

from pipeline.phantoms.sentences.grammar import Grammar, read_grammar

Phrasing = Literal["training", "evaluation"]
PHRASINGS: tuple[Phrasing, ...] = ("training", "evaluation")

# The rules that a sentence of each kind of fact starts from.
STARTS: dict[str, tuple[str, ...]] = {
    "presence": ("PRESENCE",),
    "absence": ("ABSENCE",),
    "side": ("SIDE",),
    "position": ("POSITION",),
    "size": ("SIZE",),
    "count": ("COUNT",),
    "measurement": ("MEASUREMENT",),
    "attribute": ("LOOKS", "DISPLAY"),
    "change": ("CHANGE_NEW", "CHANGE_LARGER", "CHANGE_SMALLER", "CHANGE_STABLE", "CHANGE_GONE"),
    "technique": ("TECHNIQUE", "TECHNIQUE_VIEW"),
    "normality": ("NORMALITY",),
    "benign": ("BENIGN",),
    "anatomy": ("ANATOMY",),
    "summary": ("SUMMARY_SHOWS", "SUMMARY_NORMAL", "SUMMARY_ONLY"),
    "caption": ("CAPTION",),
    "modality": ("MODALITY",),
    "body_part": ("BODY_PART",),
}


@cache
def grammar(phrasing: Phrasing) -> Grammar:
    folder = files("pipeline.phantoms.sentences").joinpath(phrasing)
    found = sorted((each for each in folder.iterdir() if each.name.endswith(".txt")), key=lambda each: each.name)
    return read_grammar(*(each.read_text(encoding="utf-8") for each in found))
