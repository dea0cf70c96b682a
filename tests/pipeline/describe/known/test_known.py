"""What facts let a text say, whatever their order."""

from itertools import permutations

import pytest

from pipeline.describe.check import unsupported
from pipeline.describe.known.known import Known
from schemas.facts import IMAGE, Fact


def identity(subject: str, name: str, assertion: str = "present") -> Fact:
    return Fact(subject, "identity", "name", name, "reader", assertion=assertion)


def presence(name: str, assertion: str) -> Fact:
    return Fact(IMAGE, "presence", "name", name, "report", assertion=assertion)


@pytest.mark.parametrize("order", list(permutations(("absent", "possible", "present"))))
@pytest.mark.parametrize(("names", "told"), [(("blip",) * 3, "blip"), (("red blip", "green blip", "old blip"), "blip")])
def test_of_what_is_said_of_an_own_name_the_surest_holds(
    order: tuple[str, ...], names: tuple[str, ...], told: str
) -> None:
    known = Known([presence(name, how) for name, how in zip(names, order, strict=True)])
    assert known.own_names[told] == "present"
    doubted = Known([presence(name, how) for name, how in zip(names, order, strict=True) if how != "present"])
    assert doubted.own_names[told] == "possible"


def test_one_thing_that_is_sure_and_another_that_is_not_bear_out_their_name() -> None:
    facts = [identity("a", "blip"), identity("b", "blip", "possible")]
    assert unsupported("A blip is there.", facts) == unsupported("A blip is there.", facts[::-1]) == ()
    assert unsupported("No blip.", facts) == unsupported("No blip.", facts[::-1]) == ("polarity",)


def test_a_region_s_things_are_those_of_its_picture() -> None:
    facts = {
        subject: [identity(subject, name), Fact(subject, "size", "share_of_image", "small", "geometry", frame="image")]
        for subject, name in (("a", "cyst"), ("b", "lung nodule"))
    }
    related = Fact("b", "relation", "left_of", "a", "geometry", frame="image")
    picture = Known([fact for each in facts.values() for fact in each])
    region = Known([*facts["a"], related], picture)
    assert dict(region.by_subject) == {"a": picture.by_subject["a"], "b": picture.by_subject["b"]}
    alone = Known(facts["a"])
    shared = Known(facts["a"], picture)
    assert [vars(thing) for thing in shared.things] == [vars(thing) for thing in alone.things]
