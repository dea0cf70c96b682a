"""The B-scan without lesions: where the layers of a macula run, and how bright each is."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipeline.phantoms.background import Request
from pipeline.phantoms.kinds import Mask, Pixels
from pipeline.phantoms.seeds import Random

Curve = npt.NDArray[np.float32]  # (w,), y in pixels

# Brightness by depth. 0 to 1 nerve fibres, 1 to 2 the rest of the inner retina, 2 to 3 the outer retina down to the
# pigment epithelium; vitreous and choroid in tenths of a millimetre beyond.
LAYERS = (
    (-2.0, 0.05), (-0.06, 0.06), (0.0, 0.74), (0.9, 0.66), (1.0, 0.50), (1.35, 0.54), (1.42, 0.36), (1.68, 0.33),
    (1.76, 0.54), (1.95, 0.50), (2.02, 0.29), (2.48, 0.27), (2.52, 0.42), (2.57, 0.30), (2.64, 0.34), (2.69, 0.80),
    (2.77, 0.78), (2.81, 0.48), (2.86, 0.52), (2.91, 0.94), (3.06, 0.94), (3.16, 0.56), (3.5, 0.52), (5.0, 0.42),
    (6.0, 0.26), (8.0, 0.10),
)  # fmt: skip
GRAIN = ((-2.0, 0.008), (-0.05, 0.008), (0.0, 0.03), (3.1, 0.03), (3.4, 0.13), (5.5, 0.10), (8.0, 0.02))
LUT_SIZE, LUT_LOW, LUT_HIGH = 1024, -2.0, 8.0
AXIAL_MM = {"macula": (1.05, 1.25), "wide": (1.85, 2.15)}  # of the picture's height
LATERAL = (3.0, 5.0)  # times the axial spacing


@dataclass(frozen=True)
class Scan:
    """Curves by column. `px_per_mm` is lateral, then axial. `nasal` is 1 where the disc lies to the image's right."""

    hw: tuple[int, int]
    px_per_mm: tuple[float, float]
    fovea_x: float
    nasal: int
    ilm: Curve
    nerve_fibres: Curve
    inner: Curve  # lower edge of the inner retina
    rpe: Curve

    def at(self, curve: Curve, x: float) -> float:
        return float(curve[min(max(round(x), 0), self.hw[1] - 1)])

    def slope(self, curve: Curve, x: float, wide: float) -> float:
        """Rise per pixel across `wide` pixels about x."""
        return (self.at(curve, x + wide / 2) - self.at(curve, x - wide / 2)) / max(wide, 1.0)

    def place(self, x: float) -> str:
        """By the distance to the fovea: under it, up to 1.5 mm beside it, or beyond."""
        far = abs(x - self.fovea_x) / self.px_per_mm[0]
        return "subfoveal" if far < 0.25 else "parafoveal" if far < 1.5 else "extrafoveal"


def scan_of(request: Request) -> Scan:
    """All from the patient but a jitter of pose. Thicknesses in mm after normal macular maps."""
    (h, w), patient = request.hw, request.patient
    axial = h / patient.uniform(*AXIAL_MM[request.variant.name])
    lateral = axial / patient.uniform(*LATERAL)
    nasal = 1 if request.laterality == "right" else -1
    fovea_x = w * (patient.uniform(0.4, 0.6) + request.image.uniform(-0.008, 0.008))
    x = ((np.arange(w, dtype=np.float32) - fovea_x) / lateral).astype(np.float32)
    tilt, bowl, low = patient.uniform(-0.03, 0.03), patient.uniform(-0.012, -0.003), patient.uniform(0.6, 0.68)
    rpe = h * low + axial * ((tilt + request.image.uniform(-0.004, 0.004)) * x + bowl * x**2)
    outer, inner, fibres = _thicknesses(patient, x, nasal)
    inner_edge = rpe - axial * outer
    fibre_edge = inner_edge - axial * inner
    curves = (fibre_edge - axial * fibres, fibre_edge, inner_edge, rpe)
    return Scan(request.hw, (lateral, axial), fovea_x, nasal, *(np.asarray(curve, np.float32) for curve in curves))


def _thicknesses(patient: Random, x: Curve, nasal: int) -> tuple[Curve, Curve, Curve]:
    """Outer retina, inner retina without nerve fibres, nerve fibres, in mm at x mm from the fovea."""
    factor, pit, rim = patient.uniform(0.92, 1.08), patient.uniform(0.42, 0.62), patient.uniform(0.15, 0.35)
    dip = 1 - np.exp(-((x / pit) ** 2))
    outer = factor * (0.135 + 0.03 * np.exp(-((x / 0.35) ** 2)))
    inner = factor * (0.008 + 0.15 * dip * (1 + rim * np.exp(-(((np.abs(x) - 1.0) / 0.7) ** 2))))
    fibres = 0.004 + dip * (0.018 + 0.045 / (1 + np.exp(-1.6 * (nasal * x - 1.6))))
    return outer, inner, fibres


def rendered(request: Request, scan: Scan) -> Pixels:
    """Layers with grain of their own, vessels in the choroid, and columns a little brighter or darker."""
    (h, w), image = request.hw, request.image
    depth = _depth(scan)
    grid = np.linspace(LUT_LOW, LUT_HIGH, LUT_SIZE)
    layers, grain = (_table(grid, table) for table in (LAYERS, GRAIN))
    texture = np.tanh(1.3 * request.scanner.texture(image, request.hw, min(h, w) / 16, 3))
    columns = np.interp(np.arange(w), np.linspace(0, w - 1, 14), image.normal(1.0, 0.04, 14)).astype(np.float32)
    return np.asarray((layers[depth] + grain[depth] * texture) * columns, np.float32)


def _table(grid: npt.NDArray[np.float64], knots: tuple[tuple[float, float], ...]) -> Curve:
    depths, values = np.array(knots).T
    return np.asarray(np.interp(grid, depths, values), np.float32)


def _depth(scan: Scan) -> npt.NDArray[np.int32]:
    """Each pixel's place in the tables of layers."""
    y = np.arange(scan.hw[0], dtype=np.float32)[:, None]
    tenth = np.float32(10 / scan.px_per_mm[1])
    depth = np.minimum((y - scan.ilm) * tenth, 0) + np.maximum((y - scan.rpe) * tenth, 0)
    for top, bottom in ((scan.ilm, scan.nerve_fibres), (scan.nerve_fibres, scan.inner), (scan.inner, scan.rpe)):
        depth += np.clip((y - top) / np.maximum(bottom - top, np.float32(0.5)), 0, 1)
    index = (depth - np.float32(LUT_LOW)) * np.float32((LUT_SIZE - 1) / (LUT_HIGH - LUT_LOW))
    return np.asarray(np.clip(index, 0, LUT_SIZE - 1), np.int32)


def fovea_mask(scan: Scan) -> Mask:
    """The retina within half a millimetre of the fovea."""
    x, y = np.arange(scan.hw[1])[None, :], np.arange(scan.hw[0])[:, None]
    near = np.abs(x - scan.fovea_x) < 0.5 * scan.px_per_mm[0]
    return np.asarray(near & (y >= scan.ilm) & (y <= scan.rpe))
