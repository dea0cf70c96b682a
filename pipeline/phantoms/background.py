"""What a modality answers when it is asked for a picture without lesions, and what it is asked with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

import numpy as np

from pipeline.phantoms.kinds import Group, Mask, Pixels, Spot
from pipeline.phantoms.seeds import Random, random_of
from pipeline.phantoms.texture import Scanner

Stored = Literal["uint8", "hounsfield", "uint12"]  # how a device stores the canvas; a PNG is the window in 8 bits
SiteWh = tuple[float, float]  # of a site's box, in pixels
FindSpot = Callable[[Random, SiteWh], Spot | None]  # None: no such place for a site of this size; it is tried again


@dataclass(frozen=True)
class Variant:
    """One kind of picture of a modality: what a header would say of it, and what can lie in it.

    `axes` is the patient's direction of image +x and +y where the view has one. `lateralities` are those of a paired
    organ (eye, breast, limb); the background then draws that side. `marker`: an L or R of lead may be in the picture.
    """

    name: str
    body_part: str  # of schemas/taxonomy/body_parts.csv
    technique: str  # of schemas/taxonomy/modalities.csv
    groups: tuple[Group, ...]
    weight: float = 1.0
    projection: str | None = None  # of schemas/taxonomy/projections.csv
    plane: str | None = None
    axes: tuple[str, str] | None = None
    lateralities: tuple[Literal["left", "right"], ...] = ()
    marker: bool = False
    window_name: str | None = None
    sexes: tuple[str, ...] = ("F", "M")


@dataclass(frozen=True)
class Request:
    """`patient` gives the same numbers for every picture of a patient, so all anatomy is drawn from it, in one order;
    `zoom` too, for how much of a body a picture shows: millimetres of one thing compare over its pictures. `image` is
    this picture's own. `extents` holds, for each group with an extent, the label that is to be drawn.
    """

    variant: Variant
    hw: tuple[int, int]
    patient: Random
    image: Random
    scanner: Scanner
    laterality: Literal["left", "right"] | None = None
    extents: Mapping[str, str] = field(default_factory=dict)
    zoom: Random = field(default_factory=lambda: random_of(0, "zoom"))


@dataclass(frozen=True)
class Anatomy:
    """A structure or device that is there whatever the disease; `label` is an id of findings.csv."""

    label: str
    mask: Mask  # of the whole picture
    side: Literal["left", "right"] | None = None
    place: str | None = None


@dataclass(frozen=True)
class Background:
    """`pixels` are in the canvas' own unit (HU for CT), before blur and noise; `noise` is the standard deviation that
    `finish` adds (or that speckle has) at a typical place, in the same unit: contrasts are multiples of it.
    `finish` is the physics: blur, noise, artefacts. `window` maps the canvas to black and white.
    """

    pixels: Pixels
    noise: float
    window: tuple[float, float]
    spots: Mapping[str, FindSpot]  # by the name of a group; groups with an extent have none
    finish: Callable[[Pixels, Random], Pixels]
    anatomy: tuple[Anatomy, ...] = ()
    spacing_mm: tuple[float, float] | None = None  # row, column
    axes: tuple[str, str] | None = None  # where they depend on the side; else those of the variant
    stored: Stored = "uint8"
    outside: Mask | None = None  # where a device shows nothing: stays black whatever the style

    def __post_init__(self) -> None:
        if self.pixels.dtype != np.float32:
            raise ValueError("pixels must be float32")


class Modality(Protocol):
    """A module of `pipeline/phantoms/modalities` holds one, under the name MODALITY."""

    @property
    def id(self) -> str: ...  # of schemas/taxonomy/modalities.csv
    @property
    def variants(self) -> tuple[Variant, ...]: ...
    def background(self, request: Request) -> Background: ...
