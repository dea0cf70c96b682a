import numpy as np
import pytest

from pipeline.clip.evaluate.geometry import fitted_geometry


def some_boxes(count: int) -> np.ndarray:
    random = np.random.default_rng(0)
    corner, side = random.uniform(0, 0.7, (count, 2)), random.uniform(0.05, 0.3, (count, 2))
    return np.concatenate([corner, corner + side], axis=1).astype(np.float32)


def agreement(found: np.ndarray, vectors: np.ndarray) -> float:
    return float((found.argmax(axis=1) == vectors.argmax(axis=1)).mean())


@pytest.mark.parametrize(
    ("told", "least", "most"),
    [("place", 0.9, 1.0), ("context", 0.9, 1.0), ("nothing", 0.0, 0.65)],
)
def test_what_a_box_tells_is_found_and_nothing_else(told: str, least: float, most: float) -> None:
    boxes = some_boxes(400)
    left, flipped = boxes[:, 0] + boxes[:, 2] < 1, np.arange(400) % 2 == 0
    word = {"place": left, "context": left ^ flipped, "nothing": np.random.default_rng(1).random(400) < 0.5}[told]
    vectors = np.eye(2, dtype=np.float32)[word.astype(int)]
    groups = [f"g{i // 2}" for i in range(400)]
    found = fitted_geometry(boxes, np.where(flipped, "ct chest", "mri brain").tolist(), vectors, groups)
    assert np.linalg.norm(found, axis=1) == pytest.approx(1, abs=1e-4)
    assert least <= agreement(found, vectors) <= most


def test_a_group_s_own_boxes_do_not_tell_of_it() -> None:
    """Each group has a word of its own and one place: only its own boxes would give it away."""
    boxes = np.repeat(some_boxes(8), 5, axis=0)
    vectors = np.repeat(np.eye(8, dtype=np.float32), 5, axis=0)
    found = fitted_geometry(boxes, ["ct"] * 40, vectors, [f"g{i // 5}" for i in range(40)])
    assert agreement(found, vectors) == 0


def test_no_box_and_one_group_tell_nothing() -> None:
    none = np.zeros((0, 4), np.float32)
    assert fitted_geometry(none, [], np.zeros((0, 3), np.float32), []).shape == (0, 3)
    one = fitted_geometry(some_boxes(3), ["ct"] * 3, np.eye(3, dtype=np.float32), ["g"] * 3)
    assert not one.any()
