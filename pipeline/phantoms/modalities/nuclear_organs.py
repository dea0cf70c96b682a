"""Close views of one organ: the thyroid from the front, the wall of the left ventricle in a short-axis slice."""

import numpy as np

from pipeline.phantoms.background import Anatomy, FindSpot, Request, SiteWh
from pipeline.phantoms.kinds import Pixels, Spot
from pipeline.phantoms.modalities.nuclear_camera import Scan
from pipeline.phantoms.seeds import Random
from pipeline.phantoms.shapes import pixel_grid

WALLS = ("lateral_wall", "inferior_wall", "septum", "anterior_wall")  # clockwise from the image's right


def thyroid(request: Request) -> Scan:
    """Two lobes and the isthmus over a faint neck; salivary glands above."""
    h, w = request.hw
    patient, side = request.patient, min(request.hw)
    x, y = np.meshgrid(np.arange(w, dtype=np.float32) - w / 2, np.arange(h, dtype=np.float32) - h / 2)
    apart, half, tall = (side * share for share in patient.uniform((0.17, 0.13, 0.27), (0.2, 0.155, 0.32)))
    tilt, level = np.float32(patient.uniform(0.2, 0.34)), patient.uniform(0.44, 0.52)
    far = _lobes(x, y, apart, half, tall, tilt)
    bridge = np.hypot(x / np.float32(apart), (y - np.float32(0.4 * tall)) / np.float32(0.25 * tall))
    near = np.minimum(far, bridge)
    texture = request.scanner.texture(request.image, request.hw, side / 8, 2)
    neck = 0.05 * np.clip((0.42 * side - np.abs(x)) / (0.05 * side), 0, 1)
    gland = level * np.clip((1.08 - near) * 6, 0, 1) * (1 + 0.04 * texture)
    salivary = 0.13 * np.exp(-((np.abs(x) - 0.3 * side) ** 2 + (y + 0.47 * side) ** 2) / (0.07 * side) ** 2)
    spot = _in_lobes(request.hw, apart, tall, far)
    activity = np.asarray(neck + gland + salivary, np.float32)
    anatomy = (Anatomy("thyroid_gland", near < 1),)
    mm = float(request.zoom.uniform(90, 140))
    return Scan(activity, {"cold": spot, "hot": spot}, anatomy, inverted=False, mm_tall=mm)


def _lobes(x: Pixels, y: Pixels, apart: float, half: float, tall: float, tilt: np.float32) -> Pixels:
    """Distance from the nearer lobe's centre in units of its semi-axes."""
    u, v = np.abs(x) - np.float32(apart), y
    along, across = v - tilt * u, u + tilt * v
    return np.asarray(np.hypot(across / np.float32(half), along / np.float32(tall)), np.float32)


def _in_lobes(hw: tuple[int, int], apart: float, tall: float, far: Pixels) -> FindSpot:
    def find(random: Random, wh: SiteWh) -> Spot | None:
        sign = 1 if random.random() < 0.5 else -1
        x, y = hw[1] / 2 + sign * apart * random.uniform(0.5, 1.4), hw[0] / 2 + tall * random.uniform(-0.85, 0.85)
        angle = np.linspace(0, 2 * np.pi, 8, endpoint=False)
        rows = np.clip(y + 0.45 * wh[1] * np.sin(angle), 0, hw[0] - 1).astype(np.intp)
        columns = np.clip(x + 0.45 * wh[0] * np.cos(angle), 0, hw[1] - 1).astype(np.intp)
        if not bool((far[rows, columns] < 1.0).all()):
            return None
        third = (y - hw[0] / 2) / tall
        place = "thyroid_upper" if third < -0.33 else "thyroid_lower" if third > 0.33 else "thyroid_mid"
        return Spot((x, y), place, "left" if sign > 0 else "right")

    return find


def heart(request: Request) -> Scan:
    """A ring: the muscle of the left ventricle, the right one's thin wall beside it, liver below."""
    h, w = request.hw
    patient, side = request.patient, min(request.hw)
    middle = (w / 2 + side * patient.uniform(-0.03, 0.03), h / 2 + side * patient.uniform(-0.03, 0.03))
    radius, thick = side * patient.uniform(0.27, 0.31), side * patient.uniform(0.08, 0.095)
    level, stretch = patient.uniform(0.58, 0.66), patient.uniform(0.92, 1.08)
    x, y = (each - np.float32(at) for each, at in zip(pixel_grid(request.hw), middle, strict=True))
    far = np.hypot(x, y / np.float32(stretch))
    wall = np.exp(-(((far - radius) / thick) ** 4))
    beside = np.hypot(x + np.float32(0.75 * radius), y / np.float32(1.2)) - np.float32(radius)
    right = np.exp(-((beside / np.float32(0.35 * thick)) ** 2)) * (x < -0.7 * radius)
    liver = 0.22 * np.clip((y - 0.33 * side - 0.25 * x) / (0.1 * side), 0, 1)
    texture = request.scanner.texture(request.image, request.hw, side / 6, 2)
    activity = 0.06 + level * wall * (1 + 0.04 * texture) + 0.13 * right + liver * (1 - wall)
    anatomy = (Anatomy("heart_myocardium", np.abs(far - radius) < thick),)
    spot = _in_wall(middle, radius, thick, stretch)
    mm = float(request.zoom.uniform(110, 160))
    return Scan(np.asarray(activity, np.float32), {"defect": spot}, anatomy, inverted=False, mm_tall=mm)


def _in_wall(middle: tuple[float, float], radius: float, thick: float, stretch: float) -> FindSpot:
    def find(random: Random, wh: SiteWh) -> Spot | None:
        angle, off = random.uniform(0, 2 * np.pi), thick * random.uniform(-0.4, 0.4)
        x = middle[0] + (radius + off) * np.cos(angle)
        y = middle[1] + (radius + off) * np.sin(angle) * stretch
        wall = WALLS[int((angle + np.pi / 4) / (np.pi / 2)) % 4]
        return Spot((x, y), wall, angle=angle)

    return find
