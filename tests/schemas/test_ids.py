from pathlib import Path

import pytest

from schemas.errors import WrongRun
from schemas.ids import IdKey, read_key

SECRET = bytes(range(32))


def key_file(folder: Path, data: bytes = SECRET, mode: int = 0o600) -> Path:
    path = folder / "key"
    path.write_bytes(data)
    path.chmod(mode)
    return path


def test_ids_are_32_hexadecimal_digits_and_the_same_on_every_machine() -> None:
    assert IdKey().item("bccd", "a.jpg") == "575195d93c0c824dd3c839bf1283b5c2"
    assert len(IdKey(SECRET).image("00ff", "")) == 32


def test_keys_kinds_and_boundaries_separate_ids() -> None:
    plain = IdKey().item("a", "bc")
    others = {IdKey().item("ab", "c"), IdKey(SECRET).item("a", "bc"), IdKey().pseudonym("patient", "a", "bc")}
    assert plain not in others
    assert len(others) == 3


def test_a_key_names_itself_without_telling_its_secret() -> None:
    assert IdKey().key_id == "content"
    assert IdKey(SECRET).key_id == IdKey(SECRET).key_id != IdKey(SECRET[::-1]).key_id
    assert "0102" not in repr(IdKey(SECRET))
    assert SECRET.hex() not in repr(IdKey(SECRET))


def test_a_region_keeps_its_id_while_image_box_label_and_annotator_stay() -> None:
    key = IdKey()
    assert key.region("i", (0, 0, 1, 1), "RBC", "given") == key.region("i", (0, 0, 1, 1), "RBC", "given")
    assert key.region("i", (0, 0, 1, 1), "RBC", "given") != key.region("i", (0, 0, 1, 2), "RBC", "given")


def test_a_key_file_is_read(tmp_path: Path) -> None:
    assert read_key(key_file(tmp_path)) == IdKey(SECRET)


@pytest.mark.parametrize(
    ("data", "mode", "message"),
    [(SECRET, 0o644, "0600"), (SECRET[:31], 0o600, "at least 32"), (b"", 0o600, "0 bytes")],
)
def test_a_weak_key_file_is_refused(tmp_path: Path, data: bytes, mode: int, message: str) -> None:
    with pytest.raises(WrongRun, match=message):
        read_key(key_file(tmp_path, data, mode))


def test_a_missing_key_file_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(WrongRun, match=r"head -c 32"):
        read_key(tmp_path / "none")
