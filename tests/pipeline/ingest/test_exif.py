import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.ingest.exif import orientation_of
from tests.pipeline.ingest.files import exif


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", 1),
        (exif(6), 6),
        (exif(8, ">"), 8),
        (exif(0), 1),
        (exif(9), 1),
        (exif(6)[:15], 1),  # ends within the tag
        (b"II*\0\xff\xff\xff\xff", 1),  # starts behind its own end
        (b"Exif\0\0" + exif(6), 1),
    ],
)
def test_the_orientation_is_read_and_damage_means_upright(data: bytes, expected: int) -> None:
    assert orientation_of(data) == expected


@given(st.binary(max_size=60))
def test_any_bytes_give_an_orientation(data: bytes) -> None:
    assert 1 <= orientation_of(b"II*\0" + data) <= 8
