"""Whether a text claims only what facts say; the text is read, its writer is not trusted.

What no fact says must not be said: a place, a look, a side, a technique that nobody stated is as wrong as a false one.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from annotators.captioners.nouns import noun
from pipeline.describe.bears_out.names import GENERIC
from pipeline.describe.bears_out.sentence import BearsOut
from pipeline.describe.known.known import Known
from pipeline.describe.known.things import Thing
from pipeline.describe.reading.assertions import PRESENT
from pipeline.describe.reading.mentions import Mention
from pipeline.describe.reading.read import Reading, mentioned, read
from pipeline.describe.reading.screens import is_advice, is_foreign, is_harmless, is_instruction, is_personal
from pipeline.describe.reading.spelled_out import spelled_out
from pipeline.describe.sides import stated_side
from schemas.facts import IMAGE, Fact

# What may be wrong with a text, closed: the column `checks` holds these words.
FAILURES = (
    *("finding", "polarity", "certainty", "side", "position", "relation", "measurement", "count", "size", "attribute"),
    *("severity", "modality", "technique", "body_part", "comparison", "nothing", "unread", "privacy", "advice"),
    *("instruction", "language"),
    "length",
)
UNREAD = "unread"
_LINE_END = re.compile(r"\s*\n\s*")
_SENTENCE_END = re.compile(r"\s(?<=[.!?。]\s)\s*(?=[A-Z0-9])")  # begins with what it takes, since a scan leaps to it
_SCREENS = {"privacy": is_personal, "advice": is_advice, "instruction": is_instruction, "language": is_foreign}
_CLAUSE = re.compile(r"\b(?:and|while|whereas|with|together with|as well as)\b|[,;:]")
_PARTED = re.compile(r"[,;:]|\b(?:while|whereas|but)\b")
_DETERMINED = re.compile(r"\s*(?:an?|the|one|two|another)\b", re.IGNORECASE)
_NAMES = frozenset({"finding", "name"})  # slots
_SAID_OF_THINGS = frozenset({"side", "position", "size", "attribute", "severity", "measurement", "comparison"})
# What a region's name may not itself claim.
_OF_NAMES = frozenset({"polarity", "measurement", "count", "comparison", *_SCREENS})


def unsupported(text: str, facts: Sequence[Fact] | Known) -> tuple[str, ...]:
    """The failures of a text, each once, in the order of FAILURES; empty where all that it claims is a fact.

    `facts` are those of what the text is about: of a region and its picture's acquisition for a caption, of the picture
    and all its regions for summary and report. Where a sentence names something, its places, sizes and looks must be of
    that; where it names nothing, of the things that bore out the one before, else of any. A side needs a fact of the
    patient's side, a length one whose basis is a header or calibrated spacing, an absence one that asserts it.
    """
    known = facts if isinstance(facts, Known) else Known(facts)
    failed = set[str]() if is_harmless(text) else {slot for slot, is_so in _SCREENS.items() if is_so(text)}
    before: Sequence[Thing] = ()
    held: BearsOut | None = None
    for sentence in sentences(spelled_out(text, known.names)):
        before = before if held is None else held.spoken_of or before
        reading = read(sentence, known.names)
        held = BearsOut(known, reading, before)
        failed.update(held.failures())
        failed.update(_apart(sentence, known, held))
        for part in _PARTED.split(sentence) if held.speaks_of_all else ():
            failed.update(BearsOut(known, read(part, known.names), held.named_things).failures_of_all())
        for clause in clauses(sentence, reading, known):
            failed.update(_of_one_thing(clause, known))
    told = failed - {UNREAD} or failed  # a word that was not read is told of where nothing else is wrong
    return tuple(failure for failure in FAILURES if failure in told) if told else ()


def sentences(text: str) -> Iterator[str]:
    """A line's end ends one too."""
    for line in _LINE_END.split(text) if "\n" in text else (text,):
        yield from _SENTENCE_END.split(line)


def clauses(sentence: str, reading: Reading, known: Known) -> list[str]:
    """Of a sentence that names several things, a stretch for each: what it says there is said of that thing.

    Empty where it does not part so.
    """
    named = reading.named
    if len(named) < 2 or len([each for each in named if not _NAMES.isdisjoint(each.mention.term.by_slot)]) < 2:
        return []
    if "respectively" in sentence or any(each.assertion != PRESENT for each in named):
        return []
    found: list[str] = []
    begun = ""
    for part in _CLAUSE.split(sentence):
        if any(_names_one(known, each) for each in mentioned(part, known.names)):
            found.append(f"{begun} {part}")
            begun = ""
        elif found and not begun and _DETERMINED.match(part) is None:
            found[-1] += f" {part}"
        else:
            begun += f" {part}"
    if begun and found:
        found[-1] += f" {begun}"
    return found if len(found) > 1 else []


def _names_one(known: Known, mention: Mention) -> bool:
    """Not only a lesion, whichever."""
    return known.is_named(mention) and not (mention.of("finding") and set(mention.of("finding")) <= GENERIC)


def _apart(sentence: str, known: Known, held: BearsOut) -> Iterator[str]:
    """Failures of what stands between commas where a sentence tells several sides or places: `mild on the left`."""
    if len({*held.reading.sides}) < 2 and len(held.reading.places) < 2:
        return
    for part in _CLAUSE.split(sentence):
        if not any(map(known.is_named, mentioned(part, known.names))):
            failures = BearsOut(known, read(part, known.names), held.named_things).failures()
            yield from (failure for failure in failures if failure in _SAID_OF_THINGS)


def _of_one_thing(clause: str, known: Known) -> Iterator[str]:
    failures = BearsOut(known, read(clause, known.names), ()).failures()
    return (failure for failure in failures if failure in _SAID_OF_THINGS)


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
    failed.update(BearsOut(Known(tuple(_stated(name))), read(text), ()).failures())
    return tuple(failure for failure in FAILURES if failure in failed & _OF_NAMES)


def _stated(name: str) -> Iterator[Fact]:
    yield Fact(IMAGE, "identity", "name", name, "source_statement")
    if side := stated_side(name, None, None):
        yield Fact(IMAGE, "side", "patient", side, "source_statement", frame="patient")
