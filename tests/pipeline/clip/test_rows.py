from collections import Counter
from pathlib import Path

import pytest

from pipeline.clip.rows import Order, ReleaseRows
from schemas.errors import SchemaError, WrongRun
from tests.pipeline.clip.releases import make_release


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(make_release(tmp_path_factory.mktemp("rows") / "release", {"train": 21, "test": 5}))


def test_rows_come_by_number_whatever_their_group(release: str) -> None:
    rows = ReleaseRows(release, "train")
    assert len(rows) == 21
    assert [group.rows for group in rows.groups] == [8, 8, 5]
    assert [int(rows[i]["image_id"][2:]) for i in (20, 0, 7, 8, 15, 16)] == [20, 0, 7, 8, 15, 16]
    with pytest.raises(IndexError):
        rows[21]


def test_texts_are_all_true_ones_and_no_false_one(release: str) -> None:
    texts = list(ReleaseRows(release, "test").texts())
    assert sum(text == "A fundus photograph of the retina." for text in texts) == 5
    assert any(text.startswith("There is a ") for text in texts)


def test_a_fingerprint_is_of_the_rows(release: str) -> None:
    assert ReleaseRows(release, "train").fingerprint == ReleaseRows(release, "train").fingerprint
    assert ReleaseRows(release, "train").fingerprint != ReleaseRows(release, "test").fingerprint


def test_an_empty_split_and_another_version_are_refused(release: str, tmp_path: Path) -> None:
    with pytest.raises(WrongRun, match="no rows of split 'validation'"):
        ReleaseRows(release, "validation")
    other = make_release(tmp_path / "old", {"train": 1})
    (other / "manifest.json").write_text('{"schema_version": 1}')
    with pytest.raises(SchemaError, match="rows of version 1"):
        ReleaseRows(str(other), "train")


@pytest.mark.parametrize("batch", [1, 5, 7, 30])
def test_an_epoch_takes_every_row_once(batch: int) -> None:
    order = Order([8, 8, 5], seed=3, batch=batch)
    taken = [row for step in range(3 * 21) for row in order.rows_at(step)][: 3 * 21]
    for epoch in range(3):
        assert Counter(taken[21 * epoch : 21 * (epoch + 1)]) == Counter(range(21))


def test_any_step_can_be_asked_for_first_and_seeds_differ() -> None:
    one, again, other = (Order([8] * 40, seed, 16) for seed in (1, 1, 2))
    assert [again.rows_at(step) for step in (30, 2)] == [one.rows_at(step) for step in range(31)][30:1:-28]
    assert one.rows_at(0) != other.rows_at(0)
    assert one.rows_at(0) != one.rows_at(20)


@pytest.mark.parametrize("alike", [2, 4, 50])
def test_rows_of_one_kind_follow_each_other_and_each_is_taken_once(alike: int) -> None:
    kinds = [f"kind {i % 3}" for i in range(160)]
    order = Order([8] * 20, seed=1, batch=8, alike=alike, kinds=kinds)
    taken = [row for step in range(40) for row in order.rows_at(step)]
    for epoch in (taken[:160], taken[160:]):
        assert sorted(epoch) == list(range(160))
    assert taken[:160] != taken[160:]
    batches = [{kinds[row] for row in order.rows_at(step)} for step in range(12)]
    assert max(map(len, batches)) <= {2: 3, 4: 2, 50: 2}[alike]
    assert order.rows_at(3) == Order([8] * 20, 1, 8, alike, kinds).rows_at(3)


def test_modalities_are_of_all_rows_in_their_order(release: str) -> None:
    rows = ReleaseRows(release, "train")
    assert rows.modalities() == [rows[i]["modality"] for i in range(len(rows))]
