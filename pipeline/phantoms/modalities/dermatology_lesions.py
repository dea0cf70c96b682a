"""What lies in skin. Within a group all have the same mean colours: what tells them apart is the pattern within."""

from collections.abc import Mapping

import numpy as np

from pipeline.phantoms.kinds import Drawn, Patch, Pixels
from pipeline.phantoms.seeds import Random
from pipeline.phantoms.shapes import (
    Points,
    blurred,
    branching,
    dotted,
    filled,
    fitted,
    flake,
    hills,
    long_side,
    outline,
    points_within,
    polar,
    tinted,
    traced,
    with_colours,
)
from pipeline.phantoms.surface import Colour, Lesion, lesion_of, stated_or_drawn

COLOURS: Mapping[str, Colour] = {  # of a lesion's mean
    "brown": (-0.5, -0.85, -1.0),
    "black": (-1.0, -1.0, -0.9),
    "blue-grey": (-1.0, -0.75, -0.35),
    "red": (-0.25, -1.0, -0.85),
    "pink": (0.15, -1.0, -0.5),
}
PIGMENT, BLOOD = ("brown", "black", "blue-grey"), ("red", "pink", "brown")
RED_BROWN: Colour = (-0.4, -1.0, -0.95)  # of angiomas and naevi alike: only their details are red or brown
ROUGHNESS = {"circumscribed": 0.03, "ill-defined": 0.05, "irregular": 0.17}
EDGE = {"circumscribed": 0.02, "ill-defined": 0.11, "irregular": 0.025}  # of the long axis
GRAIN = 0.35
STREWN = 14  # milia and openings of a keratosis
GOLDEN_ANGLE = 2.39996  # radians: points turned by it from one to the next crowd nowhere


def melanoma(patch: Patch) -> Drawn:
    """One half is darker than the other, over which lie patches of several colours, and a network of unequal meshes."""
    lesion, random = _lesion(patch), patch.random
    pattern = tinted(np.tanh(2.5 * lesion.along + random.uniform(-0.5, 0.5)), (-1.4, -1.2, -0.8))
    for colour in ((-0.5, 0.0, 0.8), (0.8, -0.5, -0.4), (1.0, 1.0, 1.0)):  # blue-grey veil, red, white of regression
        centre = points_within(random, 1, 0.55)
        blotch = dotted(patch, centre, random.uniform(0.28, 0.42))
        pattern += tinted(blurred(blotch, 0.05 * long_side(patch)), colour)
    bars = np.cos(9 * lesion.along + 2 * np.sin(3 * lesion.across))
    meshes = np.maximum(bars, np.cos(8 * lesion.across + 2 * np.sin(2 * lesion.along)))
    pattern += tinted((meshes > 0.75) * (lesion.along < 0), (-0.7, -0.8, -0.8))
    return _painted(patch, lesion, _colour(patch, PIGMENT), pattern)


def seborrhoeic_keratosis(patch: Patch) -> Drawn:
    """Stuck on: a dark sharp edge, white milia and dark openings of follicles strewn all over."""
    lesion, random = _lesion(patch), patch.random
    places = _strewn(random)
    milia = int(random.integers(7, 10))
    pattern = tinted(dotted(patch, places[:milia], random.uniform(0.07, 0.13, milia)), (2.0, 2.0, 1.8))
    pattern += tinted(
        dotted(patch, places[milia:][:5], random.uniform(0.06, 0.14, STREWN - milia)[:5]), (-1.4, -1.5, -1.5)
    )
    pattern += tinted(lesion.far > 0.84, (-0.7, -0.8, -0.8))
    return _painted(patch, lesion, _colour(patch, PIGMENT), pattern)


def freckle(patch: Patch) -> Drawn:
    """Even, without any structure."""
    lesion = _lesion(patch)
    return _painted(patch, lesion, _colour(patch, PIGMENT), tinted(0.25 * lesion.far**2, (1, 1, 1)))


def basal_cell_carcinoma(patch: Patch) -> Drawn:
    """A pearly rim about a darker centre, crossed by red vessels that branch."""
    lesion = _lesion(patch)
    pattern = tinted(np.clip((lesion.far - 0.62) * 8, 0, 1), (1.5, 1.7, 1.7))
    vessels = traced(patch, branching(patch.random, trunks=3, twigs=3), 0.05)
    return _painted(patch, lesion, _colour(patch, BLOOD), pattern + tinted(vessels, (-0.3, -2.0, -1.9)))


