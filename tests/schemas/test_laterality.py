import pytest

from schemas.laterality import LATERALITIES, laterality_word


@pytest.mark.parametrize(
    ("text", "side"),
    [
        (None, None),
        ("", None),
        ("U", None),
        ("L", "left"),
        ("Left ", "left"),
        ("OS", "left"),
        ("R", "right"),
        ("OD", "right"),
        ("B", "bilateral"),
        ("both", "bilateral"),
        ("leftish", None),
    ],
)
def test_sides_are_closed_words(text: str | None, side: str | None) -> None:
    assert laterality_word(text) == side
    assert side is None or side in LATERALITIES
