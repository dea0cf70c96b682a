import pytest

from pipeline.describe.reading.spelled_out import spelled_out


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", ""),
        ("A nodule of the LUL.", "A nodule of the left upper lobe."),
        ("Pain? A stone in the RLQ.", "Pain? A stone in the right lower quadrant."),
        ("A mass in the UOQ of the breast.", "A mass in the upper outer quadrant of the breast."),
        ("Left base. A drain on the same side.", "Left base. A drain on the left side."),
        ("A drain on the same side.", "A drain on the same side."),
    ],
)
def test_abbreviations_and_the_same_side(text: str, told: str) -> None:
    assert spelled_out(text) == told
