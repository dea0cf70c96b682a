"""What is false of a phantom for certain: other values for each slot of a sentence."""

from functools import cache

from pipeline.phantoms.scene import Phantom, Region
from pipeline.phantoms.sentences.denials import is_apart
from pipeline.phantoms.sentences.lengths import length, millimetres
from schemas.lexicon.attributes import attribute_values
from schemas.lexicon.confusable import confusable
from schemas.lexicon.findings import finding, findings
from schemas.taxonomy.assessable import assessable_categories, assessable_table
from schemas.taxonomy.body_parts import related_parts
from schemas.taxonomy.modalities import modalities

# Each of these is a radiograph, and a fused nuclear image is a CT image too: none is false beside another.
ALIKE = (frozenset({"radiography", "mammography", "dental"}), frozenset({"nuclear", "ct"}))
SIZES_APART = 2
# A picture of one area shows some of those that touch it: shoulders are on every chest film.
AREAS = ("head", "neck", "chest", "abdomen", "pelvis", "upper_limb", "lower_limb")
TOUCHING = frozenset(
    {
        *(("head", "neck"), ("neck", "chest"), ("chest", "abdomen"), ("abdomen", "pelvis"), ("chest", "upper_limb")),
        *(("neck", "upper_limb"), ("pelvis", "lower_limb")),
    }
)
AREA_OF = {"breast": "chest", "axilla": "chest", "thoracic_spine": "chest"}  # that the taxonomy hangs elsewhere
NO_BODY = ("blood", "bone_marrow")  # shown without the body about them
FACTORS = (0.4, 0.6, 1.6, 2.5)  # of a length: at least 1.5 beyond what rounding can do


def is_alone(phantom: Phantom, region: Region) -> bool:
    """Whether nothing else in the picture, seen or unseen, could be meant by its name."""
    return all(other.id == region.id or _tells_apart(region.label, other.label) for other in phantom.regions)


@cache
def _tells_apart(a: str, b: str) -> bool:
    return is_apart(a, b) and is_apart(b, a)


def other_findings(phantom: Phantom, label: str) -> tuple[str, ...]:
    """Diseases that the label is mistaken for, and that nothing in the picture is or belongs to; where there are none,
    any of the assessed categories.

    Only what the scene draws at sites: structures and cells may lie in the background without a region.
    """
    mistaken = dict.fromkeys(each.b for each in confusable(label, phantom.modality) if each.relation in ("X", "C"))
    found = tuple(each for each in mistaken if _is_disease(each, phantom.modality) and is_missing(phantom, each))
    return found or tuple(each for each in _leaves(phantom.modality, phantom.assessed) if is_missing(phantom, each))


@cache
def _leaves(modality: str, assessed: tuple[str, ...]) -> tuple[str, ...]:
    """Diseases of the assessed categories that are said of this modality, and are no wider term of another."""
    wider = {parent for each in findings() for parent in each.parents}
    return tuple(
        each.id
        for each in findings()
        if modality in each.modalities
        and each.category in assessed
        and each.id not in wider
        and _is_disease(each.id, modality)
    )


@cache
def _is_disease(id: str, modality: str) -> bool:
    known = finding(id)
    return known.kind == "finding" and known.category is not None and known.occurs_in(modality)


def is_missing(phantom: Phantom, label: str) -> bool:
    return all(_tells_apart(label, region.label) for region in phantom.regions)


def other_numbers(number: int) -> tuple[int, ...]:
    """By at least a quarter."""
    step = max(1, -(-number // 4))
    return tuple(each for each in (number - step, number + step, number + step + 1) if each > 0)


@cache
def other_sizes(stratum: str) -> tuple[str, ...]:
    """At least two bins away."""
    names = [each.value for each in attribute_values("size")]
    return tuple(each for i, each in enumerate(names) if abs(i - names.index(stratum)) >= SIZES_APART)


def other_lengths(written: str) -> tuple[str, ...]:
    return tuple(length(millimetres(written) * factor) for factor in FACTORS)


@cache
def other_modalities(modality: str, body_part: str) -> tuple[str, ...]:
    """Those that picture the same part; any others where none does."""
    alike = {each for some in ALIKE if modality in some for each in some}
    others = [each.id for each in modalities() if each.id not in {modality, *alike}]
    likely = [each for each in others if assessable_categories(each, body_part)]
    return tuple(likely or others)


@cache
def other_body_parts(modality: str, body_part: str) -> tuple[str, ...]:
    """Those that the modality pictures, in an area that neither is nor touches the part's; of any modality where it has
    none. Nothing for a part without an area of its own, as the skin.
    """
    here = _areas(body_part)
    if not here and body_part not in NO_BODY:
        return ()
    for rows in ([row for row in assessable_table() if row.modality == modality], assessable_table()):
        parts = dict.fromkeys(part.removeprefix("=") for row in rows for part in row.body_parts)
        if apart := tuple(part for part in parts if _areas(part) and not _touch(here, _areas(part))):
            return apart
    return ()


@cache
def _areas(part: str) -> frozenset[str]:
    inside = AREA_OF.get(part, part)
    return frozenset(area for area in AREAS if related_parts(area, inside))


def _touch(some: frozenset[str], others: frozenset[str]) -> bool:
    return any(a == b or (a, b) in TOUCHING or (b, a) in TOUCHING for a in some for b in others)
