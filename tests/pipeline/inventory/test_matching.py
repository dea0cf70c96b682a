from pathlib import Path

import pytest

from pipeline.inventory.matching import choose_image
from pipeline.sources import AnnotationSettings
from tests.pipeline.inventory.builders import make_files, make_source, png, take


@pytest.mark.parametrize(
    ("folder", "images", "chosen"),
    [
        ("", [], None),
        ("", [("i", "anywhere")], "i"),
        ("train", [("i", "val")], "i"),
        ("", [("i", "a"), ("j", "b")], None),
        ("a", [("i", "a"), ("j", "b")], "i"),
        ("a", [("i", "images/a"), ("j", "images/b")], "i"),
        ("a", [("i", "images/xa"), ("j", "images/b")], None),
        ("a", [("i", "x/a"), ("j", "y/a")], None),
        ("x/a", [("i", "x/a"), ("j", "y/a")], "i"),
    ],
)
def test_a_repeated_stem_is_settled_by_its_folder(
    folder: str, images: list[tuple[str, str]], chosen: str | None
) -> None:
    assert choose_image(folder, images) == chosen


def test_annotations_support_the_image_of_their_stem(tmp_path: Path) -> None:
    root = make_files(
        tmp_path / "s", {"images/a.png": png(1), "images/b.png": png(2), "xml/a.xml": "<annotation/>", "xml/c.xml": ""}
    )
    taken = take(root, make_source(annotations=AnnotationSettings(kind="voc", path="xml")))
    assert taken.support("images/a.png") == [("xml/a.xml", "voc")]
    assert taken.support("images/b.png") == []
    assert taken.fates()["xml/a.xml"] == ("annotation", None)
    assert taken.fates()["xml/c.xml"] == ("annotation", "annotation_without_image")
    assert (taken.rows["xml/a.xml"]["used_by"], taken.rows["xml/c.xml"]["used_by"]) == (1, 0)
    assert (taken.counts.images_without_annotation, taken.counts.annotations_without_image) == (1, 1)


def test_the_checksum_of_an_annotation_is_in_the_row_of_its_image(tmp_path: Path) -> None:
    root = make_files(tmp_path / "s", {"a.png": png(1), "a.xml": "<annotation/>", "b.png": png(2), "b.xml": ""})
    source = make_source(annotations=AnnotationSettings(kind="voc"))
    before = take(root, source).rows
    make_files(root, {"a.xml": "<annotation> </annotation>"})
    after = take(root, source).rows
    assert before["a.png"]["support"] != after["a.png"]["support"]
    assert before["b.png"] == after["b.png"]
    assert after["a.png"]["support"][0]["sha256"] == after["a.xml"]["sha256"]


def test_class_names_support_every_annotated_image(tmp_path: Path) -> None:
    files = {"a.png": png(1), "b.png": png(2), "c.png": png(3), "a.txt": "0 .5 .5 1 1", "b.txt": "", "classes.txt": "x"}
    root = make_files(tmp_path / "s", files)
    taken = take(root, make_source(annotations=AnnotationSettings(kind="yolo", names="classes.txt")))
    assert taken.support("a.png") == [("a.txt", "yolo"), ("classes.txt", "names")]
    assert taken.support("b.png") == [("b.txt", "yolo"), ("classes.txt", "names")]
    assert taken.support("c.png") == []
    assert taken.rows["classes.txt"]["used_by"] == 2


def test_masks_beside_their_images_are_told_by_their_marks(tmp_path: Path) -> None:
    root = make_files(tmp_path / "s", {"img1.png": png(1), "mask1.png": png(2), "other.png": png(3)})
    masks = AnnotationSettings(kind="label_masks", prefix="mask", image_prefix="img", instances="cell")
    taken = take(root, make_source(annotations=masks))
    assert taken.fates() == {
        "img1.png": ("image", None),
        "mask1.png": ("annotation", None),
        "other.png": ("image", None),
    }
    assert taken.support("img1.png") == [("mask1.png", "label_masks")]


def test_an_annotation_of_several_images_is_of_none(tmp_path: Path) -> None:
    root = make_files(tmp_path / "s", {"x/a.png": png(1), "y/a.png": png(2), "xml/a.xml": ""})
    taken = take(root, make_source(annotations=AnnotationSettings(kind="voc", path="xml")))
    assert taken.fates()["xml/a.xml"] == ("annotation", "annotation_ambiguous")
    assert taken.support("x/a.png") == []


def test_two_annotations_of_one_image_both_support_it(tmp_path: Path) -> None:
    root = make_files(tmp_path / "s", {"a.png": png(), "xml/one/a.xml": "1", "xml/two/a.xml": "2"})
    taken = take(root, make_source(annotations=AnnotationSettings(kind="voc", path="xml")))
    assert taken.support("a.png") == [("xml/one/a.xml", "voc"), ("xml/two/a.xml", "voc")]
