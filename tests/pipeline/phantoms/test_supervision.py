from itertools import islice

import pytest

from pipeline.phantoms.generate import modality
from pipeline.phantoms.paint import paint
from pipeline.phantoms.plan import patients, plan_patient
from pipeline.phantoms.scene import Phantom
from pipeline.phantoms.settings import Noise, PhantomSettings
from pipeline.phantoms.supervision import Supervision, countable, supervise
from schemas.lexicon.findings import finding
from schemas.masks import area_px
from tests.pipeline.phantoms.builders import Plain

PLAIN = Plain()


def seen(noise: Noise | None = None, number: int = 120) -> list[tuple[Phantom, Supervision]]:
    settings = PhantomSettings(1, 3, 128, modalities=("radiography",), supervision=noise or Noise())
    plans = [plan_patient(settings, index, PLAIN, 1) for index in range(number)]
    drawn = [(each, paint(settings, each, 0)) for each in plans]
    return [(phantom, supervise(settings, each, phantom)) for each, phantom in drawn]


def test_all_that_can_be_seen_is_marked_with_its_mask_and_nothing_else() -> None:
    for phantom, supervision in seen():
        visible = [region for region in phantom.regions if region.visible]
        assert [row["label"] for row in supervision.regions] == [region.label for region in visible]
        assert [row["box_xyxy"] for row in supervision.regions] == [list(region.box_xyxy) for region in visible]
        for row, region in zip(supervision.regions, visible, strict=True):
            assert area_px(row["mask"]) == region.mask.sum()
            assert row.get("attributes", {}) == region.attributes


def test_a_side_is_told_only_where_a_reader_can_know_it() -> None:
    told = {
        (phantom.side_is_known, "side" in row) for phantom, each in seen() for row in each.regions if "place" in row
    }
    assert told == {(True, True), (False, False)}


def test_states_are_of_all_that_such_a_picture_can_show() -> None:
    states = set()
    for phantom, supervision in seen():
        assert set(supervision.states) == set(phantom.assessed)
        for category, state in supervision.states.items():
            states.add(state)
            assert (state == "0") == (category not in phantom.present)
            assert (state == "unseen") == (category in phantom.present and category not in phantom.shown)
    assert states == {"0", "1", "unseen"}


def test_a_label_with_something_that_cannot_be_seen_is_not_exhaustive() -> None:
    for phantom, supervision in seen():
        hidden = {region.label for region in phantom.regions if not region.visible}
        assert supervision.exhaustive == {"pulmonary_nodule", "cardiomegaly"} - hidden


def test_what_backgrounds_draw_too_is_never_called_exhaustive() -> None:
    """Ribs cross in every chest film, and a fovea has its pit, whether or not one lies at a site."""
    for id in ("radiography", "oct", "fundus", "endoscopy"):
        for patient in islice(patients(PhantomSettings(40, modalities=(id,)), {id: modality(id)}), 10):
            assert countable(patient)
            assert {finding(label).kind for label in countable(patient)} <= {"finding", "cell", "device"}


@pytest.mark.parametrize("share", [0.2, 0.8])
def test_omitted_boxes_are_as_many_as_asked_and_nothing_is_called_exhaustive(share: float) -> None:
    marked = sum(len(supervision.regions) for _, supervision in seen(Noise(omit_boxes=share)))
    all_of_them = seen()
    of_sites = sum(
        row["label"] in ("pulmonary_nodule", "nipple_shadow") for _, each in all_of_them for row in each.regions
    )
    lost = sum(len(each.regions) for _, each in all_of_them) - marked
    assert abs(lost / of_sites - share) < 0.1
    assert not any(each.exhaustive for _, each in seen(Noise(omit_boxes=share), 20))


def test_omitted_mentions_are_findings_whose_boxes_stay() -> None:
    for phantom, supervision in seen(Noise(omit_mentions=1.0)):
        assert supervision.untold == {region.id for region in phantom.findings}
        assert len(supervision.regions) == sum(region.visible for region in phantom.regions)


def test_a_wrong_label_is_a_partner_of_the_group() -> None:
    for phantom, supervision in seen(Noise(wrong_label=1.0)):
        visible = [region for region in phantom.regions if region.visible]
        for row, region in zip(supervision.regions, visible, strict=True):
            partner = {"pulmonary_nodule": "nipple_shadow", "nipple_shadow": "pulmonary_nodule"}
            assert row["label"] == partner.get(region.label, region.label)


def test_jittered_boxes_stay_in_the_picture_without_a_mask() -> None:
    moved = 0
    for phantom, supervision in seen(Noise(jitter_boxes=0.3)):
        height, width = phantom.pixels.shape[:2]
        for row in supervision.regions:
            x1, y1, x2, y2 = row["box_xyxy"]
            assert 0 <= x1 < x2 <= width
            assert 0 <= y1 < y2 <= height
            moved += "mask" not in row
    assert moved > 100


def test_the_truth_does_not_depend_on_the_noise() -> None:
    clean, noisy = seen(number=5), seen(Noise(0.5, 0.5, 0.5, 0.5), number=5)
    assert [repr(phantom.regions) for phantom, _ in clean] == [repr(phantom.regions) for phantom, _ in noisy]
