"""One sentence's reading held against what facts bear out: which of its claims fail."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from annotators.captioners.nouns import noun
from pipeline.describe.known import AREAS, Counted, Known, Pair, Thing
from pipeline.describe.reading.assertions import ABSENT, NOT_NOW, POSSIBLE, PRESENT
from pipeline.describe.reading.mentions import Mention
from pipeline.describe.reading.numbers import Count, Length
from pipeline.describe.reading.picture_places import InPicture
from pipeline.describe.reading.read import Named, Reading
from pipeline.describe.reading.relations import INVERSE, Relation
from pipeline.describe.reading.vocabulary import Meaning, vocabulary
from schemas.lexicon.findings import ancestors, finding, is_finding
from schemas.taxonomy.body_parts import related_parts

GENERIC = frozenset({"abnormality", "lesion", "skin_lesion", "lung_lesion", "retinal_lesion", "cell", "gland", "lumen"})
OF_THINGS = frozenset({"attribute", "size", "severity", "position"})  # slots of meanings that are said of one thing
# What such a picture is as well, and what a technique includes.
ALSO = {"mammography": {"radiography"}, "dental": {"radiography"}}
FUSED = {"nuclear": {"ct"}}
INCLUDES = {"T1-post": {"T1"}, "fused": {"PET", "SPECT"}}
# Where a mention with several meanings fails, it fails as the first of these.
ORDER = (
    *("finding", "name", "label", "attribute", "severity", "size", "position", "exam", "modality", "technique"),
    *("body_part", "plane", "projection", "window", "normality", "measured", "area"),
)
_FAILURE = {
    "name": "finding", "label": "finding", "exam": "modality", "plane": "technique", "projection": "technique",
    "window": "technique", "normality": "polarity", "measured": "measurement", "area": "finding",
}  # fmt: skip
TOLERANCE = 0.05  # of a length, or half of the last digit that the text gives
Test = Callable[[Thing], bool]


@dataclass(frozen=True)
class OfThing:
    """A claim about one thing: the slot that fails where no thing bears it out."""

    slot: str
    holds: Test


class BearsOut:
    """`before` are the things that the sentences before spoke of, which `it` refers to; none: any thing is meant."""

    def __init__(self, known: Known, reading: Reading, before: Sequence[Thing]) -> None:
        self.known = known
        self.reading = reading
        self.before = before

    def failures(self) -> Iterator[str]:
        """Slots of `check.FAILURES`, some perhaps more than once."""
        reading = self.reading
        if reading.nothing:
            if self.known.has_content:
                yield "nothing"
            return
        claims = list(self._of_things())
        for named in reading.named:
            yield from self._named(named, claims)
        yield from self._unheld(claims)
        yield from self._relations()
        yield from ("count" for count in reading.counts if not self._counted(count))
        if reading.denied:
            yield "polarity"
        if any(word not in self.known.words_of_names for word in reading.unread):
            yield "finding"

    # What is said of things: of those that the sentence names, else of those that the one before named.

    @cached_property
    def meant(self) -> Sequence[Thing]:
        return self._named_things or self.before or self.known.things

    @cached_property
    def _named_things(self) -> list[Thing]:
        ids, names = _called(self.reading)
        return [thing for thing in self.known.things if thing.is_called(ids, names)]

    @property
    def spoken_of(self) -> list[Thing]:
        """Of what the sentence names, the things that bear out all that it says; none where it names nothing."""
        claims = list(self._of_things())
        for named in self.reading.named:
            self._holds(named.mention, named.assertion, claims)
        named_things = self._named_things
        return [thing for thing in named_things if _all(claims, thing)] or named_things

    def _of_things(self) -> Iterator[OfThing]:
        reading = self.reading
        yield from (OfThing("position", _lies_at(place)) for place in reading.places)
        for side in dict.fromkeys(reading.sides):
            if side not in self.known.lateralities:
                yield OfThing("side", _has(("side", side)))
        yield from (OfThing("measurement", _measures(length)) for length in reading.lengths)
        if reading.change is not None and not self._speaks_of_none():
            yield OfThing("comparison", _has(("change", reading.change.value)))

    def _speaks_of_none(self) -> bool:
        """`earlier images are not at hand`"""
        found = " ".join(self.reading.found)
        return any(
            words in found for words in ("not at hand", "not available", "no prior", "no earlier", "no previous")
        )

    def _unheld(self, claims: Sequence[OfThing]) -> Iterator[str]:
        """Slots of claims that no thing bears out; or, of one name, that no single thing bears out with the others."""
        if not claims:
            return
        alone = [claim.slot for claim in claims if not any(map(claim.holds, self.meant))]
        yield from alone
        if not alone and len(claims) > 1 and self._of_one and not any(_all(claims, thing) for thing in self.meant):
            yield from self._missed_by_the_best(claims)

    @cached_property
    def _of_one(self) -> bool:
        """Whether the sentence is about a single thing: one name of something known, no number above one, one side."""
        several = any(count.number > 1 for count in self.reading.counts) or "both" in self.reading.sides
        named = [named for named in self.reading.named if self.known.is_named(named.mention)]
        return len(self.reading.places) < 2 and len(set(self.reading.sides)) < 2 and len(named) <= 1 and not several

    def _missed_by_the_best(self, claims: Sequence[OfThing]) -> Iterator[str]:
        best = max(self.meant, key=lambda thing: sum(claim.holds(thing) for claim in claims))
        yield from (claim.slot for claim in claims if not claim.holds(best))

    # What is named.

    def _named(self, named: Named, claims: list[OfThing]) -> Iterator[str]:
        mention, assertion = named.mention, named.assertion
        if assertion in NOT_NOW:
            yield "comparison"
        elif not self._holds(mention, assertion, claims):
            first = min(mention.meanings, key=lambda meaning: ORDER.index(meaning.slot))
            yield self._failure(first, assertion)

    def _failure(self, meaning: Meaning, assertion: str) -> str:
        if meaning.slot in ("finding", "name", "label"):
            if assertion == ABSENT:
                return "polarity"
            doubted = meaning.value in self.known.possible or meaning.value in self.known.categories(POSSIBLE)
            return "certainty" if doubted else "finding"
        return _FAILURE.get(meaning.slot, meaning.slot)

    def _holds(self, mention: Mention, assertion: str, claims: list[OfThing]) -> bool:
        """Whether any meaning is borne out; a claim about things is left to `claims`, where all are held at once."""
        if any(self._meaning(each, assertion, mention) for each in mention.meanings if each.slot not in OF_THINGS):
            return True
        of_things = [meaning for meaning in mention.meanings if meaning.slot in OF_THINGS]
        if of_things:
            first = min(of_things, key=lambda meaning: ORDER.index(meaning.slot))
            if any(_holds_of(of_things, assertion)(thing) for thing in self.meant) or not mention.readings:
                claims.append(OfThing(first.slot, _holds_of(of_things, assertion)))
                return True
        kept = len(claims)
        if self._may_be_parted(mention) and all(self._holds(part, assertion, claims) for part in mention.readings):
            return True
        del claims[kept:]
        look = self._look_of_something_known(mention)
        if look is None or assertion == ABSENT:
            return False
        claims.append(look)
        return True

    def _look_of_something_known(self, mention: Mention) -> OfThing | None:
        """`a spiculated mass` of a breast mass: a look, and the end of its name."""
        words = mention.term.words
        for i in range(1, len(words)):
            look = vocabulary().terms.get(words[:i])
            of_things = [] if look is None else [each for each in look.meanings if each.slot in OF_THINGS]
            if of_things and words[i:] in self.known.tails:
                return OfThing("finding", _holds_of(of_things, PRESENT))
        return None

    def _may_be_parted(self, mention: Mention) -> bool:
        """Whether a name may be read as a look and another name, which must then be that of something known: a liver
        lesion is not just any lesion of a picture with a liver.
        """
        named = [id for part in mention.readings for id in part.of("finding")]
        known = self.known.present | self.known.possible | self.known.absent
        return bool(mention.readings) and not mention.of("body_part") and all(id in known - GENERIC for id in named)

    def _meaning(self, meaning: Meaning, assertion: str, mention: Mention) -> bool:
        test = {
            "finding": self._finding,
            "name": self._own_name,
            "label": self._label,
            "exam": self._exam,
        }.get(meaning.slot)
        if meaning.slot == "body_part":
            return self._body_part(meaning.value, mention)
        if meaning.slot == "finding" and assertion == PRESENT:
            return meaning.value in self.known.present or self._needs_no_fact(meaning.value, mention)
        if test is not None:
            return test(meaning.value, assertion)
        return self._acquired(meaning)

    def _needs_no_fact(self, id: str, mention: Mention) -> bool:
        """Says nothing, or is the end of the name of what is there."""
        return self._is_no_claim(id, mention) or mention.term.words in self.known.tails

    def _is_no_claim(self, id: str, mention: Mention) -> bool:
        """General words; structures, which are there whether or not somebody marked them; in another modality, a
        synonym, which may well mean something else there.
        """
        known, modality = finding(id), self.known.modality
        if known.kind == "anatomy":
            return not self.known.is_of_a_structure and not mention.of("body_part", "position")
        if id in GENERIC:
            return True
        is_synonym = not mention.term.exact and len(mention.term.words) == 1
        return is_synonym and modality is not None and not known.occurs_in(modality)

    def _finding(self, id: str, assertion: str) -> bool:
        known = self.known
        if assertion == ABSENT:
            return id not in known.present and self._is_absent(id)
        return id in known.present or (assertion == POSSIBLE and id in known.possible)

    def _is_absent(self, id: str) -> bool:
        """Denied itself, or something wider, or the category that it belongs to."""
        wider = {id, *ancestors(id)}
        return not wider.isdisjoint(self.known.absent) or finding(id).category in self.known.categories("absent")

    def _own_name(self, name: str, assertion: str) -> bool:
        said = self.known.own_names.get(name)
        return said == assertion or (assertion == POSSIBLE and said == PRESENT)

    def _label(self, category: str, assertion: str) -> bool:
        if assertion == POSSIBLE:
            return category in self.known.categories(PRESENT, POSSIBLE)
        return category in self.known.categories(assertion)

    def _exam(self, value: str, _: str) -> bool:
        modality, _, technique = value.partition(":")
        alike = technique == "default" or self._acquired(Meaning("technique", technique))
        return alike and self._acquired(Meaning("modality", modality))

    def _body_part(self, part: str, mention: Mention) -> bool:
        """A place that is a part too is one where it is the picture's own; a lymph node is one in `of a lymph node`."""
        if is_finding(part) and finding(part).kind == "finding":
            return part in self.known.parts and self._is_of(mention)
        if mention.of("position"):
            return part in self.known.parts
        if self.known.is_of_a_structure and mention.of("finding") and not self._is_of(mention):
            return False
        return any(related_parts(part, each) for each in self.known.parts)

    def _is_of(self, mention: Mention) -> bool:
        return "of" in self.reading.found[max(0, mention.at - 2) : mention.at]

    def _acquired(self, meaning: Meaning) -> bool:
        """Of modality, technique, plane, projection and window, in whatever way the sentence asserts the rest."""
        known = self.known.acquisition.get(meaning.slot)
        if known is None:
            return meaning.slot == "area"
        if meaning.slot == "technique":
            told = {each.lower() for each in (known, *INCLUDES.get(known, set()))}
            return meaning.value.lower() in told
        if meaning.slot == "modality":
            fused = FUSED.get(known, set()) if self.known.acquisition.get("technique") == "fused" else set()
            return meaning.value in {known, *ALSO.get(known, set()), *fused}
        return meaning.value == known

    # Numbers and relations.

    def _counted(self, count: Count) -> bool:
        """A number without a name counts nothing that we know; more than one of what nobody counted is no fact."""
        if count.mention is None:
            return True
        meant = self._meant_by(count.mention)
        if not meant:
            return count.number <= 1 and count.comparison not in ("at most", "only")
        whole = all(each.exact for each in meant), all(each.declared for each in meant)
        total = Counted(frozenset(), "", sum(each.number for each in meant), *whole)
        return any(_fits(count, each) for each in (*meant, total))

    def _meant_by(self, mention: Mention) -> list[Counted]:
        if mention.of("area"):
            return [each for each in self.known.counted if not each.ids and each.name not in self.known.names]
        ids, names = frozenset(mention.of("finding")), frozenset(mention.of("name"))
        if ids and ids <= GENERIC:  # two lesions, whichever
            return self.known.counted
        found = [each for each in self.known.counted if not ids.isdisjoint(each.ids) or each.name in names]
        return found or [each for each in self.known.counted if names & self._plural_of(each.name)]

    def _plural_of(self, name: str) -> frozenset[str]:
        return frozenset({name, noun(name).bare, noun(name).plural})

    def _relations(self) -> Iterator[str]:
        for relation, at, end in self.reading.relations:
            if not self._related(relation, at, end):
                yield "relation"

    def _related(self, relation: Relation, at: int, end: int) -> bool:
        """Between what is named before the words and behind them; where nothing is, between any two."""
        subjects = self._subjects(lambda each: each.end <= at)
        objects = self._subjects(lambda each: each.at >= end)
        if len(self.known.by_subject) == 1:  # a caption is of its region
            subjects = subjects or set(self.known.by_subject)
        attribute = INVERSE.get(relation.value, relation.value)
        if relation.value in INVERSE:
            if subjects is None and objects is None:
                return False  # of which of the two it is said cannot be read
            subjects, objects = objects, subjects
        return any(
            fact.kind == "relation"
            and fact.attribute == attribute
            and (subjects is None or fact.subject in subjects)
            and (objects is None or fact.value in objects)
            for fact in self.known.facts
        )

    def _subjects(self, where: Callable[[Mention], bool]) -> set[str] | None:
        """Regions that are named in a part of the sentence; None where none is."""
        mentions = [named.mention for named in self.reading.named if where(named.mention)]
        ids = frozenset(id for mention in mentions for id in mention.of("finding"))
        names = frozenset(name for mention in mentions for name in mention.of("name"))
        things = self.known.by_subject
        found = {subject for subject, thing in things.items() if thing.is_called(ids, names)}
        return found or None


