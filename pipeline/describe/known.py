"""What facts bear out: the picture's own, and things (regions, or what is counted under one name) with their claims."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from annotators.captioners.evidence import UNLABELLED, UNNAMED
from annotators.captioners.nouns import noun
from pipeline.describe.reading.mentions import Mention
from pipeline.describe.reading.plain_words import derived, is_made_of, is_plain
from pipeline.describe.reading.vocabulary import Term, vocabulary
from pipeline.describe.reading.words import Words, folded_words
from schemas.facts import IMAGE, IMAGE_SIDES, MEASURED_BASES, PLACES, VERTICALS, Fact
from schemas.lexicon.findings import ancestors, finding, finding_of
from schemas.lexicon.places import place
from schemas.taxonomy.assessable import assessable_table
from schemas.taxonomy.body_parts import body_part
from schemas.taxonomy.modalities import modalities

COUNTS = ("count", "count_at_least")
NO_HEADS = frozenset({"disease", "area", "change", "sign", "type", "spot", "disorder", "syndrome", "tissue", "cell"})
AREAS = frozenset({UNLABELLED, UNNAMED})
_TO_MM = {"mm": 1.0, "um": 0.001}
Pair = tuple[str, str]


@dataclass
class Thing:
    """`ids` are those of the lexicon, wider terms too, `ends` ids and words with which its name ends: it may be meant
    by them where nothing is named so. `claims` are (slot, value) pairs that may be said of it.
    """

    ids: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    ends: set[str] = field(default_factory=set)
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
        self._called: dict[Term, list[Thing]] = {}

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
        thing.names |= {name, *own_forms(name)}
        thing.ids |= self.ids_of(name)
        thing.ends |= ends_of(name)
        thing.claims.update(("side", side) for side in ("left", "right") if side in name.lower().split())

    def ids_of(self, name: str) -> frozenset[str]:
        """Of a fact's name, wider terms too."""
        return _ids(name, self.modality)

    @cached_property
    def names(self) -> frozenset[str]:
        """That facts bear and the vocabulary does not hold, and the last words of longer ones."""
        heads = (head for name in self._stated() if (head := head_of(name)))
        return frozenset((*(form for name in self._stated() for form in own_forms(name)), *heads))

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
        return bool(self.called(mention.term))

    def called(self, term: Term) -> list[Thing]:
        """Things that a term names; where none is, those whose names end so: the mass, of a breast mass."""
        found = self._called.get(term)
        if found is None:
            found = self._called[term] = self._call(term)
        return found

    def _call(self, term: Term) -> list[Thing]:
        ids, names = frozenset(term.by_slot.get("finding", ())), frozenset(term.by_slot.get("name", ()))
        if not (ids or names):
            return []
        if named := [thing for thing in self.things if thing.is_called(ids, names)]:
            return named
        words = term.words
        ends = {*ids, *names}
        for tail in (words[i:] for i in range(1, len(words)) if words[i:] in self.tails):
            ends.update(ends_of(" ".join(tail)))
        return [thing for thing in self.things if not ends.isdisjoint(thing.ends)]

    @cached_property
    def tails(self) -> frozenset[Words]:
        """The ends of names of what is there, as compared: a brain metastasis is a metastasis."""
        there = (name for name, how in self._asserted if how == "present")
        return frozenset(
            words[i:] for name in there for words in _wordings(name, self.modality) for i in range(len(words))
        )

    @cached_property
    def _words(self) -> Mapping[str, frozenset[str]]:
        """All words, as compared, of names that are asserted so, with their synonyms; looks are present."""
        stated = (word for each in (*self._words_of_looks, *self._words_of_places) for word in folded_words(each))
        words: dict[str, set[str]] = {"present": set(stated), "possible": set(), "absent": set()}
        for name, how in self._asserted:
            synonyms = (each for id in self.ids_of(name) for each in (finding(id).name, *finding(id).synonyms))
            words[how].update(word for each in (name, *synonyms) for word in folded_words(each))
        return {how: frozenset(of) for how, of in words.items()}

    @cached_property
    def words_of_names(self) -> frozenset[str]:
        """As compared, of the names themselves of what is there."""
        there = (name for name, how in self._asserted if how == "present")
        return frozenset(word for name in there for word in folded_words(name))

    @property
    def _words_of_looks(self) -> Iterator[str]:
        for thing in self.things:
            for slot, value in thing.claims:
                attribute, _, look = value.partition("=")
                if look:
                    yield f"{attribute} {look if slot == 'attribute' else ''}"

    @property
    def _words_of_places(self) -> Iterator[str]:
        """Of places and body parts that are told, and of what the picture is."""
        yield from (place(fact.value).phrase for fact in self.facts if fact.kind == "location")
        yield from (name for part in self.parts for name in (body_part(part).name, *body_part(part).synonyms))
        yield from self.acquisition.values()

    def is_told(self, word: str, assertion: str) -> bool:
        """Whether a word is one of a name that is asserted so, or made from one: `fractured` of a fracture."""
        kinds = ("present", "absent") if assertion == "absent" else ("present", "possible")
        told = frozenset().union(*(self._words[how] for how in (kinds[:1] if assertion == "present" else kinds)))
        return word in told or not told.isdisjoint(derived().get(word, ())) or is_made_of(word, told)

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
        """Names that the vocabulary does not hold, and how they are asserted."""
        own = {form: how for name, how in self._asserted for form in own_forms(name)}
        heads = {head: how for name, how in self._asserted if (head := head_of(name))}
        heads |= {head: how for name, how in self._asserted if how == "present" and (head := head_of(name))}
        return {**heads, **own}

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
                self.ids_of(fact.attribute),
                fact.attribute,
                int(fact.number),
                _is_exact(fact),
                fact.kind == "count",
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


