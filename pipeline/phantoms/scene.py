"""A picture with its truth, which comes from the scene's parameters and is never measured from pixels."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from pipeline.phantoms.background import Stored
from pipeline.phantoms.kinds import Box, Mask
from schemas.lexicon.places import place

SIDED_NUMBERS = ("fdi_tooth", "fdi_milk_tooth")  # vocabularies of places
VISIBLE_FROM = 1.5  # contrast to noise; what lies below is present, and no text says it


@dataclass(frozen=True)
class Region:
    """One thing in the picture. `mask` is that of its box, (y2 - y1, x2 - x1), analytic and before blur.

    `kind` is the lexicon's (finding, anatomy, cell, device, artefact, marker), `role` what it is to the plan: finding,
    mimic, extent (a finding without a size of its own), anatomy or marker. `footprint_xyxy` holds every pixel that it
    changed. `side` is the patient's. Anatomy and markers have neither stratum nor contrast.
    """

    id: str  # of the thing, the same in all pictures of the patient
    label: str
    name: str
    kind: str
    role: Literal["finding", "mimic", "extent", "anatomy", "marker"]
    group: str | None
    category: str | None
    box_xyxy: Box
    mask: Mask
    footprint_xyxy: Box
    attributes: Mapping[str, str]
    place: str | None = None
    side: str | None = None
    stratum: str | None = None
    long_axis: float | None = None  # share of the picture's longer side
    contrast_to_noise: float | None = None
    visible: bool = True
    change: str | None = None  # against the patient's picture before: new, larger, stable, smaller
    held_out: bool = False


@dataclass(frozen=True)
class Phantom:
    """`pixels` are what a viewer shows, (h, w) or (h, w, 3) RGB; `stored` what a device stores where that differs.

    `axes` is what the header says, and right; None where it says nothing. `gone`: things of the picture before that
    are no longer there. `assessed`: categories that such a picture can show.
    """

    id: str
    patient: str
    visit: int
    modality: str
    variant: str
    body_part: str
    technique: str
    projection: str | None
    plane: str | None
    image_laterality: str | None
    axes: tuple[str, str] | None
    mirrored: bool
    spacing_mm: tuple[float, float] | None
    window: tuple[float, float] | None  # centre, width, of `stored`
    window_name: str | None
    sex: str
    age: int
    style: str
    scanner: str
    device: str
    marker: bool  # a side marker is in the pixels
    pixels: npt.NDArray[np.uint8]
    stored_as: Stored
    stored: npt.NDArray[np.integer] | None  # int16 HU, or uint16 of 12 bits
    regions: tuple[Region, ...]
    gone: tuple[str, ...]
    assessed: tuple[str, ...]

    @property
    def findings(self) -> tuple[Region, ...]:
        return tuple(region for region in self.regions if region.role in ("finding", "extent"))

    @property
    def present(self) -> tuple[str, ...]:
        """Categories of its findings, seen or not, sorted."""
        return tuple(sorted({region.category for region in self.findings if region.category}))

    @property
    def shown(self) -> tuple[str, ...]:
        """Categories that can be seen on it, sorted."""
        return tuple(sorted({region.category for region in self.findings if region.category and region.visible}))

    @property
    def side_is_known(self) -> bool:
        """Whether a reader can tell the patient's sides: by header or by marker."""
        return self.axes is not None or self.marker

    def told_place(self, region: Region) -> str | None:
        """Where a reader can say that it lies: the number of a tooth tells a side."""
        known = region.place is None or self.side_is_known or place(region.place).vocabulary not in SIDED_NUMBERS
        return region.place if known else None
