"""The library transformers without its progress bars and reports of loading, which are checked instead."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from transformers.utils import logging


@contextmanager
def quiet() -> Iterator[None]:
    level, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(level)
        if bars:
            logging.enable_progress_bar()


def check_complete(told: Mapping[str, Any], is_needed: Callable[[str], bool] = bool) -> None:
    """`told` as `from_pretrained(output_loading_info=True)` gives it.

    Raises ValueError, with the first by name, where a tensor that is needed is missing, left over or of another shape.
    """
    mismatched = {name for name, *_ in told["mismatched_keys"]}
    for what, names in (
        ("is missing", told["missing_keys"]),
        ("has another shape", mismatched),
        ("has no place", told["unexpected_keys"]),
    ):
        if found := sorted(filter(is_needed, names)):
            raise ValueError(f"{found[0]} {what}")
