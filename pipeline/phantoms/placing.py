"""Where the things of a patient lie in a picture: at legal, free places that stay the same from visit to visit."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from pipeline.phantoms.background import Background, FindSpot
from pipeline.phantoms.kinds import Box, Group, Spot
from pipeline.phantoms.plan import Patient, Site, is_open
from pipeline.phantoms.seeds import Random, random_of
from pipeline.phantoms.settings import PhantomSettings

TRIES = 24  # for a place that is legal and free
SHRUNK = (1.0, 0.5, 0.25, 0.12)  # of a site that every picture needs, where there is no room for it
LEAST_PX = 3


@dataclass(frozen=True)
class Choice:
    """Which try found a site's place, at which factor of its planned size: the same in all pictures of a patient."""

    attempt: int
    factor: float


@dataclass(frozen=True)
class Placed:
    """A site with its place, box and patch in one picture.

    `room` is the largest patch that it has in any of the patient's pictures, and `long_axes` are its sizes there, as
    shares of the picture's longer side.
    """

    index: int
    site: Site
    choice: Choice
    spot: Spot
    box: Box
    patch: Box
    room: Box
    long_axes: tuple[float, ...] = ()


def placements(
    settings: PhantomSettings, patient: Patient, visit: int, background: Background, first: Mapping[int, Placed] | None
) -> Iterator[Placed]:
    """Sites for which a legal place is found that no other site's patch reaches.

    It is looked for with the largest size that the thing has in any picture of the patient, so that it stays where
    it is while it grows. `first` are the placements of the patient's first picture, None for that one itself: later
    pictures take the same tries at the same sizes, and what has no room there is out of view. Only a site that every
    picture needs looks further. In the train part no place is legal where all findings of the group are held out: not
    for a mimic either, else the place would tell.
    """
    hw = (background.pixels.shape[0], background.pixels.shape[1])
    taken: list[Box] = []
    for i, site in sorted(enumerate(patient.sites), key=lambda each: not each[1].sure):
        find = background.spots.get(site.group.name)
        if find is None:
            continue
        for choice in _choices(site, first, i):
            placed = _placed(settings, patient, visit, Candidate(i, site, find, choice, hw))
            if placed is not None and not any(_overlap(placed.room, other) for other in taken):
                taken.append(placed.room)
                yield placed
                break


def _choices(site: Site, first: Mapping[int, Placed] | None, index: int) -> Iterator[Choice]:
    """What to try, in order."""
    if first is not None and index in first:
        yield first[index].choice
    if first is None or site.sure:
        for factor in SHRUNK if site.sure else SHRUNK[:1]:
            yield from (Choice(attempt, factor) for attempt in range(TRIES))


def _placed(settings: PhantomSettings, patient: Patient, visit: int, candidate: "Candidate") -> Placed | None:
    """The site in this picture, at the place of the candidate's try; None where that is no legal one."""
    site, hw, choice = candidate.site, candidate.hw, candidate.choice
    sizes = [size * choice.factor for size in map(site.long_axis_at, range(patient.pictures)) if size is not None]
    if not sizes:
        return None
    long_axes = tuple(max(site_wh(site, size, hw)) / max(hw) for size in sizes)
    place = (settings.seed, "site", settings.part, patient.index, candidate.index, choice.attempt)
    largest = candidate.at(random_of(*place), max(sizes))
    if largest is None or (settings.part == "train" and not is_open(site.group, largest.spot.side, long_axes)):
        return None
    size = (site.long_axis_at(visit) or 0.0) * choice.factor or max(sizes)
    now = candidate.at(random_of(*place), size)
    kept = now if now is not None and _within(now.patch, largest.patch) else candidate.about(largest, size)
    return replace(kept, room=largest.patch, long_axes=long_axes)


@dataclass(frozen=True)
class Candidate:
    """A site that looks for its place by one try."""

    index: int
    site: Site
    find: FindSpot
    choice: Choice
    hw: tuple[int, int]

    def at(self, random: Random, long_axis: float) -> Placed | None:
        return self._boxed(self.find(random, site_wh(self.site, long_axis, self.hw)), long_axis)

    def about(self, largest: Placed, long_axis: float) -> Placed:
        """The same place with a box of another size about its centre."""
        return self._boxed(largest.spot, long_axis) or largest

    def _boxed(self, spot: Spot | None, long_axis: float) -> Placed | None:
        """None where the box would leave the picture."""
        if spot is None:
            return None
        w, h = site_wh(self.site, long_axis, self.hw)
        x, y = round(spot.xy[0] - w / 2), round(spot.xy[1] - h / 2)
        if x < 0 or y < 0 or x + w > self.hw[1] or y + h > self.hw[0]:
            return None
        box = (x, y, x + w, y + h)
        patch = _reach(box, self.site.group, self.hw)
        return Placed(self.index, self.site, self.choice, spot, box, patch, patch)


def site_wh(site: Site, long_axis: float, hw: tuple[int, int]) -> tuple[int, int]:
    long_px = long_axis * max(hw)
    w, h = long_px * min(1.0, site.aspect), long_px * min(1.0, 1 / site.aspect)
    return max(LEAST_PX, round(w)), max(LEAST_PX, round(h))


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
