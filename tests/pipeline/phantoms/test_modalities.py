"""What every modality must hold, whatever it draws."""

from collections import Counter
from functools import cache

import numpy as np
import pytest

from pipeline.phantoms.background import Background, Request, Variant
from pipeline.phantoms.generate import all_modalities, modality, phantoms
from pipeline.phantoms.kinds import STRATA
from pipeline.phantoms.scene import Phantom, Region
from pipeline.phantoms.seeds import random_of
from pipeline.phantoms.settings import PhantomSettings
from pipeline.phantoms.texture import Scanner
from schemas.lexicon.confusable import confusable
from schemas.lexicon.findings import ancestors, finding
from schemas.lexicon.places import is_legal
from schemas.taxonomy.assessable import assessable_categories
from schemas.taxonomy.body_parts import body_part_of
from schemas.taxonomy.categories import categories
from schemas.taxonomy.modalities import modalities, technique_of
from tests.pipeline.phantoms.builders import bounds_of

IDS = tuple(each.id for each in modalities())
each_modality = pytest.mark.parametrize("id", IDS)
MOVING = ("endoscopy", "microscopy", "ultrasound")  # where every picture is another field of view


@cache
def drawn(id: str, size_px: int = 128, count: int = 40) -> tuple[Phantom, ...]:
    return tuple(phantoms(PhantomSettings(count, 11, size_px, modalities=(id,))))


def long_px(region: Region) -> int:
    x1, y1, x2, y2 = region.box_xyxy
    return max(x2 - x1, y2 - y1)


def sites(phantom: Phantom) -> list[Region]:
    return [region for region in phantom.regions if region.role in ("finding", "mimic")]


def background_of(id: str, variant: Variant, scanner: Scanner) -> Background:
    side = variant.lateralities[0] if variant.lateralities else None
    return modality(id).background(
        Request(variant, (96, 80), random_of(1, "patient"), random_of(1, "image"), scanner, side)
    )


@each_modality
def test_boxes_are_the_bounds_of_masks_within_the_picture(id: str) -> None:
    for phantom in drawn(id):
        height, width = phantom.pixels.shape[:2]
        for region in phantom.regions:
            x1, y1, x2, y2 = region.box_xyxy
            assert bounds_of(region.mask) == (0, 0, x2 - x1, y2 - y1)
            assert 0 <= x1 < x2 <= width
            assert 0 <= y1 < y2 <= height


@each_modality
def test_what_lies_at_a_site_fills_its_box_and_stays_in_its_own_footprint(id: str) -> None:
    for phantom in drawn(id):
        for i, region in enumerate(sites(phantom)):
            x1, y1, x2, y2 = region.footprint_xyxy
            assert x1 <= region.box_xyxy[0]
            assert y1 <= region.box_xyxy[1]
            assert x2 >= region.box_xyxy[2]
            assert y2 >= region.box_xyxy[3]
            for other in sites(phantom)[i + 1 :]:
                a, b = region.footprint_xyxy, other.footprint_xyxy
                assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]


@each_modality
def test_words_are_of_the_vocabularies(id: str) -> None:
    for variant in modality(id).variants:
        assert body_part_of(variant.body_part) == variant.body_part
        assert technique_of(id, variant.technique) == variant.technique
    for phantom in drawn(id):
        for region in phantom.regions:
            assert finding(region.label).occurs_in(id), region.label
            if region.place is not None:
                assert is_legal(region.place, region.side) or region.side is None, (region.place, region.side)


@each_modality
def test_a_picture_is_of_its_size_and_shows_something(id: str) -> None:
    for phantom in drawn(id):
        assert max(phantom.pixels.shape[:2]) == 128
        assert phantom.pixels.dtype == np.uint8
        assert phantom.pixels.std() > 5
        if phantom.stored is not None:
            assert phantom.stored.shape == phantom.pixels.shape


@each_modality
def test_findings_are_of_categories_that_such_a_picture_can_show(id: str) -> None:
    for variant in modality(id).variants:
        legal = assessable_categories(id, variant.body_part, variant.projection, variant.technique)
        shown = {kind.category for group in variant.groups for kind in group.of_role("finding")} - {None}
        assert shown <= set(legal), variant.name