def squamous_cell_carcinoma(patch: Patch) -> Drawn:
    """Flakes of pale scale on its middle, an ulcer beside, a red rim."""
    lesion, random = _lesion(patch), patch.random
    pattern = tinted(np.clip((lesion.far - 0.55) * 5, 0, 1), (-0.2, -0.9, -0.9))
    flakes = np.zeros(patch.hw, np.float32)
    for centre in points_within(random, 5, 0.42):
        flakes = np.maximum(flakes, flake(patch, centre, random.uniform(0.2, 0.34)))
    pattern += tinted(flakes, (1.7, 1.7, 1.1))
    pattern += tinted(dotted(patch, points_within(random, 1, 0.3), 0.2), (-2.2, -2.8, -2.6))
    return _painted(patch, lesion, _colour(patch, BLOOD), pattern)


def skin_scar(patch: Patch) -> Drawn:
    """Parallel streaks, pale and red by turns."""
    lesion = _lesion(patch)
    bend = 0.1 * hills(patch, 0.35)
    return _painted(patch, lesion, _colour(patch, BLOOD), tinted(np.cos(12 * (lesion.along + bend)), (0.35, 0.7, 0.6)))


def angioma(patch: Patch) -> Drawn:
    """Round red lacunae side by side, pale bluish walls between them."""
    lesion, random = _lesion(patch), patch.random
    turn = random.uniform(0, 2 * np.pi) + np.arange(6) * np.pi / 3 + random.uniform(-0.12, 0.12, 6)
    ring = polar(0.62, turn)
    places = np.concatenate([random.uniform(-0.06, 0.06, (1, 2)), ring])
    lacunae = blurred(dotted(patch, places, random.uniform(0.2, 0.33, 7)), 0.03 * long_side(patch))
    return _painted(patch, lesion, RED_BROWN, tinted(lacunae, (0.3, -1.9, -1.6)))


def pigmented_naevus(patch: Patch) -> Drawn:
    """Even brown globules in a lattice, darker towards the middle."""
    lesion = _lesion(patch)
    bend = 0.06 * hills(patch, 0.3)
    lattice = np.maximum(np.cos(15 * (lesion.along + bend)) * np.cos(15 * (lesion.across - bend)), 0)
    pattern = tinted(lattice, (-1.3, -1.4, -1.3)) + tinted(1 - lesion.far, (-1.2, -1.0, -0.8))
    return _painted(patch, lesion, RED_BROWN, pattern)


def insect_bite(patch: Patch) -> Drawn:
    """A pale wheal about a dark central point."""
    lesion = _lesion(patch)
    wheal = np.clip(2.5 * (0.8 - lesion.far), 0, 1)
    point = blurred(dotted(patch, patch.random.uniform(-0.08, 0.08, (1, 2)), 0.16), 0.02 * long_side(patch))
    return _painted(patch, lesion, RED_BROWN, tinted(wheal, (1.1, 1.3, 1.2)) + tinted(point, (-2.6, -3.2, -3.0)))


def _lesion(patch: Patch) -> Lesion:
    margin = patch.attributes["margin"]
    mask = filled(fitted(outline(patch.random, ROUGHNESS[margin]), patch.box_xyxy), patch.hw)
    return lesion_of(patch, mask, EDGE[margin], patch.random.uniform(0, 2 * np.pi))


def _colour(patch: Patch, colours: tuple[str, ...]) -> Colour:
    return COLOURS[stated_or_drawn(patch, colours)]


def _painted(patch: Patch, lesion: Lesion, colour: Colour, pattern: Pixels) -> Drawn:
    """With the grain that the attributes ask for; the mean is `colour`."""
    if patch.attributes["texture"] == "granular":
        pattern = pattern + tinted(GRAIN * hills(patch, 0.05, 1.5), (1, 1, 1))
    return with_colours(patch, lesion.mask, lesion.weights, np.array(colour, np.float32), pattern)


def _strewn(random: Random) -> Points:
    """Points that keep away from each other, in random order."""
    index = random.permutation(STREWN)
    angle, far = index * GOLDEN_ANGLE + random.uniform(0, 2 * np.pi), 0.78 * np.sqrt((index + 0.5) / STREWN)
    return polar(far, angle) + random.uniform(-0.05, 0.05, (STREWN, 2))
