"""Panoramic films: both jaws unrolled, the patient's right on the image's left."""

import cv2
import numpy as np

from pipeline.phantoms.background import Anatomy, Background, Request
from pipeline.phantoms.kinds import Mask, Pixels
from pipeline.phantoms.modalities.dental_film import (
    NOISE,
    Jaws,
    about_apices,
    at_crests,
    behind,
    exposed,
    film_finish,
    in_crowns,
    metal_parts,
    restored,
)
from pipeline.phantoms.modalities.dental_teeth import (
    SIZES_MM,
    Film,
    Tooth,
    metal_mask,
    paint,
    paint_sockets,
    paint_teeth,
)
from pipeline.phantoms.seeds import Random
from pipeline.phantoms.shapes import FIXED_BITS, Points, filled, fixed, polar, stroked

AIR, TISSUE, BONE, CORTEX, DARK = 16, 66, 104, 148, 44
RECEPTOR_PX = 2400  # longer side of the picture as a device stores it
HALF_ROW_MM = 56.0  # from the midline to behind the second molar


def panoramic(request: Request) -> Background:
    """Both jaws with 28 teeth; third molars only as what lies at a site."""
    hw, image = request.hw, request.image
    jaws = _jaws(request.patient, hw)
    metal = tuple(tooth for tooth in jaws.teeth if tooth.metal)
    pixels = exposed(request, jaws, max(hw) / 90) + ghosts(hw, metal, image)
    spacing = float(request.patient.uniform(0.085, 0.11)) * RECEPTOR_PX / max(hw)
    return Background(
        pixels=pixels,
        noise=NOISE * request.scanner.noise_factor,
        window=(0.0, 1.0),
        spots={
            "crown": in_crowns(jaws.teeth, hw),
            "apex": about_apices(jaws.teeth, hw),
            "crest": at_crests(jaws.teeth, hw),
            "third_molar": behind(jaws.teeth, hw),
        },
        finish=film_finish(request, 0.0012),
        anatomy=(*jaws.parts, *metal_parts(metal, hw)),
        spacing_mm=(spacing, spacing),
    )


def _jaws(patient: Random, hw: tuple[int, int]) -> Jaws:
    h, w = hw
    middle, level = w * patient.uniform(0.48, 0.52), h * patient.uniform(0.47, 0.52)
    smile, row = patient.uniform(0.05, 0.12), patient.uniform(0.27, 0.3)
    lean = patient.uniform(0.7, 1.1)
    teeth = restored(patient, _rows(patient, hw, (middle, level), smile, row))
    film = np.full(hw, TISSUE, np.uint8)
    _skull(film, middle, level)
    mandible = _mandible(hw, middle, level, lean)
    paint(film, mandible, CORTEX)
    inner = (mandible - mandible.mean(axis=0)) * (0.975, 0.955) + mandible.mean(axis=0)
    paint(film, inner, BONE)
    bone = filled(inner, hw) | _alveolar(film, teeth, h)
    _mouth(film, teeth)
    canals = [_canal(film, hw, middle, level, sign) for sign in (-1, 1)]
    paint_sockets(film, teeth)
    paint_teeth(film, teeth)
    parts = (
        Anatomy("mandible", filled(mandible, hw)),
        Anatomy("mandibular_canal", canals[0], "right"),
        Anatomy("mandibular_canal", canals[1], "left"),
    )
    return Jaws(film, teeth, bone, parts)


def _rows(
    patient: Random, hw: tuple[int, int], centre: tuple[float, float], smile: float, row: float
) -> tuple[Tooth, ...]:
    """28 teeth on two smiling curves; breadths run along x, lengths along y, which such a film enlarges more."""
    h, w = hw
    across, along = row * w / HALF_ROW_MM, 0.0082 * h
    breadths, roots = patient.normal(1, 0.03, 28), patient.normal(1, 0.06, 28)
    tilts, gap = patient.normal(0, 0.03, 28), patient.uniform(0.006, 0.014) * h
    teeth = []
    for k, (jaw, sign, quadrant) in enumerate((("upper", -1, 1), ("upper", 1, 2), ("lower", 1, 3), ("lower", -1, 4))):
        upper, far = jaw == "upper", 0.0
        for i, (breadth, crown, root) in enumerate(SIZES_MM[jaw]):
            n = 7 * k + i
            wide = breadth * across * breadths[n]
            x = centre[0] + sign * (far + wide / 2)
            far += 0.98 * wide
            bite = centre[1] - smile * h * ((x - centre[0]) / (0.3 * w)) ** 2 * 0.5
            towards = -1 if upper else 1
            angle = sign * 0.32 * (far / (row * w)) * (0.6 if upper else 1.0) + tilts[n]
            axis = (float(np.sin(angle)), towards * float(np.cos(angle)))
            neck = bite + towards * (gap + crown * along)
            teeth.append(Tooth(10 * quadrant + i + 1, (x, neck), axis, wide, crown * along, root * along * roots[n]))
    return tuple(teeth)


