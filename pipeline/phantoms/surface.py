"""A lesion on a surface that is seen in colour, skin or mucosa: its area, its own coordinates, its mean colour."""

from dataclasses import dataclass

import numpy as np

from pipeline.phantoms.kinds import Mask, Patch, Pixels
from pipeline.phantoms.shapes import coordinates, coordinates_along, long_side, soft

Colour = tuple[float, float, float]  # difference to the surface, red green blue; the largest part is 1


@dataclass(frozen=True)
class Lesion:
    """All (h, w). `weights` are the mask with its edge blurred; `along` and `across` go by a direction of the lesion's
    own, -1 to 1 over the box; `far` is the distance from its centre, 1 at the edges of the box.
    """

    mask: Mask
    weights: Pixels
    along: Pixels
    across: Pixels
    far: Pixels


def lesion_of(patch: Patch, mask: Mask, edge: float, angle: float) -> Lesion:
    """`edge` is the blur in shares of the box' long side, `angle` the direction in radians."""
    along, across = coordinates_along(patch, angle)
    return Lesion(mask, soft(mask, edge * long_side(patch)), along, across, np.hypot(*coordinates(patch)))


def stated_or_drawn(patch: Patch, colours: tuple[str, ...]) -> str:
    """The colour that the attributes state, one of the group's by chance where they state none of these.

    It draws either way, so that what is drawn next does not hang on the attributes.
    """
    drawn = colours[int(patch.random.integers(len(colours)))]
    stated = patch.attributes.get("colour")
    return stated if stated in colours else drawn
