"""What a corpus may learn of a phantom: what a reader would have marked, less what the noise settings take away."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pipeline.phantoms.kinds import Box
from pipeline.phantoms.plan import Patient
from pipeline.phantoms.scene import Phantom, Region
from pipeline.phantoms.seeds import Random, random_of
from pipeline.phantoms.settings import Noise, PhantomSettings
from schemas.lexicon.findings import finding
from schemas.masks import encode

UNSEEN = "unseen"
COUNTED = ("finding", "cell", "device")  # kinds of the lexicon


@dataclass(frozen=True)
class Supervision:
    """`regions` as region files hold them; `states` of each category that the picture can show: 1, 0 or unseen.

    `exhaustive` are labels of which every instance is marked; `untold` the regions that the report leaves out.
    """

    regions: tuple[Mapping[str, Any], ...]
    exhaustive: frozenset[str]
    states: Mapping[str, str]
    untold: frozenset[str]


def supervise(settings: PhantomSettings, patient: Patient, phantom: Phantom) -> Supervision:
    """Things that cannot be seen are not marked; the state of their category says `unseen`."""
    noise = settings.supervision
    random = random_of(settings.seed, "supervision", phantom.id)
    marked = list(_marked(phantom, noise, patient, random))
    complete = noise.omit_boxes == 0 and noise.wrong_label == 0
    return Supervision(
        regions=tuple(_row(region, phantom) for region in marked),
        exhaustive=frozenset(countable(patient) - _hidden(phantom)) if complete else frozenset(),
        states={category: _state(category, phantom) for category in phantom.assessed},
        untold=frozenset(region.id for region in phantom.findings if random.random() < noise.omit_mentions),
    )


def countable(patient: Patient) -> set[str]:
    """All that lies at sites of such a picture and nowhere else: its background has anatomy and artefacts, too."""
    labels = {kind.label for group in patient.variant.groups for kind in group.kinds}
    return {label for label in labels if finding(label).kind in COUNTED}


def _hidden(phantom: Phantom) -> set[str]:
    """Labels of which something cannot be seen: who marks what is seen has not marked all."""
    return {region.label for region in phantom.regions if not region.visible}


def _state(category: str, phantom: Phantom) -> str:
    if category in phantom.shown:
        return "1"
    return UNSEEN if category in phantom.present else "0"


def _marked(phantom: Phantom, noise: Noise, patient: Patient, random: Random) -> Iterator[Region]:
    hw = phantom.pixels.shape[:2]
    for region in phantom.regions:
        lost, wrong = random.random() < noise.omit_boxes, random.random() < noise.wrong_label
        box = _jittered(region.box_xyxy, noise.jitter_boxes, random, hw)
        if not region.visible or (lost and region.role in ("finding", "mimic")):
            continue
        shown = region if box == region.box_xyxy else replace(region, box_xyxy=box, mask=_no_mask(box))
        yield _mislabelled(shown, patient, random) if wrong and region.group else shown


def _no_mask(box: Box) -> "np.ndarray[tuple[int, ...], np.dtype[np.bool_]]":
    """A box that was drawn by an unsteady hand has no mask; all of it stands for none."""
    return np.zeros((box[3] - box[1], box[2] - box[0]), np.bool_)


def _jittered(box: Box, share: float, random: Random, hw: tuple[int, ...]) -> Box:
    """Each edge moved by a normal number of `share` of the box's side."""
    shifts = random.normal(0, 1, 4) * share
    if share == 0:
        return box
    x1, y1, x2, y2 = box
    w, h = x2 - x1, y2 - y1
    edges = np.rint(np.array(box) + shifts * (w, h, w, h)).astype(int).tolist()
    left, top = min(max(0, edges[0]), hw[1] - 1), min(max(0, edges[1]), hw[0] - 1)
    return left, top, min(hw[1], max(left + 1, edges[2])), min(hw[0], max(top + 1, edges[3]))


def _mislabelled(region: Region, patient: Patient, random: Random) -> Region:
    """As another kind of its group, with that kind's attributes left open."""
    group = next(group for group in patient.variant.groups if group.name == region.group)
    others = [kind.label for kind in group.kinds if kind.label != region.label]
    if not others:
        return region
    label = others[int(random.integers(len(others)))]
    return replace(region, label=label, name=finding(label).name, kind=finding(label).kind, attributes={})


def _row(region: Region, phantom: Phantom) -> Mapping[str, Any]:
    said = {"side": region.side if phantom.side_is_known else None, "place": phantom.told_place(region)}
    return {
        "label": region.label,
        "box_xyxy": list(region.box_xyxy),
        **({"mask": dict(encode(region.mask))} if region.mask.any() else {}),
        **{name: value for name, value in said.items() if value is not None},
        **({"attributes": dict(region.attributes)} if region.attributes else {}),
    }
