"""Where a model runs, and on how many threads: both reach the last digits of what it says."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

import torch

from schemas.errors import ConfigError

T = TypeVar("T")


def pick_device(name: str) -> torch.device:
    """`auto` is a CUDA device where there is one, else the CPU. Raises ConfigError for what is not there."""
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
    except RuntimeError as error:
        raise ConfigError("device", f"{name!r} is no device; say auto, cpu, cuda or cuda:N") from error
    if device.type == "cuda" and (device.index or 0) >= torch.cuda.device_count():
        raise ConfigError("device", f"{name!r} is not on this machine; say auto or cpu")
    return device


@contextmanager
def cpu_threads(count: int) -> Iterator[None]:
    """Exactly so many threads on the CPU: with another number sums differ in their last digits."""
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@contextmanager
def inference(threads: int) -> Iterator[None]:
    with cpu_threads(threads), torch.inference_mode():
        yield


def at_once(device: torch.device, asked: int) -> int:
    """How many pictures or boxes enter a network together.

    On a CPU always one: it is faster (with one thread YOLO11n at 640 px took 0.8 s for 8 pictures one by one,
    0.9 to 1.4 s together; the decoder of SAM 1.8 s for 16 boxes one by one, 2.6 s together), and no digit can depend on
    what else is in the batch, so that its size stays out of keys.
    """
    return 1 if device.type == "cpu" else asked


def lots(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Consecutive slices of at most `size`."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
