import numpy as np
import pytest

from pipeline.phantoms.seeds import random_of
from pipeline.phantoms.texture import Scanner, blobs, octaves

HW = (200, 240)


@pytest.mark.parametrize("name", ["a", "b"])
def test_noise_has_unit_variance_and_no_mean(name: str) -> None:
    noise = Scanner(name).noise(random_of(1), HW)  # type: ignore[arg-type]
    assert noise.dtype == np.float32
    assert noise.shape == HW
    assert abs(noise.mean()) < 0.02
    assert noise.std() == pytest.approx(1, abs=0.06)


@pytest.mark.parametrize("name", ["a", "b"])
def test_textures_have_about_unit_variance(name: str) -> None:
    fields = [Scanner(name).texture(random_of(i), HW, 30) for i in range(20)]  # type: ignore[arg-type]
    assert abs(np.mean(fields)) < 0.25
    assert np.std(fields) == pytest.approx(1, abs=0.2)


def test_the_scanners_differ_in_spectrum() -> None:
    """White noise has as much in fine waves as in coarse ones; the other has neither."""
    share = {}
    for name in ("a", "b"):
        power = np.abs(np.fft.fft2(Scanner(name).noise(random_of(3), (256, 256)))) ** 2
        share[name] = power[:8, :8].mean() / power.mean()
    assert share["a"] > 0.7
    assert share["b"] < 0.3


def test_cells_are_as_wide_as_asked() -> None:
    fine, coarse = (blobs(random_of(2), HW, cell) for cell in (6, 40))
    assert np.abs(np.diff(fine, axis=1)).mean() > 3 * np.abs(np.diff(coarse, axis=1)).mean()


def test_octaves_below_a_pixel_and_a_half_are_left_out() -> None:
    all_six, two = random_of(1), random_of(1)
    field = octaves(all_six, (20, 20), 3.0, 6)
    layers = blobs(two, (20, 20), 3.0), blobs(two, (20, 20), 1.5)
    assert all_six.random() == two.random()
    assert np.corrcoef(field.ravel(), (layers[0] + 0.5 * layers[1]).ravel())[0, 1] > 0.999
