from pathlib import Path
from typing import Literal

import pytest

from pipeline.annotate.settings import DetectorSettings, SegmenterSettings, weights_key
from pipeline.sources import LabelSettings
from schemas.errors import WeightsError


def test_only_what_a_detector_uses_is_in_its_key() -> None:
    given, classical = DetectorSettings(name="given"), DetectorSettings(name="classical")
    assert given.key() == DetectorSettings(name="given", most=3, confidence=0.9).key()
    assert classical.key() == DetectorSettings(name="classical", confidence=0.9, threads=4).key()
    assert classical.key() != DetectorSettings(name="classical", most=3).key()
    assert given.key() != DetectorSettings(name="given", only_where_empty=True).key()


def test_a_model_is_known_by_the_checksum_of_its_weights(tmp_path: Path) -> None:
    one, moved, other = (tmp_path / name for name in ("one.pt", "moved.pt", "other.pt"))
    one.write_bytes(b"weights")
    moved.write_bytes(b"weights")
    other.write_bytes(b"retrained")
    names: tuple[Literal["yolo", "rt-detr"], ...] = ("yolo", "rt-detr")
    for name in names:
        keys = [DetectorSettings(name=name, weights=str(path)).key() for path in (one, moved, other)]
        assert keys[0] == keys[1] != keys[2]
    masks = [SegmenterSettings(name="sam", weights=str(path)).key() for path in (one, moved, other)]
    assert masks[0] == masks[1] != masks[2]


@pytest.mark.parametrize(
    ("changed", "same"),
    [
        ({"device": "cpu"}, True),
        ({"batch": 1}, True),
        ({"threads": 2}, False),
        ({"confidence": 0.5}, False),
        ({"iou": 0.5}, False),
        ({"image_side_px": 320}, False),
        ({"most": 5}, False),
        ({"labels": {"0": LabelSettings(kind="cell")}}, False),
    ],
)
def test_where_a_model_runs_is_no_part_of_the_key_and_what_it_does_is(
    tmp_path: Path, changed: dict[str, object], same: bool
) -> None:
    weights = tmp_path / "weights.pt"
    weights.write_bytes(b"weights")
    plain = DetectorSettings(name="yolo", weights=str(weights))
    other = DetectorSettings(name="yolo", weights=str(weights), **changed)  # type: ignore[arg-type]
    assert (plain.key() == other.key()) == same


def test_rt_detr_has_no_overlap_and_is_run_by_transformers(tmp_path: Path) -> None:
    weights = tmp_path / "weights.safetensors"
    weights.write_bytes(b"weights")
    plain = DetectorSettings(name="rt-detr", weights=str(weights)).key()
    assert plain == DetectorSettings(name="rt-detr", weights=str(weights), iou=0.1).key()
    assert plain != DetectorSettings(name="rt-detr", weights=str(weights), confidence=0.1).key()
    assert set(plain["libraries"]) == {"torch", "transformers"}


def test_an_ellipse_has_no_settings() -> None:
    assert SegmenterSettings().key() == SegmenterSettings(threads=8, framing="medsam").key()


def test_no_weights_have_no_key_and_missing_ones_are_a_wrong_run() -> None:
    assert weights_key(None) is None
    with pytest.raises(WeightsError, match="cannot be read"):
        weights_key("none.pt")
