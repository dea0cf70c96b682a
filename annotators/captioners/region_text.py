"""The caption of one region: what it is, where it lies, and up to two attributes, in one sentence."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property

from annotators.captioners.acquisition import field_words
from annotators.captioners.evidence import NO_KIND, Evidence, RegionEvidence
from annotators.captioners.nouns import noun
from annotators.captioners.templates import Dice, phrases
from schemas.facts import Fact
from schemas.lexicon.attributes import attribute_values
from schemas.lexicon.places import is_legal
from schemas.lexicon.places import place as place_of

Slot = tuple[str, str]  # kind and attribute of a fact
Facts = Mapping[Slot, Fact]

ATTRIBUTES_AT_MOST = 2
LOCATION, SIDE = ("location", "anatomy"), ("side", "patient")
LOOKS_AT_MOST = 2
DENIABLE = frozenset({"calcification", "enhancement", "shadow", "halo", "uptake"})  # looks that may be told as absent
# How a slot is stated alone; all others are attributes.
STATEMENTS = {
    ("position", "vertical"): "place",
    ("position", "image_side"): "place",
    SIDE: "side",
    ("identity", "name"): "name",
}
OF_THE_PICTURE = ("image", "field")  # vocabularies of places that geometry tells already
ATTRIBUTES = (("measurement", "width"), ("size", "share_of_image"), ("shape", "outline"), ("border", "touches"))
# What is told of a region without a name of its own, by kind.
GENERIC = {
    "finding": "finding",
    "anatomy": "anatomical structure",
    "cell": "cell",
    "device": "device",
    "artefact": "artefact",
    "marker": "marker",
}


@dataclass(frozen=True)
class Wording:
    """How one region is told, chosen before any value is known to it.

    Templates and words depend on the region's id and on which facts there are, so that a text of edited facts differs
    in the words of these facts alone. `place` and the variants of `attributes` are indices into their lists.
    """

    style: str
    template: str
    field: str
    by_patient: bool
    place: int
    attributes: tuple[tuple[Slot, int], ...]
    several: frozenset[str]  # names that the picture holds more than once
    sided: bool = False  # the anatomical place is told with the patient's side

    @cached_property
    def slots(self) -> frozenset[Slot]:
        """What the caption tells."""
        place = {("position", "vertical"), ("side", "patient") if self.by_patient else ("position", "image_side")}
        name = {("identity", "name")} if self.style in ("named", "model") else set()
        told = {slot for slot, _ in self.attributes}
        return frozenset({*place, *name, *told, *({SIDE} if LOCATION in told and self.sided else set())})

    def caption(self, told: Facts) -> str:
        """`told` are the facts of the region by their slots, or edited ones in the same slots."""
        where = self._place(told)
        a = self._thing(told) if self.style in ("named", "model") else ""
        return self.template.format(
            a=a,
            A=capital(a),
            where=where,
            Where=capital(where),
            parts=_behind(", ", self._attributes(told, "part")) if "{parts}" in self.template else "",
            clauses=_behind("; it ", self._attributes(told, "clause")) if "{clauses}" in self.template else "",
            clause=_behind("", self._attributes(told, "clause")) if "{clause}" in self.template else "",
        )

    def _place(self, told: Facts) -> str:
        vertical = told["position", "vertical"].value
        if self.by_patient:
            return placed_by_patient(self.place, vertical, told["side", "patient"].value, self.field)
        return placed(self.place, vertical, told["position", "image_side"].value, self.field)

    def _thing(self, told: Facts) -> str:
        """With its article; `the` for what a body has once, unless the picture holds several."""
        kind, name = told["identity", "kind"].value, told.get(("identity", "name"))
        if name is None:
            return noun(GENERIC.get(kind, "finding")).indefinite
        known = noun(name.value, kind)
        if self.style == "model":
            return known.as_label
        return known.the if known.definite and name.value not in self.several else known.indefinite

    def _attributes(self, told: Facts, form: str) -> list[str]:
        return [self._attribute(slot, index, form, told) for slot, index in self.attributes]

    def _attribute(self, slot: Slot, index: int, form: str, told: Facts) -> str:
        if slot[0] == "measurement":
            return measured(index, form, told)
        if slot[0] == "appearance":
            return look(index, form, slot[1], told[slot].value)
        if slot == LOCATION:
            return located(index, form, told[slot].value, told[SIDE].value if self.sided else "")
        return attribute(slot[0], index, form, told[slot].value, self.field)


def wording(evidence: Evidence, region: RegionEvidence, turn: int = 0) -> Wording:
    """Turn 1 is the paraphrase: the same facts, another template and other words."""
    dice = Dice(region.region_id, turn)
    style = style_of(region)
    by_patient = ("side", "patient") in region.by_slot and dice.same("frame", 2) == 1
    return Wording(
        style=style,
        template=dice.pick(f"caption {style}", phrases("region", "caption", style)),
        field=dice.pick("field", field_words(evidence.modality)),
        by_patient=by_patient,
        place=dice.index("side" if by_patient else "place", len(phrases("region", "side" if by_patient else "place"))),
        attributes=tuple((slot, dice.index(slot[0], len(phrases("region", slot[0])))) for slot in _told(region, dice)),
        several=evidence.several,
        sided=_sided(region),
    )


def statement(evidence: Evidence, region: RegionEvidence, slot: Slot, seed: str) -> Wording:
    """One sentence on one slot: its place, its side, what it is, or one attribute.

    Words depend on the seed alone, so that two regions that share it and a value share the sentence.
    """
    dice = Dice(seed)
    form = STATEMENTS.get(slot, "attribute")
    places = phrases("region", "side" if form == "side" else "place")
    return Wording(
        style=style_of(region),
        template=dice.pick(f"statement {form}", phrases("region", "statement", form)),
        field=dice.pick("field", field_words(evidence.modality)),
        by_patient=form == "side",
        place=dice.index(form, len(places)),
        attributes=((slot, dice.index(slot[0], len(phrases("region", slot[0])))),) if form == "attribute" else (),
        several=evidence.several,
    )


def caption(evidence: Evidence, region: RegionEvidence, turn: int = 0) -> str:
    return wording(evidence, region, turn).caption(region.by_slot)


def style_of(region: RegionEvidence) -> str:
    """Which templates fit: `named`, `model` (a name that only a model gives), `unlabelled` or `unnamed`."""
    identity = region.by_slot["identity", "kind"]
    modelled = identity.basis == "model"
    if identity.value == NO_KIND:
        return "unlabelled" if modelled else "unnamed"
    return "model" if modelled else "named"


@cache
def placed(variant: int, vertical: str, image_side: str, field: str) -> str:
    """`in the upper left of the image`."""
    words = phrases("region", "place")[variant]
    if (vertical, image_side) == ("middle", "centre"):
        return str(words["middle_centre"].format(field=field))
    told = {"vertical": words["vertical"][vertical], "side": words["side"][image_side]}
    return str(words["text"].format(field=field, **told))


@cache
def placed_by_patient(variant: int, vertical: str, side: str, field: str) -> str:
    """`on the patient's left in the upper third of the image`."""
    words = phrases("region", "side")[variant]
    return str(words["text"].format(field=field, vertical=words["vertical"][vertical], side=words["side"][side]))


@cache
def attribute(kind: str, variant: int, form: str, value: str, field: str) -> str:
    """`part` or `clause` of a size, shape or border."""
    words = phrases("region", kind)[variant]
    return str(words[form].format(field=field, word=words.get("words", {}).get(value, "")))


@cache
def look(variant: int, form: str, name: str, value: str) -> str:
    """`part` or `clause` of an appearance, in the lexicon's words: `spiculated`, `with posterior shadowing`."""
    words = phrases("region", "appearance")[variant]
    phrase = next(each.phrase for each in attribute_values(name) if each.value == value)
    behind = form == "clause" and phrase.startswith(("with ", "without "))
    return str(words["clause_with" if behind else form].format(word=phrase))


