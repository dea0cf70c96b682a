"""A patient's picture: background, sites, drawings, physics, style; and the truth of all of it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import islice

import numpy as np

from pipeline.phantoms.background import Anatomy, Background, Request
from pipeline.phantoms.kinds import Box, Drawn, Kind, Mask, Patch, Pixels, stratum_of
from pipeline.phantoms.placing import Placed, placements
from pipeline.phantoms.plan import Filling, Patient, held_out, other_filling
from pipeline.phantoms.scene import VISIBLE_FROM, Phantom, Region
from pipeline.phantoms.seeds import Random, random_of
from pipeline.phantoms.settings import PhantomSettings
from pipeline.phantoms.shown import as_shown
from pipeline.phantoms.style import Style, shape_of, style_of
from pipeline.phantoms.texture import Scanner
from schemas.lexicon.findings import finding
from schemas.masks import bounds
from schemas.taxonomy.assessable import assessable_categories

OTHER_TRIES = 200  # for a combination that is not held out; its place was chosen so that there is one
SAME_SIZE = 1.2  # a factor below it is no change


def paint(settings: PhantomSettings, patient: Patient, visit: int) -> Phantom:
    """The patient's picture of a visit, from 0. Everything follows from the settings and the patient's index."""
    return next(islice(paint_patient(settings, patient), visit, None))


def paint_patient(settings: PhantomSettings, patient: Patient) -> Iterator[Phantom]:
    """All pictures of a patient, in order: each has its things where the first one had them, and tells what changed."""
    first: Mapping[int, Placed] | None = None
    before: Mapping[str, Region] = {}
    for visit in range(patient.pictures):
        phantom, placed = _painted(settings, patient, visit, first, before)
        first = placed if first is None else first
        before = {region.id: region for region in phantom.regions}
        yield phantom


def _painted(
    settings: PhantomSettings,
    patient: Patient,
    visit: int,
    first: Mapping[int, Placed] | None,
    before: Mapping[str, Region],
) -> tuple[Phantom, Mapping[int, Placed]]:
    """A picture, and where its sites lie."""
    seeds = (settings.part, patient.index, visit)
    style = style_of(settings.seed, patient.style)
    request = _request(settings, patient, visit, style)
    background = patient.modality.background(request)
    placed = {each.index: each for each in placements(settings, patient, visit, background, first)}
    canvas, sites = _with_sites(settings, patient, visit, background, placed.values())
    canvas = background.finish(canvas, random_of(settings.seed, "physics", *seeds))
    told = (replace(region, change=_change(patient, visit, region, before)) for region in sites)
    phantom = replace(
        _described(settings, patient, visit, background, style),
        regions=(*told, *_extents_and_anatomy(patient, background)),
        gone=tuple(_gone(patient, visit, before)),
    )
    header = random_of(settings.seed, "header", *seeds)
    return as_shown(phantom, patient.variant, background, style, header, canvas), placed


def _request(settings: PhantomSettings, patient: Patient, visit: int, style: Style) -> Request:
    return Request(
        variant=patient.variant,
        hw=shape_of(style, settings.size_px),
        patient=random_of(settings.seed, "anatomy", settings.part, patient.index),
        zoom=random_of(settings.seed, "zoom", settings.part, patient.index),
        image=random_of(settings.seed, "image", settings.part, patient.index, visit),
        scanner=Scanner(patient.scanner, style.noise_factor),
        laterality=patient.laterality,
        extents={name: kind.label if kind else "" for name, kind in patient.extents.items()},
    )


def _with_sites(
    settings: PhantomSettings, patient: Patient, visit: int, background: Background, placed: Iterable[Placed]
) -> tuple[Pixels, tuple[Region, ...]]:
    """The canvas with all that lies at its sites, and their regions."""
    canvas, regions = background.pixels.copy(), []
    for each in placed:
        if each.site.long_axis_at(visit) is not None:
            filling = _filling(settings, patient, each)
            random = random_of(settings.seed, "look", settings.part, patient.index, each.index)
            drawn = _draw(canvas, each, filling, background.noise, random)
            x1, y1, x2, y2 = each.patch
            canvas[y1:y2, x1:x2] = drawn.pixels
            regions.append(_region(patient, each, filling, drawn.mask, (canvas.shape[0], canvas.shape[1])))
    return canvas, tuple(regions)


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
    group, label, side = placed.site.group, filling.kind.label, placed.spot.side
    return filling.kind.role == "finding" and held_out(group, label, side, long_axis, margin)


def _region(patient: Patient, placed: Placed, filling: Filling, mask: Mask, hw: tuple[int, int]) -> Region:
    kind, (left, top, _, _) = filling.kind, placed.patch
    tight = bounds(mask)
    if tight is None:
        raise ValueError(f"{kind.label}: its drawing has no mask")
    x1, y1, x2, y2 = tight
    box = (left + x1, top + y1, left + x2, top + y2)
    long_axis = max(x2 - x1, y2 - y1) / max(hw)
    return Region(
        id=_id_of(patient, placed.index),
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
        held_out=_is_held_out(filling, placed, long_axis),
    )


def _change(patient: Patient, visit: int, region: Region, before: Mapping[str, Region]) -> str | None:
    """Against the picture before; None on a first picture, and where the thing was out of view."""
    if visit == 0:
        return None
    if region.id not in before:
        planned = patient.sites[_index_of(region)].long_axis_at(visit - 1)
        return "new" if planned is None else None
    factor = _long_px(region.box_xyxy) / _long_px(before[region.id].box_xyxy)
    return "larger" if factor > SAME_SIZE else "smaller" if factor < 1 / SAME_SIZE else "stable"


def _gone(patient: Patient, visit: int, before: Mapping[str, Region]) -> Iterator[str]:
    """Names of what could be seen on the picture before and is no longer there."""
    for i, site in enumerate(patient.sites):
        region = before.get(_id_of(patient, i))
        if region is not None and region.visible and site.long_axis_at(visit) is None:
            yield region.name


def _id_of(patient: Patient, index: int) -> str:
    return f"{patient.index:07}-{index}"


def _index_of(region: Region) -> int:
    return int(region.id.rsplit("-", 1)[1])


def _long_px(box: Box) -> int:
    return max(box[2] - box[0], box[3] - box[1])


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


def _described(
    settings: PhantomSettings, patient: Patient, visit: int, background: Background, style: Style
) -> Phantom:
    """All that a header would say; pixels and regions come later."""
    variant = patient.variant
    low, high = background.window
    return Phantom(
        id=f"{patient.modality.id}-{patient.index:07}-{visit}",
        patient=f"{settings.part}-{settings.seed}-{patient.index:07}",
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
