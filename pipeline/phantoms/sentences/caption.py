"""One region in one sentence, and nothing else of the picture."""

from pipeline.phantoms.scene import Phantom, Region
from pipeline.phantoms.sentences.about import About
from pipeline.phantoms.sentences.anatomy import structure
from pipeline.phantoms.sentences.exam import exam_slots
from pipeline.phantoms.sentences.facts import Sentence
from pipeline.phantoms.sentences.noun_phrase import LOOKS, MEASURE, SIZE, WHERE, noun_phrase
from pipeline.phantoms.sentences.pen import Pen
from pipeline.phantoms.sentences.phrasings import Phrasing

MEASURED = 0.4  # of regions with a length, those whose caption gives it


def region_caption(phantom: Phantom, region: Region, phrasing: Phrasing = "training", seed: int = 0) -> Sentence:
    """Name, place, side where a reader can tell it, size and attributes; all that are known.

    Raises ValueError for a region that cannot be seen: no text says it.
    """
    if not region.visible:
        raise ValueError(f"region {region.id} cannot be seen: no caption says it")
    pen = Pen.of(phrasing, exam_slots(phantom), seed, "caption", phantom.id, region.id)
    about = About.one(phantom, region)
    parts = frozenset((SIZE, LOOKS, WHERE, *((MEASURE,) if pen.chance(MEASURED) else ())))
    phrase = structure(about) if region.role == "anatomy" else noun_phrase(pen, about, parts)
    return pen.sentence("CAPTION", about.named.agreement, (), phrase)
