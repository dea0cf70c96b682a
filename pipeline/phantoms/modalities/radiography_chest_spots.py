"""Where things can lie on a frontal chest radiograph: in a lung, on a rib, at the wall, in the costophrenic angle."""

from collections.abc import Mapping
from functools import partial

import numpy as np

from pipeline.phantoms.background import FindSpot, SiteWh
from pipeline.phantoms.kinds import Spot
from pipeline.phantoms.modalities.radiography_chest_bones import Rib
from pipeline.phantoms.modalities.radiography_chest_shape import SIDES, Chest, Side
from pipeline.phantoms.seeds import Random


def chest_spots(chest: Chest, ribs: list[Rib]) -> Mapping[str, FindSpot]:
    return {
        **{name: partial(_in_lung, chest, (0.0, 1.0)) for name in ("nodule", "cavity", "airspace", "interstitial")},
        "upper_zone": partial(_in_lung, chest, (0.05, 0.36)),
        "on_rib": partial(_on_rib, chest, ribs),
        "pleural_base": partial(_at_base, chest),
        "pleural_line": partial(_at_wall, chest),
    }


def _side(random: Random) -> Side:
    return SIDES[int(random.integers(2))]


def _zone(chest: Chest, y: float) -> str:
    share = (y - chest.top) / (chest.dome[0] - chest.top)
    return "upper_zone" if share < 0.36 else "mid_zone" if share < 0.68 else "lower_zone"


def _in_lung(chest: Chest, span: tuple[float, float], random: Random, wh: SiteWh) -> Spot | None:
    """Anywhere in a lung, most of the box within it; beside a heart of usual size, whatever the size of this one."""
    (h, w), (dx, dy), still = chest.hw, chest.moved, chest.still
    side, share = _side(random), span[0] + (span[1] - span[0]) * random.random()
    off = random.uniform(0.5 if side == "left" and share > 0.45 else 0.32, 0.98)
    x, y = still.x_at(side, off), still.top + share * (still.dome[0] + 0.3 * still.rise - still.top)
    far_x, far_y = 0.33 * wh[0] / w, 0.33 * wh[1] / h
    if not all(still.holds(x + i * far_x, y + j * far_y) for i in (-1, 1) for j in (-1, 1)):
        return None
    return Spot(((x + dx) * w, (y + dy) * h), _zone(still, y), side)


def _on_rib(chest: Chest, ribs: list[Rib], random: Random, wh: SiteWh) -> Spot | None:
    side, back, _ = ribs[int(random.integers(len(ribs)))]
    at = int(random.integers(4, len(back) - 2))
    (x, y), step = back[at], back[at + 1] - back[at - 1]
    still, level = chest.still, float(y) / chest.hw[0] - chest.moved[1]
    if not still.holds(float(x) / chest.hw[1] - chest.moved[0], level):
        return None
    angle = float(np.arctan2(step[1], step[0]))
    return Spot((float(x), float(y)), _zone(still, level), side, angle)


def _at_base(chest: Chest, random: Random, wh: SiteWh) -> Spot:
    """The box stands on the diaphragm in the costophrenic angle, its outer edge at the chest wall."""
    h, w = chest.hw
    side = _side(random)
    wide, tall = wh[0] / w, wh[1] / h
    edge = chest.x_at(side, 0.985)
    x = edge + wide / 2 if side == "right" else edge - wide / 2
    foot = float(chest.diaphragm(edge)) - random.uniform(0.0, 0.25) * chest.rise
    return Spot((x * w, (foot - tall / 2) * h), "costophrenic_angle", side)


def _at_wall(chest: Chest, random: Random, wh: SiteWh) -> Spot:
    """Along the outer border of a lung, from the apex down."""
    h, w = chest.hw
    side, share = _side(random), random.uniform(0.06, 0.75)
    wide, tall = wh[0] / w, wh[1] / h
    y = chest.top + share * (chest.dome[0] - chest.top) + tall / 4
    edge = chest.x_at(side, float(chest.wall(y)) * 0.985)
    x = edge + wide / 2 if side == "right" else edge - wide / 2
    return Spot((x * w, y * h), "apical_pleura" if share < 0.25 else "lateral_pleura", side)
