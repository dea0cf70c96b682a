"""Places in the picture: `the upper left of the image`, `its right edge`, `halfway down`. Without the picture's name a
left is the patient's.
"""

from collections.abc import Iterator
from typing import NamedTuple

from pipeline.describe.reading.words import Phrases, Words, holds

# As words are compared.
FIELDS = frozenset(
    {
        *("image", "picture", "radiograph", "slice", "scan", "mammogram", "photograph", "frame", "field", "view"),
        *("film", "micrograph", "section", "photo"),
    }
)
ACROSS = {"left": "image-left", "right": "image-right", "center": "centre", "central": "centre"}
DOWN = {
    **dict.fromkeys(("upper", "top", "high"), "upper"),
    **dict.fromkeys(("middle", "mid", "halfway"), "middle"),
    **dict.fromkeys(("lower", "bottom", "low"), "lower"),
}
_FILLERS = frozenset(
    {
        *(
            "the",
            "a",
            "an",
            "its",
            "to",
            "toward",
            "near",
            "part",
            "third",
            "portion",
            "half",
            "corner",
            "edge",
            "side",
        ),
        *(
            "area",
            "region",
            "quarter",
            "hand",
            "very",
            "far",
            "extreme",
            "dead",
            "up",
            "down",
            "height",
            "outer",
            "quadrant",
        ),
    }
)
_CROSSED = frozenset({"in", "on", "at", "of"})  # prepositions, behind which another place may begin
_DETERMINERS = frozenset({"the", "this", "that", "its", "an", "a"})
_PARTS = frozenset({"edge", "part", "side", "third", "half", "corner", "portion", "border"})
# Whole phrases, as compared, that need no field beside them.
_PHRASES = Phrases(
    (
        (("midway", "across", "the"), ("across", "centre")),
        (("midway", "between", "the", "side", "of", "the"), ("across", "centre")),
        (("mid", "height"), ("down", "middle")),
        (("halfway", "down"), ("down", "middle")),
        (("halfway", "up"), ("down", "middle")),
        (("midway", "down"), ("down", "middle")),
        (("midway", "up"), ("down", "middle")),
        (("high", "up"), ("down", "upper")),
        (("low", "down"), ("down", "lower")),
        (("centrally", "located"), ("across", "centre")),
        (("at", "the", "bottom"), ("down", "lower")),
        (("at", "the", "top"), ("down", "upper")),
    )
)
SIDES = ("left", "right")
_ENDS = frozenset({",", ".", ";", ")", "and", "with", "hand", "side", "where", "it"})
_TOWARD = frozenset({"in", "at", "to", "on", "toward"})
_BEGINS = frozenset({*_PHRASES.firsts, *DOWN, *_TOWARD, "its"})


class InPicture(NamedTuple):
    """`across` and `down` are words of facts, None where the text names one axis alone; `indices` of its words."""

    across: str | None
    down: str | None
    indices: frozenset[int]


def places_in_picture(found: Words, taken: frozenset[int]) -> list[InPicture]:
    """One for each stretch of words that names the picture; none of them reads words at `taken`."""
    fields = [at for at, word in enumerate(found) if word in FIELDS]
    if not fields and "corner" not in found and "center" not in found:
        return []
    anchored = [each for at in fields for each in _anchored(found, at, taken)]
    used = frozenset(i for each in anchored if each.across or each.down for i in each.indices) | taken
    more = list(_unanchored(found, used, bool(anchored)))
    return _joined([each for each in (*anchored, *more) if each.across or each.down])


def _anchored(found: Words, at: int, taken: frozenset[int]) -> Iterator[InPicture]:
    if holds(found, ("'", "s"), at + 1):
        yield _forward(found, at + 3, taken)
    elif (of := _of(found, at)) is not None:
        yield _backward(found, of - 1, taken)


def _of(found: Words, at: int) -> int | None:
    """Where `of the` of this field begins; up to two words may stand between: `of the axial slice`."""
    for back in (1, 2, 3):
        if at - back >= 1 and found[at - back] in _DETERMINERS:
            return at - back - 1 if found[at - back - 1] == "of" else None
    return None


