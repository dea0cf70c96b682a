import logging
import warnings

import cv2
import pytest
from pydicom.dataset import Dataset

from pipeline.ingest.silence import refusing, silence
from schemas.errors import BadData


class PanicException(BaseException):
    __module__ = "pyo3_runtime"


def test_readers_words_reach_neither_warnings_nor_logs(caplog: pytest.LogCaptureFixture) -> None:
    with silence():
        Dataset().PatientAge = "Doe^Jane"
        logging.getLogger("pydicom.pixels.decoders.base").error("Doe^Jane")
        logging.getLogger("pylibjpeg.utils").error("Doe^Jane")
    assert caplog.records == []


def test_without_it_they_would() -> None:
    with pytest.warns(UserWarning, match="Doe"):
        Dataset().PatientAge = "Doe^Jane"


def test_other_warnings_stay_and_settings_come_back() -> None:
    before = logging.getLogger("pydicom").level, cv2.utils.logging.getLogLevel(), len(warnings.filters)
    with silence(), pytest.raises(UserWarning, match="ours"):
        warnings.warn("ours", UserWarning, stacklevel=1)
    assert (logging.getLogger("pydicom").level, cv2.utils.logging.getLogLevel(), len(warnings.filters)) == before


@pytest.mark.parametrize(
    "error", [KeyError("x"), RecursionError(), MemoryError(), PanicException("index out of bounds")]
)
def test_whatever_a_reader_raises_is_bad_data(error: BaseException) -> None:
    with pytest.raises(BadData, match="undecodable") as caught, refusing("undecodable"):
        raise error
    assert caught.value.__cause__ is error


def test_a_reason_that_is_known_already_stays() -> None:
    with pytest.raises(BadData, match="truncated"), refusing("undecodable"):
        raise BadData("truncated", 7)


def test_an_interrupt_is_no_bad_data() -> None:
    with pytest.raises(KeyboardInterrupt), refusing("undecodable"):
        raise KeyboardInterrupt
