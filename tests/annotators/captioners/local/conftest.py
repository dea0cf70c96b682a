from collections.abc import Iterator
from pathlib import Path

import pytest

from annotators.captioners.local.chat import LocalChat
from annotators.captioners.local.folder import read_folder
from annotators.captioners.local.settings import LocalSettings
from annotators.inference import cpu_threads
from tests.annotators.tiny_vlm import save_tiny_vlm


@pytest.fixture(autouse=True, scope="session")
def _one_thread() -> Iterator[None]:
    """Tiny networks gain nothing from a second thread, and lose much where tests share the cores."""
    with cpu_threads(1):
        yield


@pytest.fixture(scope="session")
def tiny_vlm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_tiny_vlm(tmp_path_factory.mktemp("vlm"))


@pytest.fixture(scope="session")
def local_chat(tiny_vlm: Path) -> LocalChat:
    settings = LocalSettings(dtype="float32", device="cpu", batch=4)
    return LocalChat(read_folder(str(tiny_vlm), None), settings)