@lru_cache(maxsize=1 << 12)
def head_of(name: str) -> str | None:
    """The last word, as compared, with which a text may name a thing again: the cyst, of a renal cyst. None where it is
    itself a name of the lexicon, or says nothing.
    """
    words = folded_words(name)
    if len(words) < 2 or not words[-1].isalpha() or words[-1] in NO_HEADS or is_plain(words[-1]):
        return None
    if words[-1:] in vocabulary().terms:
        return None
    return words[-1]


@lru_cache(maxsize=1 << 12)
def ends_of(name: str) -> frozenset[str]:
    """Ids of the lexicon that a name or its end can mean, and its last word: a metastasis, of a brain metastasis."""
    words = folded_words(name)
    terms = (vocabulary().terms.get(words[i:]) for i in range(len(words)))
    meant = (
        each for term in terms if term for each in term.meanings if each.slot == "finding" and _is_thing(each.value)
    )
    return frozenset((*(each.value for each in meant), *words[-1:]))


def _is_thing(id: str) -> bool:
    return finding(id).kind != "anatomy"


@lru_cache(maxsize=1 << 13)
def _ids(name: str, modality: str | None, wider: bool = True) -> frozenset[str]:
    found = finding_of(name, modality) or finding_of(name)
    if found is None:
        return frozenset()
    return frozenset({found.id, *ancestors(found.id)}) if wider else frozenset({found.id})


@lru_cache(maxsize=1 << 12)
def own_forms(name: str) -> tuple[str, ...]:
    """Of a name, as it is and in the plural, what is no name of the vocabulary."""
    told = noun(name)
    if finding_of(name) is None:
        return name, told.bare, told.plural
    forms = (name, told.plural) if told.bare == name else (name,)  # else told as a label, of which the name is read
    return tuple(form for form in forms if not _is_name(folded_words(form)))


def _is_name(words: Words) -> bool:
    """Of a finding, and not of one with its severity: proliferative diabetic retinopathy."""
    found = vocabulary().longest(words, 0) if words else None
    if found is None or len(found[1]) < len(words):
        return False
    return "finding" in found[0].by_slot and "severity" not in found[0].by_slot


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
