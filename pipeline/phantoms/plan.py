"""Who is drawn: patients, what lies at their sites, and how that changes from picture to picture; no pixel yet.

Sites and what lies at them are drawn apart. So number, place, size and contrast of a picture's sites are the same for
normal and abnormal ones, and for a finding and its partners.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

from pipeline.phantoms.background import Modality, Variant
from pipeline.phantoms.kinds import STRATA, Group, Kind, stratum_of
from pipeline.phantoms.seeds import Random, random_of, share_of
from pipeline.phantoms.settings import PhantomSettings

T = TypeVar("T")

NORMAL = 0.35
SITES = ((1, 0.31), (2, 0.30), (3, 0.21), (4, 0.12), (5, 0.06))  # planned; of later ones, some find no room
NO_SITE = 0.08  # where the variant has findings without a size of their own
FINDING_AT_SITE = 0.7  # of an abnormal picture's further sites
EXTENT = 0.3  # of abnormal pictures, where the variant has one
SAME_GROUP = 0.7  # of further sites: things of one group can differ in one attribute alone
ONE_ATTRIBUTE = 0.95  # of further sites of the same group and role
PICTURES = ((1, 0.45), (2, 0.30), (3, 0.15), (4, 0.10))
LASTING = (("stable", 0.6), ("grows", 0.25), ("shrinks", 0.15))
CHANGES = (("stable", 0.45), ("grows", 0.2), ("shrinks", 0.1), ("vanishes", 0.13), ("appears", 0.12))
GROWTH = {"grows": 1.4, "shrinks": 1 / 1.4}
CONTRAST_TO_NOISE = (1.0, 6.0)
HELD_OUT = 0.10
ADULT = (18, 94)
STYLES = 8  # sites with a style of their own
OTHER_SCANNER = 0.5  # of the test part's patients


@dataclass(frozen=True)
class Site:
    """A place for something. `long_axis` is a share of the picture's longer side, `aspect` width over height."""

    group: Group
    long_axis: float
    aspect: float
    contrast_to_noise: float
    change: str
    sure: bool = False  # the one that is there in every picture; on an abnormal patient a finding lies there

    def long_axis_at(self, visit: int) -> float | None:
        """None where it is not there yet, or no longer."""
        if (self.change == "vanishes" and visit > 0) or (self.change == "appears" and visit == 0):
            return None
        grown = self.long_axis * GROWTH.get(self.change, 1.0) ** visit
        return min(max(grown, STRATA["tiny"][0]), STRATA["large"][1])


@dataclass(frozen=True)
class Filling:
    """What lies at a site, with the values of the kind's attributes."""

    kind: Kind
    attributes: Mapping[str, str]


@dataclass(frozen=True)
class Patient:
    """`sites` and `fillings` go together; `extents` holds the kind drawn for each group with an extent, or None."""

    index: int
    modality: Modality
    variant: Variant
    pictures: int
    sex: str  # F or M
    age: int
    laterality: Literal["left", "right"] | None
    abnormal: bool
    sites: tuple[Site, ...]
    fillings: tuple[Filling, ...]
    extents: Mapping[str, Kind | None]
    style: int
    scanner: Literal["a", "b"]


def patients(settings: PhantomSettings, modalities: Mapping[str, Modality]) -> Iterator[Patient]:
    """As many as it takes for `settings.count` pictures; the last one may have fewer pictures than it would."""
    left, index = settings.count, 0
    while left > 0:
        pictures = pictures_of(settings.seed, index)
        modality = modalities[settings.modalities[index % len(settings.modalities)]]
        yield plan_patient(settings, index, modality, min(pictures, left))
        left, index = left - pictures, index + 1


def pictures_of(seed: int, index: int) -> int:
    """How many pictures a patient has."""
    point = share_of(seed, "pictures", index)
    for number, share in PICTURES:
        point -= share
        if point < 0:
            return number
    return PICTURES[-1][0]


def plan_patient(settings: PhantomSettings, index: int, modality: Modality, pictures: int) -> Patient:
    random = random_of(settings.seed, "patient", settings.part, index)
    variant = weighted(random, [(each, each.weight) for each in modality.variants])
    abnormal = bool(random.random() >= NORMAL)
    sites = plan_sites(random, variant)
    style = _style(random, settings, abnormal)
    fillings = plan_fillings(random, sites, abnormal)
    return Patient(
        index,
        modality,
        variant,
        pictures,
        sex=weighted(random, [(sex, 1.0) for sex in variant.sexes]),
        age=_age(random, fillings),
        laterality=weighted(random, [(side, 1.0) for side in variant.lateralities]) if variant.lateralities else None,
        abnormal=abnormal,
        sites=sites,
        fillings=fillings,
        extents=plan_extents(random, variant, abnormal, sites),
        style=style,
        scanner="b" if settings.part == "test" and random.random() < OTHER_SCANNER else "a",
    )


def plan_sites(random: Random, variant: Variant) -> tuple[Site, ...]:
    """Drawn without a look at whether the patient is normal. The first one's group has findings."""
    placed = [group for group in variant.groups if group.extent is None]
    number = weighted(random, SITES)
    if not placed or (len(placed) < len(variant.groups) and random.random() < NO_SITE):
        return ()
    groups = [_group(random, [group for group in placed if group.of_role("finding")])]
    for _ in range(number - 1):
        left = [group for group in placed if groups.count(group) < group.most]
        if not left:
            break
        again = random.random() < SAME_GROUP and groups[-1] in left
        groups.append(groups[-1] if again else _group(random, left))
    able = [i for i, group in enumerate(groups) if group.of_role("finding")]
    sure = able[int(random.integers(len(able)))]
    return tuple(_site(random, group, i == sure) for i, group in enumerate(groups))


