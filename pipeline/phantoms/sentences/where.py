"""Where something lies, in words: the place of the lexicon, with the patient's side or without."""

import re
from functools import cache

from schemas.lexicon.places import place
from schemas.taxonomy.body_parts import body_part, contains_part

# Parts that a person has two of: a side is said of the part itself, not of the person.
PAIRED = (
    *("breast", "kidney", "ovary", "testis", "upper_limb", "lower_limb", "shoulder", "arm", "elbow", "forearm"),
    *("wrist", "hand", "hip", "thigh", "knee", "leg", "ankle", "foot", "axilla", "ear"),
)
NAMES_WITHOUT_ARTICLE = ("liver_segment",)
SIDE_AFTER = ("fdi_tooth", "fdi_milk_tooth", "tooth_surface", "tooth_part")
_OF_THE = re.compile(r" of the (?=[a-z ]+$)")


@cache
def takes_side(place_id: str | None, side: str) -> bool:
    """Whether a side may be said beside a place. Places of the picture itself take any."""
    if place_id is None:
        return True
    found = place(place_id)
    return found.body_part is None or side in found.sides


@cache
def at_place(place_id: str) -> str:
    """`in the upper zone`."""
    found = place(place_id)
    article = "" if found.vocabulary in NAMES_WITHOUT_ARTICLE else "the "
    return f"{found.preposition} {article}{found.phrase}"


@cache
def on_side(side: str, part: str) -> str:
    """`on the left`, `in the left breast`, `in the left eye`."""
    sided = sided_part(side, part)
    return f"in the {sided}" if sided else f"on the {side}"


@cache
def sided_part(side: str, part: str) -> str | None:
    """`left breast`, `left eye`; None for a part that a person has but one of."""
    if contains_part("eye", part):
        return f"{side} eye"
    return f"{side} {body_part(part).name}" if part in PAIRED else None


@cache
def at_place_on_side(place_id: str, side: str) -> str:
    """`in the left upper zone`, `in the upper outer quadrant of the left breast`, `at the superior rim of the disc of
    the left eye`, `in the region of tooth 11 on the right`.
    """
    found, plain = place(place_id), at_place(place_id)
    if found.body_part is None:  # the picture's own places have sides of their own
        return f"{plain} on the patient's {side}"
    if found.vocabulary in SIDE_AFTER:
        return f"{plain} on the {side}"
    if found.body_part == "breast" or contains_part("eye", found.body_part):
        return f"{plain} of the {sided_part(side, found.body_part)}"
    if _OF_THE.search(plain):
        return _OF_THE.sub(f" of the {side} ", plain)
    return f"{found.preposition} the {side} {found.phrase}"
