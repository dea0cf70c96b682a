"""Texts out of what a model answered: each for itself, and none that is no plain text."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from annotators.captioners.captioner import Slot
from annotators.captioners.prompted.prompt import Prompt
from annotators.captioners.prompted.request import REGIONS, Question

_FENCED = re.compile(r"\s*```(?:json)?\s*(.*?)\s*```\s*", re.DOTALL)  # by servers that do not constrain an answer
_MARKUP = re.compile(r"</?[a-zA-Z!|][^<]*>|&[a-z]+;|&#\d+;|```|\*\*")


def read_answer(content: str, question: Question, prompt: Prompt) -> dict[Slot, str]:
    """The texts that the question asks for and the answer holds; whatever else it holds is passed over.

    A text with markup, with characters that cannot be printed, or that repeats the prompt is none.
    """
    value = _value(content)
    slots = set(question.slots)
    return {
        slot: text
        for slot, told in _told(value, question)
        if slot in slots and (text := plain(told)) and not prompt.echoes(text)
    }


def plain(told: Any) -> str:
    """On one line; empty where it is no plain text."""
    text = " ".join(told.split()) if isinstance(told, str) else ""
    return text if text.isprintable() and not _MARKUP.search(text) else ""


def _told(value: Any, question: Question) -> Iterator[tuple[Slot, Any]]:
    if not isinstance(value, Mapping):
        return
    yield from (((kind, ""), text) for kind, text in value.items() if kind != REGIONS)
    of_regions = value.get(REGIONS)
    ids = {mark: region_id for region_id, mark in question.marks.items()}
    for mark, texts in of_regions.items() if isinstance(of_regions, Mapping) else ():
        if mark in ids and isinstance(texts, Mapping):
            yield from (((kind, ids[mark]), text) for kind, text in texts.items())


def _value(content: str) -> Any:
    fenced = _FENCED.fullmatch(content)
    try:
        return json.loads(fenced[1] if fenced else content)
    except (ValueError, RecursionError):
        return None
