"""The abdomen under a curved array: a kidney lengthwise, the gallbladder beneath the liver."""

import numpy as np

from pipeline.phantoms.background import Anatomy, FindSpot, Request, SiteWh
from pipeline.phantoms.kinds import Pixels, Spot
from pipeline.phantoms.modalities.ultrasound_body import Body, Oval, below, laid, with_vessel
from pipeline.phantoms.modalities.ultrasound_fields import Field, Layer, curved_field, layered
from pipeline.phantoms.seeds import Random
from pipeline.phantoms.shapes import pixel_grid

FLANK = (Layer(0.03, 0.6, 0.1, 0.1), Layer(0.08, 0.4, 0.5, 0.2), Layer(0.14, 0.36, 0.8, 0.3), Layer(1.0, 0.45, 0.12))
SINUS = (0.62, 0.42)  # of the kidney's semi-axes


def kidney(request: Request) -> Body:
    """A kidney lengthwise beneath the flank: cortex about a bright sinus, head to the image's left."""
    h, w = request.hw
    patient = request.patient
    field = curved_field(request)
    pixels = layered(request, field, FLANK)
    kidney = Oval(
        (w * patient.uniform(0.48, 0.52), h * patient.uniform(0.53, 0.58)),
        (w * patient.uniform(0.31, 0.34), h * patient.uniform(0.18, 0.21)),
        patient.uniform(-0.2, 0.2),
    )
    far = kidney.far(request.hw)
    texture = request.scanner.texture(request.image, request.hw, max(h, w) / 25, 3)
    pixels = laid(pixels, far + 0.015 * texture, 0.36 + 0.02 * texture, 0.22)
    along, across = kidney.local(*pixel_grid(request.hw))
    sinus = np.hypot(along / np.float32(SINUS[0]), across / np.float32(SINUS[1])) + np.float32(0.13) * texture
    pixels = pixels + np.float32(0.24) * np.clip((1 - sinus) * 4, 0, 1) * (1 + np.float32(0.25) * texture)
    anatomy = (Anatomy("kidney", (far < 1) & field.inside, request.laterality),)
    spot = _in_kidney(request, field, kidney)
    return Body(field, pixels.astype(np.float32), {"echo": spot, "fluid": spot}, anatomy)


def _in_kidney(request: Request, field: Field, kidney: Oval) -> FindSpot:
    def find(random: Random, wh: SiteWh) -> Spot | None:
        xy = kidney.point(np.sqrt(random.random()), random.uniform(0, 2 * np.pi))
        if not (kidney.holds(xy, wh) and field.holds(xy, wh)):
            return None
        along, across = kidney.at(xy)
        ends = "upper_pole" if along < -0.45 else "lower_pole" if along > 0.45 else "interpolar"
        place = "renal_sinus" if np.hypot(along / SINUS[0], across / SINUS[1]) < 0.8 else ends
        return Spot(xy, place, request.laterality)

    return find


def gallbladder(request: Request) -> Body:
    """The gallbladder under the liver, full of bile, brighter behind."""
    h, w = request.hw
    patient = request.patient
    field = curved_field(request)
    pixels = layered(request, field, FLANK)
    sac = Oval(
        (w * patient.uniform(0.48, 0.52), h * patient.uniform(0.46, 0.52)),
        (w * patient.uniform(0.27, 0.31), h * patient.uniform(0.135, 0.16)),
        patient.uniform(-0.25, 0.25),
    )
    pixels = _portal_veins(pixels, request)
    far = sac.far(request.hw)
    pixels = pixels + np.float32(0.12) * below(far < 1, field)
    pixels = laid(pixels, far, np.full(request.hw, 0.07, np.float32), 0.55)
    anatomy = (Anatomy("gallbladder", (far < 1) & field.inside),)
    return Body(field, pixels, {"lumen": _on_floor(field, sac)}, anatomy)


def _portal_veins(pixels: Pixels, request: Request) -> Pixels:
    """Some dark vessels across the liver."""
    h, w = request.hw
    for x, y, wide, tilt in request.patient.uniform((0.15, 0.68, 0.03, -0.6), (0.85, 0.85, 0.1, 0.6), (3, 4)):
        pixels = with_vessel(pixels, Oval((w * x, h * y), (w * wide, 0.018 * h), float(tilt)), 0.22, 0.1)
    return pixels


def _on_floor(field: Field, sac: Oval) -> FindSpot:
    """Sites rest near the wall that is far from the probe."""

    def find(random: Random, wh: SiteWh) -> Spot | None:
        xy = sac.point(random.uniform(0.7, 1.0), random.uniform(0.1 * np.pi, 0.9 * np.pi), (1.04 * wh[0], 1.04 * wh[1]))
        return Spot(xy) if sac.holds(xy, wh, 1.03) and field.holds(xy, wh) else None

    return find
