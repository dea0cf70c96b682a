"""Claims about one thing: where it lies, how it looks, how long it is; each holds of a thing or does not."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from pipeline.describe.known.things import Pair, Thing
from pipeline.describe.reading.assertions import ABSENT
from pipeline.describe.reading.numbers import Length
from pipeline.describe.reading.picture_places import InPicture
from pipeline.describe.reading.vocabulary import Meaning

OF_THINGS = frozenset({"attribute", "size", "severity", "position"})  # slots of meanings that are said of one thing
TOLERANCE = 0.05  # of a length, or half of the last digit that the text gives
Test = Callable[[Thing], bool]


class OfThing(NamedTuple):
    """A claim about one thing: the slot that fails where no thing bears it out."""

    slot: str
    holds: Test


def all_hold(claims: Sequence[OfThing], thing: Thing) -> bool:
    return all(claim.holds(thing) for claim in claims)


def has(pair: Pair) -> Test:
    return lambda thing: pair in thing.claims


def lies_at(place: InPicture) -> Test:
    pairs = [("image_side", place.across), ("vertical", place.down)]
    wanted = {(slot, value) for slot, value in pairs if value is not None}
    return lambda thing: wanted <= thing.claims


def measures(length: Length) -> Test:
    def holds(thing: Thing) -> bool:
        return any(abs(length.mm - mm) <= max(length.tolerance_mm, TOLERANCE * mm) for mm in thing.lengths_mm)

    return holds


def is_so(meanings: Sequence[Meaning], assertion: str) -> Test:
    """Whether a thing is so; denied, whether it is known to be otherwise."""
    pairs = {(meaning.slot, meaning.value) for meaning in meanings}
    if assertion != ABSENT:
        return lambda thing: not pairs.isdisjoint(thing.claims)
    heads = set(map(_head, pairs))
    return lambda thing: pairs.isdisjoint(thing.claims) and any(_head(pair) in heads for pair in thing.claims)


def _head(pair: Pair) -> Pair:
    """What a value is one of: an attribute, or all of a slot."""
    slot, value = pair
    return slot, value.partition("=")[0] if "=" in value else ""
