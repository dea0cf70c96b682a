"""From evidence to requests: which texts one request asks for, and what it shows and tells."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from annotators.captioners.captioner import Slot
from annotators.captioners.chat.request import ChatRequest, ImagePart, TextPart
from annotators.captioners.evidence import Evidence
from annotators.captioners.prompted.facts import picture_lines, region_lines
from annotators.captioners.prompted.prompt import Prompt
from annotators.captioners.prompted.settings import WritingSettings
from annotators.captioners.prompted.views import Views

SCHEMA_NAME = "texts"
REGIONS = "regions"


@dataclass(frozen=True)
class Question:
    """Texts of one picture that are asked for together. `wrong` holds drafts that did not pass, as in `Draft`."""

    evidence: Evidence
    slots: tuple[Slot, ...]
    wrong: Mapping[Slot, tuple[str, tuple[str, ...]]] = field(default_factory=dict)

    @cached_property
    def kinds(self) -> dict[str, list[str]]:
        """Region id, or `` for the picture, to the kinds of text that are wanted of it."""
        kinds: dict[str, list[str]] = {}
        for kind, region_id in self.slots:
            kinds.setdefault(region_id, []).append(kind)
        return kinds

    @cached_property
    def marks(self) -> dict[str, str]:
        """Region id to what it is called in the request: `r3` is the picture's third region."""
        places = enumerate((region.region_id for region in self.evidence.regions), 1)
        return {region_id: f"r{place}" for place, region_id in places if region_id in self.kinds}

    def mark(self, region_id: str) -> str:
        return self.marks[region_id] if region_id else ""


def questions(question: Question, regions_at_most: int) -> Iterator[Question]:
    """One or several that ask for the same: the first for the picture's texts and the first regions', each further for
    as many regions.
    """
    ids = [region_id for region_id in question.kinds if region_id]
    lots = [ids[i : i + regions_at_most] for i in range(0, len(ids), regions_at_most)] or [[]]
    for turn, lot in enumerate(lots):
        of = {*lot, ""} if turn == 0 else set(lot)
        yield Question(question.evidence, tuple(slot for slot in question.slots if slot[1] in of), question.wrong)


def request_of(question: Question, prompt: Prompt, views: Views | None, settings: WritingSettings) -> ChatRequest:
    """What all requests share comes first, then what those of a picture share, so that servers reuse their prefixes."""
    return ChatRequest(
        system=prompt.system,
        user=tuple(_parts(question, prompt, views, settings)),
        schema_name=SCHEMA_NAME,
        schema=schema_of(question),
        max_tokens=settings.max_tokens,
        temperature=settings.temperature,
        seed=settings.seed,
    )


def _parts(
    question: Question, prompt: Prompt, views: Views | None, settings: WritingSettings
) -> Iterator[ImagePart | TextPart]:
    evidence = question.evidence
    if views is not None:
        yield views.whole()
    yield TextPart(_listed(prompt.picture, picture_lines(evidence), prompt))
    for place, region in enumerate(evidence.regions):
        if region.region_id in question.marks:
            if views is not None and settings.crop_side_px:
                yield views.crop(place)
            heading = prompt.region.format(mark=question.marks[region.region_id])
            yield TextPart(_listed(heading, region_lines(evidence, region), prompt))
    asked = _asked(question)
    if question.wrong:
        yield TextPart(prompt.again.format(drafts=_drafts(question, prompt), asked=asked))
    else:
        yield TextPart(prompt.first.format(asked=asked))


def _listed(heading: str, lines: Sequence[str], prompt: Prompt) -> str:
    return "\n".join([heading, *(f"- {line}" for line in lines or [prompt.no_facts])])


def _asked(question: Question) -> str:
    """As in `summary, report; of r1: caption, paraphrase`."""
    told = [
        f"of {question.mark(region_id)}: {', '.join(kinds)}" if region_id else ", ".join(kinds)
        for region_id, kinds in question.kinds.items()
    ]
    return "; ".join(told)


def _drafts(question: Question, prompt: Prompt) -> str:
    """A line a draft, as JSON, since a draft may hold anything."""
    lines = []
    for kind, region_id in question.slots:
        text, failures = question.wrong[kind, region_id]
        reasons = "; ".join(prompt.reasons.get(failure, failure) for failure in failures)
        mark = question.mark(region_id)
        lines.append(f"- {kind}{f' of {mark}' if mark else ''}: {json.dumps(text, ensure_ascii=False)}: {reasons}")
    return "\n".join(lines)


def schema_of(question: Question) -> dict[str, Any]:
    """The JSON schema of the answer: the picture's texts, then `regions` by mark; nothing may be left out or added."""
    properties: dict[str, Any] = {kind: {"type": "string"} for kind in question.kinds.get("", ())}
    if question.marks:
        properties[REGIONS] = _object(
            {
                mark: _object({kind: {"type": "string"} for kind in question.kinds[region_id]})
                for region_id, mark in question.marks.items()
            }
        )
    return _object(properties)


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}