def _group(random: Random, groups: Sequence[Group]) -> Group:
    return weighted(random, [(group, group.weight) for group in groups])


def _site(random: Random, group: Group, sure: bool) -> Site:
    low, high = STRATA[weighted(random, [(name, 1.0) for name in group.strata])]
    return Site(
        group,
        long_axis=low * (high / low) ** random.random(),
        aspect=group.aspect[0] * (group.aspect[1] / group.aspect[0]) ** random.random(),
        contrast_to_noise=float(random.uniform(*CONTRAST_TO_NOISE)),
        change=weighted(random, LASTING if sure else CHANGES),
        sure=sure,
    )


def plan_fillings(random: Random, sites: Sequence[Site], abnormal: bool) -> tuple[Filling, ...]:
    """Mimics alone on a normal patient; on an abnormal one at least one finding."""
    fillings: list[Filling] = []
    for i, site in enumerate(sites):
        able = bool(site.group.of_role("finding"))
        finding = abnormal and (site.sure or (able and random.random() < FINDING_AT_SITE))
        role = "finding" if finding else "mimic"
        last = fillings[-1] if fillings and sites[i - 1].group is site.group else None
        if last is not None and last.kind.role == role and last.kind.attributes and random.random() < ONE_ATTRIBUTE:
            fillings.append(_one_other(random, last))
        else:
            fillings.append(_filling(random, site.group.of_role(role)))
    return tuple(fillings)


def _filling(random: Random, kinds: Sequence[Kind]) -> Filling:
    kind = kinds[int(random.integers(len(kinds)))]
    values = {name: choices[int(random.integers(len(choices)))] for name, choices in kind.attributes.items()}
    return Filling(kind, values)


def _one_other(random: Random, like: Filling) -> Filling:
    """The same thing with exactly one attribute changed, where it has one with a choice."""
    open_ = [name for name, choices in like.kind.attributes.items() if len(choices) > 1]
    if not open_:
        return like
    name = open_[int(random.integers(len(open_)))]
    others = [value for value in like.kind.attributes[name] if value != like.attributes[name]]
    return Filling(like.kind, {**like.attributes, name: others[int(random.integers(len(others)))]})


def plan_extents(random: Random, variant: Variant, abnormal: bool, sites: Sequence[Site]) -> Mapping[str, Kind | None]:
    """Of an abnormal picture without a site, one finding surely."""
    groups = [group for group in variant.groups if group.extent is not None]
    sure = int(random.integers(len(groups))) if groups else -1
    chosen: dict[str, Kind | None] = {}
    for i, group in enumerate(groups):
        present = abnormal and (random.random() < EXTENT or (not sites and i == sure))
        chosen[group.name] = group.kinds[int(random.integers(len(group.kinds)))] if present else None
    return chosen


def _age(random: Random, fillings: Sequence[Filling]) -> int:
    """Of a child, where something lies there that children alone have."""
    bounds = [filling.kind.ages for filling in fillings if filling.kind.ages is not None] or [ADULT]
    return int(random.integers(max(low for low, _ in bounds), min(high for _, high in bounds) + 1))


def _style(random: Random, settings: PhantomSettings, abnormal: bool) -> int:
    """Independent of disease but for the confounded share: there sick patients come from one half of the sites."""
    free, half = int(random.integers(STYLES)), int(random.integers(STYLES // 2))
    if random.random() >= settings.confound:
        return free
    return half + (STYLES // 2) * (abnormal != (settings.part == "test"))


def other_filling(random: Random, site: Site, like: Filling) -> Filling:
    """Another thing of the same role for a site."""
    return _filling(random, site.group.of_role(like.kind.role))


def held_out(group: Group, label: str, side: str | None, long_axis: float, margin: str | None) -> bool:
    """Whether a combination of finding, side, size and margin never occurs in the train part.

    Never all that the group could show at a side and size: something has to lie there.
    """
    stratum = stratum_of(long_axis)
    return _drawn_out(label, side, stratum, margin) and not all(
        _drawn_out(kind.label, side, stratum, each) for kind in group.of_role("finding") for each in kind.margins
    )


def _drawn_out(label: str, side: str | None, stratum: str, margin: str | None) -> bool:
    return share_of("held out", label, side or "", stratum, margin or "") < HELD_OUT


def is_open(group: Group, side: str | None, long_axes: Sequence[float]) -> bool:
    """Whether some finding of the group may lie at a side with all these sizes and not be held out."""
    findings = group.of_role("finding")
    return not findings or any(
        not any(held_out(group, kind.label, side, long_axis, margin) for long_axis in long_axes)
        for kind in findings
        for margin in kind.margins
    )


def weighted(random: Random, choices: Sequence[tuple[T, float]]) -> T:
    """One of the choices, by weight."""
    point = random.random() * sum(weight for _, weight in choices)
    for choice, weight in choices:
        point -= weight
        if point < 0:
            return choice
    return choices[-1][0]
