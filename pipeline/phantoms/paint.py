"""A patient's picture: background, sites, drawings, physics, style; and the truth of all of it."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from pipeline.phantoms.background import Anatomy, Background, Request, Variant
from pipeline.phantoms.kinds import Box, Drawn, Kind, Mask, Patch, Pixels, stratum_of
from pipeline.phantoms.placing import Placed, placements, site_wh
from pipeline.phantoms.plan import Filling, Patient, Site, held_out, other_filling
from pipeline.phantoms.scene import VISIBLE_FROM, Phantom, Region
from pipeline.phantoms.seeds import Random, random_of
from pipeline.phantoms.settings import PhantomSettings
from pipeline.phantoms.style import (
    Style,
    compressed,
    display,
    frame,
    marker_letter,
    shape_of,
    style_of,
    with_marker,
)  # fmt: skip
from pipeline.phantoms.texture import Scanner
from schemas.lexicon.findings import finding
from schemas.masks import bounds
from schemas.taxonomy.assessable import assessable_categories

OTHER_TRIES = 200  # for a combination that is not held out; its place was chosen so that there is one
MIRRORED = 0.05
WITHOUT_AXES = 0.10
MARKED = 0.5
SAME_SIZE = 1.2  # a factor below it is no change

MIRROR = {"L": "R", "R": "L", "A": "P", "P": "A", "H": "F", "F": "H"}


def paint(settings: PhantomSettings, patient: Patient, visit: int) -> Phantom:
    """The patient's picture of a visit, from 0. Everything follows from the settings and the patient's index."""
    seeds = (settings.part, patient.index, visit)
    style = style_of(settings.seed, patient.style)
    request = Request(
        variant=patient.variant,
        hw=shape_of(style, settings.size_px),
        patient=random_of(settings.seed, "anatomy", settings.part, patient.index),
        image=random_of(settings.seed, "image", *seeds),
        scanner=Scanner(patient.scanner, style.noise_factor),
        laterality=patient.laterality,
        extents={name: kind.label if kind else "" for name, kind in patient.extents.items()},
    )
    background = patient.modality.background(request)
    canvas, sites, gone = _with_sites(settings, patient, visit, background)
    canvas = background.finish(canvas, random_of(settings.seed, "physics", *seeds))
    regions = (*sites, *_extents_and_anatomy(patient, background))
    phantom = replace(_described(patient, visit, settings.part, background, style), regions=regions, gone=gone)
    return _shown(phantom, patient.variant, background, style, random_of(settings.seed, "header", *seeds), canvas)


def _with_sites(
    settings: PhantomSettings, patient: Patient, visit: int, background: Background
) -> tuple[Pixels, tuple[Region, ...], tuple[str, ...]]:
    """The canvas with all that lies at its sites, their regions, and the names of what is no longer there."""
    canvas, regions, gone = background.pixels.copy(), [], []
    hw = (canvas.shape[0], canvas.shape[1])
    for placed in placements(settings, patient, visit, background, hw):
        filling = _filling(settings, patient, placed)
        if placed.site.long_axis_at(visit) is None:
            if visit == 1 and placed.site.change == "vanishes" and placed.site.contrast_to_noise >= VISIBLE_FROM:
                gone.append(finding(filling.kind.label).name)
            continue
        random = random_of(settings.seed, "look", settings.part, patient.index, placed.index)
        drawn = _draw(canvas, placed, filling, background.noise, random)
        x1, y1, x2, y2 = placed.patch
        canvas[y1:y2, x1:x2] = drawn.pixels
        regions.append(_region(patient, visit, placed, filling, drawn.mask, hw))
    return canvas, tuple(regions), tuple(gone)


def _draw(canvas: Pixels, placed: Placed, filling: Filling, noise: float, random: Random) -> Drawn:
    x1, y1, x2, y2 = placed.patch
    patch = Patch(
        pixels=canvas[y1:y2, x1:x2].copy(),
        box_xyxy=(placed.box[0] - x1, placed.box[1] - y1, placed.box[2] - x1, placed.box[3] - y1),
        contrast=placed.site.contrast_to_noise * noise,
        attributes={**filling.attributes, **filling.kind.constant},
        spot=placed.spot,
        random=random,
    )
    if filling.kind.draw is None:
        raise ValueError(f"{filling.kind.label}: a kind at a site needs a drawing")
    drawn = filling.kind.draw(patch)
    if drawn.pixels.shape != patch.pixels.shape or drawn.mask.shape != patch.hw:
        raise ValueError(f"{filling.kind.label}: its drawing has another shape than its patch")
    return drawn


def _filling(settings: PhantomSettings, patient: Patient, placed: Placed) -> Filling:
    """What was planned; in the train part another thing of its role where it would be held out in any picture."""
    filling, random = patient.fillings[placed.index], None
    for _ in range(OTHER_TRIES if settings.part == "train" else 0):
        if not any(_is_held_out(filling, placed, long_axis) for long_axis in placed.long_axes):
            return filling
        random = random or random_of(settings.seed, "instead", settings.part, patient.index, placed.index)
        filling = other_filling(random, placed.site, filling)
    return filling


def _is_held_out(filling: Filling, placed: Placed, long_axis: float) -> bool:
    margin = {**filling.attributes, **filling.kind.constant}.get("margin")
    return filling.kind.role == "finding" and held_out(filling.kind.label, placed.spot.side, long_axis, margin)


def _region(patient: Patient, visit: int, placed: Placed, filling: Filling, mask: Mask, hw: tuple[int, int]) -> Region:
    kind, (left, top, _, _) = filling.kind, placed.patch
    tight = bounds(mask)
    if tight is None:
        raise ValueError(f"{kind.label}: its drawing has no mask")
    x1, y1, x2, y2 = tight
    box = (left + x1, top + y1, left + x2, top + y2)
    long_axis = max(x2 - x1, y2 - y1) / max(hw)
    return Region(
        id=f"{patient.index:07}-{placed.index}",
        label=kind.label,
        name=finding(kind.label).name,
        kind=finding(kind.label).kind,
        role=kind.role,
        group=placed.site.group.name,
        category=kind.category,
        box_xyxy=box,
        mask=mask[y1:y2, x1:x2],
        footprint_xyxy=placed.patch,
        attributes={**filling.attributes, **kind.constant},
        place=placed.spot.place,
        side=placed.spot.side,
        stratum=stratum_of(long_axis),
        long_axis=long_axis,
        contrast_to_noise=placed.site.contrast_to_noise,
        visible=placed.site.contrast_to_noise >= VISIBLE_FROM,
        change=_change(placed.site, visit, hw),
        held_out=_is_held_out(filling, placed, long_axis),
    )


def _change(site: Site, visit: int, hw: tuple[int, int]) -> str | None:
    """Against the picture before, by sizes in pixels; None on a first picture."""
    if visit == 0:
        return None
    before, now = site.long_axis_at(visit - 1), site.long_axis_at(visit)
    if before is None or now is None:
        return "new"
    factor = max(site_wh(site, now, hw)) / max(site_wh(site, before, hw))
    return "larger" if factor > SAME_SIZE else "smaller" if factor < 1 / SAME_SIZE else "stable"


def _extents_and_anatomy(patient: Patient, background: Background) -> Iterator[Region]:
    """Structures of the background; the one that a group names as its extent is the finding where that is drawn."""
    kinds = {group.extent: patient.extents.get(group.name) for group in patient.variant.groups if group.extent}
    for i, each in enumerate(background.anatomy):
        box = bounds(each.mask)
        if box is not None:
            yield _anatomy(f"{patient.index:07}-a{i}", each, box, kinds.get(each.label))


def _anatomy(id: str, anatomy: Anatomy, box: Box, kind: Kind | None) -> Region:
    x1, y1, x2, y2 = box
    label = kind.label if kind else anatomy.label
    return Region(
        id=id,
        label=label,
        name=finding(label).name,
        kind=finding(label).kind,
        role="extent" if kind else "anatomy",
        group=None,
        category=kind.category if kind else None,
        box_xyxy=box,
        mask=anatomy.mask[y1:y2, x1:x2],
        footprint_xyxy=box,
        attributes=dict(kind.constant) if kind else {},
        place=anatomy.place,
        side=anatomy.side,
    )


def _described(patient: Patient, visit: int, part: str, background: Background, style: Style) -> Phantom:
    """All that a header would say; pixels and regions come later."""
    variant = patient.variant
    low, high = background.window
    return Phantom(
        id=f"{patient.modality.id}-{patient.index:07}-{visit}",
        patient=f"{part}-{patient.index:07}",
        visit=visit,
        modality=patient.modality.id,
        variant=variant.name,
        body_part=variant.body_part,
        technique=variant.technique,
        projection=variant.projection,
        plane=variant.plane,
        image_laterality=patient.laterality,
        axes=background.axes or variant.axes,
        mirrored=False,
        spacing_mm=background.spacing_mm,
        window=((low + high) / 2, high - low),
        window_name=variant.window_name,
        sex=patient.sex,
        age=patient.age,
        style=style.name,
        scanner=patient.scanner,
        device=style.device,
        marker=False,
        pixels=np.zeros((1, 1), np.uint8),
        stored_as=background.stored,
        stored=None,
        regions=(),
        gone=(),
        assessed=tuple(
            sorted(assessable_categories(patient.modality.id, variant.body_part, variant.projection, variant.technique))
        ),
    )


def _shown(
    phantom: Phantom, variant: Variant, background: Background, style: Style, random: Random, canvas: Pixels
) -> Phantom:
    """The pixels, with border, marker, mirror and JPEG; and the device's own values where they differ."""
    shown = frame(display(canvas, background.window, style), style)
    if background.outside is not None:
        shown[background.outside] = 0
    marked = phantom.axes is not None and variant.marker and random.random() < MARKED
    regions, box = phantom.regions, None
    if marked:
        letter = (phantom.image_laterality or "")[:1].upper() or marker_letter(random)
        shown, box = with_marker(shown, letter, style)
        regions = (*regions, _marker_region(phantom, box))
    pixels = compressed(np.asarray(np.clip(shown + 0.5, 0, 255), np.uint8), style)
    stored = _stored(canvas, background, box)
    done = replace(phantom, pixels=pixels, stored=stored, regions=regions, marker=marked)
    turns = phantom.axes is not None and random.random() < MIRRORED
    hidden = phantom.axes is not None and random.random() < WITHOUT_AXES
    done = _mirrored(done) if turns else done
    return replace(done, axes=None) if hidden else done


def _marker_region(phantom: Phantom, box: Box) -> Region:
    known = finding("side_marker")
    mask = np.ones((box[3] - box[1], box[2] - box[0]), np.bool_)
    return Region(f"{phantom.id}-m", known.id, known.name, known.kind, "marker", None, None, box, mask, box, {})


def _stored(canvas: Pixels, background: Background, marker: Box | None) -> npt.NDArray[np.integer] | None:
    """HU as signed, or 12 bits of the window; a lead marker is as dense as can be."""
    low, high = background.window
    if background.stored == "hounsfield":
        return np.asarray(np.clip(np.rint(canvas), -1024, 3071), np.int16)
    if background.stored == "uint12":
        scaled = np.asarray(np.clip((canvas - low) / (high - low) * 4095 + 0.5, 0, 4095), np.uint16)
        if marker is not None:
            scaled[marker[1] : marker[3], marker[0] : marker[2]] = 4095
        return scaled
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
