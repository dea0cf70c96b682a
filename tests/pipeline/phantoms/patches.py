"""Patches to draw into, apart from any picture: what every test of a drawing needs."""

from collections.abc import Mapping, Sequence

import numpy as np

from pipeline.phantoms.background import Variant
from pipeline.phantoms.kinds import Drawn, Group, Kind, Patch, Pixels, Spot
from pipeline.phantoms.seeds import Random

CONTRAST = 0.1
ANYWHERE = Spot((0, 0))


def make_patch(
    kind: Kind,
    wh: tuple[int, int] = (40, 32),
    *,
    random: Random,
    ground: float | Sequence[float] = 0.5,
    margins: tuple[int, int, int, int] = (12, 12, 12, 12),
    spot: Spot = ANYWHERE,
    nth: int = 0,
    asked: Mapping[str, str] = {},
) -> Patch:
    """Of one grey or colour, with a box of `wh`. Attributes that are not asked for take their `nth` value."""
    (w, h), (left, top, right, bottom) = wh, margins
    chosen = {name: values[nth % len(values)] for name, values in kind.attributes.items()}
    level = np.asarray(ground, np.float32)
    pixels = np.broadcast_to(level, (top + h + bottom, left + w + right, *level.shape)).copy()
    values = {**chosen, **kind.constant, **asked}
    return Patch(pixels, (left, top, left + w, top + h), CONTRAST, values, spot, random)


def reach_px(group: Group, wh: tuple[int, int]) -> tuple[int, int, int, int]:
    """Margins of a site's patch: left, top, right, bottom."""
    left, top, right, bottom = (max(3, round(share * max(wh))) for share in group.reach)
    return left, top, right, bottom


def draw(kind: Kind, patch: Patch) -> Drawn:
    if kind.draw is None:
        raise ValueError(kind.label)
    return kind.draw(patch)


def change(patch: Patch, drawn: Drawn) -> Pixels:
    """In units of the contrast."""
    return np.asarray((drawn.pixels - patch.pixels) / patch.contrast, np.float32)


def named(case: object) -> str:
    """For pytest's ids."""
    return case.label if isinstance(case, Kind) else case.name if isinstance(case, Group | Variant) else str(case)
