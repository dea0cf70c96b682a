from pipeline.phantoms.seeds import random_of, share_of


def test_a_path_has_numbers_of_its_own() -> None:
    assert random_of(1, "a").random() == random_of(1, "a").random()
    assert len({random_of(seed, *path).random() for seed in (1, 2) for path in ((), ("a",), ("a", 1), ("a1",))}) == 8


def test_numbers_are_the_same_on_every_machine() -> None:
    assert random_of(7, "patient", 12).integers(0, 1 << 30, 3).tolist() == GOLDEN


def test_shares_spread_over_the_unit_interval() -> None:
    shares = [share_of("x", i) for i in range(2000)]
    assert 0.47 < sum(shares) / 2000 < 0.53
    assert min(shares) >= 0
    assert max(shares) < 1


GOLDEN = [346207, 464679742, 90310302]
