from dataclasses import replace

import numpy as np
import pytest
import torch

from pipeline.clip.batches import NO_SHAKING, Sizes, batch_of
from pipeline.clip.samples import Text, cut, distinct, framed, sample_of, window_of
from pipeline.clip.settings import AugmentSettings
from schemas.errors import WrongRun
from tests.pipeline.clip.releases import COLOURS, RADIUS, Disc, encoded, make_row

SIZES = Sizes(side_px=64, crop_px=16, regions=3)
TWO = [Disc("drusen", "image-left"), Disc("hard exudate", "image-right")]


def test_a_sample_tells_its_texts_regions_and_states() -> None:
    sample = sample_of(make_row(5, discs=TWO))
    assert sample.states == {"diabetic_retinopathy": "present"}
    assert sample.report is not None
    assert "count drusen=1" in sample.report.claims
    assert [len(region.texts) for region in sample.regions] == [2, 2]
    assert all(text.claims == {"name=drusen", "image_side=image-left"} for text in sample.regions[0].texts)
    assert len(sample.regions[0].negatives) == 2


def test_what_cannot_be_seen_has_no_state_and_what_does_not_decode_is_named() -> None:
    row = make_row(1)
    row["label_states"][0]["visible"] = False
    assert sample_of(row).states == {}
    row["image"]["bytes"] = b"no picture"
    with pytest.raises(WrongRun, match=r"row tr0{20}"):
        sample_of(row)


@pytest.mark.parametrize("wh", [(60, 60), (120, 60), (30, 90), (64, 64), (1, 40)])
def test_a_picture_lies_whole_in_its_square_and_boxes_follow(wh: tuple[int, int]) -> None:
    picture = np.full((wh[1], wh[0], 3), 200, np.uint8)
    square, frame = framed(picture, 64)
    assert square.shape == (64, 64, 3)
    x1, y1, x2, y2 = frame.box((0, 0, *wh)).round().astype(int).tolist()
    assert max(x2 - x1, y2 - y1) == 64
    inside = square[y1:y2, x1:x2]
    assert (inside == 200).all()
    assert square.astype(int).sum() == inside.astype(int).sum()


def test_a_crop_shows_the_region_in_its_middle_from_either_source() -> None:
    sample = sample_of(make_row(5, discs=TWO))
    region = sample.regions[0]
    for source in (region, None):
        crop = cut(sample.picture, region.box_xyxy, source, 32)
        assert np.abs(crop[16, 16].astype(int) - COLOURS["drusen"]).max() < 12
    x1, _, x2, _ = window_of(region.box_xyxy)
    assert x2 - x1 == pytest.approx(1.5 * (2 * RADIUS + 1))