def _backward(found: Words, at: int, taken: frozenset[int]) -> InPicture:
    across: str | None = None
    down: str | None = None
    indices: set[int] = set()
    here = at
    while here >= 0 and ((word := found[here]) in _FILLERS or here not in taken):
        if word in ACROSS and across is None:
            if _is_the_patient_s(found, here):
                break
            across = ACROSS[word]
        elif word in DOWN and (down is None or word in ("high", "low")):
            down = DOWN[word] if down is None else down
        elif word in _CROSSED:
            if (across or down) and not (here >= 1 and found[here - 1] in ("up", "down")):
                break
        elif word not in _FILLERS:
            break
        indices.add(here)
        here -= 1
    return _centred(across, down, indices)


def _is_the_patient_s(found: Words, at: int) -> bool:
    return holds(found, ("'", "s"), at - 2)


def _forward(found: Words, at: int, taken: frozenset[int]) -> InPicture:
    """Behind `the image's`."""
    across: str | None = None
    down: str | None = None
    indices: set[int] = set()
    for here in range(at, min(at + 4, len(found))):
        word = found[here]
        if here in taken or (word not in ACROSS and word not in DOWN and word not in _PARTS):
            break
        across, down = across or ACROSS.get(word), down or DOWN.get(word)
        indices.add(here)
    return _centred(across, down, indices)


def _centred(across: str | None, down: str | None, indices: set[int]) -> InPicture:
    """The centre alone is that of both axes."""
    return InPicture(across, "middle" if across == "centre" and down is None else down, frozenset(indices))


def _unanchored(found: Words, used: frozenset[int], anchored: bool) -> Iterator[InPicture]:
    """Phrases that can mean nothing else, and `its right edge` where the picture was named before."""
    for at, word in enumerate(found):
        if word not in _BEGINS:
            continue
        if word in _TOWARD and at not in used:
            yield from _beside_a_place(found, at, anchored)
        for end, (axis, value) in _PHRASES.at(found, at) if word in _PHRASES.firsts else ():
            span = frozenset(range(at, end))
            if used.isdisjoint(span):
                yield InPicture(value if axis == "across" else None, value if axis == "down" else None, span)
        if word in DOWN and found[at + 2 : at + 3] == ("corner",) and found[at + 1] in ACROSS and at not in used:
            yield InPicture(
                ACROSS[found[at + 1]],
                DOWN[word],
                frozenset({at - 2, at, at + 1} if found[max(at - 2, 0)] == "near" else {at, at + 1}),
            )
        if anchored and word == "its" and at + 2 < len(found) and found[at + 2] in _PARTS:
            side = found[at + 1]
            if (side in ACROSS or side in DOWN) and at + 1 not in used:
                yield InPicture(ACROSS.get(side), DOWN.get(side), frozenset({at + 1}))


def _beside_a_place(found: Words, at: int, anchored: bool) -> Iterator[InPicture]:
    """`in the center`, and behind a place in the picture `.. of the image, to the left`."""
    if found[at + 1 : at + 2] != ("the",) or at + 2 == len(found):
        return
    word, behind = found[at + 2], found[at + 3 : at + 4]
    span = frozenset(range(at, at + 3))
    if word == "center" and behind != ("of",):
        yield InPicture("centre", "middle", span)
    before = at - 2 if found[at - 1 : at] == (",",) else at - 1
    ends = not behind or behind[0] in _ENDS
    if anchored and ends and word in SIDES and found[at] != "in" and before >= 0 and found[before] in FIELDS:
        yield InPicture(ACROSS[word], None, span)


def _joined(places: list[InPicture]) -> list[InPicture]:
    """`halfway down, on the image's left` is one place; two of the same axis are two."""
    joined: list[InPicture] = []
    for each in places:
        for i, other in enumerate(joined):
            if not (each.across and other.across) and not (each.down and other.down):
                joined[i] = InPicture(
                    each.across or other.across, each.down or other.down, each.indices | other.indices
                )
                break
        else:
            joined.append(each)
    return joined
