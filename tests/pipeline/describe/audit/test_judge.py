import json

import pytest

from pipeline.bootstrap import LEAST_GROUPS, Figure, too_few
from pipeline.describe.audit.blind import KINDS
from pipeline.describe.audit.judge import ALL, BOUND, HELD_FROM, Audit, Judged, as_json
from tests.pipeline.describe.audit.builders import audited, fair, make_pair, make_pairs, own_word


@pytest.fixture(scope="module")
def leaking() -> Audit:
    return audited([*make_pairs(own_word), *make_pairs(fair, slot="size"), *make_pairs(fair, patients=15, slot="side")])


def test_every_slot_is_judged_by_every_classifier(leaking: Audit) -> None:
    assert leaking.places == [ALL, "region name", "region side", "region size", "kind edit"]
    assert all([row.kind for row in leaking.of(place)] == list(KINDS) for place in leaking.places)
    assert leaking.of(ALL)[0].figure.n == sum(leaking.of(place)[0].figure.n for place in leaking.places[1:4])


def test_what_leaks_is_above_chance_in_its_slot_alone(leaking: Audit) -> None:
    low = {row.place: row.figure.low for row in leaking.rows if row.kind == "ngrams"}
    assert low["region name"] is not None
    assert low["region size"] is not None
    assert low["region name"] > 0.6
    assert low["region size"] < 0.5


def test_too_few_judged_patients_give_no_figure(leaking: Audit) -> None:
    row = leaking.of("region side")[0]
    assert row.figure.groups < LEAST_GROUPS
    assert (row.figure.value, row.held) == (None, False)


def test_no_judged_patient_was_fitted_on() -> None:
    """Each patient has words of its own, which tell the truth of its own pairs and of no other's."""
    pairs = [
        make_pair(f"one{i}", f"two{i}", original=f"one{i}", replaced=f"two{i}", group_id=f"g{i}")
        for i in range(80)
        for _ in range(4)
    ]
    assert {row.figure.value for row in audited(pairs).rows} == {0.5}


def test_the_same_seed_gives_the_same_bytes_and_another_other_patients() -> None:
    pairs = make_pairs(own_word, patients=60)
    one, same, other = (json.dumps(as_json(audited(pairs, seed))) for seed in (0, 0, 1))
    assert one == same != other


@pytest.mark.parametrize(
    ("place", "groups", "high", "held", "exceeded"),
    [
        (ALL, LEAST_GROUPS, BOUND, True, False),
        (ALL, LEAST_GROUPS, BOUND + 0.001, True, True),
        ("region name", HELD_FROM - 1, 0.9, False, False),
        ("region name", HELD_FROM, 0.9, True, True),
        ("region name", HELD_FROM, BOUND, True, False),
    ],
)
def test_the_bound_is_of_the_upper_end(place: str, groups: int, high: float, held: bool, exceeded: bool) -> None:
    row = Judged(place, "value", Figure(0.5, 0.4, high, 1000, groups))
    assert (row.held, row.exceeded) == (held, exceeded)


def test_too_few_patients_of_all_exceed_nothing() -> None:
    assert not Judged(ALL, "value", too_few(3, 3)).held
