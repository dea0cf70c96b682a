import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from annotators.inference import at_once, inference, lots, pick_device
from schemas.errors import ConfigError


def test_the_thread_count_holds_within_and_is_put_back() -> None:
    before = torch.get_num_threads()
    with inference(before + 1):
        assert torch.get_num_threads() == before + 1
        assert torch.is_inference_mode_enabled()
    with pytest.raises(ZeroDivisionError), inference(before + 1):
        _ = 1 / 0
    assert torch.get_num_threads() == before
    assert not torch.is_inference_mode_enabled()


def test_auto_is_a_device_of_this_machine() -> None:
    assert pick_device("auto").type == ("cuda" if torch.cuda.is_available() else "cpu")
    assert pick_device("cpu") == torch.device("cpu")


@pytest.mark.parametrize("name", ["", "gpu", "cuda:99"])
def test_a_device_that_is_not_there_is_a_wrong_config(name: str) -> None:
    with pytest.raises(ConfigError, match=r"^device: "):
        pick_device(name)


def test_on_a_cpu_nothing_shares_a_batch() -> None:
    assert at_once(torch.device("cpu"), 8) == 1
    assert at_once(torch.device("cuda"), 8) == 8


@given(st.lists(st.integers()), st.integers(1, 9))
def test_lots_keep_order_and_size(items: list[int], size: int) -> None:
    cut = [list(lot) for lot in lots(items, size)]
    assert [item for lot in cut for item in lot] == items
    assert all(len(lot) == size for lot in cut[:-1])
    assert all(0 < len(lot) <= size for lot in cut)
