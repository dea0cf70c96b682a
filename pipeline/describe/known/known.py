"""What facts bear out: the picture's own, and things (regions, or what is counted under one name) with their claims."""

from collections.abc import Mapping, Sequence
from functools import cached_property

from annotators.captioners.evidence import AREAS
from pipeline.describe.known.names import ends_of, head_of, ids_of, own_forms, parts_in, tails_of
from pipeline.describe.known.things import Counted, Thing, counted_in, groups_of, things_of
from pipeline.describe.known.told_words import is_among, words_of_looks, words_of_names, words_of_places
from pipeline.describe.reading.assertions import ABSENT, POSSIBLE, PRESENT
from pipeline.describe.reading.mentions import Mention
from pipeline.describe.reading.vocabulary import Term
from pipeline.describe.reading.words import Words, folded_words
from schemas.facts import COUNT_KINDS, Fact
from schemas.lexicon.findings import finding
from schemas.lexicon.places import place
from schemas.taxonomy.assessable import assessable_table
from schemas.taxonomy.body_parts import body_part
from schemas.taxonomy.modalities import modalities

_RISING = (ABSENT, POSSIBLE, PRESENT)


class Known:
    """Of one picture or of one region with its picture's acquisition; built once for all texts of it.

    `picture` is that of the region, whose things have been made already.
    """

    def __init__(self, facts: Sequence[Fact], picture: "Known | None" = None) -> None:
        self.facts = facts
        self._picture = picture
        self.acquisition: Mapping[str, str] = {f.attribute: f.value for f in facts if f.kind == "acquisition"}
        self.modality = self.acquisition.get("modality")
        self._called: dict[Term, list[Thing]] = {}

    @cached_property
    def by_subject(self) -> Mapping[str, Thing]:
        if self._picture is None:
            return things_of(self.facts, self.modality)
        made = self._picture.by_subject
        return {subject: made[subject] for subject in {fact.subject: None for fact in self.facts} if subject in made}

    @cached_property
    def things(self) -> list[Thing]:
        return [*self.by_subject.values(), *groups_of(self.facts, self.modality).values()]

    @cached_property
    def counted(self) -> list[Counted]:
        return counted_in(self.facts, self.modality)

    @cached_property
    def _asserted(self) -> Mapping[str, list[str]]:
        """Names that facts tell, by how they are asserted."""
        names: dict[str, dict[str, None]] = {how: {} for how in _RISING}
        for fact in self.facts:
            if fact.kind == "presence" or (fact.kind == "identity" and fact.attribute == "name"):
                names[fact.assertion][fact.value] = None
            elif fact.kind in COUNT_KINDS and fact.attribute not in AREAS:
                names[fact.assertion][fact.attribute] = None
        return {how: list(told) for how, told in names.items()}

    @cached_property
    def own_names(self) -> Mapping[str, str]:
        """Names that the vocabulary does not hold and the last words of longer ones, with how they are asserted."""
        told = [(name, how) for how in _RISING for name in self._asserted[how]]
        heads = {head: how for name, how in told if (head := head_of(name))}
        return {**heads, **{form: how for name, how in told for form in own_forms(name)}}

    @cached_property
    def names(self) -> frozenset[str]:
        """All of `own_names`, with which a text is read."""
        return frozenset(self.own_names)

    def is_named(self, mention: Mention) -> bool:
        """Whether a name is that of something known, and no place."""
        return not mention.of("position", "body_part") and bool(self.called(mention.term))

    def called(self, term: Term) -> list[Thing]:
        """Things that a term names; where none is, those whose names end so: the mass, of a breast mass."""
        found = self._called.get(term)
        if found is None:
            found = self._called[term] = self._call(term)
        return found

    def _call(self, term: Term) -> list[Thing]:
        ids, names = term.by_slot.get("finding", ()), term.by_slot.get("name", ())
        if not (ids or names):
            return []
        if named := [thing for thing in self.things if thing.is_called(ids, names)]:
            return named
        ends = {*ids, *names}
        for tail in (term.words[i:] for i in range(1, len(term.words))):
            ends.update(ends_of(" ".join(tail)) if tail in self.tails else ())
        return [thing for thing in self.things if not ends.isdisjoint(thing.ends)]

    @cached_property
    def tails(self) -> frozenset[Words]:
        """The ends of names of what is there, as compared: a brain metastasis is a metastasis."""
        return frozenset().union(*(tails_of(name, self.modality) for name in self._asserted[PRESENT]))

    @cached_property
    def name_words(self) -> frozenset[str]:
        """As compared, of the names themselves of what is there."""
        return frozenset(word for name in self._asserted[PRESENT] for word in folded_words(name))

    def is_told(self, word: str, assertion: str) -> bool:
        """Whether a word is one of a name that is asserted so, of a look or a place, or made from one."""
        more = () if assertion == PRESENT else self._words[ABSENT if assertion == ABSENT else POSSIBLE]
        return is_among(word, self._words[PRESENT].union(more))

    @cached_property
    def _words(self) -> Mapping[str, frozenset[str]]:
        """By assertion; what looks so or lies there is present."""
        words = {how: words_of_names(names, self.modality) for how, names in self._asserted.items()}
        stated = words_of_looks(self.things) | words_of_places(self.facts, self.parts)
        return {**words, PRESENT: words[PRESENT] | stated}

    @cached_property
    def present(self) -> frozenset[str]:
        """Ids of the lexicon, wider terms too."""
        return frozenset().union(*(ids_of(name, self.modality) for name in self._asserted[PRESENT]))

    @cached_property
    def possible(self) -> frozenset[str]:
        return frozenset().union(*(ids_of(name, self.modality) for name in self._asserted[POSSIBLE]))

    @cached_property
    def absent(self) -> frozenset[str]:
        """Without wider terms, which are not denied with a narrow one."""
        return frozenset().union(*(ids_of(name, self.modality, wider=False) for name in self._asserted[ABSENT]))

    def categories(self, *asserted: str) -> frozenset[str]:
        return frozenset(fact.value for fact in self.facts if fact.kind == "label" and fact.assertion in asserted)

    @cached_property
    def parts(self) -> frozenset[str]:
        """Body parts that may be spoken of: the stated one and those of places; else what modality and names imply."""
        stated = {self.acquisition["body_part"]} if "body_part" in self.acquisition else set[str]()
        places = {place(f.value).body_part for f in self.facts if f.kind == "location"}
        named = {part for names in self._asserted.values() for name in names for part in parts_in(name)}
        implied = set[str]() if stated else self._implied
        return frozenset(part for part in stated | places | named | implied if part)

    @property
    def _implied(self) -> set[str]:
        assumed = next((each.assumed_body_part for each in modalities() if each.id == self.modality), None)
        told = {finding(id).category for id in (*self.present, *self.possible, *self.absent)}
        told |= self.categories(*_RISING)
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
        return any(fact.kind in ("label", "presence", "identity", *COUNT_KINDS) for fact in self.facts)
