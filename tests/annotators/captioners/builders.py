"""Evidence for writers; a builder takes only what matters."""

from typing import Any

from annotators.captioners.evidence import NO_KIND, Evidence, RegionEvidence
from schemas.facts import IMAGE, Fact


def make_region(region_id: str = "r1", name: str | None = "platelet", **values: Any) -> RegionEvidence:
    """A small region at the upper left by default; `basis` is of its name, `kind` of the thing.

    Further values by the attribute that they fill: image_side, vertical, size, side, outline, touches, width, height.
    """
    basis, kind = values.pop("basis", "reader"), values.pop("kind", "cell" if name else NO_KIND)
    told = {"image_side": "image-left", "vertical": "upper", "size": "small", **values}
    facts = [Fact(region_id, "identity", "kind", kind, basis)]
    if name:
        facts.append(Fact(region_id, "identity", "name", name, basis))
    slots = {
        "image_side": ("position", "image_side", "image"),
        "vertical": ("position", "vertical", "image"),
        "side": ("side", "patient", "patient"),
        "width": ("measurement", "width", "image"),
        "height": ("measurement", "height", "image"),
        "size": ("size", "share_of_image", "image"),
        "outline": ("shape", "outline", "image"),
        "touches": ("border", "touches", "image"),
    }
    for name_of, (kind_of, attribute, frame) in slots.items():
        if name_of in told:
            measured = {"unit": told.get("unit", "mm"), "basis": "header"} if kind_of == "measurement" else {}
            given = {"basis": "dicom_orientation" if frame == "patient" else "geometry", **measured}
            facts.append(Fact(region_id, kind_of, attribute, told[name_of], frame=frame, **given))
    return RegionEvidence(region_id, tuple(facts))


def acquired(**values: str) -> tuple[Fact, ...]:
    """Facts of acquisition; `side` is the picture's laterality."""
    side = values.pop("side", None)
    facts = tuple(Fact(IMAGE, "acquisition", name, value, "header") for name, value in values.items())
    of_side = (Fact(IMAGE, "laterality", "image", side, "dicom_laterality", frame="patient"),) if side else ()
    return facts + of_side


def counted(
    name: str, count: int, *, exact: bool = False, place: str | None = None, side: str | None = None
) -> list[Fact]:
    facts = [Fact(IMAGE, "count" if exact else "count_at_least", name, str(count), "reader", unit="1")]
    if place:
        facts.append(Fact(IMAGE, "distribution", name, place, "geometry", frame="image"))
    if side:
        facts.append(Fact(IMAGE, "distribution", name, side, "dicom_orientation", frame="patient"))
    return facts


def labelled(category: str, assertion: str = "present", basis: str = "reader") -> Fact:
    return Fact(IMAGE, "label", "category", category, basis, assertion=assertion)


def absent(name: str) -> Fact:
    return Fact(IMAGE, "presence", "name", name, "source_statement", assertion="absent")


def make_evidence(*facts: Fact, regions: tuple[RegionEvidence, ...] = (), image_id: str = "i1") -> Evidence:
    return Evidence(image_id, facts, regions)
