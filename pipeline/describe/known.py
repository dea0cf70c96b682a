"""What facts bear out: the picture's own, and things (regions, or what is counted under one name) with their claims."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from annotators.captioners.evidence import UNLABELLED, UNNAMED
from annotators.captioners.nouns import noun
from pipeline.describe.reading.mentions import Mention
from pipeline.describe.reading.vocabulary import vocabulary
from pipeline.describe.reading.words import Words, folded_words
from schemas.facts import IMAGE, IMAGE_SIDES, MEASURED_BASES, PLACES, VERTICALS, Fact
from schemas.lexicon.findings import ancestors, finding, finding_of
from schemas.lexicon.places import place
from schemas.taxonomy.assessable import assessable_table
from schemas.taxonomy.body_parts import body_part
from schemas.taxonomy.modalities import modalities

COUNTS = ("count", "count_at_least")
AREAS = frozenset({UNLABELLED, UNNAMED})
_TO_MM = {"mm": 1.0, "um": 0.001}
Pair = tuple[str, str]


@dataclass
class Thing:
    """`ids` are those of the lexicon, wider terms too; `claims` (slot, value) pairs that may be said of it."""

    ids: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    claims: set[Pair] = field(default_factory=set)
    lengths_mm: list[float] = field(default_factory=list)

    def is_called(self, ids: frozenset[str], names: frozenset[str]) -> bool:
        return not self.ids.isdisjoint(ids) or not self.names.isdisjoint(names)


@dataclass(frozen=True)
class Counted:
    """How many of a name there are; `exact`, else at least so many."""

    ids: frozenset[str]
    name: str
    number: int
    exact: bool
    declared: bool  # exact because somebody said that all are marked, not because there is one


class Known:
    """Of one picture or of one region with its picture's acquisition; built once for all texts of it."""

    def __init__(self, facts: Sequence[Fact]) -> None:
        self.facts = facts
        self.acquisition: Mapping[str, str] = {f.attribute: f.value for f in facts if f.kind == "acquisition"}
        self.modality = self.acquisition.get("modality")

    @cached_property
    def by_subject(self) -> dict[str, Thing]:
        things: dict[str, Thing] = {}
        for fact in self.facts:
            if fact.subject != IMAGE and fact.kind != "relation" and fact.assertion != "absent":
                self._add(things.setdefault(fact.subject, Thing()), fact)
        return things

    @cached_property
    def things(self) -> list[Thing]:
        return [*self.by_subject.values(), *self._groups.values()]

    @cached_property
    def _groups(self) -> dict[str, Thing]:
        """What is counted under one name; where a distribution says so, all of it lies there."""
        groups: dict[str, Thing] = {}
        for fact in self.facts:
            if fact.subject == IMAGE and fact.kind in (*COUNTS, "distribution"):
                thing = groups.setdefault(fact.attribute, Thing())
                self._name(thing, fact.attribute)
                if fact.kind == "distribution":
                    thing.claims.update(_spread(fact))
        return groups

    def _add(self, thing: Thing, fact: Fact) -> None:
        if fact.slot == ("identity", "name"):
            self._name(thing, fact.value)
        elif fact.kind == "measurement" and fact.basis in MEASURED_BASES:
            thing.lengths_mm.append(_millimetres(fact))
        else:
            thing.claims.update(_claims(fact))

    def _name(self, thing: Thing, name: str) -> None:
        thing.names.add(name)
        thing.ids |= self.ids_of(name)
        thing.claims.update(("side", side) for side in ("left", "right") if side in name.lower().split())

    def ids_of(self, name: str) -> frozenset[str]:
        """Of a fact's name, wider terms too."""
        return _ids(name, self.modality)

    @cached_property
    def names(self) -> frozenset[str]:
        """That facts bear and the lexicon does not know, with their plurals."""
        own = {name for name in self._stated() if finding_of(name) is None}
        return frozenset(each for name in own for each in (name, noun(name).bare, noun(name).plural))

    def _stated(self) -> Iterator[str]:
        for fact in self.facts:
            if fact.slot == ("identity", "name") or fact.kind == "presence":
                yield fact.value
            elif fact.kind in COUNTS and fact.attribute not in AREAS:
                yield fact.attribute

    def is_named(self, mention: Mention) -> bool:
        """Whether a name is that of something known, and no place."""
        if mention.of("position", "body_part"):
            return False
        ids, names = frozenset(mention.of("finding")), frozenset(mention.of("name"))
        return any(thing.is_called(ids, names) for thing in self.things)

    @cached_property
    def tails(self) -> frozenset[Words]:
        """The ends of names of what is there, as compared: a brain metastasis is a metastasis."""
        there = (name for name, how in self._asserted if how == "present")
        return frozenset(
            words[i:] for name in there for words in _wordings(name, self.modality) for i in range(len(words))
        )

    @cached_property
    def words_of_names(self) -> frozenset[str]:
        """All words, as compared, of names and looks that facts tell."""
        looks = (
            value.partition("=")[2] for thing in self.things for slot, value in thing.claims if slot == "attribute"
        )
        attributes = (value.partition("=")[0] for thing in self.things for _, value in thing.claims if "=" in value)
        synonyms = (each for id in self._ids_told for each in (finding(id).name, *finding(id).synonyms))
        return frozenset(w for name in (*self._stated(), *looks, *attributes, *synonyms) for w in folded_words(name))

    @cached_property
    def _ids_told(self) -> frozenset[str]:
        return frozenset().union(*(self.ids_of(name) for name in self._stated()))

    def _ids_that_are(self, assertion: str) -> frozenset[str]:
        """Of what is there, wider terms too."""
        wider = assertion != "absent"
        told = (_ids(name, self.modality, wider) for name, how in self._asserted if how == assertion)
        return frozenset().union(*told)

    @cached_property
    def present(self) -> frozenset[str]:
        return self._ids_that_are("present")

    @cached_property
    def possible(self) -> frozenset[str]:
        return self._ids_that_are("possible")

    @cached_property
    def absent(self) -> frozenset[str]:
        return self._ids_that_are("absent")

    @cached_property
    def own_names(self) -> Mapping[str, str]:
        """Names that the lexicon does not know, and how they are asserted, each with its plural."""
        said = {name: assertion for name, assertion in self._asserted if finding_of(name) is None}
        return {each: how for name, how in said.items() for each in (name, noun(name).bare, noun(name).plural)}

    @cached_property
    def _asserted(self) -> list[tuple[str, str]]:
        return [
            (fact.attribute if fact.kind in COUNTS else fact.value, fact.assertion)
            for fact in self.facts
            if fact.slot == ("identity", "name")
            or fact.kind == "presence"
            or (fact.kind in COUNTS and fact.attribute not in AREAS)
        ]

    def categories(self, *asserted: str) -> frozenset[str]:
        return frozenset(fact.value for fact in self.facts if fact.kind == "label" and fact.assertion in asserted)

    @cached_property
    def counted(self) -> list[Counted]:
        return [
            Counted(
                self.ids_of(fact.attribute), fact.attribute, int(fact.number), _is_exact(fact), fact.kind == "count"
            )
            for fact in self.facts
            if fact.kind in COUNTS
        ]

    @cached_property
    def parts(self) -> frozenset[str]:
        """Body parts that may be spoken of: the stated one and those of places; else what modality and names imply."""
        stated = {self.acquisition["body_part"]} if "body_part" in self.acquisition else set[str]()
        places = {place(f.value).body_part for f in self.facts if f.kind == "location"}
        named = {part for name in self._stated() for part in _parts_in(name)}
        implied = set[str]() if stated else self._implied
        return frozenset(part for part in stated | places | named | implied if part)

    @property
    def _implied(self) -> set[str]:
        assumed = next((each.assumed_body_part for each in modalities() if each.id == self.modality), None)
        told = {finding(id).category for id in (*self.present, *self.possible, *self.absent)}
        told |= self.categories("present", "possible", "absent")
        rows = (row for row in assessable_table() if row.category in told)
        shown = {part.removeprefix("=") for row in rows for part in row.body_parts} | ({assumed} if assumed else set())
        return shown | {parent for part in shown for parent in body_part(part).parents}

    @cached_property
    def lateralities(self) -> frozenset[str]:
        """The patient's sides that the picture itself is of."""
        found = {fact.value for fact in self.facts if fact.kind == "laterality"}
        return frozenset({"both" if value == "bilateral" else value for value in found})

    @cached_property
    def is_of_a_structure(self) -> bool:
        """Whether all is about one region, and that a structure: then another structure's name is a wrong one."""
        kinds = [fact.value for fact in self.facts if fact.slot == ("identity", "kind")]
        return kinds == ["anatomy"]

    @property
    def has_content(self) -> bool:
        """Whether something is marked, named or labelled at all."""
        return any(fact.kind in ("label", "presence", "identity", *COUNTS) for fact in self.facts)


