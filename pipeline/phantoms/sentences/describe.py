"""A finding in a report: a sentence that says that it is there, and more for what that one leaves open."""

from collections.abc import Iterator, Mapping

from pipeline.phantoms.sentences.about import About
from pipeline.phantoms.sentences.facts import Fact, Sentence
from pipeline.phantoms.sentences.looks import AFTER, BEFORE, WITH, Look, told
from pipeline.phantoms.sentences.noun_phrase import LOOKS, MEASURE, PARTS, SIZE, WHERE, noun_phrase, size_fits
from pipeline.phantoms.sentences.nouns import listed_words
from pipeline.phantoms.sentences.pen import Pen

IN_ONE = 0.6  # of the parts of a description that the first sentence holds
CHANGE_RULES: Mapping[str, str] = {
    "new": "CHANGE_NEW", "larger": "CHANGE_LARGER", "smaller": "CHANGE_SMALLER", "stable": "CHANGE_STABLE"
}  # fmt: skip


def describe(pen: Pen, about: About, which: int) -> Iterator[Sentence]:
    """Everything that is known of a region. `which`: 0 the only one, else its number among its kind; negative where
    there are more than are told.
    """
    first = frozenset(part for part in PARTS if pen.chance(IN_ONE))
    if not size_fits(about) or abs(which) > 1:
        first -= {SIZE}
    if abs(which) > 1:  # `another small mass` would say that the one before was small too
        first -= {LOOKS}
    mimic = about.region.role == "mimic"
    benign = (about.fact("benign", about.region.label),) if mimic else ()
    phrase = noun_phrase(pen, about, first, which)
    yield pen.sentence("BENIGN" if mimic else "PRESENCE", about.named.agreement, benign, phrase)
    slots = {**about.named.agreement, **_reference(pen, about)}
    for part in pen.shuffled([part for part in PARTS if part not in first]):
        yield from part_sentences(pen, about, part, slots)
    if about.region.change:
        yield change(pen, about, slots)


def _reference(pen: Pen, about: About) -> Mapping[str, str]:
    """To what the sentence before spoke of, as subject and as object."""
    words = about.named.agreement
    if pen.chance(0.5):
        return {"ref": words["it"], "ref_of": words["it_object"]}
    return dict.fromkeys(("ref", "ref_of"), f"{words['this']} {about.named.name}")


def part_sentences(pen: Pen, about: About, part: str, slots: Mapping[str, str]) -> Iterator[Sentence]:
    """What is known of one part; nothing where nothing is."""
    if part == SIZE and about.size:
        yield size(pen, about, about.size, slots)
    elif part == LOOKS:
        for found in (told(about.looks, BEFORE, AFTER), told(about.looks, WITH)):
            if found:
                yield look(pen, about, found, slots)
    elif part == WHERE:
        yield from where(pen, about, slots)
    elif part == MEASURE and about.mm:
        yield measurement(pen, about, about.mm, slots)


def size(pen: Pen, about: About, words: str, slots: Mapping[str, str]) -> Sentence:
    return pen.sentence("SIZE", {**slots, "size": words}, (about.fact("size", about.region.stratum or ""),))


def look(pen: Pen, about: About, found: tuple[Look, ...], slots: Mapping[str, str]) -> Sentence:
    """Attributes that a thing is, or that it shows."""
    shows = all(each.position == WITH for each in found)
    words = listed_words([each.noun if shows else each.words for each in found], "and")
    return pen.sentence("DISPLAY" if shows else "LOOKS", {**slots, "looks": words}, about.look_facts(found))


def where(pen: Pen, about: About, slots: Mapping[str, str]) -> Iterator[Sentence]:
    if about.place and about.at:
        yield pen.sentence("POSITION", {**slots, "at": about.at}, about.at_facts)
    elif about.side and about.on:
        yield side(pen, about, about.side, slots)


def side(pen: Pen, about: About, value: str, slots: Mapping[str, str]) -> Sentence:
    words = {**slots, "on": about.on or f"on the {value}", "side": value}
    return pen.sentence("SIDE", words, (about.fact("side", value),))


def measurement(pen: Pen, about: About, words: str, slots: Mapping[str, str]) -> Sentence:
    return pen.sentence(
        "MEASUREMENT", {**slots, "mm": words, "detector": about.detector}, (about.fact("measurement", words),)
    )


def change(pen: Pen, about: About, slots: Mapping[str, str]) -> Sentence:
    """Against the picture before."""
    value = about.region.change or ""
    return pen.sentence(CHANGE_RULES[value], slots, (Fact("change", value, (about.region.id,), about.region.label),))
