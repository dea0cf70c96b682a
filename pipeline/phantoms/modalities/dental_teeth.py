"""Teeth: where each stands, and how enamel, dentine, pulp, the line about the root and metal are painted."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt

from pipeline.phantoms.kinds import Mask
from pipeline.phantoms.shapes import FIXED_BITS, Points, fixed

Film = npt.NDArray[np.uint8]
Metal = Literal["", "filling", "crown", "root_canal_filling"]

# Mean breadth, height of the crown and length of the root in millimetres, from the midline to the second molar.
SIZES_MM = {
    "upper": (
        (8.5, 10.5, 13.0), (6.5, 9.0, 13.0), (7.5, 10.0, 17.0), (7.0, 8.5, 14.0), (7.0, 8.5, 14.0), (10.0, 7.5, 12.5),
        (9.5, 7.0, 12.0),
    ),
    "lower": (
        (5.5, 9.0, 12.5), (6.0, 9.5, 14.0), (7.0, 11.0, 16.0), (7.0, 8.5, 14.0), (7.2, 8.0, 14.5), (11.0, 7.5, 14.0),
        (10.5, 7.0, 13.0),
    ),
}  # fmt: skip
ENAMEL, DENTINE, PULP, LIGAMENT, LAMINA, METAL = 196, 150, 112, 66, 148, 252


def smooth(corners: "Points | Sequence[tuple[float, float]]", closed: bool = False) -> Points:
    """The corners cut twice, after Chaikin; an open line keeps its ends."""
    points = np.asarray(corners, float)
    for _ in range(2):
        ends = np.concatenate([points, points[:1]]) if closed else points
        one, two = ends[:-1], ends[1:]
        cut = np.stack([0.75 * one + 0.25 * two, 0.25 * one + 0.75 * two], axis=1).reshape(-1, 2)
        points = cut if closed else np.concatenate([points[:1], cut, points[-1:]])
    return points


# Outlines with x in breadths; y in crown heights above the neck (negative) and in root lengths below it.
FRONT = ((-0.36, 0.0), (-0.47, -0.6), (-0.44, -1.0), (0.44, -1.0), (0.47, -0.6), (0.36, 0.0))
BICUSPID = ((-0.38, 0.0), (-0.5, -0.5), (-0.4, -0.85), (0.0, -1.0), (0.4, -0.85), (0.5, -0.5), (0.38, 0.0))
MOLAR = (
    (-0.4, 0.0), (-0.5, -0.5), (-0.46, -0.85), (-0.3, -1.0), (0.0, -0.86), (0.3, -1.0), (0.46, -0.85), (0.5, -0.5),
    (0.4, 0.0),
)  # fmt: skip
ONE_ROOT = ((0.34, 0.2), (0.22, 0.6), (0.1, 0.93), (0.0, 1.0), (-0.1, 0.93), (-0.22, 0.6), (-0.34, 0.2))
TWO_ROOTS = (
    (0.4, 0.2), (0.38, 0.6), (0.32, 0.95), (0.26, 1.0), (0.18, 0.93), (0.06, 0.34), (-0.06, 0.34), (-0.18, 0.93),
    (-0.26, 1.0), (-0.32, 0.95), (-0.38, 0.6), (-0.4, 0.2),
)  # fmt: skip


CROWNS = tuple(smooth(crown) for crown in (FRONT, BICUSPID, MOLAR))
ROOTS = tuple(smooth(roots) for roots in (ONE_ROOT, ONE_ROOT, TWO_ROOTS))
FILLING = np.array([(-0.24, -0.9), (-0.19, -0.66), (-0.24, -0.5), (0.24, -0.5), (0.19, -0.66), (0.24, -0.9)])
CHAMBER = smooth(
    [(-0.1, 0.25), (-0.14, -0.1), (-0.17, -0.55), (0.0, -0.38), (0.17, -0.55), (0.14, -0.1), (0.1, 0.25)], closed=True
)
CANALS = tuple(
    smooth([(0.3 * x - 0.07, -0.1), (0.3 * x + 0.07, -0.1), (x + 0.03, 0.6), (x, 0.95), (x - 0.03, 0.6)], closed=True)
    for x in (0.0, -0.26, 0.26)
)
LAYERS = tuple(  # of a tooth, from below: outlines and what is painted in them
    (
        (np.concatenate([crown, roots]), DENTINE),
        (crown, ENAMEL),
        (crown * (0.74, 0.72) + (0.0, 0.02), DENTINE),
        (CHAMBER, PULP),
        *((canal, PULP) for canal in canals),
    )
    for crown, roots, canals in zip(CROWNS, ROOTS, (CANALS[:1], CANALS[:1], CANALS[1:]), strict=True)
)
LAYER_POINTS = tuple(np.concatenate([points for points, _ in layers]) for layers in LAYERS)


@dataclass(frozen=True)
class Tooth:
    """`neck` is the middle of its cervical line, `axis` the unit vector from the crown to the root tip, in pixels."""

    fdi: int
    neck: tuple[float, float]
    axis: tuple[float, float]
    breadth: float
    crown: float
    root: float
    metal: Metal = ""

    @property
    def number(self) -> int:
        """From the midline: 1 to 8."""
        return self.fdi % 10

    @property
    def upper(self) -> bool:
        return self.fdi < 30

    @property
    def side(self) -> Literal["left", "right"]:
        return "right" if self.fdi // 10 in (1, 4) else "left"

    @property
    def place(self) -> str:
        return f"tooth_{self.fdi}"

    @property
    def shape(self) -> int:
        """0 with an edge, 1 with two cusps, 2 with two roots."""
        return 0 if self.number <= 3 else 1 if self.number <= 5 else 2

    def placed(self, local: "Points | Sequence[tuple[float, float]]") -> Points:
        """Pixels of points in the outline's coordinates."""
        points = np.asarray(local, float)
        along = points[:, 1] * np.where(points[:, 1] < 0, self.crown, self.root)
        across, (ax, ay) = points[:, 0] * self.breadth, self.axis
        return np.stack([self.neck[0] + along * ax + across * ay, self.neck[1] + along * ay - across * ax], axis=1)

    def apex(self, mesial: float = 0.0) -> tuple[float, float]:
        x, y = self.placed([(mesial, 1.0)])[0]
        return float(x), float(y)

    def mask(self, hw: tuple[int, int]) -> Mask:
        film = np.zeros(hw, np.uint8)
        paint(film, self.placed(LAYERS[self.shape][0][0]), 1, cv2.LINE_8)
        return film > 0


