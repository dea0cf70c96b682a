"""The allow-list: what leaves a file beside its pixels. Every value is coded, from a closed list or a pseudonym."""

import re
from collections.abc import Callable
from dataclasses import dataclass

Pseudonym = Callable[[str, str], str]  # kind (patient, study, series), value -> keyed hash

# What scrubbers and consoles write where no identity is known; a group of all of them would be no patient.
_NOBODY = re.compile(
    "0+|x+|anon(ym(ous|i[sz]ed))?|deidentified|none|null|unknown|nan?|noid|notavailable|patient(id)?|removed|subject|test"
)


@dataclass(frozen=True)
class Attributes:
    """The columns of `images` that come from a header; all unknown for PNG, JPEG and TIFF.

    `spacing_mm` is [row, column] of the source picture. A pixel's own content (stroke, face) is not judged here.
    """

    modality: str | None = None
    technique: str | None = None
    body_part: str | None = None
    projection: str | None = None
    image_laterality: str | None = None
    axes: tuple[str, str] | None = None
    plane: str | None = None
    mirrored: bool | None = None
    spacing_mm: tuple[float, float] | None = None
    spacing_basis: str = "unknown"
    sex: str | None = None
    age_bucket: str | None = None
    patient: str | None = None
    study: str | None = None
    series: str | None = None
    device: str | None = None


def identity(pseudonym: Pseudonym, kind: str, value: str) -> str | None:
    """The pseudonym of an identifier; None where the header names nobody."""
    plain = re.sub(r"[^a-z0-9]+", "", value.lower())
    return None if not plain or _NOBODY.fullmatch(plain) else pseudonym(kind, value.strip())
