import numpy as np
import pytest

from pipeline.describe.audit.preferences import Rows, known_rows, learnt_rows, preferences


def some_rows(count: int = 200, width: int = 6, seed: int = 0) -> Rows:
    """The first column is oftener above 0 than below; the others tell nothing."""
    random = np.random.default_rng(seed)
    values = random.normal(size=(count, width))
    values[:, 0] += 0.8
    at, columns = np.indices(values.shape).reshape(2, -1)
    return Rows(count, width, at, columns, values.reshape(-1))


def gradient(rows: Rows, weights: np.ndarray, penalty: float) -> np.ndarray:
    return np.asarray(penalty * weights - rows.gathered(1 / (1 + np.exp(rows.dot(weights)))))


@pytest.mark.parametrize("penalty", [0.1, 1.0, 100.0])
def test_weights_are_where_the_loss_is_least(penalty: float) -> None:
    rows = some_rows()
    weights = preferences(rows, penalty)
    at_start = np.linalg.norm(gradient(rows, np.zeros(rows.width), penalty))
    assert np.linalg.norm(gradient(rows, weights, penalty)) < 0.01 * at_start
    assert weights.argmax() == 0


def test_a_stronger_penalty_gives_smaller_weights() -> None:
    sizes = [np.linalg.norm(preferences(some_rows(), penalty)) for penalty in (1.0, 10.0, 100.0)]
    assert sizes == sorted(sizes, reverse=True)


def test_what_separates_perfectly_has_weights_all_the_same() -> None:
    rows, _ = learnt_rows([{"a": 1000.0}] * 30, 1)
    assert np.isfinite(preferences(rows, 1e-6)).all()


def test_a_step_that_would_go_too_far_is_halved() -> None:
    """On these pairs whole steps end at a loss of millions."""
    values = np.array(
        [
            [-9.18748945990039, 13.219601884413331],
            [0.31381298508496436, 0.2735641225556084],
            [-0.8890904627770249, -88.93471801626238],
            [-0.6065929766043537, -63.79532896182386],
            [-1.6261612367957834, -1072.5403241104354],
            [-0.09633590962906388, -88.87778799842533],
        ]
    )
    at, columns = np.indices(values.shape).reshape(2, -1)
    rows = Rows(6, 2, at, columns, values.reshape(-1))
    assert np.abs(preferences(rows, 1e-3)).max() < 10


def test_without_pairs_or_columns_there_are_no_weights() -> None:
    for count in (0, 2):
        rows, columns = learnt_rows([{}] * count, 1)
        assert (rows.count, columns, preferences(rows, 1.0).tolist()) == (count, {}, [])


def test_columns_are_what_enough_pairs_differ_in() -> None:
    rows, columns = learnt_rows([{"a": 1.0, "b": 2.0}, {}, {"c": 1.0, "b": -1.0}], 2)
    assert columns == {"b": 0}
    assert rows.dot(np.array([3.0])).tolist() == [6.0, 0.0, -3.0]
    assert rows.gathered(np.array([1.0, 1.0, 1.0])).tolist() == [1.0]
    assert rows.scaled(np.array([2.0])).values.tolist() == [4.0, -2.0]


def test_what_has_no_column_is_passed_over() -> None:
    rows = known_rows([{"new": 5.0}, {"b": 2.0, "new": 1.0}], {"b": 0})
    assert (rows.count, rows.width, rows.dot(np.array([1.0])).tolist()) == (2, 1, [0.0, 2.0])
