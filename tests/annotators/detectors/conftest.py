from collections.abc import Iterator

import pytest

from annotators.inference import cpu_threads


@pytest.fixture(autouse=True, scope="session")
def _one_thread() -> Iterator[None]:
    """Tiny networks gain nothing from a second thread, and lose much where tests share the cores."""
    with cpu_threads(1):
        yield
