"""The stage `images`: every picture of a part's files, in 8 bits, with its allow-listed attributes."""

import hashlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cache, partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, ClassVar

import fsspec
import pyarrow as pa
from xxhash import xxh3_128_hexdigest

from pipeline.ingest.dicom import Limits, dicom_pictures
from pipeline.ingest.encode import store
from pipeline.ingest.pixels import Picture, pixel_hash
from pipeline.ingest.raster import raster_pictures
from pipeline.ingest.silence import silence
from pipeline.ingest.sniff import HEAD_BYTES, RASTER, format_of
from pipeline.ingest.strokes import has_coloured_strokes
from schemas.errors import BadData, SourceError
from schemas.ids import IdKey
from schemas.tables.images import IMAGES
from schemas.taxonomy.csv_table import tables_hash

DECODERS = (
    "opencv-python",
    "numpy",
    "pydicom",
    "pylibjpeg",
    "pylibjpeg-libjpeg",
    "pylibjpeg-openjpeg",
    "pylibjpeg-rle",
)

VOCABULARIES = tuple(
    ("schemas.taxonomy", name) for name in ("body_parts", "modalities", "not_images", "projections")
)  # what header words become

Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class IngestSettings:
    """How large a picture may be, and how large it is kept."""

    __pydantic_config__: ClassVar[Mapping[str, Any]] = {"extra": "forbid"}
    limit_px: int = 6144  # longest stored side: the largest detectors and fundus cameras fit, and keep their bytes
    max_megapixels: int = 400  # of one picture; beyond it a file is refused before it is decoded
    max_file_mb: int = 2048


@dataclass(frozen=True)
class Ingest:
    """Reads, checks, turns and windows the files of one source; a file that is damaged anywhere gives one rejected row.

    One view a frame (`view` is empty): the header's first window, or the default of its modality.
    """

    name: ClassVar[str] = "images"
    version: ClassVar[int] = 2
    reads: ClassVar[Mapping[str, tuple[str, ...]]] = {"inventory": ("item", "sha256", "role", "rejected")}
    reads_files: ClassVar[bool] = True

    source: str
    id_key: IdKey
    limits: IngestSettings = IngestSettings()

    def settings(self) -> Mapping[str, Any]:
        """The source and the key enter pseudonyms; another decoder may give other pixels."""
        return {
            "source": self.source,
            "id_key": self.id_key.key_id,
            "limits": asdict(self.limits),
            "decoders": dict(decoder_versions()),
            "vocabulary": tables_hash(*VOCABULARIES),
        }

    def __call__(self, tables: Mapping[str, pa.Table]) -> pa.Table:
        """Needs `inventory` and `files` (item, path as bytes or text).

        Raises SourceError where a file is gone or another since the inventory: its key would name what it was.
        """
        paths = {file["item"]: os.fsdecode(file["path"]) for file in tables["files"].to_pylist()}
        wanted = {
            row["item"]: row["sha256"]
            for row in tables["inventory"].to_pylist()
            if row["role"] == "image" and row["rejected"] is None
        }
        with silence():
            rows = [row for item in sorted(wanted) for row in self._rows(item, paths[item], wanted[item])]
        return pa.Table.from_pylist(rows, schema=IMAGES)

    def _rows(self, item: str, path: str, sha256: str) -> list[Row]:
        try:
            data = self._read(path)
            if hashlib.sha256(data).hexdigest() != sha256:
                raise SourceError(self.source, "a file changed since the inventory; run the build again")
            pictures = self._pictures(data)
            return [self._row(item, frame, picture) for frame, picture in enumerate(pictures)]
        except BadData as error:
            rejected = {"reason": error.reason, "value": float(error.value)}
            return [{"source": self.source, "item": item, "frame": 0, "view": "", "rejected": rejected}]

    def _read(self, path: str) -> bytes:
        try:
            with fsspec.open(path, "rb") if "://" in path else Path(path).open("rb") as file:
                size = file.seek(0, os.SEEK_END)
                if size > self._file_limits.max_bytes:
                    raise BadData("file_too_large", size / 1e6)
                file.seek(0)
                data: bytes = file.read()
                return data
        except OSError as error:
            problem = f"a file of the inventory cannot be read ({error.strerror}); run the build again"
            raise SourceError(self.source, problem) from error

    @property
    def _file_limits(self) -> Limits:
        return Limits(self.limits.max_megapixels * 10**6, self.limits.max_file_mb * 10**6)

    def _pictures(self, data: bytes) -> Iterator[Picture]:
        kind = format_of(data[:HEAD_BYTES])
        if kind in RASTER:
            return iter(raster_pictures(data, kind, self._file_limits.max_pixels))
        if kind == "dicom":
            pseudonym = partial(_pseudonym, self.id_key, self.source)
            return dicom_pictures(data, self._file_limits, pseudonym)
        raise BadData("empty_file" if kind == "empty" else "unsupported_format", len(data))

    def _row(self, item: str, frame: int, picture: Picture) -> Row:
        stored = store(picture, self.limits.limit_px)
        attributes = picture.attributes
        spacing = attributes.spacing_mm
        window = picture.window
        height, width = picture.source.shape[:2]
        return {
            **vars(attributes),
            "source": self.source,
            "item": item,
            "frame": frame,
            "view": "",
            "pixel_hash": pixel_hash(picture.source),
            "width": stored.width,
            "height": stored.height,
            "source_width": width,
            "source_height": height,
            "scale": stored.scale,
            "channels": stored.channels,
            "bits_stored": picture.bits_stored,
            "encoding": stored.encoding,
            "spacing_mm": None if spacing is None else [millimetres / stored.scale for millimetres in spacing],
            "window": window and {"center": window.center, "width": window.width, "name": window.name},
            "burned_in": _burned_in(picture),
            "pixel_ops": [*picture.ops, *(["resample"] if stored.scale < 1 else [])],
            "pixel_mean": stored.mean,
            "pixel_std": stored.std,
            "image_bytes": len(stored.image),
            "image_hash": xxh3_128_hexdigest(stored.image),
            "image": stored.image,
        }


def _pseudonym(key: IdKey, source: str, kind: str, value: str) -> str:
    return key.pseudonym(kind, source, value)


def _burned_in(picture: Picture) -> str | None:
    """Coloured strokes are an annotation, but ultrasound has colours of its own; a header's word is no evidence."""
    is_ultrasound = picture.attributes.modality == "ultrasound"
    return "annotation" if not is_ultrasound and has_coloured_strokes(picture.shown) else None


@cache
def decoder_versions() -> tuple[tuple[str, str], ...]:
    return tuple((package, version(package)) for package in DECODERS)