def test_a_finer_crop_is_laid_over_what_it_covers_of_the_window() -> None:
    """A long box: its window is a square, the stored crop the box with its context."""
    picture = np.full((60, 60, 3), 100, np.uint8)
    finer = np.full((60, 120, 3), 200, np.uint8)  # of 40 x 20 pixels of the picture, three times as fine
    sample = sample_of(make_row(5, discs=TWO))
    region = replace(sample.regions[0], crop=encoded(finer), crop_box_xyxy=(10, 20, 50, 40))
    crop = cut(picture, (15, 25, 45, 35), region, 45)
    window = window_of((15, 25, 45, 35))
    assert window == (7.5, 7.5, 52.5, 52.5)
    assert (crop[13:32, 4:42] == 200).all()
    assert (crop[:12] == 100).all()
    assert (crop[33:] == 100).all()
    coarse = replace(region, crop=encoded(finer[::3, ::3]))
    assert (cut(picture, (15, 25, 45, 35), coarse, 45) == 100).all()
    darker = cut(picture, (15, 25, 45, 35), region, 45, tone=lambda pixels: pixels // 2)
    assert (darker[13:32, 4:42] == 100).all()


def test_crop_and_picture_meet_without_a_seam() -> None:
    """An upright edge in the picture, and four times as fine in the crop of its upper half: one edge in the window."""
    picture, finer = np.zeros((64, 64, 3), np.uint8), np.zeros((128, 256, 3), np.uint8)
    picture[:, 30:], finer[:, 120:] = 255, 255
    sample = sample_of(make_row(5, discs=TWO))
    region = replace(sample.regions[0], crop=encoded(finer), crop_box_xyxy=(0, 0, 64, 32))
    crop = cut(picture, (16, 16, 48, 48), region, 96)  # the window is 8 .. 56: two pixels for one
    above, below = (float((255 - crop[row, :, 0].astype(float)).sum() / 255) for row in (10, 80))
    assert above == pytest.approx(2 * (30 - 8), abs=0.1)
    assert below == pytest.approx(2 * (30 - 8), abs=0.1)


def test_a_crop_that_does_not_decode_is_named() -> None:
    sample = sample_of(make_row(5, discs=TWO))
    spoilt = replace(sample, regions=(replace(sample.regions[0], crop=b"no picture"),))
    with pytest.raises(WrongRun, match=r"row tr0{20}"):
        batch_of([spoilt], SIZES, NO_SHAKING, (0,))


def test_tones_are_clipped_and_black_stays_darkest() -> None:
    row = make_row(5, discs=TWO)
    batch = batch_of([sample_of(row)] * 50, SIZES, replace(NO_SHAKING, brightness=1.0), (3,))
    means = batch.views.pixels.float().mean(dim=(1, 2, 3))
    assert means.max() > 250
    assert means.min() < 5


def test_without_shaking_boxes_are_the_row_s() -> None:
    samples = [sample_of(make_row(i)) for i in range(6)]
    batch = batch_of(samples, SIZES, NO_SHAKING, (0, 0))
    assert batch.views.valid.sum(dim=1).tolist() == [0, 1, 2, 0, 1, 2]
    for told in batch.described:
        region = samples[told.row].regions[told.column]
        expected = np.array(region.box_xyxy) * 64 / 60
        assert torch.allclose(batch.views.boxes[told.row, told.column], torch.tensor(expected, dtype=torch.float32))
        assert told.text in region.texts


def test_the_same_seed_shakes_alike_and_another_differs() -> None:
    samples = [sample_of(make_row(i)) for i in range(8)]
    one, same, other = (batch_of(samples, SIZES, AugmentSettings(), seed) for seed in ((1, 2), (1, 2), (1, 3)))
    assert torch.equal(one.views.boxes, same.views.boxes)
    assert torch.equal(one.views.crops, same.views.crops)
    assert [each.text for each in one.described] == [each.text for each in same.described]
    assert one.views.boxes.shape != other.views.boxes.shape or not torch.equal(one.views.boxes, other.views.boxes)


def test_boxes_are_dropped_whole_and_random_ones_have_no_text() -> None:
    sample = sample_of(make_row(5, discs=TWO))
    dropped = replace(NO_SHAKING, drop_boxes=0.3)
    given = batch_of([sample] * 400, SIZES, dropped, (1,)).views.valid.sum(dim=1)
    assert set(given.tolist()) == {0, 2}
    assert 0.2 < (given == 0).float().mean() < 0.4
    batch = batch_of([sample] * 50, SIZES, replace(NO_SHAKING, random_boxes=1.0), (1,))
    assert batch.views.valid.sum() == 150
    assert len(batch.described) == 100


def test_shaken_boxes_stay_in_the_picture() -> None:
    sample = sample_of(make_row(5, discs=TWO))
    boxes = batch_of([sample] * 100, SIZES, replace(NO_SHAKING, jitter=1.0), (1,)).views.boxes[:, :2]
    assert boxes.min() >= 0
    assert boxes.max() <= 64
    assert ((boxes[..., 2:] - boxes[..., :2]) > 1.9).all()


def test_equal_words_tell_what_all_of_them_tell() -> None:
    texts = [Text("A film.", frozenset("ab")), Text("A scan.", frozenset("c")), Text("A film.", frozenset("bd"))]
    assert distinct(texts) == {"A film.": Text("A film.", frozenset("b")), "A scan.": Text("A scan.", frozenset("c"))}
