"""The examination in words: modality and technique, body part, view, plane and window."""

from collections.abc import Mapping
from functools import cache

from pipeline.phantoms.scene import Phantom
from pipeline.phantoms.sentences.facts import Fact, Sentence, Slot
from pipeline.phantoms.sentences.nouns import listed_words, with_article
from pipeline.phantoms.sentences.pen import Pen
from pipeline.phantoms.sentences.where import sided_part
from schemas.lexicon.attributes import attribute_values
from schemas.taxonomy.body_parts import body_part
from schemas.taxonomy.csv_table import read_rows
from schemas.taxonomy.modalities import modality
from schemas.taxonomy.projections import projections


def exam_slots(phantom: Phantom) -> Mapping[str, str]:
    """Slots of any sentence: `exam` mammogram, `an_exam` a mammogram, `part` breast."""
    return modality_slots(phantom.modality) | {"part": body_part(phantom.body_part).name}


@cache
def modality_slots(id: str) -> dict[str, str]:
    noun = modality(id).noun
    return {"exam": noun, "an_exam": with_article(noun)}


def technique(pen: Pen, phantom: Phantom) -> Sentence:
    """The first line of a report. The side of a paired part is said only where a reader can tell it."""
    known = exam_noun(phantom.modality, phantom.technique)
    study = known or modality(phantom.modality).noun
    side = phantom.image_laterality if phantom.side_is_known else None
    slots, facts = _views(phantom)
    return pen.sentence(
        "TECHNIQUE_VIEW" if slots else "TECHNIQUE",
        {
            "study": study,
            "a_study": with_article(study),
            "of_part": _part(phantom.body_part, side),
            "view": listed_words(slots, "and"),
        },
        (
            Fact("modality", phantom.modality),
            *((Fact("technique", phantom.technique),) if known else ()),
            Fact("body_part", phantom.body_part),
            *((Fact("laterality", side),) if side and sided_part(side, phantom.body_part) else ()),
            *facts,
        ),
    )


@cache
def exam_noun(modality_id: str, technique_id: str) -> str | None:
    """None where the technique is unknown."""
    rows = read_rows("pipeline.phantoms.sentences", "exams")
    return {(row["modality"], row["technique"]): row["noun"] for row in rows}.get((modality_id, technique_id))


def _part(part: str, side: str | None) -> str:
    sided = sided_part(side, part) if side else None
    if sided is None:
        return f"the {body_part(part).name}"
    return f"the {sided}" if body_part(part).name in sided else f"the {body_part(part).name} of the {sided}"


def _views(phantom: Phantom) -> tuple[tuple[str, ...], tuple[Fact, ...]]:
    """Words and facts of what the header says of view, plane and window."""
    found: tuple[tuple[Slot, str | None, str | None], ...] = (
        ("projection", phantom.projection, _projection(phantom.projection)),
        ("plane", phantom.plane, _plane(phantom.plane)),
        ("window_name", phantom.window_name, _window(phantom.window_name)),
    )
    told = [(slot, value, words) for slot, value, words in found if value and words]
    return tuple(words for _, _, words in told), tuple(Fact(slot, value) for slot, value, _ in told)


@cache
def _projection(id: str | None) -> str | None:
    return next((f"{each.name} view" for each in projections() if each.id == id), None)


@cache
def _plane(value: str | None) -> str | None:
    return f"{value} plane" if value not in (None, "none") else None


@cache
def _window(value: str | None) -> str | None:
    return next((each.phrase for each in attribute_values("window_name") if each.value == value), None)