@each_modality
def test_every_group_has_findings_with_mimics_and_confusable_partners_are_drawn(id: str) -> None:
    """At least two of the lexicon's confusable pairs can be told apart by their look alone."""
    pairs = set()
    for variant in modality(id).variants:
        for group in variant.groups:
            labels = {kind.label for kind in group.kinds}
            pairs |= {frozenset((one, pair.b)) for one in labels for pair in confusable(one, id) if pair.b in labels}
            assert not any(one in ancestors(other) for one in labels for other in labels), group.name
    assert len(pairs) >= 2, pairs


@pytest.mark.parametrize("id", [id for id in IDS if id not in MOVING])
def test_a_stable_thing_stays_where_it_is(id: str) -> None:
    """But for the few whose place another picture takes away."""
    places: dict[str, tuple[float, float]] = {}
    moves = []
    for phantom in drawn(id, count=80):
        height, width = phantom.pixels.shape[:2]
        for region in sites(phantom):
            x1, y1, x2, y2 = region.box_xyxy
            x = (x1 + x2) / 2 / width
            here = (1 - x if phantom.mirrored else x, (y1 + y2) / 2 / height)
            if region.id in places and region.change == "stable":
                moves.append(max(abs(a - b) for a, b in zip(here, places[region.id], strict=True)))
            places[region.id] = here
    assert len(moves) > 5
    assert sum(move > 0.06 for move in moves) <= len(moves) / 10


@each_modality
def test_a_thing_remains_what_it_is_and_is_of_no_held_out_combination(id: str) -> None:
    looks: dict[str, set[str]] = {}
    for phantom in drawn(id, count=80):
        for region in sites(phantom):
            assert not region.held_out
            looks.setdefault(region.id, set()).add(f"{region.label} {sorted(region.attributes.items())}")
    assert all(len(each) == 1 for each in looks.values())


@each_modality
def test_what_is_said_to_have_changed_is_what_the_pictures_show(id: str) -> None:
    before: Phantom | None = None
    for phantom in drawn(id, count=80):
        if before is not None and before.patient == phantom.patient:
            earlier, now = ({region.id: region for region in sites(each)} for each in (before, phantom))
            left = Counter(region.name for key, region in earlier.items() if key not in now and region.visible)
            assert Counter(phantom.gone) <= left
            for key, region in now.items():
                assert region.change != "new" or key not in earlier
                assert region.change in ("new", None) or key in earlier
                if key in earlier:
                    factor = long_px(region) / long_px(earlier[key])
                    assert region.change == ("larger" if factor > 1.2 else "smaller" if factor < 1 / 1.2 else "stable")
            assert (phantom.spacing_mm is None) == (before.spacing_mm is None)
            assert phantom.spacing_mm is None or phantom.spacing_mm == pytest.approx(before.spacing_mm, rel=0.05)
        before = phantom


@each_modality
def test_radiographs_alone_show_a_side_marker(id: str) -> None:
    radiographs = id in ("radiography", "mammography", "dental")
    assert {variant.marker for variant in modality(id).variants} == {radiographs}
    assert any(phantom.marker for phantom in drawn(id)) == radiographs


@each_modality
def test_the_held_out_scanner_draws_other_pictures_of_the_same_scenes(id: str) -> None:
    found = tuple(phantoms(PhantomSettings(24, 5, 96, part="test", modalities=(id,))))
    assert {phantom.scanner for phantom in found} == {"a", "b"}
    for variant in modality(id).variants:
        one, other = (background_of(id, variant, scanner) for scanner in (Scanner("a"), Scanner("b")))
        shown = [each.finish(each.pixels, random_of(1, "physics")) for each in (one, other)]
        assert not np.array_equal(shown[0], shown[1])
        assert len(one.anatomy) == len(other.anatomy)
        for a, b in zip(one.anatomy, other.anatomy, strict=True):
            assert (a.label, a.side, a.place) == (b.label, b.side, b.place)
            assert (a.mask ^ b.mask).sum() <= 0.02 * a.mask.sum()


def test_all_categories_occur_as_findings() -> None:
    found = {
        kind.category
        for each in all_modalities().values()
        for variant in each.variants
        for group in variant.groups
        for kind in group.of_role("finding")
    }
    assert {each.id for each in categories()} <= found


def test_every_group_has_sizes_and_all_are_known_words() -> None:
    for each in all_modalities().values():
        for variant in each.variants:
            for group in variant.groups:
                assert set(group.strata) <= set(STRATA)
                assert group.strata
