"""A fact: one statement about a picture or a region, in closed vocabularies, with its basis and its source.

What no fact says is unknown, never absent. A patient's side exists only with the frame `patient`; what geometry shows
has the frame `image`.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

IMAGE = "image"  # the subject of what is said of a whole picture
REPORTED = "report-"  # begins the subject of a thing that a report tells of; any other subject is a region's id

ASSERTIONS = frozenset({"present", "absent", "possible"})
FRAMES = frozenset({"image", "patient"})
UNITS = frozenset({"1", "mm", "um"})  # UCUM
VISIBLE = frozenset({"true", "false", "unknown"})
BASES = frozenset(
    {
        *("header", "source_statement", "geometry", "calibrated"),
        *("dicom_orientation", "dicom_laterality", "marker_read", "anatomy_derived"),
        *("pathology", "clinical", "reader", "report", "model", "phantom"),
    }
)
MEASURED_BASES = frozenset({"header", "calibrated"})  # of a spacing that carries millimetres

VERTICALS = ("upper", "middle", "lower")
IMAGE_SIDES = ("image-left", "centre", "image-right")
SIZES = ("tiny", "small", "medium", "large")  # in rising order
PLACES = frozenset(f"{vertical} {side}" for vertical in VERTICALS for side in IMAGE_SIDES)
SPREADS = frozenset({"apart", "several", "everywhere"})

COUNT_KINDS = ("count", "count_at_least")

ANY = "*"  # the attribute is the name of what is counted
Vocabulary = frozenset[str] | None  # None: an open value, as a name, a number or a region's id

KINDS: Mapping[str, Mapping[str, Vocabulary]] = {
    "acquisition": {
        "modality": None,
        "technique": None,
        "body_part": None,
        "projection": None,
        "window": None,
        "plane": frozenset({"axial", "coronal", "sagittal", "oblique"}),
    },
    "laterality": {"image": frozenset({"left", "right", "bilateral"})},
    "label": {"category": None},
    "presence": {"name": None},
    "count": {ANY: None},
    "count_at_least": {ANY: None},
    "distribution": {ANY: PLACES | SPREADS | {*VERTICALS, *IMAGE_SIDES} | {"left", "right", "both"}},
    "identity": {"name": None, "kind": None},
    "position": {"image_side": frozenset(IMAGE_SIDES), "vertical": frozenset(VERTICALS)},
    "side": {"patient": frozenset({"left", "right", "bilateral"})},
    "size": {"share_of_image": frozenset(SIZES)},
    "measurement": {"width": None, "height": None},
    "shape": {"outline": frozenset({"round", "wide", "tall"})},
    "appearance": {ANY: None},  # the attribute is one of schemas/lexicon/attributes.csv, the value one of its words
    "location": {"anatomy": None},  # an id of schemas/lexicon/places.csv
    "border": {"touches": frozenset({"left", "top", "right", "bottom"})},
    "relation": {"left_of": None, "above": None, "larger_than": None},
    "change": {"since_prior": frozenset({"new", "larger", "stable", "smaller", "resolved"})},
}


@dataclass(frozen=True, slots=True)
class Fact:
    """`source` names who said it (a corpus source or a detector); `confidence` is a score in [0, 1].

    Raises ValueError for a word outside the vocabularies: facts are made by code, never by data.
    """

    subject: str
    kind: str
    attribute: str
    value: str
    basis: str
    unit: str | None = None
    assertion: str = "present"
    frame: str | None = None
    source: str | None = None
    confidence: float | None = None
    visible: str = "unknown"

    def __post_init__(self) -> None:
        allowed = _allowed(self.kind, self.attribute)
        if allowed is not None and self.value not in allowed:
            raise ValueError(f"{self.kind}.{self.attribute} cannot be {self.value!r}")
        if not _are_words(self.assertion, self.basis, self.visible, self.frame, self.unit):
            raise ValueError(f"unknown assertion, basis, visibility, frame or unit: {self}")

    @property
    def fact_id(self) -> str:
        """128 bits over the whole content; equal statements about one region are one fact."""
        parts = (
            *(self.subject, self.kind, self.attribute, self.value, self.basis, self.unit or ""),
            *(self.assertion, self.frame or "", self.source or "", self.visible),
            "" if self.confidence is None else f"{self.confidence:.6g}",
        )
        return hashlib.blake2b("\x1f".join(parts).encode(), digest_size=16).hexdigest()

    @property
    def is_reported(self) -> bool:
        """Whether it is about a thing that a report tells of, wherever in the picture that lies."""
        return self.subject.startswith(REPORTED)

    @property
    def slot(self) -> tuple[str, str]:
        return self.kind, self.attribute

    @property
    def number(self) -> float:
        """The value of a count or a measurement."""
        return float(self.value)

    def with_value(self, value: str) -> "Fact":
        """The same statement with another value."""
        return Fact(
            *(self.subject, self.kind, self.attribute, value, self.basis, self.unit),
            *(self.assertion, self.frame, self.source, self.confidence, self.visible),
        )

    def row(self) -> dict[str, Any]:
        """As the tables hold it (`schemas.tables.columns.FACT`)."""
        return {
            "fact_id": self.fact_id,
            "subject": self.subject,
            "kind": self.kind,
            "attribute": self.attribute,
            "value": self.value,
            "unit": self.unit,
            "assertion": self.assertion,
            "frame": self.frame,
            "basis": self.basis,
            "source": self.source,
            "confidence": self.confidence,
            "visible": self.visible,
        }

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> "Fact":
        """The inverse of `row`; the id is derived again."""
        return cls(**{name: value for name, value in row.items() if name != "fact_id"})


@lru_cache(maxsize=4096)
def _allowed(kind: str, attribute: str) -> Vocabulary:
    """Values; None where any may stand. Raises ValueError where there is no such attribute."""
    attributes = KINDS.get(kind, {})
    if attribute not in attributes and ANY not in attributes:
        raise ValueError(f"no attribute {attribute!r} of kind {kind!r}")
    return attributes[attribute] if attribute in attributes else attributes[ANY]


@lru_cache(maxsize=4096)
def _are_words(assertion: str, basis: str, visible: str, frame: str | None, unit: str | None) -> bool:
    """Whether all are of their vocabularies."""
    is_said = assertion in ASSERTIONS and basis in BASES and visible in VISIBLE
    return is_said and (frame or "image") in FRAMES and (unit or "1") in UNITS