def paint(film: Film, points: Points, value: float, line: int = cv2.LINE_AA) -> None:
    """A filled polygon; its border is smooth unless `line` says otherwise."""
    cv2.fillPoly(film, [fixed(points)], value, line, FIXED_BITS)


def paint_sockets(film: Film, teeth: Sequence[Tooth]) -> None:
    """The bright line of the socket about each root, and the dark one of the ligament within."""
    roots = [fixed(tooth.placed(ROOTS[tooth.shape])) for tooth in teeth]
    for share, value in ((0.15, LAMINA), (0.08, LIGAMENT)):
        for tooth, root in zip(teeth, roots, strict=True):
            cv2.polylines(film, [root], False, value, max(2, round(share * tooth.breadth)), cv2.LINE_AA, FIXED_BITS)


def paint_teeth(film: Film, teeth: Sequence[Tooth]) -> None:
    for tooth in teeth:
        points = fixed(tooth.placed(LAYER_POINTS[tooth.shape]))
        start = 0
        for outline, value in LAYERS[tooth.shape]:
            cv2.fillPoly(film, [points[start : start + len(outline)]], value, cv2.LINE_AA, FIXED_BITS)
            start += len(outline)


def metal_mask(tooth: Tooth, hw: tuple[int, int]) -> Mask:
    """What the tooth's restoration covers."""
    film = np.zeros(hw, np.uint8)
    for part in _metal(tooth):
        paint(film, tooth.placed(part), 1, cv2.LINE_8)
    return film > 0


def paint_metal(film: Film, tooth: Tooth) -> None:
    for part in _metal(tooth):
        paint(film, tooth.placed(part), METAL)


def _metal(tooth: Tooth) -> Iterator[Points]:
    if tooth.metal == "filling":
        yield FILLING
    elif tooth.metal == "crown":
        yield CROWNS[tooth.shape] * (1.04, 1.03)
    elif tooth.metal == "root_canal_filling":
        yield from CANALS[1:] if tooth.shape == 2 else CANALS[:1]
