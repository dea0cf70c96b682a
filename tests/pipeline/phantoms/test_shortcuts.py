"""Rule 14 of the phantoms on one modality, with few pictures; `python -m benchmarks shortcuts` judges all of them."""

import numpy as np
import pytest

from benchmarks.shortcuts.classifiers import auc_within, cross_fitted, interval
from benchmarks.shortcuts.features import blanked, reached
from benchmarks.shortcuts.table import figures_of
from pipeline.bootstrap import auc
from pipeline.phantoms.kinds import Box


def test_what_tells_the_stratum_tells_nothing_within_it() -> None:
    """Two kinds of pictures of which one is sick more often, and a score that knows the kind alone."""
    strata = np.array([0] * 100 + [1] * 100)
    positive = np.array(([True] * 80 + [False] * 20) + ([True] * 20 + [False] * 80))
    scores = 1.0 - strata
    assert auc(scores, positive) == pytest.approx(0.8)
    assert auc_within(scores, positive, strata) == pytest.approx(0.5)


def test_a_leak_is_found_and_noise_is_not() -> None:
    """The judges themselves: a feature that tells the class reaches a high AUC, others stay near one half."""
    random = np.random.default_rng(0)
    positive = random.random(600) < 0.6
    patients = [str(i // 2) for i in range(600)]
    noise = random.normal(size=(600, 20)).astype(np.float32)
    leak = np.column_stack([noise, positive + random.normal(size=600)]).astype(np.float32)
    assert interval(cross_fitted(leak, positive, patients), positive, patients).low > 0.6
    honest = interval(cross_fitted(noise, positive, patients), positive, patients)
    assert 0.4 < honest.value < 0.6


def test_a_blanked_box_holds_the_mean_of_what_lies_about_it() -> None:
    pixels = np.full((20, 20, 3), 90, np.uint8)
    pixels[8:12, 8:12] = 255
    assert np.array_equal(blanked(pixels, [(8, 8, 12, 12)]), np.full_like(pixels, 90))


@pytest.mark.parametrize(
    ("footprint", "box"),
    [
        ((20, 20, 30, 30), (16, 16, 32, 32)),
        ((120, 40, 140, 60), (112, 32, 144, 64)),
        ((196, 0, 200, 9), (192, 0, 200, 16)),
    ],
)
def test_what_lens_and_jpeg_spread_is_blanked_too(footprint: Box, box: Box) -> None:
    assert reached(footprint, np.zeros((200, 200, 3), np.uint8)) == box


@pytest.mark.slow
def test_what_sees_no_lesion_tells_no_disease_and_what_sees_it_does() -> None:
    figures = {figure.what: figure for figure in figures_of("mammography", 1200, 384)}
    assert len(figures) >= 7
    for figure in figures.values():
        end = figure.auc.high if figure.at_least else figure.auc.low
        assert end >= figure.bound if figure.at_least else end <= figure.bound, figure
