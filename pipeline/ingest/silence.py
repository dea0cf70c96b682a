"""Keeps the readers' own words out of logs and warnings: they quote header values, which may name a patient."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import cv2

from schemas.errors import BadData

_READERS = ("pydicom", "pylibjpeg", "libjpeg", "openjpeg", "rle")
_WARN = "|".join((*_READERS, r"pipeline\.ingest"))  # some warnings point at whoever called the reader


@contextmanager
def silence() -> Iterator[None]:
    """Warnings and logs of the readers are dropped inside, whatever the caller's settings, and restored after.

    Process-wide like the settings it changes: for worker processes that read files one after another.
    """
    with ExitStack() as stack:
        stack.enter_context(warnings.catch_warnings())
        warnings.filterwarnings("ignore", module=rf"({_WARN})(\.|$)")
        for name in _READERS:
            logger = logging.getLogger(name)
            stack.callback(logger.setLevel, logger.level)
            logger.setLevel(logging.CRITICAL + 1)
        stack.callback(cv2.utils.logging.setLogLevel, cv2.utils.logging.getLogLevel())
        cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
        yield


@contextmanager
def refusing(reason: str) -> Iterator[None]:
    """Whatever a reader raises inside is BadData of this reason.

    Readers raise anything on damaged bytes (KeyError, struct.error, RecursionError, panics of the RLE decoder's
    Rust, which are no Exception): only a reader's own call belongs inside.
    """
    try:
        yield
    except BadData:
        raise
    except BaseException as error:
        if isinstance(error, Exception) or type(error).__module__ == "pyo3_runtime":
            raise BadData(reason) from error
        raise
