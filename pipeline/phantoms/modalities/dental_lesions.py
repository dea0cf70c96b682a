"""What lies in teeth and about them: dark in crowns, at root tips and at the crest; bright where a tooth is held back.

`spot.angle` is the direction from the crown to the root tip.
"""

import cv2
import numpy as np

from pipeline.phantoms.kinds import Drawn, Mask, Patch, Pixels
from pipeline.phantoms.shapes import (
    Points,
    coordinates,
    coordinates_along,
    ellipse,
    filled,
    fitted,
    long_side,
    outline,
    soft,
    turned,
    with_contrast,
)
from pipeline.phantoms.texture import octaves

DARK = -1.0


def caries(patch: Patch) -> Drawn:
    """A ragged lucency, darkest in its depth, that fades into the dentine."""
    mask = filled(fitted(outline(patch.random, 0.16), patch.box_xyxy), patch.hw)
    u, v = coordinates(patch)
    deep = 2 * cv2.exp(np.float32(-4.5) * (u * u + v * v))
    return _lucency(patch, mask, soft(mask, 0.1 * long_side(patch)) * (0.12 + deep))


def cervical_burnout(patch: Patch) -> Drawn:
    """A band across the neck, narrow in the middle of the tooth and wide at its sides."""
    t = np.linspace(-1, 1, 25)
    half = 0.16 + 0.84 * np.abs(t) ** 1.5
    band = np.concatenate([np.stack([t, half], 1), np.stack([t, -half], 1)[::-1]])
    mask = filled(fitted(band, patch.box_xyxy), patch.hw)
    u, _ = coordinates(patch)
    return _lucency(patch, mask, soft(mask, 0.04 * long_side(patch)) * (0.3 + 1.1 * u * u))


def radiolucent_filling(patch: Patch) -> Drawn:
    """A cavity cut with straight walls and sharp corners, filled evenly, a thin liner against its walls."""
    cut = patch.random.uniform(0.0, 0.22)
    box = np.array([(-1 + cut, -1), (1 - cut, -1), (1, 1), (-1, 1)], float) * (1, patch.random.choice([-1, 1]))
    mask = filled(fitted(box, patch.box_xyxy), patch.hw)
    inner = cv2.erode(
        mask.astype(np.uint8), np.ones((3, 3), np.uint8), iterations=max(1, round(0.06 * long_side(patch)))
    )
    liner = inner if inner.any() else mask
    return _lucency(patch, mask, 0.15 * mask + liner.astype(np.float32))


def periapical_lesion(patch: Patch) -> Drawn:
    """A lucency that hangs about the root tip, which stands in it; bone thickens about it."""
    along, across = _tooth_axes(patch)
    mask = ellipse(patch)
    tip = np.clip((0.5 * (0.15 - along) - np.abs(across)) * 14 + 0.5, 0, 1)
    rim = np.clip(1 - np.abs(np.hypot(along, across) - 1.12) / 0.14, 0, 1)
    return _lucency(patch, mask, soft(mask, 0.03 * long_side(patch)) * (1 - 1.7 * tip) - 0.5 * rim)


def mental_foramen(patch: Patch) -> Drawn:
    """A lucency apart from any root, the end of a canal that comes from behind and below between its two lines."""
    along, across = _tooth_axes(patch)
    mask = ellipse(patch)
    far = np.hypot(along, across)
    hole = np.clip((0.62 - far) * 8, 0, 1)
    way = (along + across) / np.sqrt(2)
    off = np.abs(along - across) / np.sqrt(2)
    canal = np.clip((0.2 - off) * 10, 0, 1) * (way > 0)
    walls = np.clip(1 - np.abs(off - 0.34) / 0.1, 0, 1) * (way > 0.55)
    within = soft(mask, 0.03 * long_side(patch))
    return _lucency(patch, mask, within * (np.maximum(hole, canal) + 0.12 - 0.8 * walls))


def periodontal_bone_loss(patch: Patch) -> Drawn:
    """A cleft open at the crest, that narrows along the root to a ragged end; no line closes it."""
    edge = patch.random.uniform(-0.12, 0.12, 6)
    cleft = np.array([(-1, -1), (1, -1), (0.62, 0), (0.3, 0.7), (0.0, 1.0), (-0.3, 0.75), (-0.66, 0)])
    cleft[2:4, 0] += edge[:2]
    cleft[5:, 0] += edge[2:4]
    mask = filled(fitted(_upright(patch, cleft), patch.box_xyxy), patch.hw)
    along, _ = _tooth_axes(patch)
    return _lucency(patch, mask, soft(mask, 0.04 * long_side(patch)) * (1.1 - 0.3 * along))


