import pytest

from pipeline.describe.reading.read import mentioned
from pipeline.describe.reading.said_places import ways
from schemas.lexicon.places import all_places


@pytest.mark.parametrize(
    ("phrase", "said"),
    [
        ("liver segment IVa", "segment 4a of the liver"),
        ("liver segment VI", "segment VI"),
        ("level of T12", "twelfth thoracic vertebra"),
        ("level of L4", "vertebral body of L4"),
        ("L4-L5 disc", "L4/5"),
        ("region of tooth 48", "tooth number 48"),
        ("3 o'clock position", "three o'clock"),
        ("peripapillary region", "peripapillary"),
        ("upper outer quadrant", "superior lateral quadrant"),
        ("mid zone", "middle lung zone"),
        ("parietal lobe", "parietal region"),
        ("distal part of the femur", "distal femur"),
    ],
)
def test_places_are_said_in_other_ways(phrase: str, said: str) -> None:
    assert said in ways(phrase)


def test_every_place_of_the_body_is_read_in_each_of_its_ways() -> None:
    for each in all_places():
        if each.vocabulary not in ("image", "field"):
            for said in ways(each.phrase):
                assert any(each.id in mention.of("position") for mention in mentioned(f"at the {said}")), said


def test_a_phrase_of_no_known_form_is_said_in_one_way() -> None:
    assert list(ways("lingula")) == ["lingula"]
