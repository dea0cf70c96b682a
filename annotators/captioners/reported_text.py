"""Sentences on things that a report tells of, always as told by it: it is of an examination, not of one picture."""

from collections.abc import Iterable

from annotators.captioners.evidence import Evidence, RegionEvidence
from annotators.captioners.nouns import joined, noun, with_article
from annotators.captioners.templates import Dice, phrases
from schemas.facts import Fact
from schemas.lexicon.places import is_legal, place

IN_A_SENTENCE = 6  # things
IN_A_SUMMARY = 3
SCALE = ("mild", "moderate", "severe")  # severities that stand before a name; of other scales nothing is told


def reported_sentences(evidence: Evidence, dice: Dice) -> Iterable[str]:
    """What is there, then what is possible, each place and side in a sentence of its own; last what is denied."""
    for assertion in ("present", "possible"):
        things = reported_things(evidence, assertion)
        placed = [each for each in things if _where(each)]
        plain = [each for each in things if not _where(each)]
        for i in range(0, len(plain), IN_A_SENTENCE):
            yield _sentence(plain[i : i + IN_A_SENTENCE], assertion, dice)
        yield from (_sentence([each], assertion, dice) for each in placed)
    yield from _absences(evidence, dice)


def reported_summary(evidence: Evidence) -> Iterable[str]:
    """What is there, without places."""
    if things := reported_things(evidence, "present")[:IN_A_SUMMARY]:
        yield str(phrases("report", "summary", "reported")).format(list=joined([_named(each) for each in things]))


def _absences(evidence: Evidence, dice: Dice) -> Iterable[str]:
    told = [fact for fact in evidence.of_kind("presence") if (fact.basis, fact.assertion) == ("report", "absent")]
    nouns = [noun(fact.value) for fact in told]
    for i in range(0, len(nouns), IN_A_SENTENCE):
        names = [each.name if each.head else each.plural for each in nouns[i : i + IN_A_SENTENCE]]
        template = dice.pick(f"reported absence {names[0]}", phrases("report", "reported", "absent"))
        yield str(template).format(things=joined(names, "or"))


def reported_things(evidence: Evidence, assertion: str) -> list[RegionEvidence]:
    """Each thing that a report tells of, as the facts of a region without a place in the picture."""
    told: dict[str, list[Fact]] = {}
    for fact in evidence.facts:
        if fact.is_reported:
            told.setdefault(fact.subject, []).append(fact)
    things = [RegionEvidence(subject, tuple(facts)) for subject, facts in told.items()]
    return [each for each in things if each.by_slot["identity", "name"].assertion == assertion]


def _sentence(things: list[RegionEvidence], assertion: str, dice: Dice) -> str:
    templates = phrases("report", "reported", assertion)
    template = dice.pick(f"reported {things[0].value('identity', 'name')}", templates)
    return str(template).format(list=joined([thing_phrase(each) for each in things]))


def thing_phrase(thing: RegionEvidence) -> str:
    """`a mild pleural effusion on the patient's left`"""
    return _named(thing) + _where(thing)


def _named(thing: RegionEvidence) -> str:
    """With its article and how severe it is: `a mild stenosis`, `severe emphysema`."""
    known = noun(str(thing.value("identity", "name")))
    severity = thing.value("appearance", "severity")
    if severity not in SCALE:
        return known.as_label
    return f"{severity} {known.name}" if known.head else with_article(f"{severity} {known.bare}")


def _where(thing: RegionEvidence) -> str:
    """With the space before it: `in the left upper lobe`, `on the patient's left`, or nothing."""
    side, known = thing.value("side", "patient"), thing.value("location", "anatomy")
    sided = f" {phrases('report', 'reported', 'sided')[side]}" if side else ""
    if known is None:
        return sided
    there = place(known)
    if side in ("left", "right") and is_legal(known, side):
        return f" {there.preposition} the {side} {there.phrase}"
    return f" {there.preposition} the {there.phrase}{sided}"