def marrow_space(patch: Patch) -> Drawn:
    """A rounded lucency closed by its own rim, beams of bone across it, beneath an intact line of the crest."""
    mask = ellipse(patch)
    along, across = _tooth_axes(patch)
    far = np.hypot(along, across)
    rim = np.clip(1 - np.abs(far - 0.9) / 0.12, 0, 1)
    oblique = np.clip(1 - np.abs(along + 0.3 * across - 0.28) / 0.09, 0, 1)
    beams = oblique + np.clip(1 - np.abs(across - 0.2) / 0.09, 0, 1)
    crest = np.clip(1 - np.abs(along + 1.1) / 0.12, 0, 1) * (np.abs(across) < 1.1)
    hole = np.clip((0.84 - far) * 10, 0, 1)
    return _lucency(patch, mask, hole * (1 - 0.9 * np.minimum(beams, 1)) - 0.6 * rim - 0.8 * crest)


def _lucency(patch: Patch, mask: Mask, pattern: Pixels) -> Drawn:
    """Dark, its margin and inner pattern as the attributes ask."""
    if patch.attributes.get("texture") == "heterogeneous":
        pattern = pattern * (1 + 0.35 * octaves(patch.random, patch.hw, 0.22 * long_side(patch), 2))
    if patch.attributes.get("margin") == "ill-defined":
        pattern = pattern * soft(mask, 0.08 * long_side(patch))
    return with_contrast(patch, mask, np.asarray(pattern, np.float32), DARK)


def impacted_tooth(patch: Patch) -> Drawn:
    """A whole tooth with its roots, lying aslant in the bone."""
    tooth = np.array([
        (-1, -0.5), (-0.75, -0.62), (-0.3, -0.6), (-0.1, -0.42), (0.5, -0.4), (1.0, -0.2), (0.95, -0.1), (0.35, -0.02),
        (0.35, 0.06), (0.95, 0.16), (1.0, 0.28), (0.5, 0.42), (-0.1, 0.42), (-0.3, 0.6), (-0.75, 0.62), (-1, 0.5),
        (-0.88, 0.0),
    ])  # fmt: skip
    lean = patch.random.uniform(0.2, 1.1) * patch.random.choice([-1, 1]) + patch.random.choice([0.0, np.pi])
    mask = filled(fitted(turned(tooth, lean), patch.box_xyxy), patch.hw)
    u, v = coordinates(patch)
    toward = u * np.cos(lean) + v * np.sin(lean)
    enamel = np.clip((-0.25 - toward) * 8, 0, 1)
    pulp = np.clip(1 - np.hypot((toward - 0.1) / 0.4, (v * np.cos(lean) - u * np.sin(lean)) / 0.12), 0, 1)
    sac = soft(mask, 0.06 * long_side(patch)) * ~mask
    return _dense(patch, mask, soft(mask, 0.015 * long_side(patch)) * (0.6 + 2.2 * enamel - 0.6 * pulp) - 0.6 * sac)


def tooth_germ(patch: Patch) -> Drawn:
    """A cap of cusps without roots in a dark sac."""
    mask = ellipse(patch)
    along, across = _tooth_axes(patch)
    cusps = 0.16 * np.abs(np.sin(np.pi * 1.2 * across))
    cap = np.clip((along + 0.62 - 0.16 + cusps) * 9, 0, 1) * np.clip((0.72 - np.hypot(along, across)) * 9, 0, 1)
    hollow = np.clip((along - 0.05 + 0.3 * np.abs(across)) * 9, 0, 1)
    sac = np.clip(1 - np.abs(np.hypot(along, across) - 0.87) / 0.16, 0, 1)
    return _dense(
        patch, mask, soft(mask, 0.015 * long_side(patch)) * (0.3 + 1.4 * cap * (1 - 0.85 * hollow) - 0.5 * sac)
    )


def _dense(patch: Patch, mask: Mask, pattern: Pixels) -> Drawn:
    if patch.attributes.get("texture") == "heterogeneous":
        pattern = pattern * (1 + 0.3 * octaves(patch.random, patch.hw, 0.22 * long_side(patch), 2))
    return with_contrast(patch, mask, np.asarray(pattern, np.float32))


def _tooth_axes(patch: Patch) -> tuple[Pixels, Pixels]:
    """Coordinates towards the root tip and across, -1 to 1 over the box where the tooth stands upright."""
    return coordinates_along(patch, patch.spot.angle)


def _upright(patch: Patch, points: Points) -> Points:
    """Points whose +y is the root's direction, turned over for upper teeth."""
    return points if np.sin(patch.spot.angle) > 0 else points * (1, -1)