@cache
def located(variant: int, form: str, place_id: str, side: str) -> str:
    """`part` or `clause` of a place in the anatomy: `in the right upper zone`."""
    known = place_of(place_id)
    where = f"{known.preposition} the {side} {known.phrase}" if side else f"{known.preposition} the {known.phrase}"
    return str(phrases("region", "location")[variant][form].format(where=where))


def measured(variant: int, form: str, told: Facts) -> str:
    width, height = told["measurement", "width"], told["measurement", "height"]
    words = phrases("region", "measurement")[variant]
    unit = "µm" if width.unit == "um" else width.unit
    return str(words[form].format(width=width.value, height=height.value, unit=unit))


def _told(region: RegionEvidence, dice: Dice) -> list[Slot]:
    """What the anatomy and the look are, then at most two of the attributes that geometry gives."""
    looks = sorted(slot for slot in region.by_slot if slot[0] == "appearance")
    start = dice.same("looks", len(looks)) if looks else 0
    chosen = sorted((looks[start:] + looks[:start])[:LOOKS_AT_MOST])
    # What is absent stands last, and alone: a list behind `without` would be read as absent as a whole.
    last = [slot for slot in chosen if slot[1] in DENIABLE][:1]
    shown = [slot for slot in chosen if slot[1] not in DENIABLE]
    place = [LOCATION] if _is_located(region) else []
    return [*place, *shown, *_measured(region, dice, bool(looks)), *last]


def _is_located(region: RegionEvidence) -> bool:
    told = region.value(*LOCATION)
    return told is not None and place_of(told).vocabulary not in OF_THE_PICTURE


def _sided(region: RegionEvidence) -> bool:
    """Whether the place is one of two, and the side is known."""
    told, side = region.value(*LOCATION), region.value(*SIDE)
    return told is not None and side is not None and is_legal(told, side)


def _measured(region: RegionEvidence, dice: Dice, looks: bool) -> list[Slot]:
    """A measurement always, the others by a choice that the paraphrase shares; one, where looks are told too."""
    known = [slot for slot in ATTRIBUTES if slot in region.by_slot]
    most = 1 if looks else ATTRIBUTES_AT_MOST
    if len(known) <= most:
        return known
    first = [slot for slot in known if slot[0] == "measurement"]
    rest = [slot for slot in known if slot[0] != "measurement"]
    start = dice.same("attributes", len(rest))
    kept = (first + rest[start:] + rest[:start])[:most]
    return [slot for slot in ATTRIBUTES if slot in kept]


def _behind(start: str, items: list[str]) -> str:
    """`a`, `a and b`, `a, b and c`; a comma before `and` where an item holds one of its own."""
    if not items:
        return ""
    head = ", ".join(items[:-1])
    return start + (f"{head}{', and ' if ' and ' in head else ' and '}{items[-1]}" if head else items[-1])


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]
