"""Whether a text claims only what facts say; the text is read, its writer is not trusted.

What no fact says must not be said: a place, a look, a side, a technique that nobody stated is as wrong as a false one.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from annotators.captioners.nouns import noun
from pipeline.describe.bears_out import BearsOut
from pipeline.describe.known import Known
from pipeline.describe.reading.read import Reading, read
from pipeline.describe.reading.screens import is_foreign, is_instruction, is_personal
from pipeline.describe.sides import stated_side
from schemas.facts import IMAGE, Fact

# What may be wrong with a text, closed: the column `checks` holds these words.
FAILURES = (
    *("finding", "polarity", "certainty", "side", "position", "relation", "measurement", "count", "size", "attribute"),
    *("severity", "modality", "technique", "body_part", "comparison", "nothing", "privacy", "instruction", "language"),
    "length",
)
_SENTENCE_END = re.compile(r"(?<=[.!?。])\s+(?=[A-Z0-9])")
_SCREENS = {"privacy": is_personal, "instruction": is_instruction, "language": is_foreign}
# What a region's name may not itself claim.
_OF_NAMES = frozenset({"polarity", "measurement", "count", "comparison", *_SCREENS})


def unsupported(text: str, facts: Sequence[Fact] | Known) -> tuple[str, ...]:
    """The failures of a text, each once, in the order of FAILURES; empty where all that it claims is a fact.

    `facts` are those of what the text is about: of a region and its picture's acquisition for a caption, of the picture
    and all its regions for summary and report. Where a sentence names something, its places, sizes and looks must be of
    that; where it names nothing, of what the sentence before named. A side needs a fact with the frame of the patient,
    a length one whose basis is a header or calibrated spacing, an absence one that asserts it.
    """
    known = facts if isinstance(facts, Known) else Known(facts)
    failed = {slot for slot, is_so in _SCREENS.items() if is_so(text)}
    before: Reading | None = None
    for sentence in _SENTENCE_END.split(text):
        reading = read(sentence, known.names)
        failed.update(BearsOut(known, reading, before).failures())
        before = reading if reading.named else before
    return tuple(failure for failure in FAILURES if failure in failed)


def too_long(text: str, words: int) -> bool:
    """Whether a text has more than so many words, or none."""
    return not 0 < len(text.split()) <= words


@lru_cache(maxsize=4096)
def withheld(name: str) -> tuple[str, ...]:
    """Why a region's name cannot be said, as the failures of a text; empty for nearly all names.

    A name that a source gives may itself claim something (`no lesion`, `3 mm nodule`). A side in it is the source's
    own statement.
    """
    text = f"{noun(name).bare}, {noun(name).plural}"
    failed = {slot for slot, is_so in _SCREENS.items() if is_so(name)}
    for failure in BearsOut(Known(tuple(_stated(name))), read(text), None).failures():
        failed.add(failure)
    return tuple(failure for failure in FAILURES if failure in failed & _OF_NAMES)


def _stated(name: str) -> Iterator[Fact]:
    yield Fact(IMAGE, "identity", "name", name, "source_statement")
    if side := stated_side(name, None, None):
        yield Fact(IMAGE, "side", "patient", side, "source_statement", frame="patient")
