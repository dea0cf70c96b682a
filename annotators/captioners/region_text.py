"""The caption of one region: what it is, where it lies, and up to two attributes, in one sentence."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from annotators.captioners.acquisition import field_words
from annotators.captioners.evidence import NO_KIND, Evidence, RegionEvidence
from annotators.captioners.nouns import noun
from annotators.captioners.templates import Dice, phrases
from schemas.facts import Fact

Slot = tuple[str, str]  # kind and attribute of a fact
Facts = Mapping[Slot, Fact]

ATTRIBUTES_AT_MOST = 2
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

    @property
    def slots(self) -> frozenset[Slot]:
        """What the caption tells."""
        place = {("position", "vertical"), ("side", "patient") if self.by_patient else ("position", "image_side")}
        name = {("identity", "name")} if self.style in ("named", "model") else set()
        return frozenset({*place, *name, *(slot for slot, _ in self.attributes)})

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
        return [
            measured(index, form, told)
            if slot[0] == "measurement"
            else attribute(slot[0], index, form, told[slot].value, self.field)
            for slot, index in self.attributes
        ]


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


def measured(variant: int, form: str, told: Facts) -> str:
    width, height = told["measurement", "width"], told["measurement", "height"]
    words = phrases("region", "measurement")[variant]
    unit = "µm" if width.unit == "um" else width.unit
    return str(words[form].format(width=width.value, height=height.value, unit=unit))


def _told(region: RegionEvidence, dice: Dice) -> list[Slot]:
    """At most two of the attributes known: a measurement always, the others by a choice that the paraphrase shares."""
    known = [slot for slot in ATTRIBUTES if slot in region.by_slot]
    if len(known) <= ATTRIBUTES_AT_MOST:
        return known
    first = [slot for slot in known if slot[0] == "measurement"]
    rest = [slot for slot in known if slot[0] != "measurement"]
    start = dice.same("attributes", len(rest))
    kept = (first + rest[start:] + rest[:start])[:ATTRIBUTES_AT_MOST]
    return [slot for slot in ATTRIBUTES if slot in kept]


def _behind(start: str, items: list[str]) -> str:
    """One or two items; a comma where the first holds an `and` of its own."""
    if not items:
        return ""
    return start + (", and " if " and " in items[0] else " and ").join(items)


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]
