"""A painted canvas as a viewer and a device have it: border, marker, mirror, JPEG, stored values."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from pipeline.phantoms.background import Background, Variant
from pipeline.phantoms.kinds import Box, Pixels
from pipeline.phantoms.scene import Phantom, Region
from pipeline.phantoms.seeds import Random
from pipeline.phantoms.style import (
    Style,
    compressed,
    display,
    frame,
    marker_ink,
    marker_letter,
    with_marker,
)  # fmt: skip
from schemas.lexicon.findings import finding

MIRRORED = 0.05
WITHOUT_AXES = 0.10
MARKED = 0.5
MIRROR = {"L": "R", "R": "L", "A": "P", "P": "A", "H": "F", "F": "H"}


def as_shown(
    phantom: Phantom, variant: Variant, background: Background, style: Style, random: Random, canvas: Pixels
) -> Phantom:
    """The pixels, with border, marker, mirror and JPEG; and the device's own values where they differ."""
    shown = frame(display(canvas, background.window, style), style)
    if background.outside is not None:
        shown[background.outside] = 0
    marked = phantom.axes is not None and variant.marker and random.random() < MARKED
    regions, ink = phantom.regions, None
    if marked:
        letter = (phantom.image_laterality or "")[:1].upper() or marker_letter(random)
        ink, box = marker_ink(letter, style, (shown.shape[0], shown.shape[1]))
        shown = with_marker(shown, ink)
        regions = (*regions, _marker_region(phantom, box))
    pixels = compressed(np.asarray(np.clip(shown + 0.5, 0, 255), np.uint8), style)
    stored = _stored(canvas, background, ink)
    done = replace(phantom, pixels=pixels, stored=stored, regions=regions, marker=marked)
    turns = phantom.axes is not None and random.random() < MIRRORED
    hidden = phantom.axes is not None and random.random() < WITHOUT_AXES
    done = _mirrored(done) if turns else done
    return replace(done, axes=None) if hidden else done


def _marker_region(phantom: Phantom, box: Box) -> Region:
    known = finding("side_marker")
    mask = np.ones((box[3] - box[1], box[2] - box[0]), np.bool_)
    return Region(f"{phantom.id}-m", known.id, known.name, known.kind, "marker", None, None, box, mask, box, {})


def _stored(canvas: Pixels, background: Background, marker: Pixels | None) -> npt.NDArray[np.integer] | None:
    """HU as signed, or 12 bits of the window; a lead marker is as dense as can be."""
    low, high = background.window
    if background.stored == "hounsfield":
        return np.asarray(np.clip(np.rint(canvas), -1024, 3071), np.int16)
    if background.stored == "uint12":
        shown = np.clip((canvas - low) / (high - low), 0, 1)
        return np.asarray((shown if marker is None else np.maximum(shown, marker)) * 4095 + 0.5, np.uint16)
    return None


def _mirrored(phantom: Phantom) -> Phantom:
    """Left and right of the picture exchanged, and everything that speaks of them."""
    width = phantom.pixels.shape[1]
    axes = phantom.axes
    return replace(
        phantom,
        pixels=np.ascontiguousarray(phantom.pixels[:, ::-1]),
        stored=None if phantom.stored is None else np.ascontiguousarray(phantom.stored[:, ::-1]),
        axes=None if axes is None else (MIRROR[axes[0]], axes[1]),
        mirrored=True,
        regions=tuple(
            replace(
                region,
                box_xyxy=_flipped(region.box_xyxy, width),
                footprint_xyxy=_flipped(region.footprint_xyxy, width),
                mask=np.ascontiguousarray(region.mask[:, ::-1]),
            )
            for region in phantom.regions
        ),
    )


def _flipped(box: Box, width: int) -> Box:
    return width - box[2], box[1], width - box[0], box[3]
