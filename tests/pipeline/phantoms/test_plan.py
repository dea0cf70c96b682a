from collections import Counter
from dataclasses import replace
from itertools import islice

import numpy as np
import pytest

from pipeline.phantoms.kinds import STRATA, stratum_of
from pipeline.phantoms.plan import (
    Patient,
    held_out,
    is_open,
    patients,
    pictures_of,
    plan_fillings,
    plan_patient,
    weighted,
)  # fmt: skip
from pipeline.phantoms.seeds import random_of
from pipeline.phantoms.settings import PhantomSettings
from schemas.lexicon.findings import findings
from tests.pipeline.phantoms.builders import FOCAL, NODULE, SHADOW, Plain

PLAIN = Plain()


def plans(count: int, **changes: object) -> list[Patient]:
    settings = PhantomSettings(10 * count, modalities=("radiography",), **changes)  # type: ignore[arg-type]
    return list(islice(patients(settings, {"radiography": PLAIN}), count))


def test_pictures_of_all_patients_are_as_many_as_asked_for() -> None:
    settings = PhantomSettings(57, modalities=("radiography",))
    assert sum(each.pictures for each in patients(settings, {"radiography": PLAIN})) == 57


def test_patients_have_one_to_four_pictures() -> None:
    assert {pictures_of(3, index) for index in range(200)} == {1, 2, 3, 4}


def test_a_patient_is_the_same_whoever_comes_before() -> None:
    assert plan_patient(PhantomSettings(9), 7, PLAIN, 2) == plan_patient(PhantomSettings(900), 7, PLAIN, 2)


def test_a_third_of_the_patients_is_normal_and_has_mimics_alone() -> None:
    found = plans(1500)
    normal = [each for each in found if not each.abnormal]
    assert 0.31 < len(normal) / len(found) < 0.39
    assert all(filling.kind.role == "mimic" for each in normal for filling in each.fillings)
    assert all(kind is None for each in normal for kind in each.extents.values())


def test_an_abnormal_patient_has_a_finding() -> None:
    for each in plans(500):
        findings = [filling for filling in each.fillings if filling.kind.role == "finding"]
        assert each.abnormal == bool(findings or any(each.extents.values()))


def test_sites_do_not_tell_whether_a_patient_is_normal() -> None:
    """Number, size and contrast have the same means on both sides, within three standard errors."""
    found = plans(3000)
    for measure in (
        lambda each: [len(each.sites)],
        lambda each: [site.long_axis for site in each.sites],
        lambda each: [site.contrast_to_noise for site in each.sites],
    ):
        sides = [[v for each in found if each.abnormal is side for v in measure(each)] for side in (True, False)]
        means = [sum(values) / len(values) for values in sides]
        spread = sum((v - means[0]) ** 2 for v in sides[0]) / len(sides[0])
        assert abs(means[0] - means[1]) < 3 * (spread * (1 / len(sides[0]) + 1 / len(sides[1]))) ** 0.5


def test_more_than_half_of_abnormal_patients_have_several_sites() -> None:
    several = [len(each.sites) >= 2 for each in plans(1500) if each.abnormal]
    assert 0.6 < sum(several) / len(several) < 0.75


def test_many_neighbouring_things_differ_in_one_attribute_alone() -> None:
    """Where all are of one group; over the groups of a real modality it is four of ten."""
    one = pairs = 0
    for each in plans(2000):
        for first, second in zip(each.fillings, each.fillings[1:], strict=False):
            pairs += 1
            differing = [name for name in first.attributes if first.attributes[name] != second.attributes[name]]
            one += first.kind is second.kind and len(differing) == 1
    assert 0.6 < one / pairs < 0.8


def test_all_sizes_come_equally_often() -> None:
    counts = Counter(stratum_of(site.long_axis) for each in plans(2000) for site in each.sites)
    assert min(counts.values()) > 0.85 * max(counts.values())


def test_a_thing_grows_shrinks_vanishes_or_appears() -> None:
    sites = {site.change: site for each in plans(300) for site in each.sites}
    assert sites["vanishes"].long_axis_at(0) is not None
    assert sites["vanishes"].long_axis_at(1) is None
    assert sites["appears"].long_axis_at(0) is None
    assert sites["appears"].long_axis_at(1) is not None
    grows = sites["grows"]
    assert (grows.long_axis_at(1) or 0) >= (grows.long_axis_at(0) or 0)
    assert sites["stable"].long_axis_at(3) == sites["stable"].long_axis


@pytest.mark.parametrize(("part", "expected"), [("train", True), ("test", False)])
def test_confounded_style_tells_disease_and_is_reversed_in_test(part: str, expected: bool) -> None:
    found = plans(300, part=part, confound=1.0)
    assert all((each.style >= 4) == (each.abnormal is expected) for each in found)


def test_without_confounding_every_style_has_both() -> None:
    found = plans(800)
    assert all(len({each.abnormal for each in found if each.style == style}) == 2 for style in range(8))


def test_the_other_scanner_is_for_tests_alone() -> None:
    assert {each.scanner for each in plans(100)} == {"a"}
    assert {each.scanner for each in plans(100, part="test")} == {"a", "b"}


def test_a_tenth_of_the_combinations_is_held_out() -> None:
    sides, sizes = ("left", "right"), [low for low, _ in STRATA.values()]
    labels = [each.id for each in findings()]
    combinations = [(FOCAL, label, side, size, "round") for label in labels for side in sides for size in sizes]
    share = sum(held_out(*each) for each in combinations) / len(combinations)
    assert 0.08 < share < 0.12


def test_never_all_that_could_lie_somewhere_is_held_out() -> None:
    alone = replace(FOCAL, kinds=(replace(NODULE, attributes={}), SHADOW))
    places = [(side, size) for side in (None, "left", "right") for size in np.geomspace(0.01, 0.25, 40)]
    assert all(is_open(group, side, [size]) for group in (alone, FOCAL) for side, size in places)
    assert not any(held_out(alone, "pulmonary_nodule", side, size, None) for side, size in places)


@pytest.mark.parametrize("side", [None, "left", "right"])
def test_a_place_is_closed_to_a_thing_whose_sizes_leave_no_margin(side: str | None) -> None:
    """One margin may be held out at one size, the other at another."""
    sizes = [low for low, _ in STRATA.values()]
    out = [[held_out(FOCAL, NODULE.label, side, size, margin) for size in sizes] for margin in NODULE.margins]
    assert is_open(FOCAL, side, sizes) == (not all(any(of_margin) for of_margin in out))


def test_a_normal_filling_is_a_mimic() -> None:
    site = plans(50)[0].sites
    assert all(filling.kind in FOCAL.of_role("mimic") for filling in plan_fillings(random_of(1), site, abnormal=False))


def test_weights_are_kept() -> None:
    random = random_of(4)
    drawn = Counter(weighted(random, [("a", 3.0), ("b", 1.0)]) for _ in range(4000))
    assert 0.72 < drawn["a"] / 4000 < 0.78
