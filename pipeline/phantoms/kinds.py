"""What can be drawn at a site, and which of them are confusable: the tables that each modality fills."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from pipeline.phantoms.seeds import Random
from schemas.lexicon.attributes import attribute_values
from schemas.lexicon.findings import finding

Pixels = npt.NDArray[np.float32]  # (height, width) or (height, width, 3), in the canvas' own unit
Mask = npt.NDArray[np.bool_]
Box = tuple[int, int, int, int]  # x1 y1 x2 y2, half-open

# Long axis of a site as a share of the picture's longer side; the words and bounds of schemas/lexicon/attributes.csv.
STRATA: Mapping[str, tuple[float, float]] = {
    "tiny": (0.008, 0.02),
    "small": (0.02, 0.07),
    "medium": (0.07, 0.20),
    "large": (0.20, 0.28),
}


def stratum_of(long_axis: float) -> str:
    """The size word of a share of the picture's longer side."""
    return [name for name, (low, _) in STRATA.items() if long_axis >= low or name == "tiny"][-1]


@dataclass(frozen=True)
class Spot:
    """Where a site may lie: its centre in pixels, and what the anatomy says of that place.

    `place` is an id of schemas/lexicon/places.csv; `side` the patient's, left or right; `angle` the direction of the
    local structure in radians; `local` whatever a drawing needs to know of its surroundings.
    """

    xy: tuple[float, float]
    place: str | None = None
    side: Literal["left", "right"] | None = None
    angle: float = 0.0
    local: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Patch:
    """What a drawing sees: a copy of the background about its site.

    `contrast` is the absolute difference to the background, in the canvas' unit, that the drawing must have on the
    mean over its mask: contrast to noise times noise. `attributes` are the values to render.
    """

    pixels: Pixels
    box_xyxy: Box  # of the site, in the patch
    contrast: float
    attributes: Mapping[str, str]
    spot: Spot
    random: Random

    @property
    def hw(self) -> tuple[int, int]:
        return self.pixels.shape[0], self.pixels.shape[1]


@dataclass(frozen=True)
class Drawn:
    """The patch with the thing in it, and the thing's analytic mask, which fills the site's box from edge to edge."""

    pixels: Pixels
    mask: Mask


Draw = Callable[[Patch], Drawn]


@dataclass(frozen=True)
class Kind:
    """One thing that can lie at a site. `label` is an id of schemas/lexicon/findings.csv.

    A finding is disease; a mimic is not, and normal pictures have it too. `attributes` are drawn independently of
    everything and rendered by `draw`; `constant` ones are what makes it this kind. `category` stands in for the
    lexicon's where a sign stands for a disease that the scene knows. `ages` are of patients who can have it.
    """

    label: str
    role: Literal["finding", "mimic"]
    draw: Draw | None  # None: the background draws it, as a wide heart
    attributes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    constant: Mapping[str, str] = field(default_factory=dict)
    category: str | None = None
    ages: tuple[int, int] | None = None  # None: any adult

    def __post_init__(self) -> None:
        known = finding(self.label)
        if self.category is None and self.role == "finding":
            object.__setattr__(self, "category", known.category)
        if self.role == "mimic" and (self.category or known.category):
            raise ValueError(f"{self.label} is of category {known.category}: no mimic")
        for attribute, values in {
            **self.attributes,
            **{name: (value,) for name, value in self.constant.items()},
        }.items():
            legal = {each.value for each in attribute_values(attribute)}
            if unknown := set(values) - legal:
                raise ValueError(f"{self.label}: {attribute} cannot be {sorted(unknown)}")

    @property
    def margins(self) -> tuple[str | None, ...]:
        """Those that it can have; None where no margin is said of it."""
        return (self.constant["margin"],) if "margin" in self.constant else self.attributes.get("margin", (None,))


@dataclass(frozen=True)
class Group:
    """Kinds that share places, sizes, contrasts and mean intensities, so that only their look tells them apart.

    A group with a finding has a mimic: else a picture's boxes would tell that it is abnormal. `aspect` bounds width
    over height of its sites. `reach` is how far a drawing may change pixels beyond its box (left, top, right, bottom),
    in units of the box' longer side: a shadow reaches down. `extent` names an anatomy region of the background
    that every picture has, for findings without a size of their own; such a group has no mimic and no place. `most`
    is how many sites of the group a picture can hold: a fovea has one hole.
    """

    name: str
    kinds: tuple[Kind, ...]
    strata: tuple[str, ...] = tuple(STRATA)
    aspect: tuple[float, float] = (0.7, 1.4)
    reach: tuple[float, float, float, float] = (0.3, 0.3, 0.3, 0.3)
    weight: float = 1.0
    extent: str | None = None
    most: int = 5

    def __post_init__(self) -> None:
        roles = {kind.role for kind in self.kinds}
        if self.extent is None and roles == {"finding"}:
            raise ValueError(f"group {self.name} has findings and no mimic")

    def of_role(self, role: str) -> tuple[Kind, ...]:
        return tuple(kind for kind in self.kinds if kind.role == role)
