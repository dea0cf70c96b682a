import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.ingest.given import Dropped, Given
from pipeline.ingest.yolo_txt import read_names, read_yolo
from schemas.errors import BadData

WH = (200, 100)
NAMES = ("disc", "exudate")


@pytest.mark.parametrize(
    ("data", "names"),
    [
        (b"", ()),
        (b"a", ("a",)),
        (b"a\nb\n", ("a", "b")),
        (b"\xef\xbb\xbfa\r\n b c \r\n\n\n", ("a", "b c")),
        (b"a\n\nc\n", ("a", "", "c")),
    ],
)
def test_class_names_are_one_a_line(data: bytes, names: tuple[str, ...]) -> None:
    assert read_names(data) == names


@pytest.mark.parametrize("data", [b"", b"\n  \n"])
def test_an_empty_file_says_that_there_is_nothing(data: bytes) -> None:
    assert read_yolo(data, NAMES, WH) == Given()


def test_shares_become_pixels() -> None:
    found = read_yolo(b"0 0.5 0.5 1 1\n1 0.25 0.5 0.1 0.2 0.98\n", NAMES, WH)
    assert [(region.label, region.box_xyxy) for region in found.regions] == [
        ("disc", (0, 0, 200, 100)),
        ("exudate", (40, 40, 60, 60)),
    ]
    assert found.dropped == ()


@pytest.mark.parametrize(
    ("line", "dropped"),
    [
        ("2 .5 .5 .1 .1", Dropped("class_unknown", 2)),
        ("-1 .5 .5 .1 .1", Dropped("class_unknown", -1)),
        ("0 .5 .5 .1", Dropped("box_unreadable")),
        ("0.5 .5 .5 .1 .1", Dropped("box_unreadable")),
        ("nan .5 .5 .1 .1", Dropped("box_unreadable")),
        ("disc .5 .5 .1 .1", Dropped("box_unreadable")),
        ("0 .1 .1 .2 .1 .2 .2 .1 .2", Dropped("box_unreadable")),
        ("0 .5 .5 nan .1", Dropped("box_unreadable", label="disc")),
        ("0 .5 .5 0 .1", Dropped("box_empty", 0, "disc")),
        ("0 1.5 .5 .1 .1", Dropped("box_outside_image", 1, "disc")),
    ],
)
def test_lines_without_a_box_are_dropped_and_others_stay(line: str, dropped: Dropped) -> None:
    found = read_yolo(f"{line}\n1 .5 .5 .5 .5\n".encode(), NAMES, WH)
    assert found.dropped == (dropped,)
    assert [region.label for region in found.regions] == ["exudate"]


def test_a_class_without_a_name_is_unknown() -> None:
    assert read_yolo(b"1 .5 .5 .1 .1", ("a", "", "c"), WH).dropped == (Dropped("class_unknown", 1),)


def test_a_class_beyond_all_integers_is_unknown() -> None:
    (dropped,) = read_yolo(b"99999999999999999999 .5 .5 .1 .1", NAMES, WH).dropped
    assert dropped == Dropped("class_unknown", 1e20)
    assert isinstance(dropped.value, float)  # a table's column could not hold such an integer


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(BadData, match="annotation_unreadable"):
        read_yolo(b"\xff\xfe\x00", NAMES, WH)


sides = st.tuples(st.integers(0, 4287), st.integers(1, 4288)).map(lambda pair: (pair[0], min(pair[0] + pair[1], 4288)))


@given(sides)
def test_six_digits_are_enough_for_the_same_pixels(side: tuple[int, int]) -> None:
    first, last = side
    line = f"0 {(first + last) / 2 / 4288:.6f} 0.5 {(last - first) / 4288:.6f} 1"
    (region,) = read_yolo(line.encode(), NAMES, (4288, 100)).regions
    assert (region.box_xyxy[0], region.box_xyxy[2]) == side
