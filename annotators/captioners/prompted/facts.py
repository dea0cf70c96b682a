"""Evidence in words that a model can repeat: a line a fact, each with its frame and its certainty.

The words are those of the rule-based writer, so whoever repeats them says what the check knows.
"""

from collections.abc import Iterator

from annotators.captioners.acquisition import field_words, image_phrase
from annotators.captioners.evidence import AREAS, NO_KIND, UNLABELLED, Evidence, RegionEvidence
from annotators.captioners.groups import Group, groups
from annotators.captioners.nouns import noun
from annotators.captioners.region_text import GENERIC, attribute, located, look, measured, placed
from annotators.captioners.reported_text import reported_things, thing_phrase
from annotators.captioners.templates import Dice, phrases
from schemas.facts import PLACES, Fact

VERSION = 2  # part of the key of what is written by a model; raised when the same evidence gives other lines

_UNNAMED = "an area that somebody marked and nobody named: claim no finding of it"
_NOTHING_KNOWN = "an area that stands out from its surroundings; nobody named it: claim no finding of it"
_BANDS = {"upper": "in the upper third", "middle": "at mid-height", "lower": "in the lower third"}
_BANDS |= {"image-left": "in the left third", "centre": "midway across", "image-right": "in the right third"}
_SPREAD = {**_BANDS, "apart": "in different parts", "several": "in several parts", "everywhere": "over much"}
_RELATIONS = {"left_of": "lies to the left of", "above": "lies above", "larger_than": "takes up more of the image than"}


def picture_lines(evidence: Evidence) -> list[str]:
    """What is said of the picture as a whole."""
    lines = [f"kind of picture: {image_phrase(evidence, Dice(evidence.image_id), window=True)}"]
    lines += [_label(fact) for fact in evidence.of_kind("label")]
    lines += [_group(group) for group in groups(evidence)]
    lines += [_absent(fact) for fact in evidence.of_kind("presence")]
    lines += [f"the report describes: {thing_phrase(thing)}" for thing in reported_things(evidence, "present")]
    lines += [f"possible, as the report says: {thing_phrase(thing)}" for thing in reported_things(evidence, "possible")]
    lines += [line for fact in evidence.of_kind("relation") for line in _relation(evidence, fact)]
    return lines + [_change(fact) for fact in evidence.of_kind("change")]


def region_lines(evidence: Evidence, region: RegionEvidence) -> list[str]:
    """What is said of one region."""
    field = field_words(evidence.modality)[0]
    vertical, image_side = region.value("position", "vertical"), region.value("position", "image_side")
    lines = [f"what it is: {_identity(region)}"]
    if vertical and image_side:
        lines.append(f"place in the image: {placed(0, vertical, image_side, field)}")
    return lines + [line for fact in region.facts for line in _of_region(region, fact, field)]


def _absent(fact: Fact) -> str:
    return f"absent, as the {'report' if fact.basis == 'report' else 'source'} states: {fact.value}"


def _label(fact: Fact) -> str:
    words = phrases("labels", "categories")[fact.value]
    told = {"present": "present", "absent": "absent", "possible": "possible, not certain"}[fact.assertion]
    return f"label of the whole picture: {words}: {told}"


def _group(group: Group) -> str:
    """As in `count: exactly 3 hard exudates; in several parts of the image`."""
    of = group.noun.counted(group.count)
    if group.name in AREAS:
        of = f"{group.count} {'area' if group.count == 1 else 'areas'} without a name"
    sure = "exactly" if group.exact else "at least"
    doubt = " (possible: a model labels them so)" if group.by_model and group.name != UNLABELLED else ""
    side = {"both": "; on both sides of the patient"}.get(group.side or "", f"; on the patient's {group.side}")
    return f"count: {sure} {of}{doubt}{_where(group)}{side if group.side else ''}"


def _where(group: Group) -> str:
    if group.place is None:
        return ""
    if group.place in PLACES:
        vertical, image_side = group.place.split(" ")
        return f"; {placed(0, vertical, image_side, 'image')}"
    return f"; {_SPREAD[group.place]} of the image"


def _relation(evidence: Evidence, fact: Fact) -> Iterator[str]:
    """By name; a relation of what has none is not told."""
    names = {region.region_id: region.value("identity", "name") for region in evidence.regions}
    one, other = names.get(fact.subject), names.get(fact.value)
    if one and other:
        yield f"in the image, the {noun(one).bare} {_RELATIONS[fact.attribute]} the {noun(other).bare}"


def _change(fact: Fact) -> str:
    return f"since an earlier picture: {fact.value}"


def _identity(region: RegionEvidence) -> str:
    kind, name = region.by_slot["identity", "kind"], region.by_slot.get(("identity", "name"))
    by_model = kind.basis == "model"
    if kind.value == NO_KIND:
        return _NOTHING_KNOWN if by_model else _UNNAMED
    words = noun(name.value, kind.value).bare if name else f"{GENERIC.get(kind.value, 'finding')} without a name"
    return f"{words} (possible: a model labels it so)" if by_model or kind.assertion == "possible" else words


def _of_region(region: RegionEvidence, fact: Fact, field: str) -> Iterator[str]:
    """Identity and place have lines of their own; width stands for both extents."""
    match fact.kind, fact.attribute:
        case "side", _:
            yield f"the patient's side: {fact.value}"
        case "size", _:
            yield f"size: {attribute('size', 1, 'part', fact.value, field)}"
        case "measurement", "width":
            yield f"extent: {measured(1, 'part', region.by_slot)}"
        case "shape", _:
            yield f"outline: {attribute('shape', 0, 'part', fact.value, field)}"
        case "border", _:
            yield f"border: {attribute('border', 0, 'part', fact.value, field)}"
        case "appearance", name:
            yield f"look: {look(0, 'part', name, fact.value)}"
        case "location", _:
            yield f"place in the body: {located(0, 'part', fact.value, '')}"
        case "change", _:
            yield _change(fact)
