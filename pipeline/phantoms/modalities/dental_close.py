"""Intraoral films: bitewings of one side, and periapical close-ups of lower premolars and molars."""

import numpy as np

from pipeline.phantoms.background import Anatomy, Background, Request
from pipeline.phantoms.kinds import Mask
from pipeline.phantoms.modalities.dental_film import (
    NOISE,
    Jaws,
    about_apices,
    at_crests,
    exposed,
    film_finish,
    in_crowns,
    metal_parts,
    restored,
)
from pipeline.phantoms.modalities.dental_teeth import SIZES_MM, Film, Tooth, paint, paint_sockets, paint_teeth
from pipeline.phantoms.seeds import Random
from pipeline.phantoms.shapes import filled, stroked

AIR, CHEEK, BONE, CREST = 22, 40, 106, 158
LABELLED = 3  # teeth whose masks are given


def bitewing(request: Request) -> Background:
    """Crowns of both rows and the crests between their roots."""
    patient, hw = request.patient, request.hw
    level, gap, scale = patient.uniform(0.47, 0.53), patient.uniform(0.006, 0.02), patient.uniform(0.9, 1.05)
    pixel = scale * min(hw[1] / 31, hw[0] / 29)  # of a millimetre: the receptor is some 31 by 29
    start = patient.uniform(-6, 0)
    upper = _row(request, (start + patient.uniform(-3, 3), level - gap), pixel, upper=True)
    lower = _row(request, (start, level + gap), pixel, upper=False)
    return _film(request, restored(patient, (*upper, *lower)), pixel, ("crown", "crest"))


def periapical(request: Request) -> Background:
    """A few lower teeth in full, with the bone about and below their tips."""
    patient, hw = request.patient, request.hw
    pixel = patient.uniform(0.92, 1.05) * min(hw[1] / 29, hw[0] / 33)
    lower = _row(request, (patient.uniform(-7, -2), patient.uniform(0.03, 0.08)), pixel, upper=False)
    return _film(request, restored(patient, lower), pixel, ("crown", "apex", "crest"))


def _row(request: Request, start: tuple[float, float], pixel: float, upper: bool) -> tuple[Tooth, ...]:
    """Canine to second molar from the middle of the mouth backwards, from `start` (mm beyond the edge, share of the
    height of the biting edge). The patient's right side has its back on the image's left.
    """
    h, w = request.hw
    right, patient = request.laterality == "right", request.patient
    quadrant = {(True, True): 1, (True, False): 2, (False, False): 3, (False, True): 4}[upper, right]
    breadths, tilts, roots = patient.normal(1, 0.04, 5), patient.normal(0, 0.045, 5), patient.normal(1, 0.06, 5)
    lifts, towards = patient.normal(0, 0.5, 5), -1 if upper else 1
    far, teeth = start[0] * pixel, []
    for i in range(5):
        breadth, crown, root = SIZES_MM["upper" if upper else "lower"][i + 2]
        wide = breadth * 1.1 * breadths[i] * pixel
        x, far = far + wide / 2, far + 0.985 * wide
        axis = (float(np.sin(tilts[i])), towards * float(np.cos(tilts[i])))
        neck = start[1] * h + towards * (crown + 0.4 + abs(lifts[i])) * pixel
        at = (w - x if right else x, neck)
        teeth.append(Tooth(10 * quadrant + i + 3, at, axis, wide, crown * pixel, 1.02 * root * roots[i] * pixel))
    return tuple(tooth for tooth in teeth if 0.1 * w < tooth.neck[0] < 0.9 * w)


def _film(request: Request, teeth: tuple[Tooth, ...], pixel: float, groups: tuple[str, ...]) -> Background:
    hw = request.hw
    film = np.full(hw, AIR, np.uint8)
    bone = np.zeros(hw, np.bool_)
    for upper in sorted({tooth.upper for tooth in teeth}):
        bone |= _bone(film, [tooth for tooth in teeth if tooth.upper == upper], request.patient, pixel)
    paint_sockets(film, teeth)
    paint_teeth(film, teeth)
    pixels = exposed(request, Jaws(film, teeth, bone), 0.7 * pixel)
    find = {"crown": in_crowns(teeth, hw), "apex": about_apices(teeth, hw), "crest": at_crests(teeth, hw)}
    right = request.laterality == "right"
    return Background(
        pixels=pixels,
        noise=NOISE * request.scanner.noise_factor,
        window=(0.0, 1.0),
        spots={name: find[name] for name in groups},
        finish=film_finish(request, 0.0009),
        anatomy=(*_labelled(teeth, hw), *metal_parts(teeth, hw)),
        spacing_mm=(1 / pixel, 1 / pixel),
        axes=("A" if right else "P", "F"),
    )


def _bone(film: Film, row: list[Tooth], patient: Random, pixel: float) -> Mask:
    """From a scalloped crest away from the crowns to the picture's edge, its crest a thin bright line."""
    h, w = film.shape
    row = sorted(row, key=lambda tooth: tooth.neck[0])
    depth = patient.uniform(1.0, 2.0) * pixel * row[0].axis[1]
    crest = [(tooth.neck[0], tooth.neck[1] + depth) for tooth in row]
    crest = [(-1.0, crest[0][1]), *crest, (w + 1.0, crest[-1][1])]
    edge = -1.0 if row[0].upper else h + 1.0
    closed = np.array([*crest, (w + 1.0, edge), (-1.0, edge)])
    gum = closed.copy()
    gum[: len(crest), 1] -= 2.6 * depth / max(abs(depth), 1.0) * pixel
    paint(film, gum, CHEEK)
    paint(film, closed, BONE)
    film[stroked(np.array(crest), film.shape, max(1, round(0.35 * pixel)))] = CREST
    return filled(closed, film.shape)


def _labelled(teeth: tuple[Tooth, ...], hw: tuple[int, int]) -> tuple[Anatomy, ...]:
    """The lower teeth nearest to the middle of the picture."""
    near = sorted((tooth for tooth in teeth if not tooth.upper), key=lambda tooth: abs(tooth.neck[0] - hw[1] / 2))
    return tuple(Anatomy("tooth", tooth.mask(hw), tooth.side, tooth.place) for tooth in near[:LABELLED])
