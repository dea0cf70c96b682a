"""What a person says of a source: where it lies, under which licence, and how its annotations read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

# Our names for the columns of a table; `label_basis` is one of Basis, once `values` has translated it.
RecordColumn = Literal[
    "patient",
    "study",
    "lesion",
    "label",
    "label_basis",
    "report",
    "note",
    "sex",
    "age",
    "projection",
    "laterality",
    "body_part",
    "technique",
    "modality",
    "licence",
    "attribution",
]
Basis = Literal["pathology", "clinical", "reader", "report", "model", "phantom"]

FORBID_EXTRA: Mapping[str, Any] = {"extra": "forbid"}  # read by pydantic, which this room does not import


@dataclass(frozen=True, kw_only=True)
class LabelSettings:
    """What one of the source's own labels means; what is left out is looked up in the taxonomy."""

    __pydantic_config__: ClassVar[Mapping[str, Any]] = FORBID_EXTRA
    kind: Literal["finding", "anatomy", "cell", "device", "artefact", "marker"] | None = None
    name: str | None = None
    category: str | None = None


@dataclass(frozen=True, kw_only=True)
class AnnotationSettings:
    """Annotation files beside the images; `path` is a folder relative to the source's root.

    An annotation belongs to the image whose stem, less `image_prefix`, is its own stem less `prefix` and `suffix`.
    """

    __pydantic_config__: ClassVar[Mapping[str, Any]] = FORBID_EXTRA
    kind: Literal["voc", "yolo", "label_masks", "regions"]
    path: str = "."
    prefix: str = ""  # what an annotation's stem starts with, as `mask` of mask2d
    suffix: str = ""  # what it ends with, as `_mask`
    image_prefix: str = ""  # what the image's stem has in place of `prefix`, as `img` of img2d
    names: str | None = None  # yolo: file of class names, one a line, relative to the root
    # voc: 1 counts pixels from one, corners inclusive, as the challenge's own files; 0: corners are edges, from zero
    first_pixel: Literal[0, 1] = 1
    values: Mapping[int, str] = field(default_factory=dict)  # label masks: grey value -> label; an object a component
    instances: str | None = None  # label masks: every value but 0 is one object of this label
    licence: str | None = None  # where it differs from the images'
    label_source: Literal["reader", "model", "phantom"] = "reader"


@dataclass(frozen=True, kw_only=True)
class TableSettings:
    """A CSV, JSONL or Parquet table with a row an image; `columns` maps our names to the table's.

    Later tables replace what earlier ones say of an image, except labels and texts, which add up.
    """

    __pydantic_config__: ClassVar[Mapping[str, Any]] = FORBID_EXTRA
    path: str  # relative to the root
    join: str  # the column that names the image
    join_by: Literal["name", "stem", "path"] = "name"
    join_root: str = "."  # by path: the folder, relative to the root, that the column's paths start from
    columns: Mapping[RecordColumn, str] = field(default_factory=dict)
    values: Mapping[RecordColumn, Mapping[str, str]] = field(default_factory=dict)  # the table's word -> ours
    states: Mapping[str, str] = field(default_factory=dict)  # a column of 1, 0, -1 and the like -> its label
    label_separator: str = "|"
    label_basis: Basis = "reader"


@dataclass(frozen=True, kw_only=True)
class SourceSettings:
    """One source of a corpus."""

    __pydantic_config__: ClassVar[Mapping[str, Any]] = FORBID_EXTRA
    name: str
    kind: Literal["folder", "phantoms"] = "folder"  # phantoms: a folder that `medregion phantoms` wrote
    root: str
    include: tuple[str, ...] = ("**/*",)
    exclude: tuple[str, ...] = ()
    licence: str
    attribution: str | None = None
    modality: str | None = None
    technique: str | None = None
    body_part: str | None = None
    projection: str | None = None
    group_by: Literal["patient", "file", "folder", "unknown"] = "patient"
    annotations: AnnotationSettings | None = None
    exhaustive: tuple[str, ...] = ()  # labels of which every instance is annotated
    labels: Mapping[str, LabelSettings] = field(default_factory=dict)
    tables: tuple[TableSettings, ...] = ()
    burned_in: Literal["none", "marker", "text_blanked", "annotation"] | None = None
    public: bool = False  # anybody may see its pictures and what is said of them, so other machines may be sent them
    rejected_limit: float = 0.05  # share of the source's images; beyond it the run ends
