"""What each file is for, by the source's settings and by what the file is."""

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from posixpath import normpath
from typing import NamedTuple

from pipeline.ingest.sniff import READABLE
from pipeline.inventory.patterns import compile_globs
from pipeline.sources import AnnotationSettings, SourceSettings

_OTHER_REASONS = {
    "nifti": "format_in_later_step",
    "nrrd": "format_in_later_step",
    "gif": "format_not_supported",
    "bmp": "format_not_supported",
    "webp": "format_not_supported",
    "zip": "archive_not_opened",
    "gzip": "archive_not_opened",
    "empty": "empty_file",
}
IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".dcm", ".dicom")
_ANNOTATION_SUFFIXES = {
    "voc": (".xml",),
    "yolo": (".txt",),
    "label_masks": (".png", ".tif", ".tiff"),
    "regions": (".json",),
}

# An image that cannot be read, or never was one: what a source loses by them counts as rejected images.
LOST_IMAGE_REASONS = ("empty_file", "file_unreadable", "wrong_format")


class Role(NamedTuple):
    """`reason` says why a file is neither opened nor used."""

    role: str
    reason: str | None = None


@dataclass(frozen=True)
class AnnotationRule:
    """Which files are annotations, and by which key they find their image."""

    settings: AnnotationSettings

    def covers(self, path: str) -> bool:
        name = PurePosixPath(path)
        return (
            self._below(path) is not None
            and name.suffix.lower() in _ANNOTATION_SUFFIXES[self.settings.kind]
            and self._is_marked(name.stem)
        )

    def key(self, path: str) -> str:
        """Of an annotation: its stem less what the settings add to the image's."""
        stem = PurePosixPath(path).stem.removeprefix(self.settings.prefix)
        return stem.removesuffix(self.settings.suffix)

    def image_key(self, path: str) -> str:
        return PurePosixPath(path).stem.removeprefix(self.settings.image_prefix)

    def folder(self, path: str) -> str:
        """Of an annotation, below the annotations' own folder; empty at its top."""
        return (self._below(path) or "").rpartition("/")[0]

    def _is_marked(self, stem: str) -> bool:
        return stem.startswith(self.settings.prefix) and stem.endswith(self.settings.suffix)

    def _below(self, path: str) -> str | None:
        folder = normpath(self.settings.path)
        if folder == ".":
            return path
        return path.removeprefix(f"{folder}/") if path.startswith(f"{folder}/") else None


@dataclass(frozen=True)
class Rules:
    """A source's settings, ready to be asked once a file."""

    include: re.Pattern[str]
    exclude: re.Pattern[str]
    tables: tuple[str, ...]  # relative paths, as the settings order them
    names: str | None
    annotation: AnnotationRule | None

    def is_wanted(self, path: str) -> bool:
        """Tables and annotation files need not be included; excluded is excluded, but for tables and names."""
        if path in self.tables or path == self.names:
            return True
        if self.exclude.fullmatch(path):
            return False
        return self._is_annotation(path) or self.include.fullmatch(path) is not None

    def role(self, path: str, kind: str | None, reason: str | None) -> Role:
        """`kind` is the format; `reason` what listing or opening the file already found."""
        if path in self.tables:
            return Role("table", reason)
        if path == self.names or (self._is_annotation(path) and reason in (None, "file_unreadable")):
            return Role("annotation", reason)
        if reason:
            return Role("other", reason)
        return Role("image") if kind in READABLE else Role("other", _why_no_image(path, kind))

    def _is_annotation(self, path: str) -> bool:
        return self.annotation is not None and self.annotation.covers(path)


def rules_of(source: SourceSettings) -> Rules:
    names = source.annotations.names if source.annotations else None
    return Rules(
        include=compile_globs(source.include),
        exclude=compile_globs(source.exclude),
        tables=tuple(normpath(table.path) for table in source.tables),
        names=normpath(names) if names else None,
        annotation=AnnotationRule(source.annotations) if source.annotations else None,
    )


def leaves_root(path: str) -> bool:
    """Whether a normal relative path lies outside the folder that it starts from."""
    return path.startswith(("../", "/"))


def _why_no_image(path: str, kind: str | None) -> str:
    if known := _OTHER_REASONS.get(kind or ""):
        return known
    name = PurePosixPath(path)
    misnamed = name.suffix.lower() in IMAGE_SUFFIXES and not name.name.startswith(".")
    return "wrong_format" if misnamed else "not_an_image"
