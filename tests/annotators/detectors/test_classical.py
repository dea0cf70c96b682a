import itertools

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotators.detectors.classical import ClassicalDetector, ClassicalSettings, suppressed
from annotators.proposal import Picture, Proposal
from schemas.boxes import iou_matrix, is_valid
from tests.annotators.tiny_models import make_picture

Box = tuple[int, int, int, int]


def make_scene(*boxes_xyxy: Box, ground: int = 60, level: int = 170, wh: tuple[int, int] = (160, 120)) -> Picture:
    """Even ellipses that fill their boxes, on an even ground, slightly blurred and noisy."""
    scene = np.full((wh[1], wh[0]), float(ground))
    for x1, y1, x2, y2 in boxes_xyxy:
        centre, half = ((x1 + x2 - 1) / 2, (y1 + y2 - 1) / 2), ((x2 - x1) / 2, (y2 - y1) / 2)
        y, x = np.mgrid[: wh[1], : wh[0]]
        scene[((x - centre[0]) / half[0]) ** 2 + ((y - centre[1]) / half[1]) ** 2 <= 1] = level
    noisy = cv2.GaussianBlur(scene, (0, 0), 1.0) + np.random.default_rng(1).normal(0, 2, scene.shape)
    return np.asarray(noisy.clip(0, 255), dtype=np.uint8)


def look(picture: Picture, **changed: float) -> list[Proposal]:
    return ClassicalDetector(ClassicalSettings(**changed)).detect([picture])[0]  # type: ignore[arg-type]


def best_iou(box: Box, proposals: list[Proposal]) -> float:
    return float(iou_matrix([box], [p.box_xyxy for p in proposals]).max(initial=0.0))


SMALL, WIDE, LARGE = (20, 30, 34, 44), (90, 12, 140, 36), (60, 50, 150, 114)


@pytest.mark.parametrize(("ground", "level"), [(60, 170), (200, 40), (90, 130)])
@pytest.mark.parametrize("boxes", [(SMALL,), (WIDE,), (LARGE,), (SMALL, WIDE, LARGE)])
def test_areas_that_stand_out_are_found_whether_bright_or_dark(boxes: tuple[Box, ...], ground: int, level: int) -> None:
    found = look(make_scene(*boxes, ground=ground, level=level))
    assert all(best_iou(box, found) >= 0.6 for box in boxes)


@pytest.mark.parametrize(("ground", "large", "small"), [(100, 230, 80), (150, 20, 170)])
def test_a_faint_area_is_found_beside_a_stark_one_of_the_other_side(ground: int, large: int, small: int) -> None:
    """One threshold for the whole picture would not tell it from the ground."""
    scene, spot = make_scene(LARGE, ground=ground, level=large), make_scene(SMALL, ground=ground, level=small)
    scene[:48, :48] = spot[:48, :48]
    assert best_iou(SMALL, look(scene)) >= 0.5


def test_a_difference_of_colour_alone_is_found() -> None:
    red = cv2.cvtColor(np.full((120, 160, 3), (140, 150, 128), dtype=np.uint8), cv2.COLOR_LAB2RGB)
    blue = cv2.cvtColor(np.full((120, 160, 3), (140, 110, 128), dtype=np.uint8), cv2.COLOR_LAB2RGB)
    picture = red.copy()
    picture[30:70, 40:90] = blue[30:70, 40:90]
    assert best_iou((40, 30, 90, 70), look(picture)) >= 0.6


def test_large_pictures_are_looked_at_small_and_answered_in_their_own_pixels() -> None:
    large = cv2.resize(make_scene(LARGE), (1600, 1200), interpolation=cv2.INTER_LINEAR)
    assert best_iou((600, 500, 1500, 1140), look(large)) >= 0.6


@pytest.mark.parametrize("level", [0, 114, 255])
def test_nothing_stands_out_in_an_even_picture(level: int) -> None:
    assert look(np.full((64, 64, 3), level, dtype=np.uint8)) == []


