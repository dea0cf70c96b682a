"""From painted shapes to a dental film: trabeculae, metal, ghosts, blur and noise; and where things lie about teeth."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from pipeline.phantoms.background import Anatomy, FindSpot, Request, SiteWh
from pipeline.phantoms.kinds import Mask, Pixels, Spot
from pipeline.phantoms.modalities.dental_teeth import Film, Metal, Tooth, metal_mask, paint_metal
from pipeline.phantoms.seeds import Random
from pipeline.phantoms.shapes import inked

NOISE = 0.03
WORKED = 0.14  # share of teeth with metal
METALS: tuple[Metal, ...] = ("filling", "filling", "crown", "root_canal_filling")
NEAR_FORAMEN = (3, 4, 5, 6)  # numbers of lower teeth below which a mental foramen can lie


@dataclass(frozen=True)
class Jaws:
    """`bone` has marrow and its beams. `parts` are the structures besides teeth."""

    film: Film
    teeth: tuple[Tooth, ...]
    bone: Mask
    parts: tuple[Anatomy, ...] = ()


def restored(random: Random, teeth: Sequence[Tooth]) -> tuple[Tooth, ...]:
    """Some of them with metal, at most three."""
    shares, choices = random.random(len(teeth)), random.integers(len(METALS), size=len(teeth))
    worked = [i for i in range(len(teeth)) if shares[i] < WORKED][:3]
    return tuple(replace(tooth, metal=METALS[int(choices[i])] if i in worked else "") for i, tooth in enumerate(teeth))


def exposed(request: Request, jaws: Jaws, trabecula_px: float) -> Pixels:
    """Grey values 0 to 1 of the painted film with the structure of bone and with metal."""
    image, hw = request.image, request.hw
    film = jaws.film.copy()
    for tooth in jaws.teeth:
        paint_metal(film, tooth)
    pixels = inked(film)
    beams = request.scanner.texture(image, hw, trabecula_px, 3)
    clouds = request.scanner.texture(image, hw, max(hw) / 6, 3)
    return np.asarray(pixels * (1 + 0.04 * clouds) + (0.035 * beams) * jaws.bone, np.float32)


def metal_parts(teeth: Sequence[Tooth], hw: tuple[int, int]) -> tuple[Anatomy, ...]:
    """The restorations, as devices of their teeth."""
    return tuple(Anatomy(tooth.metal, metal_mask(tooth, hw), tooth.side, tooth.place) for tooth in teeth if tooth.metal)


def film_finish(request: Request, sharp: float) -> Callable[[Pixels, Random], Pixels]:
    """Blur of `sharp` shares of the longer side, and the grain of the receptor."""
    sigma, noise = max(0.3, sharp * max(request.hw)), NOISE * request.scanner.noise_factor

    def finish(canvas: Pixels, random: Random) -> Pixels:
        blurred = cv2.GaussianBlur(canvas, (0, 0), sigma)
        return np.asarray(blurred + noise * request.scanner.noise(random, request.hw), np.float32)

    return finish


def in_crowns(teeth: Sequence[Tooth], hw: tuple[int, int]) -> FindSpot:
    """At the sides of crowns, from the neck to mid-crown; teeth with metal left out. What no crown can hold lies in
    the middle of a broad one: a place that could be refused would make normal pictures of abnormal ones.
    """
    free = [tooth for tooth in teeth if tooth.metal in ("", "root_canal_filling")]

    def find(random: Random, wh: SiteWh) -> Spot | None:
        if not free:
            return None
        wide = [tooth for tooth in free if wh[0] < tooth.breadth and wh[1] < 1.1 * tooth.crown]
        tooth = _one(random, wide or sorted(free, key=lambda tooth: -tooth.breadth)[:2])
        aside = max(0.0, 0.43 - 0.5 * wh[0] / tooth.breadth) * random.choice([-1, 1])
        down = min(0.6, max(0.5 * wh[1] / tooth.crown, random.uniform(0.1, 0.6)))
        x, y = tooth.placed([(aside, -down)])[0]
        return _spot(tooth, (float(x), float(y)), wh, hw)

    return find


def about_apices(teeth: Sequence[Tooth], hw: tuple[int, int]) -> FindSpot:
    """Beyond the root tips of lower premolars and their neighbours, where a mental foramen can lie too."""
    lower = [tooth for tooth in teeth if not tooth.upper and tooth.number in NEAR_FORAMEN]

    def find(random: Random, wh: SiteWh) -> Spot | None:
        tooth = _one(random, lower)
        x, y = tooth.apex(-0.26 if tooth.number >= 6 else 0.0)
        return _spot(tooth, (x + 0.35 * wh[1] * tooth.axis[0], y + 0.35 * wh[1] * tooth.axis[1]), wh, hw)

    return find


def at_crests(teeth: Sequence[Tooth], hw: tuple[int, int]) -> FindSpot:
    """Between neighbouring teeth, from the crest downwards along the roots."""
    pairs = [
        (one, two) for one in teeth for two in teeth
        if one.upper == two.upper and 0 < two.neck[0] - one.neck[0] < 0.8 * (one.breadth + two.breadth)
    ]  # fmt: skip

    def find(random: Random, wh: SiteWh) -> Spot | None:
        one, two = pairs[int(random.integers(len(pairs)))]
        x, y = (one.neck[0] + two.neck[0]) / 2, (one.neck[1] + two.neck[1]) / 2
        down = 0.13 * one.root + wh[1] / 2
        named = one if random.random() < 0.5 else two
        return _spot(named, (x + down * one.axis[0], y + down * one.axis[1]), wh, hw)

    return find


def behind(teeth: Sequence[Tooth], hw: tuple[int, int]) -> FindSpot:
    """Behind the second molars, where no third one came through."""
    last = [tooth for tooth in teeth if tooth.number == 7]

    def find(random: Random, wh: SiteWh) -> Spot | None:
        tooth = _one(random, last)
        outward = -1 if tooth.side == "right" else 1
        x = tooth.neck[0] + outward * (0.55 * tooth.breadth + wh[0] / 2)
        spot = _spot(tooth, (x, tooth.neck[1] + 0.4 * tooth.root * tooth.axis[1]), wh, hw)
        return replace(spot, place=f"tooth_{tooth.fdi + 1}")

    return find


def _one(random: Random, teeth: Sequence[Tooth]) -> Tooth:
    return teeth[int(random.integers(len(teeth)))]


def _spot(tooth: Tooth, xy: tuple[float, float], wh: SiteWh, hw: tuple[int, int]) -> Spot:
    """At the point, or as near to it as the picture holds the whole box."""
    x, y = (min(max(at, side / 2 + 1), full - side / 2 - 1) for at, side, full in zip(xy, wh, hw[::-1], strict=True))
    return Spot((x, y), tooth.place, tooth.side, float(np.arctan2(tooth.axis[1], tooth.axis[0])))
