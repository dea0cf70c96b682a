"""Imports ultralytics so that it neither reaches for a network nor changes the process around it."""

import os
import sys
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import ModuleType

QUIET: Mapping[str, str] = {
    "YOLO_OFFLINE": "true",  # else the import resolves two foreign hosts
    "YOLO_AUTOINSTALL": "false",
    "ULTRALYTICS_SAFE_LOAD": "1",  # read at import: then activations are looked up, not evaluated
    "YOLO_VERBOSE": "false",
}


@cache
def tasks() -> ModuleType:
    """`ultralytics.nn.tasks`: the networks, and the restricted loader of checkpoints."""
    if "ultralytics" not in sys.modules:
        with (
            _settings_folder() as folder,
            _environment({**QUIET, "YOLO_CONFIG_DIR": folder}),
            _nothing_changed(),
        ):
            import ultralytics.nn.tasks
            import ultralytics.utils.nms
    import ultralytics.nn.tasks

    return ultralytics.nn.tasks  # type: ignore[no-any-return]


@cache
def nms() -> ModuleType:
    """`ultralytics.utils.nms`."""
    tasks()
    import ultralytics.utils.nms

    return ultralytics.utils.nms  # type: ignore[no-any-return]


@contextmanager
def _settings_folder() -> Iterator[str]:
    """A private settings folder for the time of the import, with reporting switched off."""
    with tempfile.TemporaryDirectory(prefix="yolo-settings-") as folder:
        settings = Path(folder) / "Ultralytics" / "settings.json"
        settings.parent.mkdir()
        settings.write_text('{"sync": false}', encoding="utf-8")
        yield folder


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(values)
    try:
        yield
    finally:
        for name in set(os.environ) - set(before):
            del os.environ[name]  # with it OMP_NUM_THREADS, which would slow every child process
        os.environ.update(before)


@contextmanager
def _nothing_changed() -> Iterator[None]:
    """Puts back what the import replaces.

    Its `Image.open` turns an unreadable picture into a missing module, its `torch.save` retries; it also
    switches OpenCV's threads off, and sets print options and warning filters.
    """
    import cv2
    import numpy as np
    import torch
    from PIL import Image

    opened, saved, threads, printed = Image.open, torch.save, cv2.getNumThreads(), np.get_printoptions()
    try:
        with warnings.catch_warnings():
            yield
    finally:
        Image.open, torch.save = opened, saved
        cv2.setNumThreads(threads)
        np.set_printoptions(**printed)
        torch.set_printoptions(profile="default")  # type: ignore[no-untyped-call]