@pytest.mark.parametrize("margin", [(0, 0, 40, 120), (0, 90, 160, 120), (120, 80, 160, 120)])
def test_margins_and_corners_are_no_areas(margin: Box) -> None:
    x1, y1, x2, y2 = margin
    picture = make_scene(SMALL, ground=120)
    picture[y1:y2, x1:x2] = 0
    assert best_iou(margin, look(picture, most=50)) < 0.3


def test_a_proposal_claims_nothing() -> None:
    found = look(make_scene(SMALL))
    assert {(p.label, p.kind, p.mask) for p in found} == {("unlabelled area", None, None)}


def test_the_settings_limit_number_overlap_and_contrast() -> None:
    scene = make_scene(SMALL, WIDE, LARGE)
    assert len(look(scene, most=2)) == 2
    assert look(scene, most=2) == look(scene, most=50)[:2]
    assert look(scene, least_contrast=200) == []
    boxes = [p.box_xyxy for p in look(scene, most=50, overlap=0.1)]
    assert all(iou_matrix([a], [b])[0, 0] < 0.1 for a, b in itertools.combinations(boxes, 2))


def test_a_picture_alone_and_among_others_gives_the_same() -> None:
    pictures = [make_picture(seed=seed) for seed in range(3)]
    detector = ClassicalDetector()
    assert detector.detect(pictures) == [detector.detect([picture])[0] for picture in pictures]
    assert detector.detect([]) == []


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 70), st.integers(1, 70), st.booleans(), st.integers(0, 2**32 - 1))
def test_any_picture_gives_valid_ranked_boxes(height: int, width: int, grey: bool, seed: int) -> None:
    shape = (height, width) if grey else (height, width, 3)
    picture = np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)
    found = look(picture)
    assert is_valid([p.box_xyxy for p in found], (width, height)).all()
    scores = [p.score for p in found if p.score is not None]
    assert len(scores) == len(found) <= 10
    assert scores == sorted(scores, reverse=True)
    assert all(0 < score <= 1 for score in scores)


@given(st.integers(0, 255), st.integers(0, 2**32 - 1))
@settings(deadline=None, max_examples=20)
def test_grey_and_its_copy_in_colour_are_the_same_picture(ground: int, seed: int) -> None:
    grey = np.random.default_rng(seed).integers(0, 256, (40, 50), dtype=np.uint8) // 2 + ground // 2
    grey = grey.astype(np.uint8)
    assert look(grey) == look(np.repeat(grey[..., None], 3, axis=2))


@pytest.mark.parametrize(
    ("boxes", "overlap", "kept"),
    [
        ([], 0.5, []),
        ([(0, 0, 2, 1), (0, 0, 1, 1)], 0.5, [0]),  # an overlap of just that
        ([(0, 0, 2, 1), (0, 0, 1, 1)], 0.51, [0, 1]),
        ([(0, 0, 2, 1), (5, 0, 6, 1), (0, 0, 2, 1)], 0.5, [0, 1]),
    ],
)
def test_a_box_goes_from_the_overlap_on(boxes: list[Box], overlap: float, kept: list[int]) -> None:
    scores = np.linspace(1, 0.5, len(boxes))
    assert suppressed(np.array(boxes, dtype=np.int64).reshape(-1, 4), scores, overlap).tolist() == kept


BOXES = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(10, 20), st.integers(10, 20)), max_size=12)


@given(BOXES, st.floats(0.05, 1.0), st.integers(0, 2**32 - 1))
def test_suppression_keeps_the_best_and_covers_the_rest(boxes: list[Box], overlap: float, seed: int) -> None:
    array = np.array(boxes, dtype=np.int64).reshape(-1, 4)
    scores = np.random.default_rng(seed).random(len(boxes)).round(1)
    kept = suppressed(array, scores, overlap)
    between = iou_matrix(array, array[kept])
    assert (scores[kept] == sorted(scores[kept], reverse=True)).all()
    assert (between[kept] < overlap).sum() == len(kept) * (len(kept) - 1)  # any two of the kept are apart
    for i in range(len(boxes)):
        assert ((between[i] >= overlap) & (scores[kept] >= scores[i])).any()