def _called(reading: Reading) -> tuple[frozenset[str], frozenset[str]]:
    """Ids and own names of what a sentence says to be there."""
    there = [named.mention for named in reading.named if named.assertion in (PRESENT, POSSIBLE)]
    ids = frozenset(id for mention in there for id in mention.of("finding"))
    areas = AREAS if any(mention.of("area") for mention in there) else frozenset[str]()
    return ids, areas | {name for mention in there for name in mention.of("name")}


def _all(claims: Sequence[OfThing], thing: Thing) -> bool:
    return all(claim.holds(thing) for claim in claims)


def _has(pair: Pair) -> Test:
    return lambda thing: pair in thing.claims


def _lies_at(place: InPicture) -> Test:
    pairs = [("image_side", place.across), ("vertical", place.down)]
    wanted = {(slot, value) for slot, value in pairs if value is not None}
    return lambda thing: wanted <= thing.claims


def _measures(length: Length) -> Test:
    def holds(thing: Thing) -> bool:
        return any(abs(length.mm - mm) <= max(length.tolerance_mm, TOLERANCE * mm) for mm in thing.lengths_mm)

    return holds


def _holds_of(meanings: Sequence[Meaning], assertion: str) -> Test:
    """Whether a thing is so; denied, whether it is known to be otherwise."""
    pairs = {(meaning.slot, meaning.value) for meaning in meanings}
    if assertion != ABSENT:
        return lambda thing: not pairs.isdisjoint(thing.claims)
    heads = {(slot, value.partition("=")[0]) for slot, value in pairs}

    def otherwise(thing: Thing) -> bool:
        return pairs.isdisjoint(thing.claims) and any(
            (slot, value.partition("=")[0]) in heads for slot, value in thing.claims
        )

    return otherwise


def _fits(count: Count, counted: Counted) -> bool:
    if count.comparison == "at least":
        return count.number <= counted.number
    if count.comparison == "at most":
        return counted.exact and counted.number <= count.number
    is_so = counted.declared if count.comparison == "only" else counted.exact
    return is_so and counted.number == count.number
