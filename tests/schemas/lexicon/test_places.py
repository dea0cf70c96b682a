import pytest

from schemas.lexicon.attributes import attribute_values
from schemas.lexicon.places import IMAGE_VOCABULARIES, all_places, is_legal, place, places
from schemas.taxonomy.body_parts import body_part


def ids(part: str | None) -> set[str]:
    return {each.id for each in places(part)}


def test_places_are_unique_and_their_words_closed() -> None:
    sides = {each.value for each in attribute_values("side")}
    assert len({each.id for each in all_places()}) == len(all_places())
    for each in all_places():
        assert set(each.sides) <= sides
        assert each.phrase
        assert each.preposition in ("in", "at", "on", "along", "over")
        assert (each.body_part is None) == (each.vocabulary in IMAGE_VOCABULARIES)
        if each.body_part is not None:
            assert body_part(each.body_part).id == each.body_part


def test_places_of_the_picture_are_always_there_and_take_no_side() -> None:
    everywhere = places(None)
    assert {each.vocabulary for each in everywhere} == set(IMAGE_VOCABULARIES)
    assert {"image_left", "image_centre", "image_upper_third"} <= {each.id for each in everywhere}
    assert all(each.sides == () for each in everywhere)
    assert set(everywhere) <= set(places("teeth"))


@pytest.mark.parametrize(
    ("part", "held", "absent"),
    [
        ("chest", "lung_base", "tooth_36"),
        ("lung", "lingula", "costophrenic_angle"),
        ("abdomen", "liver_segment_iva", "lung_base"),
        ("retina", "etdrs_inner_nasal", "lingula"),
        ("teeth", "tooth_36", "etdrs_centre"),
        ("breast", "upper_outer_quadrant", "lung_base"),
        ("whole_body", "level_l5", "image_nowhere"),
    ],
)
def test_a_picture_of_a_part_shows_its_places(part: str, held: str, absent: str) -> None:
    assert held in ids(part)
    assert absent not in ids(part)


@pytest.mark.parametrize(
    ("id", "side", "legal"),
    [
        ("middle_lobe", None, True),
        ("middle_lobe", "right", True),
        ("middle_lobe", "left", False),
        ("middle_lobe", "bilateral", False),
        ("lingula", "left", True),
        ("lingula", "right", False),
        ("lower_lobe", "bilateral", True),
        ("isthmus", "midline", True),
        ("isthmus", "left", False),
        ("tooth_11", "right", True),
        ("tooth_36", "left", True),
        ("tooth_48", "left", False),
        ("level_l5", "left", False),
        ("image_left", "left", False),  # a place of the picture is on no side of the patient
        ("nowhere", None, False),
    ],
)
def test_a_place_exists_only_on_its_sides(id: str, side: str | None, legal: bool) -> None:
    assert is_legal(id, side) is legal


def test_there_are_as_many_of_each_as_anatomy_has() -> None:
    counted = {each.vocabulary: 0 for each in all_places()}
    for each in all_places():
        counted[each.vocabulary] += 1
    assert counted["lung_lobe"] == 4
    assert counted["etdrs"] == 9
    assert counted["fdi_tooth"] == 32
    assert counted["fdi_milk_tooth"] == 20
    assert counted["liver_segment"] == 9  # IV in two halves
    assert counted["spine_level"] == 7 + 12 + 5 + 5
    assert counted["breast_clock"] == counted["field_clock"] == 12


def test_unknown_places_raise() -> None:
    assert place("lingula").phrase == "lingula"
    with pytest.raises(KeyError):
        place("nowhere")
