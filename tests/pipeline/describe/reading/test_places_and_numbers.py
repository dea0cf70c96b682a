import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.describe.reading.read import read


def places(text: str) -> set[tuple[str | None, str | None]]:
    return {(each.down, each.across) for each in read(text).places}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("in the upper left of the image", {("upper", "image-left")}),
        ("In the lower right part of the slice", {("lower", "image-right")}),
        ("the bottom-right corner of the picture", {("lower", "image-right")}),
        ("at the centre of the field of view", {("middle", "centre")}),
        ("in the upper central part of the scan", {("upper", "centre")}),
        ("on the left side of the image, in its upper third", {("upper", "image-left")}),
        ("all in the left third of the image", {(None, "image-left")}),
        ("all in the top half of the frame", {("upper", None)}),
        ("both midway across the image", {(None, "centre")}),
        ("halfway down the photograph", {("middle", None)}),
        ("Top right of the image: a lung nodule.", {("upper", "image-right")}),
        ("High up on the right of the picture lies a nodule.", {("upper", "image-right")}),
        ("in the upper third of the picture, towards its right edge", {("upper", "image-right")}),
        ("Halfway down, on the image's left, lies the liver.", {("middle", "image-left")}),
        ("in the left third of the axial slice", {(None, "image-left")}),
        ("on the left of the CT image", {(None, "image-left")}),
        ("An axial CT image of the chest.", set()),
        ("in the upper zone", set()),
    ],
)
def test_places_are_of_the_picture_where_it_is_named(text: str, found: set[tuple[str | None, str | None]]) -> None:
    assert places(text) == found
    assert read(text).sides == ()


@pytest.mark.parametrize(
    ("text", "sides"),
    [
        ("on the patient's left in the upper third of the image", ("left",)),
        ("the right eye", ("right",)),
        ("Left-sided shadow", ("left",)),
        ("the left lower zone", ("left",)),
        ("on both sides of the patient", ("both",)),
        ("mammogram of both breasts", ("both",)),
        ("bilateral shadows", ("both",)),
        ("Pleural effusion (L).", ("left",)),
        ("both in the upper left of the image", ()),
        ("The nerve lies to the left of the artery in the scan.", ()),
        ("to the right of the patient", ("right",)),
        ("in the left lobe of the liver", ()),
        ("if left untreated", ()),
        ("leftover contrast", ()),
    ],
)
def test_a_side_that_is_not_the_picture_s_is_the_patient_s(text: str, sides: tuple[str, ...]) -> None:
    assert read(text).sides == sides


@pytest.mark.parametrize(
    ("text", "mm"),
    [
        ("about 12 mm wide and 3.5 mm high", [12, 3.5]),
        ("with an extent of 28 by 30 mm (width by height)", [28, 30]),
        ("a 12x14mm mass", [12, 14]),
        ("1.2 cm", [12]),
        ("9 millimetres", [9]),
        ("7 µm", [0.007]),
        ("Twelve millimetres across", [12]),
        ("three of them", []),
    ],
)
def test_lengths_are_read_with_their_unit(text: str, mm: list[float]) -> None:
    assert [each.mm for each in read(text).lengths] == pytest.approx(mm)


@pytest.mark.parametrize(
    ("text", "number", "comparison"),
    [
        ("There are three platelets.", 3, "exactly"),
        ("At least twenty-one red blood cells are marked.", 21, "at least"),
        ("Five or more polyps, both", 5, "at least"),
        ("300 platelets", 300, "exactly"),
        ("two possible polyps by a model", 2, "exactly"),
        ("White blood cells: three.", 3, "exactly"),
        ("The field holds a pair of white blood cells.", 2, "exactly"),
        ("More than two white blood cells are present.", 3, "at least"),
        ("Only a trio of hard exudates is marked.", 3, "only"),
        ("Dental fillings, no more than one.", 1, "at most"),
        ("Several dental fillings.", 2, "at least"),
        ("Three part-solid nodules are seen.", 3, "exactly"),
    ],
)
def test_counts_are_read_with_what_is_counted(text: str, number: int, comparison: str) -> None:
    (count,) = read(text).counts
    assert count.mention is not None
    assert (count.number, count.comparison) == (number, comparison)


@pytest.mark.parametrize(
    "text",
    ["measuring 12 mm in width", "One image of a polyp.", "grade 3", "tooth 11", "The nodule is one of the two."],
)
def test_a_number_that_counts_nothing_is_no_count(text: str) -> None:
    assert not any(count.mention for count in read(text).counts)


@given(st.text(max_size=200))
def test_any_text_can_be_read(text: str) -> None:
    assert read(text).found is not None
