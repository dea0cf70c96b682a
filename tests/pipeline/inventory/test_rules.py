from typing import Any

import pytest

from pipeline.inventory.rules import Role, Rules, leaves_root, rules_of
from pipeline.sources import AnnotationSettings, TableSettings
from tests.pipeline.inventory.builders import make_source


def make_rules(**settings: Any) -> Rules:
    return rules_of(make_source(**settings))


def role_of(path: str, kind: str | None, reason: str | None = None, **settings: Any) -> Role:
    return make_rules(**settings).role(path, kind, reason)


@pytest.mark.parametrize(
    ("path", "kind", "role"),
    [
        ("a.png", "png", Role("image")),
        ("a", "dicom", Role("image")),
        ("misnamed.txt", "jpeg", Role("image")),
        ("a.png", "text", Role("other", "wrong_format")),
        ("a.DCM", "unknown", Role("other", "wrong_format")),
        ("._a.png", "unknown", Role("other", "not_an_image")),
        ("a.png", "empty", Role("other", "empty_file")),
        ("README", "text", Role("other", "not_an_image")),
        ("a.nii.gz", "nifti", Role("other", "format_in_later_step")),
        ("a.nrrd", "nrrd", Role("other", "format_in_later_step")),
        ("a.gif", "gif", Role("other", "format_not_supported")),
        ("a.zip", "zip", Role("other", "archive_not_opened")),
        ("a.csv.gz", "gzip", Role("other", "archive_not_opened")),
    ],
)
def test_bytes_and_not_names_make_an_image(path: str, kind: str, role: Role) -> None:
    assert role_of(path, kind) == role


def test_what_listing_or_opening_found_stays() -> None:
    assert role_of("a.png", None, "file_unreadable") == Role("other", "file_unreadable")
    assert role_of("a.png", None, "excluded_by_pattern") == Role("other", "excluded_by_pattern")


def test_tables_and_class_names_are_no_images_and_no_annotations() -> None:
    settings: dict[str, Any] = {
        "tables": (TableSettings(path="./data.csv", join="a"), TableSettings(path="../SOURCES.csv", join="a")),
        "annotations": AnnotationSettings(kind="yolo", names="classes.txt"),
    }
    assert role_of("data.csv", "csv", **settings) == Role("table")
    assert role_of("../SOURCES.csv", "csv", **settings) == Role("table")
    assert role_of("classes.txt", "text", **settings) == Role("annotation")
    assert role_of("other.csv", "csv", **settings) == Role("other", "not_an_image")


@pytest.mark.parametrize(
    ("annotations", "path", "is_annotation"),
    [
        (AnnotationSettings(kind="voc", path="Annotations"), "Annotations/a.xml", True),
        (AnnotationSettings(kind="voc", path="Annotations"), "Annotations/deep/a.XML", True),
        (AnnotationSettings(kind="voc", path="Annotations"), "AnnotationsOld/a.xml", False),
        (AnnotationSettings(kind="voc", path="Annotations"), "Annotations/a.png", False),
        (AnnotationSettings(kind="voc", path="."), "a.xml", True),
        (AnnotationSettings(kind="yolo", path="labels/"), "labels/a.txt", True),
        (AnnotationSettings(kind="label_masks", path="masks"), "masks/a.png", True),
        (AnnotationSettings(kind="label_masks", path="masks"), "masks/README.md", False),
        (AnnotationSettings(kind="label_masks", suffix="_mask"), "a_mask.tif", True),
        (AnnotationSettings(kind="label_masks", suffix="_mask"), "a.tif", False),
        (AnnotationSettings(kind="label_masks", prefix="mask", image_prefix="img"), "mask2d.tif", True),
    ],
)
def test_annotations_are_told_by_folder_suffix_and_mark(
    annotations: AnnotationSettings, path: str, is_annotation: bool
) -> None:
    assert (role_of(path, "png", annotations=annotations).role == "annotation") is is_annotation


def test_an_unreadable_annotation_is_one_still() -> None:
    voc = AnnotationSettings(kind="voc", path="A")
    assert role_of("A/a.xml", None, "file_unreadable", annotations=voc) == Role("annotation", "file_unreadable")
    assert role_of("A/a.xml", None, "link_not_followed", annotations=voc) == Role("other", "link_not_followed")


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("images/a.png", True),
        ("images/draft/a.png", False),
        ("elsewhere/a.png", False),
        ("labels/a.txt", True),
        ("labels/draft/a.txt", False),
        ("images/draft/data.csv", True),
    ],
)
def test_annotations_and_tables_need_no_include(path: str, wanted: bool) -> None:
    rules = make_rules(
        include=("images/**",),
        exclude=("*/draft/**",),
        annotations=AnnotationSettings(kind="yolo", path="labels", names="labels/classes.txt"),
        tables=(TableSettings(path="images/draft/data.csv", join="a"),),
    )
    assert rules.is_wanted(path) is wanted


@pytest.mark.parametrize(("path", "leaves"), [("a", False), ("..a", False), ("../a", True), ("/a", True)])
def test_paths_outside_the_root_are_known(path: str, leaves: bool) -> None:
    assert leaves_root(path) is leaves