def _skull(film: Film, middle: float, level: float) -> None:
    """Spine at both edges, nose and sinuses above the hard palate."""
    h, w = film.shape
    x = np.arange(w, dtype=np.float32) / w
    spine = 38 * (np.exp(-(((x - 0.02) / 0.06) ** 2)) + np.exp(-(((x - 0.98) / 0.06) ** 2)))
    film[:] = np.clip(film + spine[None, :], 0, 255).astype(np.uint8)
    face = np.array([(0.1 * w, 0), (0.9 * w, 0), (0.8 * w, level - 0.1 * h), (0.2 * w, level - 0.1 * h)])
    paint(film, face, BONE - 6)
    for sign in (-1, 1):
        sinus = (middle + sign * 0.24 * w, level - 0.36 * h)
        _oval(film, sinus, (0.13 * w, 0.1 * h), CORTEX)
        _oval(film, sinus, (0.124 * w, 0.093 * h), DARK + 16)
        _oval(film, (middle + sign * 0.05 * w, level - 0.4 * h), (0.04 * w, 0.1 * h), DARK)
    palate = np.array([(0.14 * w, level - 0.27 * h), (0.86 * w, level - 0.27 * h)])
    _line(film, palate, CORTEX - 14, 0.012 * h)


def _oval(film: Film, centre: tuple[float, float], half: tuple[float, float], value: int) -> None:
    angle = np.linspace(0, 2 * np.pi, 60)
    paint(film, polar(1.0, angle) * half + np.array(centre), value)


def _line(film: Film, points: Points, value: int, width: float) -> None:
    cv2.polylines(film, [fixed(points)], False, value, max(1, round(width)), cv2.LINE_AA, FIXED_BITS)


def _mandible(hw: tuple[int, int], middle: float, level: float, lean: float) -> Points:
    """The lower jaw with both rami, from condyle to condyle."""
    h, w = hw
    half = [
        (0.0, 0.37), (0.12, 0.365), (0.24, 0.335), (0.35, 0.27), (0.415, 0.14), (0.43, -0.05), (0.45, -0.24),
        (0.435, -0.27), (0.405, -0.25), (0.385, -0.16), (0.355, -0.17), (0.335, -0.19), (0.325, -0.02), (0.3, 0.08),
        (0.15, 0.14), (0.0, 0.15),
    ]  # fmt: skip
    right = np.array(half) * (w, h * (0.9 + 0.1 * lean))
    both = np.concatenate([right, right[::-1] * (-1, 1)])
    return np.asarray(both + np.array([middle, level]))


def _alveolar(film: Film, teeth: tuple[Tooth, ...], h: int) -> Mask:
    """Bone about the roots of either row, its crest just beyond the necks."""
    bone = np.zeros(film.shape, np.bool_)
    for upper in (True, False):
        row = sorted((tooth for tooth in teeth if tooth.upper == upper), key=lambda tooth: tooth.neck[0])
        crest = np.array([tooth.placed([(0.0, 0.12)])[0] for tooth in row])
        tips = np.array([tooth.placed([(0.0, 1.25)])[0] for tooth in row])[::-1]
        out = np.array([(row[0].breadth, 0.0)])
        closed = np.concatenate([crest[:1] - out, crest, crest[-1:] + out, tips[:1] + out, tips, tips[-1:] - out])
        paint(film, closed, BONE)
        _line(film, crest, CORTEX - 10, h / 220)
        bone |= filled(closed, film.shape)
    return bone


def _mouth(film: Film, teeth: tuple[Tooth, ...]) -> None:
    """Air between the crowns of both rows."""
    upper, lower = (sorted((t for t in teeth if t.upper == up), key=lambda t: t.neck[0]) for up in (True, False))
    edge = [tooth.placed([(0.0, 0.05)])[0] for tooth in upper]
    back = [tooth.placed([(0.0, 0.05)])[0] for tooth in reversed(lower)]
    paint(film, np.array([*edge, *back]), DARK)


def _canal(film: Film, hw: tuple[int, int], middle: float, level: float, sign: int) -> Mask:
    """The canal of the nerve, dark between two thin lines, from the ramus to below the premolars."""
    h, w = hw
    way = np.array([(0.385, -0.06), (0.36, 0.1), (0.31, 0.22), (0.24, 0.275), (0.17, 0.28)])
    line, wide = way * (sign * w, h) + np.array([middle, level]), max(2, round(0.018 * h))
    _line(film, line, BONE + 20, wide + max(2, h / 130))
    _line(film, line, BONE - 26, wide)
    return stroked(line, hw, wide)


def ghosts(hw: tuple[int, int], metal: tuple[Tooth, ...], image: Random) -> Pixels:
    """The spine across the middle; and of metal, a blurred larger image on the other side and higher up."""
    h, w = hw
    strength, wide = image.uniform(0.05, 0.13), image.uniform(0.07, 0.1)
    x = np.linspace(-0.5, 0.5, w, dtype=np.float32)
    y = np.linspace(0, 1, h, dtype=np.float32)
    shadow = np.multiply.outer(0.4 + 0.6 * y, strength * np.exp(-((x / wide) ** 2)))
    if not metal:
        return np.asarray(shadow, np.float32)
    small = np.zeros((h // 4, w // 4), np.float32)
    for tooth in metal:
        small += cv2.resize(metal_mask(tooth, hw).astype(np.float32), (w // 4, h // 4), interpolation=cv2.INTER_AREA)
    smeared = cv2.GaussianBlur(small[:, ::-1], (0, 0), sigmaX=0.012 * w, sigmaY=0.006 * h)
    ghost = np.roll(smeared, -round(0.025 * h), axis=0)
    return np.asarray(shadow + 0.18 * cv2.resize(ghost, (w, h), interpolation=cv2.INTER_LINEAR), np.float32)
