import pytest

from pipeline.intervals import clopper_pearson


@pytest.mark.parametrize(
    ("some", "of", "low", "high"),
    [(0, 100, 0.0, 0.03622), (100, 100, 0.96378, 1.0), (10, 100, 0.04900, 0.17622), (0, 0, 0.0, 1.0)],
)
def test_the_exact_interval_of_a_share(some: int, of: int, low: float, high: float) -> None:
    assert clopper_pearson(some, of) == pytest.approx((low, high), abs=1e-5)


def test_an_interval_holds_its_share_and_narrows_with_n() -> None:
    widths = []
    for n in (10, 100, 1000):
        low, high = clopper_pearson(n // 5, n)
        assert low < 0.2 < high
        widths.append(high - low)
    assert widths == sorted(widths, reverse=True)
