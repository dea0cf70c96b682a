import hashlib
from dataclasses import replace

import numpy as np
import pytest

from pipeline.phantoms.kinds import stratum_of
from pipeline.phantoms.paint import paint_patient
from pipeline.phantoms.plan import held_out, plan_patient
from pipeline.phantoms.scene import Phantom
from pipeline.phantoms.settings import PhantomSettings
from tests.pipeline.phantoms.builders import FOCAL, Plain
from tests.processes import outputs

PLAIN = Plain()
SETTINGS = PhantomSettings(10, 1, 160, modalities=("radiography",))


def pictures(settings: PhantomSettings = SETTINGS, patients: int = 60, visits: int = 1) -> list[Phantom]:
    plans = [plan_patient(settings, index, PLAIN, visits) for index in range(patients)]
    return [phantom for each in plans for phantom in paint_patient(settings, each)]


def test_the_same_picture_twice_has_the_same_bytes() -> None:
    one, other = (pictures(patients=3)[2] for _ in range(2))
    assert np.array_equal(one.pixels, other.pixels)
    assert repr(one.regions) == repr(other.regions)


def test_another_process_draws_the_same_bytes() -> None:
    """Whatever its hash seed; of two real modalities."""
    code = (
        "import hashlib; from pipeline.phantoms.generate import phantoms; "
        "from pipeline.phantoms.settings import PhantomSettings; digest = hashlib.sha256(); "
        "[digest.update(each.pixels.tobytes() + repr(each.regions).encode()) for each in "
        "phantoms(PhantomSettings(6, 2, 96, modalities=('mammography', 'fundus')))]; print(digest.hexdigest())"
    )
    (told,) = outputs(
        code,
        {"PYTHONHASHSEED": "0", "OMP_NUM_THREADS": "1", "PATH": ""},
        {"PYTHONHASHSEED": "77", "OMP_NUM_THREADS": "2", "PATH": ""},
    )
    assert len(told) == 2 * hashlib.sha256().digest_size


def test_sides_agree_with_the_header_mirrored_or_not() -> None:
    seen = set()
    for phantom in pictures(patients=250):
        if phantom.axes is None:
            continue
        seen.add(phantom.mirrored)
        assert phantom.axes == (("R", "F") if phantom.mirrored else ("L", "F"))
        width = phantom.pixels.shape[1]
        for region in phantom.regions:
            off = region.box_xyxy[0] + region.box_xyxy[2] - width
            if region.side is not None and abs(off) > 1:  # a box of whole pixels may lie on the middle itself
                right_half = off > 0
                toward = {"L": "left", "R": "right"}[phantom.axes[0]]
                assert (region.side == toward) == right_half
    assert seen == {True, False}


def test_one_picture_in_ten_says_no_orientation() -> None:
    hidden = [phantom.axes is None for phantom in pictures(patients=400)]
    assert 0.05 < sum(hidden) / len(hidden) < 0.16


def test_a_side_marker_stands_on_its_side() -> None:
    """An L on the half that the header calls left; without a header it was drawn so all the same."""
    found = 0
    for phantom in pictures(patients=120):
        markers = [region for region in phantom.regions if region.role == "marker"]
        assert phantom.marker == bool(markers)
        found += len(markers)
    assert 40 < found < 80


def test_what_is_below_the_threshold_is_there_and_cannot_be_seen() -> None:
    regions = [region for phantom in pictures() for region in phantom.regions if region.contrast_to_noise]
    assert {region.visible for region in regions} == {True, False}
    assert all(region.visible == ((region.contrast_to_noise or 0) >= 1.5) for region in regions)


def test_held_out_combinations_never_occur_in_train() -> None:
    train = [region for phantom in pictures(patients=200) for region in phantom.findings if region.role == "finding"]
    assert train
    assert not any(region.held_out for region in train)
    of_test = pictures(replace(SETTINGS, part="test"), patients=200)
    regions = [region for phantom in of_test for region in phantom.findings if region.role == "finding"]
    assert any(region.held_out for region in regions)
    assert all(
        region.held_out
        == held_out(FOCAL, region.label, region.side, region.long_axis or 0.0, region.attributes["margin"])
        for region in regions
    )


def test_changes_follow_from_the_sizes_that_were_drawn() -> None:
    before: dict[str, float] = {}
    told = set()
    for phantom in pictures(patients=100, visits=3):
        for region in phantom.regions:
            if region.long_axis is None:
                continue
            told.add(region.change)
            assert (region.change is None) == (phantom.visit == 0)
            if region.change == "larger":
                assert region.long_axis > before[region.id]
            if region.change == "new":
                assert phantom.visit == 0 or region.id not in before
            before[region.id] = region.long_axis
    assert told == {None, "new", "larger", "smaller", "stable"}


def test_what_vanished_is_named_in_the_next_picture_alone() -> None:
    for phantom in pictures(patients=60, visits=3):
        assert not phantom.gone or phantom.visit == 1


def test_an_extent_takes_the_place_of_its_anatomy() -> None:
    """The heart is marked on every picture; its width makes it the finding."""
    wide: dict[str, list[float]] = {}
    for phantom in pictures():
        (heart,) = (region for region in phantom.regions if region.label in ("heart", "cardiomegaly"))
        width = (heart.box_xyxy[2] - heart.box_xyxy[0]) / phantom.pixels.shape[1]
        wide.setdefault(heart.role, []).append(width)
    assert min(wide["extent"]) > max(wide["anatomy"])


def test_categories_present_and_shown_follow_from_the_findings() -> None:
    for phantom in pictures():
        assert set(phantom.shown) <= set(phantom.present) <= set(phantom.assessed) | {"lung_tumour"}
        assert bool(phantom.present) == bool(phantom.findings)


@pytest.mark.parametrize(("long_axis", "stratum"), [(0.001, "tiny"), (0.0199, "tiny"), (0.02, "small"), (0.5, "large")])
def test_sizes_have_the_words_of_the_lexicon(long_axis: float, stratum: str) -> None:
    assert stratum_of(long_axis) == stratum
