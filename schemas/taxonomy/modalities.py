"""The twelve modalities, their closed techniques, and what DICOM calls them."""

from dataclasses import dataclass
from functools import cache

from schemas.taxonomy.csv_table import Row, folded, listed, made_from

UNKNOWN = "unknown"
PARAMETRIC_MAP = "parametric map"
X_RAYS = ("dental", "mammography")  # which may come as objects of the class for any digital X-ray


@dataclass(frozen=True)
class Modality:
    """`noun` and `plural` name its pictures in captions; `assumed_body_part` (or empty) is what nearly all show."""

    id: str
    noun: str
    plural: str
    dicom_codes: tuple[str, ...]
    sop_classes: tuple[str, ...]
    techniques: tuple[tuple[str, ...], ...]  # each the value first, then its synonyms
    assumed_body_part: str
    notes: str


@dataclass(frozen=True)
class NotAnImage:
    """A kind of DICOM object that is evidence about images and not one itself."""

    dicom_code: str
    sop_classes: tuple[str, ...]  # with everything below them
    what: str


@cache
def modalities() -> tuple[Modality, ...]:
    return made_from("schemas.taxonomy", "modalities", _modality)


@cache
def not_images() -> tuple[NotAnImage, ...]:
    return made_from(
        "schemas.taxonomy",
        "not_images",
        lambda row: NotAnImage(row["dicom_code"], listed(row["sop_classes"]), row["what"]),
    )


def modality(id: str) -> Modality:
    """Raises KeyError where there is no such modality."""
    return _by_id()[id]


def techniques(modality_id: str) -> tuple[str, ...]:
    """The closed values of a modality, `unknown` last; KeyError where there is no such modality."""
    return tuple(names[0] for names in modality(modality_id).techniques)


def technique_of(modality_id: str, word: str) -> str | None:
    """The closed value that a source's word stands for in this modality; None where it is unknown."""
    wanted = folded(word)
    return next((names[0] for names in modality(modality_id).techniques if wanted in map(folded, names)), None)


def modality_of_dicom(code: str | None, sop_class_uid: str | None = None) -> str | None:
    """The SOP class decides where it is known, else the Modality code; but a digital X-ray is of the kind that its code
    says: a panoramic radiograph is of that class, too.

    None for what is no image (`is_evidence`), for codes without a modality of ours (OT, SC, and OCT and
    IVOCT, which are not ophthalmic), and where nothing is said.
    """
    if is_evidence(code, sop_class_uid):
        return None
    plain_code, plain_class = (code or "").strip().upper(), (sop_class_uid or "").strip()
    by_class = next((each.id for each in modalities() if plain_class in each.sop_classes), None)
    by_code = next((each.id for each in modalities() if plain_code in each.dicom_codes), None)
    return by_code if by_class == "radiography" and by_code in X_RAYS else by_class or by_code


def is_evidence(code: str | None, sop_class_uid: str | None = None) -> bool:
    """Whether a DICOM object is a segmentation, report, plan or the like rather than a picture."""
    plain_code, plain_class = (code or "").strip().upper(), (sop_class_uid or "").strip()
    return any(
        (plain_code != "" and plain_code == each.dicom_code)
        or any(plain_class == uid or plain_class.startswith(f"{uid}.") for uid in each.sop_classes)
        for each in not_images()
    )


@cache
def _by_id() -> dict[str, Modality]:
    return {each.id: each for each in modalities()}


def _modality(row: Row) -> Modality:
    return Modality(
        id=row["id"],
        noun=row["noun"],
        plural=row["plural"],
        dicom_codes=listed(row["dicom_codes"]),
        sop_classes=listed(row["sop_classes"]),
        techniques=tuple(tuple(item.split(":")) for item in listed(row["techniques"])),
        assumed_body_part=row["assumed_body_part"],
        notes=row["notes"],
    )