@lru_cache(maxsize=1 << 13)
def _ids(name: str, modality: str | None, wider: bool = True) -> frozenset[str]:
    found = finding_of(name, modality) or finding_of(name)
    if found is None:
        return frozenset()
    return frozenset({found.id, *ancestors(found.id)}) if wider else frozenset({found.id})


@lru_cache(maxsize=1 << 12)
def _wordings(name: str, modality: str | None) -> tuple[Words, ...]:
    found = finding_of(name, modality) or finding_of(name)
    return tuple(map(folded_words, {name, *((found.name, *found.synonyms) if found else ())}))


@lru_cache(maxsize=1 << 12)
def _parts_in(name: str) -> frozenset[str]:
    """Body parts that a name names: the lung of a lung nodule."""
    found = folded_words(name)
    longest = (vocabulary().longest(found, at, less_than=len(found)) for at in range(len(found)))
    terms = (match[0] for match in longest if match)
    return frozenset(meaning.value for term in terms for meaning in term.meanings if meaning.slot == "body_part")


def _claims(fact: Fact) -> Iterable[Pair]:
    if fact.kind == "side":
        yield "side", "both" if fact.value == "bilateral" else fact.value
    elif fact.kind == "position":
        yield fact.attribute, fact.value
    elif fact.kind == "size":
        yield "size", fact.value
    elif fact.kind == "shape":
        yield "attribute", f"shape={fact.value}"
        if fact.value in ("wide", "tall"):
            yield "attribute", f"orientation={_ORIENTATION[fact.value]}"
    elif fact.kind == "appearance":
        yield "severity" if fact.attribute == "severity" else "attribute", f"{fact.attribute}={fact.value}"
    elif fact.kind == "location":
        yield "position", fact.value
    elif fact.kind == "change":
        yield "change", fact.value


_ORIENTATION = {"wide": "wider than tall", "tall": "taller than wide"}


def _spread(fact: Fact) -> Iterable[Pair]:
    value = fact.value
    if fact.frame == "patient":
        yield "side", "both" if value == "bilateral" else value
    elif value in PLACES:
        vertical, side = value.split(" ")
        yield from (("vertical", vertical), ("image_side", side))
    elif value in VERTICALS:
        yield "vertical", value
    elif value in IMAGE_SIDES:
        yield "image_side", value


def _millimetres(fact: Fact) -> float:
    return fact.number * _TO_MM.get(fact.unit or "mm", 1.0)


def _is_exact(fact: Fact) -> bool:
    return fact.kind == "count" or fact.assertion == "possible" or fact.attribute in AREAS or fact.number == 1
