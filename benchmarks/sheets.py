"""`python -m benchmarks.sheets FOLDER [MODALITY ...]`: the contact sheets of docs/phantoms.md.

Of each modality one sheet of whole pictures, plain and with boxes, and one of its groups of confusable things: a row
a kind, several of each size, all in the same frame.
"""

import argparse
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from pipeline.phantoms.generate import modality, phantoms
from pipeline.phantoms.scene import Phantom, Region
from pipeline.phantoms.settings import PhantomSettings
from schemas.taxonomy.modalities import modalities

Picture = npt.NDArray[np.uint8]
ROLE_RGB = {
    "finding": (255, 70, 70),
    "mimic": (80, 230, 80),
    "extent": (255, 90, 255),
    "anatomy": (90, 140, 255),
    "marker": (255, 230, 60),
}
SIZE_PX, CELL, CROP, COLUMNS, CROPS = 512, 220, 72, 5, 8
SOURCE_PX = 768  # of the crops
JPEG_QUALITY = 72
MOST = 700  # pictures looked through for crops


def rgb_of(phantom: Phantom) -> Picture:
    return phantom.pixels if phantom.pixels.ndim == 3 else np.repeat(phantom.pixels[:, :, None], 3, axis=2)


def boxed(phantom: Phantom) -> Picture:
    shown = rgb_of(phantom).copy()
    for region in phantom.regions:
        x1, y1, x2, y2 = region.box_xyxy
        colour = ROLE_RGB[region.role]
        cv2.rectangle(shown, (x1 - 2, y1 - 2), (x2 + 1, y2 + 1), colour, 2)
        cv2.putText(shown, region.name, (max(0, x1), max(14, y1 - 5)), 0, 0.5, colour, 1, cv2.LINE_AA)
    return shown


def cell(picture: Picture) -> Picture:
    """Scaled to fit a square on black."""
    scale = CELL / max(picture.shape[:2])
    w, h = round(picture.shape[1] * scale), round(picture.shape[0] * scale)
    square = np.zeros((CELL, CELL, 3), np.uint8)
    square[:h, :w] = cv2.resize(picture, (w, h), interpolation=cv2.INTER_AREA)
    return square


def pictures_sheet(id: str) -> Picture:
    """One picture of each of some patients, of every variant: above as it is, below with its boxes."""
    chosen: dict[str, list[Phantom]] = defaultdict(list)
    for phantom in phantoms(PhantomSettings(240, 4, SIZE_PX, modalities=(id,))):
        if phantom.visit == 0 and len(phantom.findings) + len(phantom.regions) > 1:
            chosen[phantom.variant].append(phantom)
    turns = [variant[i] for i in range(COLUMNS) for variant in chosen.values() if i < len(variant)][: 2 * COLUMNS]
    rows = [turns[i : i + COLUMNS] for i in range(0, len(turns), COLUMNS)]
    return np.vstack([_row([cell(draw(each)) for each in row]) for row in rows for draw in (rgb_of, boxed)])


def _row(cells: Sequence[Picture]) -> Picture:
    empty = np.zeros((CELL, CELL, 3), np.uint8)
    return np.hstack([*cells, *[empty] * (COLUMNS - len(cells))])


def pairs_sheet(id: str) -> Picture:
    """A row a kind, by group; crops that can be seen well, from small to large."""
    crops: dict[tuple[str, str], list[tuple[float, Picture]]] = defaultdict(list)
    groups = {group.name: group for variant in modality(id).variants for group in variant.groups if not group.extent}
    wanted = {(name, kind.label) for name, group in groups.items() for kind in group.kinds}
    for phantom in phantoms(PhantomSettings(MOST, 9, SOURCE_PX, modalities=(id,))):
        for region in phantom.regions:
            key = (str(region.group), region.label)
            if key in wanted and len(crops[key]) < CROPS and _shows(region):
                crops[key].append((region.long_axis or 0.0, crop(phantom, region)))
        if all(len(crops[key]) >= CROPS for key in wanted):
            break
    rows = [
        _strip(name, kind.label, kind.role, crops[name, kind.label]) for name, g in groups.items() for kind in g.kinds
    ]
    return np.vstack(rows)


def _shows(region: Region) -> bool:
    return region.stratum != "tiny" and (region.contrast_to_noise or 0) > 3


def crop(phantom: Phantom, region: Region) -> Picture:
    x1, y1, x2, y2 = region.box_xyxy
    half = max(x2 - x1, y2 - y1) * 0.8
    scale = CROP / (2 * half)
    matrix = np.array([[scale, 0, CROP / 2 - scale * (x1 + x2) / 2], [0, scale, CROP / 2 - scale * (y1 + y2) / 2]])
    source = rgb_of(phantom)
    smooth = cv2.GaussianBlur(source, (0, 0), 0.4 / scale) if scale < 0.6 else source
    return np.asarray(cv2.warpAffine(smooth, matrix, (CROP, CROP), flags=cv2.INTER_CUBIC), np.uint8)


def _strip(group: str, label: str, role: str, crops: list[tuple[float, Picture]]) -> Picture:
    title = np.zeros((CROP, 240, 3), np.uint8)
    cv2.putText(title, label.replace("_", " "), (4, 34), 0, 0.42, ROLE_RGB[role], 1, cv2.LINE_AA)
    cv2.putText(title, group, (4, 54), 0, 0.38, (170, 170, 170), 1, cv2.LINE_AA)
    ordered = [picture for _, picture in sorted(crops, key=lambda each: each[0])]
    empty = np.zeros((CROP, CROP, 3), np.uint8)
    return np.hstack([title, *ordered, *[empty] * (CROPS - len(ordered))])


def save(path: Path, picture: Picture) -> None:
    cv2.imwrite(str(path), np.ascontiguousarray(picture[:, :, ::-1]), [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])


def main() -> None:
    known = [each.id for each in modalities()]
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sheets", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("modalities", nargs="*", metavar="MODALITY", help="default: all")
    told = parser.parse_args()
    told.folder.mkdir(parents=True, exist_ok=True)
    for id in told.modalities or known:
        save(told.folder / f"{id}.jpg", pictures_sheet(id))
        save(told.folder / f"{id}-pairs.jpg", pairs_sheet(id))


if __name__ == "__main__":
    main()
