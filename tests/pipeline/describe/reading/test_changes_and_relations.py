import pytest

from pipeline.describe.reading.read import read


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("The lung nodule has grown since the prior examination.", "larger"),
        ("The polyp was smaller in the baseline examination.", "larger"),
        ("The polyp was larger in the preceding nuclear medicine image.", "smaller"),
        ("A new lung nodule.", "new"),
        ("The examination before did not contain the polyp.", "new"),
        ("unchanged from before", "stable"),
        ("It has kept its size against the preceding examination.", "stable"),
        ("The polyp has vanished.", "resolved"),
        ("The polyp is no longer visible.", "resolved"),
        ("A polyp no longer.", "resolved"),
        ("The polyp is no longer large.", "unknown"),
        ("Compared with the previous film, it is smaller.", "smaller"),
        ("It may progress to consolidation.", "unknown"),
    ],
)
def test_changes_are_read_as_they_are_now(text: str, value: str) -> None:
    change = read(text).change
    assert change is not None
    assert change.value == value


@pytest.mark.parametrize("text", ["A lung nodule is seen.", "new vessels", "larger than the other", "three of them"])
def test_what_speaks_of_no_other_time_is_no_change(text: str) -> None:
    assert read(text).change is None


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("The nerve lies to the left of the artery.", ["left_of"]),
        ("to the right of the image", []),
        ("One region lies above the other", ["above"]),
        ("The nodule is the lower one of the two.", ["below"]),
        ("It lies higher in the image than its neighbour.", ["above"]),
        ("It is larger than the other.", ["larger_than"]),
        ("in the space below the pigment epithelium", []),
    ],
)
def test_relations_are_read_where_no_place_is_named_so(text: str, values: list[str]) -> None:
    assert [relation.value for relation, _, _ in read(text).relations] == values
