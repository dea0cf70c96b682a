"""The annotation files of an image, read as what their kind says they are."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from pipeline.ingest.given import Given
from pipeline.ingest.label_masks import read_label_image, regions_by_instance, regions_by_value
from pipeline.ingest.region_files import read_regions
from pipeline.ingest.voc import read_voc
from pipeline.ingest.yolo_txt import read_names, read_yolo
from pipeline.sources import SourceSettings
from schemas.errors import BadData, SourceError

NAMES = "names"  # kind of support: the file of class names

_MOST_BYTES = 256_000_000


@dataclass(frozen=True)
class Frame:
    """Which picture of its file, of how many, and its upright size."""

    index: int
    count: int
    image_wh: tuple[int, int]


@dataclass(frozen=True)
class AnnotationFiles:
    """Reads by item; `paths` are those of the part's files."""

    source: SourceSettings
    paths: Mapping[str, str]

    def given(self, support: Iterable[Mapping[str, Any]], frame: Frame) -> Given | None:
        """All that the files of an image say of a frame; None where it has none.

        A file that cannot be read is `annotation_unreadable` or `annotation_too_large` (value: megabytes); boxes of
        a file with several frames are `annotation_frame_unknown`. Raises SourceError where a file is no longer what
        the inventory saw.
        """
        listed = list(support)
        names = next((each for each in listed if each["kind"] == NAMES), None)
        files = [each for each in listed if each["kind"] != NAMES]
        return Given.united(self._given(each, names, frame) for each in files) if files else None

    def _given(self, file: Mapping[str, Any], names: Mapping[str, Any] | None, frame: Frame) -> Given:
        try:
            data = self._data(file)
            if file["kind"] == "label_masks":
                return self._of_mask(data, frame)
            if frame.count > 1:
                return Given.nothing("annotation_frame_unknown", frame.count)
            if file["kind"] == "regions":
                return read_regions(data, frame.image_wh)
            if file["kind"] == "voc":
                settings = self.source.annotations
                return read_voc(data, frame.image_wh, settings.first_pixel if settings else 1)
            return read_yolo(data, self._names(names), frame.image_wh)
        except BadData as error:
            return Given.nothing(error.reason, error.value)

    def _of_mask(self, data: bytes, frame: Frame) -> Given:
        labels = read_label_image(data, frame.image_wh, frame.index, frame.count)
        settings = self.source.annotations
        if settings is not None and settings.instances is not None:
            return regions_by_instance(labels, settings.instances)
        return regions_by_value(labels, settings.values if settings else {})

    def _data(self, file: Mapping[str, Any]) -> bytes:
        if file["sha256"] is None:  # the inventory could not open it
            raise BadData("annotation_unreadable")
        try:
            path = Path(self.paths[file["item"]])
            if (size := path.stat().st_size) > _MOST_BYTES:
                raise BadData("annotation_too_large", size / 1e6)
            data = path.read_bytes()
        except (KeyError, OSError) as error:
            raise self._changed() from error
        if hashlib.sha256(data).hexdigest() != file["sha256"]:
            raise self._changed()
        return data

    def _names(self, file: Mapping[str, Any] | None) -> tuple[str, ...]:
        if file is None:
            return ()
        try:
            return _names_in(self._data(file))
        except BadData as error:
            raise SourceError(self.source.name, "annotations.names: it is no UTF-8 text; correct the file") from error

    def _changed(self) -> SourceError:
        return SourceError(self.source.name, "an annotation file changed while the build ran; run it again")


@lru_cache(maxsize=8)
def _names_in(data: bytes) -> tuple[str, ...]:
    return read_names(data)
