"""What a sentence names, held against what is known to be there, possible or absent, and what the picture is."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from pipeline.describe.bears_out.acquired import is_acquired, is_exam
from pipeline.describe.bears_out.things import OF_THINGS, OfThing, is_so
from pipeline.describe.known.known import Known
from pipeline.describe.known.things import Thing
from pipeline.describe.reading.assertions import ABSENT, POSSIBLE, PRESENT
from pipeline.describe.reading.mentions import Mention
from pipeline.describe.reading.read import Reading
from pipeline.describe.reading.vocabulary import Meaning, Term, vocabulary
from pipeline.describe.reading.words import folded_words
from schemas.lexicon.findings import ancestors, finding, is_finding
from schemas.taxonomy.body_parts import related_parts

GENERIC = frozenset({"abnormality", "lesion", "skin_lesion", "lung_lesion", "retinal_lesion", "cell", "gland", "lumen"})
WHOLE = "whole_body"  # with anything else told, no place
# Where a mention with several meanings fails, it fails as the first of these.
ORDER = (
    *("finding", "name", "label", "attribute", "severity", "size", "position", "exam", "modality", "technique"),
    *("body_part", "plane", "projection", "window", "normality", "measured", "area"),
)
_FAILURE = {
    "name": "finding", "label": "finding", "exam": "modality", "plane": "technique", "projection": "technique",
    "window": "technique", "normality": "polarity", "measured": "measurement", "area": "finding",
}  # fmt: skip


@dataclass(slots=True)
class Names:
    """Of one sentence; `meant` are the things that its claims about things are held against."""

    known: Known
    reading: Reading
    meant: Sequence[Thing]

    def failure(self, meaning: Meaning, assertion: str) -> str:
        """What is wrong with a text where a meaning does not hold."""
        if meaning.slot in ("finding", "name", "label"):
            if assertion == ABSENT:
                return "polarity"
            doubted = meaning.value in self.known.possible or meaning.value in self.known.categories(POSSIBLE)
            return "certainty" if doubted else "finding"
        return _FAILURE.get(meaning.slot, meaning.slot)

    def holds(self, mention: Mention, assertion: str, claims: list[OfThing]) -> bool:
        """Whether any meaning is borne out; a claim about things is left to `claims`, where all are held at once."""
        if mention.of("position") and any(finding(id).kind == "finding" for id in mention.of("finding")):
            places = [each for each in mention.meanings if each.slot == "position"]
            claims.append(OfThing("position", is_so(places, assertion)))
            return any(self._meaning(each, assertion, mention) for each in mention.meanings if each.slot == "finding")
        others, claim = _parted(mention.term, assertion)
        for meaning in others if "severity" not in mention.term.by_slot else ():
            if self._meaning(meaning, assertion, mention):
                return True
        if claim is not None and (not mention.readings or any(map(claim.holds, self.meant))):
            claims.append(claim)
            return True
        kept = len(claims)
        if self._may_be_parted(mention) and all(self.holds(part, assertion, claims) for part in mention.readings):
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
                return OfThing("finding", is_so(of_things, PRESENT))
        return None

    def _may_be_parted(self, mention: Mention) -> bool:
        """Whether a name may be read as a look and another name, which must then be that of something known: a liver
        lesion is not just any lesion of a picture with a liver.
        """
        named = [id for part in mention.readings for id in part.of("finding")]
        known = self.known.present | self.known.possible | self.known.absent
        return (
            bool(mention.readings)
            and not mention.of("body_part", "position")
            and all(id in known - GENERIC for id in named)
        )

    def _meaning(self, meaning: Meaning, assertion: str, mention: Mention) -> bool:
        slot, value = meaning
        if slot == "finding" and assertion == PRESENT:
            return value in self.known.present or self._needs_no_fact(value, mention)
        if slot == "finding":
            return self._finding(value, assertion)
        if slot == "name":
            return self._own_name(value, assertion)
        if slot == "label":
            return self._label(value, assertion)
        if slot == "body_part":
            return self._body_part(value, mention)
        return is_exam(self.known, value) if slot == "exam" else is_acquired(self.known, meaning)

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
        if id in known.present:
            return True
        return assertion == POSSIBLE and (id in known.possible or id in known.categories(PRESENT, POSSIBLE))

    def _is_absent(self, id: str) -> bool:
        """Denied itself, or something wider, or the category that it belongs to."""
        wider = {id, *ancestors(id)}
        if not wider.isdisjoint(self.known.absent) or finding(id).category in self.known.categories("absent"):
            return True
        return any(id in ancestors(other) and self._says(finding(other).name) for other in self.known.absent)

    def _says(self, name: str) -> bool:
        """Whether all words of a name stand somewhere: `the ribs show no fracture`."""
        return set(folded_words(name)) <= set(self.reading.found)

    def _own_name(self, name: str, assertion: str) -> bool:
        said = self.known.own_names.get(name)
        return said == assertion or (assertion == POSSIBLE and said == PRESENT)

    def _label(self, category: str, assertion: str) -> bool:
        if assertion == POSSIBLE:
            return category in self.known.categories(PRESENT, POSSIBLE)
        return category in self.known.categories(assertion)

    def _body_part(self, part: str, mention: Mention) -> bool:
        """A place that is a part too is one where it is the picture's own; a lymph node is one in `of a lymph node`."""
        if is_finding(part) and finding(part).kind == "finding":
            return part in self.known.parts and self._is_of(mention)
        if mention.of("position"):
            return part in self.known.parts
        if self.known.is_of_a_structure and mention.of("finding") and not self._is_of(mention):
            return False
        if self.known.name_words.issuperset(mention.term.words):
            return True
        parts = self.known.parts
        return part in parts or any(related_parts(part, each) for each in parts - {WHOLE} or parts)

    def _is_of(self, mention: Mention) -> bool:
        return "of" in self.reading.found[max(0, mention.at - 2) : mention.at]


@lru_cache(maxsize=1 << 13)
def _parted(term: Term, assertion: str) -> tuple[tuple[Meaning, ...], OfThing | None]:
    """What a term may mean beside claims about one thing, and these as one claim."""
    others = tuple(meaning for meaning in term.meanings if meaning.slot not in OF_THINGS)
    of_things = [meaning for meaning in term.meanings if meaning.slot in OF_THINGS]
    if not of_things:
        return others, None
    return others, OfThing(min((meaning.slot for meaning in of_things), key=ORDER.index), is_so(of_things, assertion))
