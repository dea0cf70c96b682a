"""Phantoms without pixels: hand-made, and drawn over the whole lexicon."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, TypeVar

import numpy as np

from pipeline.phantoms.scene import Phantom, Region
from pipeline.phantoms.seeds import Random, random_of
from pipeline.phantoms.sentences.looks import meant
from schemas.lexicon.attributes import attribute_table
from schemas.lexicon.findings import finding, findings
from schemas.lexicon.places import is_legal, places
from schemas.taxonomy.assessable import assessable_categories
from schemas.taxonomy.modalities import modalities, techniques

T = TypeVar("T")
Role = Literal["finding", "mimic", "extent", "anatomy", "marker"]
PARTS: Mapping[str, tuple[str, ...]] = {
    "radiography": ("chest", "knee"), "ct": ("chest", "abdomen", "brain"), "mri": ("brain", "knee", "prostate"),
    "ultrasound": ("breast", "thyroid", "abdomen"), "mammography": ("breast",), "nuclear": ("whole_body", "thyroid"),
    "fundus": ("retina",), "oct": ("macula",), "dermatology": ("skin",), "endoscopy": ("colon", "stomach"),
    "microscopy": ("blood", "lung"), "dental": ("teeth",),
}  # fmt: skip
LOOKS = (
    *("margin", "shape", "texture", "density", "intensity", "echo", "uptake", "colour", "enhancement", "calcification"),
    *("internal_structure", "shadow", "halo", "orientation", "distribution", "severity", "reflectivity"),
)


def make_region(
    label: str,
    id: str = "",
    role: Role = "finding",
    attributes: Mapping[str, str] | None = None,
    place: str | None = None,
    side: str | None = None,
    stratum: str | None = "small",
    wh: tuple[int, int] = (20, 10),
    visible: bool = True,
    change: str | None = None,
) -> Region:
    """A region whose id is its label's unless it is told."""
    return Region(
        id=id or label,
        label=label,
        name=finding(label).name,
        kind=finding(label).kind,
        role=role,
        group=None,
        category=finding(label).category if role in ("finding", "extent") else None,
        box_xyxy=(5, 5, 5 + wh[0], 5 + wh[1]),
        mask=np.ones((wh[1], wh[0]), np.bool_),
        footprint_xyxy=(0, 0, 40, 40),
        attributes=attributes or {},
        place=place,
        side=side,
        stratum=None if role in ("extent", "anatomy", "marker") else stratum,
        long_axis=None if role in ("extent", "anatomy", "marker") else max(wh) / 256,
        visible=visible,
        change=change,
    )


def make_phantom(
    *regions: Region,
    modality: str = "mammography",
    body_part: str = "breast",
    technique: str = "FFDM",
    oriented: bool = True,
    laterality: str | None = None,
    spacing_mm: tuple[float, float] | None = None,
    gone: tuple[str, ...] = (),
    assessed: tuple[str, ...] | None = None,
    id: str = "p",
    visit: int = 0,
) -> Phantom:
    """A picture with what the text writer reads, its pixels blank."""
    return Phantom(
        id=id, patient="p", visit=visit, modality=modality, variant="v", body_part=body_part, technique=technique,
        projection="cc" if modality == "mammography" else None, plane=None, image_laterality=laterality,
        axes=("L", "F") if oriented else None, mirrored=False, spacing_mm=spacing_mm, window=None, window_name=None,
        sex="F", age=50, style="s", scanner="a", device="d", marker=False, pixels=np.zeros((1, 1), np.uint8),
        stored_as="uint8", stored=None, regions=regions, gone=gone,
        assessed=assessable_categories(modality, body_part) if assessed is None else assessed,
    )  # fmt: skip


def many_phantoms(count: int, seed: int = 0) -> Iterator[Phantom]:
    """Over all modalities and the whole lexicon; with unseen things, changes, gone ones and such as have no side."""
    all_ids = [each.id for each in modalities()]
    for i in range(count):
        random = random_of(seed, "made", i)
        modality = all_ids[i % len(all_ids)]
        part = _one(random, PARTS[modality])
        visit = int(random.integers(2))
        labels = [each.id for each in findings() if each.occurs_in(modality) and each.kind != "marker"]
        some = [_one(random, labels) for _ in range(int(random.integers(4)))]
        regions = [_drawn(random, label, f"r{n}", modality, part, visit) for n, label in enumerate(some + some[:1])]
        yield make_phantom(
            *regions,
            modality=modality,
            body_part=part,
            technique=_one(random, techniques(modality)),
            oriented=bool(random.random() < 0.8),
            laterality=_one(random, ("left", "right")),
            spacing_mm=None if random.random() < 0.3 else (10 ** random.uniform(-4, 0),) * 2,
            gone=tuple(finding(_one(random, labels)).name for _ in range(int(random.integers(3)))) if visit else (),
            id=f"made-{i}",
            visit=visit,
        )


def _drawn(random: Random, label: str, id: str, modality: str, part: str, visit: int) -> Region:
    known = finding(label)
    role: Role = "finding" if known.category else "mimic" if random.random() < 0.5 else "anatomy"
    side = (None, "left", "right")[int(random.integers(3))]
    legal = [each.id for each in places(part) if is_legal(each.id, side) or each.body_part is None]
    change = _one(random, ("new", "larger", "stable", "smaller")) if visit and role in ("finding", "mimic") else None
    return make_region(
        label, id, role,
        attributes=_looks(random, modality) if role != "anatomy" else {},
        place=_one(random, legal) if legal and random.random() < 0.6 else None,
        side=side,
        stratum=_one(random, ("tiny", "small", "medium", "large")),
        wh=(int(random.integers(3, 90)), int(random.integers(3, 90))),
        visible=bool(random.random() < 0.85) or role == "anatomy",
        change=change,
    )  # fmt: skip


def _looks(random: Random, modality: str) -> dict[str, str]:
    table = [
        each for each in attribute_table() if each.attribute in LOOKS and meant(each.attribute, each.value, modality)
    ]
    drawn = [_one(random, table) for _ in range(int(random.integers(4)))]
    return {each.attribute: each.value for each in drawn}


def _one(random: Random, things: Sequence[T]) -> T:
    return things[int(random.integers(len(things)))]
