"""Where the things of a patient lie in a picture: at legal, free places that stay the same from visit to visit."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from pipeline.phantoms.background import Background, FindSpot
from pipeline.phantoms.kinds import Box, Group, Spot
from pipeline.phantoms.plan import Patient, Site, is_open
from pipeline.phantoms.seeds import Random, random_of
from pipeline.phantoms.settings import PhantomSettings

TRIES = 24  # for a place that is legal and free
SHRUNK = (1.0, 0.5, 0.25)  # of a site that every picture needs, where there is no room for it
LEAST_PX = 3


@dataclass(frozen=True)
class Placed:
    """A site with its place, box and patch in one picture.

    `long_axes` are those that it has in any of the patient's pictures, as shares of the picture's longer side.
    """

    index: int
    site: Site
    spot: Spot
    box: Box
    patch: Box
    long_axes: tuple[float, ...] = ()


def placements(
    settings: PhantomSettings, patient: Patient, visit: int, background: Background, hw: tuple[int, int]
) -> Iterator[Placed]:
    """Sites for which a legal place is found that no other site's patch reaches.

    In the train part no place is legal where all findings of the group are held out: not for a mimic either, else
    the place would tell.

    It is looked for with the largest size that the thing has in any picture of the patient, so that it stays where
    it is while it grows.
    """
    taken: list[Box] = []
    for i, site in sorted(enumerate(patient.sites), key=lambda each: not each[1].sure):
        find = background.spots.get(site.group.name)
        if find is None:
            continue
        for factor in SHRUNK if site.sure else SHRUNK[:1]:
            placed = _placed(settings, patient, visit, Candidate(i, site, find, factor, hw), taken)
            if placed is not None:
                yield placed
                break


def _placed(
    settings: PhantomSettings, patient: Patient, visit: int, candidate: "Candidate", taken: list[Box]
) -> Placed | None:
    """The site in this picture; its largest patch joins `taken`. None where no try finds a legal, free place."""
    site, hw = candidate.site, candidate.hw
    sizes = [size * candidate.factor for size in map(site.long_axis_at, range(patient.pictures)) if size is not None]
    long_axes = tuple(max(site_wh(site, size, hw)) / max(hw) for size in sizes)
    for attempt in range(TRIES if sizes else 0):
        place = (settings.seed, "site", settings.part, patient.index, candidate.index, attempt)
        largest = candidate.at(random_of(*place), max(sizes))
        if largest is None or (settings.part == "train" and not is_open(site.group, largest.spot.side, long_axes)):
            continue
        if not any(_overlap(largest.patch, other) for other in taken):
            taken.append(largest.patch)
            size = (site.long_axis_at(visit) or max(sizes)) * candidate.factor
            now = candidate.at(random_of(*place), size)
            kept = now if now is not None and _within(now.patch, largest.patch) else _about(largest, size, hw)
            return replace(kept, long_axes=long_axes)
    return None


@dataclass(frozen=True)
class Candidate:
    """A site that looks for its place, at `factor` of its planned size."""

    index: int
    site: Site
    find: FindSpot
    factor: float
    hw: tuple[int, int]

    def at(self, random: Random, long_axis: float) -> Placed | None:
        return _at(self.index, self.site, self.find(random, site_wh(self.site, long_axis, self.hw)), long_axis, self.hw)


def site_wh(site: Site, long_axis: float, hw: tuple[int, int]) -> tuple[int, int]:
    long_px = long_axis * max(hw)
    w, h = long_px * min(1.0, site.aspect), long_px * min(1.0, 1 / site.aspect)
    return max(LEAST_PX, round(w)), max(LEAST_PX, round(h))


def _at(index: int, site: Site, spot: Spot | None, long_axis: float, hw: tuple[int, int]) -> Placed | None:
    """None where the box would leave the picture."""
    if spot is None:
        return None
    w, h = site_wh(site, long_axis, hw)
    x, y = round(spot.xy[0] - w / 2), round(spot.xy[1] - h / 2)
    if x < 0 or y < 0 or x + w > hw[1] or y + h > hw[0]:
        return None
    box = (x, y, x + w, y + h)
    return Placed(index, site, spot, box, _reach(box, site.group, hw))


def _about(largest: Placed, long_axis: float, hw: tuple[int, int]) -> Placed:
    """The same place with a box of another size about its centre."""
    smaller = _at(largest.index, largest.site, largest.spot, long_axis, hw)
    return largest if smaller is None else smaller


def _reach(box: Box, group: Group, hw: tuple[int, int]) -> Box:
    """The box with what a drawing may change about it, at least 3 pixels, within the picture."""
    long = max(box[2] - box[0], box[3] - box[1])
    left, top, right, bottom = (max(3, round(share * long)) for share in group.reach)
    return (
        max(0, box[0] - left),
        max(0, box[1] - top),
        min(hw[1], box[2] + right),
        min(hw[0], box[3] + bottom),
    )


def _within(one: Box, other: Box) -> bool:
    return one[0] >= other[0] and one[1] >= other[1] and one[2] <= other[2] and one[3] <= other[3]


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
